"""Callbacks that raise outside a session leave Bokeh 3.9's ``curdoc()`` behind."""

import pytest

from docsync_trio.documents.bokeh_private import curdoc_stack


@pytest.fixture(autouse=True)
def no_document_of_another_test():
    token = curdoc_stack().set(())
    yield
    curdoc_stack().reset(token)
