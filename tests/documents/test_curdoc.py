"""``curdoc()`` belongs to the task or thread that asks, and comes back after an exception."""

import contextvars
import threading

import pytest
from bokeh.document import Document
from bokeh.io import curdoc
from bokeh.io.doc import patch_curdoc

from docsync_trio.documents.curdoc import curdoc_scope


def test_scopes_nest_and_end():
    outside = curdoc()
    one, two = Document(), Document()
    with curdoc_scope(one):
        assert curdoc() is one
        with curdoc_scope(two):
            assert curdoc() is two
        assert curdoc() is one
    assert curdoc() is outside


def test_an_exception_ends_a_scope_and_bokehs_own_inside_it():
    outside = curdoc()
    one, two = Document(), Document()
    with pytest.raises(ZeroDivisionError), curdoc_scope(one), patch_curdoc(two):
        raise ZeroDivisionError
    assert curdoc() is outside


def test_bokehs_own_way_works_inside_a_scope():
    one, two = Document(), Document()
    with curdoc_scope(one):
        with patch_curdoc(two):
            assert curdoc() is two
        assert curdoc() is one


def test_another_thread_and_another_context_have_their_own():
    document = Document()
    seen = []
    with curdoc_scope(document):
        thread = threading.Thread(target=lambda: seen.append(curdoc() is document))
        thread.start()
        thread.join()
        contextvars.Context().run(lambda: seen.append(curdoc() is document))
        contextvars.copy_context().run(lambda: seen.append(curdoc() is document))
    assert seen == [False, False, True]
