import json

import numpy as np
import pytest
from bokeh.core.json_encoder import serialize_json
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Div, Slider
from bokeh.plotting import figure

from docsync_trio.applications.json_document import JsonHandler
from docsync_trio.applications.load_error import LoadError


def saved_text(title="A saved one"):
    document = Document(title=title)
    plot = figure()
    plot.line("x", "y", source=ColumnDataSource({"x": np.arange(3.0), "y": [1, 2, 3]}))
    slider = Slider(start=0, end=10, value=3, name="slider")
    slider.js_link("value", plot, "width")
    document.add_root(plot)
    document.add_root(slider)
    return json.dumps(document.to_json(deferred=False))


def test_a_saved_document_is_restored_for_each_session(write, build):
    handler = JsonHandler(write("saved.json", saved_text()))
    first, second = build(handler), build(handler)
    first.get_model_by_name("slider").value = 9
    assert second.get_model_by_name("slider").value == 3
    assert build(handler).get_model_by_name("slider").value == 3
    source = second.select_one({"type": ColumnDataSource})
    assert list(source.data["x"]) == [0, 1, 2]
    assert first.title == "A saved one"
    assert handler.title == "A saved one"


def test_building_never_changes_what_was_read(write, build):
    handler = JsonHandler(write("saved.json", saved_text()))
    before = json.dumps(handler._content)
    build(handler)
    build(handler)
    assert json.dumps(handler._content) == before


def test_roots_that_are_there_already_stay(write):
    handler = JsonHandler(write("saved.json", saved_text()))
    document = Document()
    document.add_root(Div(text="first"))
    handler.modify_document(document)
    assert [type(root).__name__ for root in document.roots] == ["Div", "figure", "Slider"]


def test_bokehs_own_title_is_no_title(write):
    handler = JsonHandler(write("saved.json", saved_text(title=Document().title)))
    document = Document(title="given before")
    handler.modify_document(document)
    assert handler.title is None
    assert document.title == "given before"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"roots": [\n  1,,\n]}', r"^x\.json:2:5: "),
        ("[]", r"no 'roots'.*deferred=False"),
        ('{"version": "3"}', r"no 'roots'"),
        ('{"roots": []}', "Bokeh cannot read this document"),
        (
            '{"title":"x","config":null,"roots":[{"type":"object","name":"NoSuch","id":"p1"}]}',
            "NoSuch",
        ),
    ],
)
def test_what_is_no_document_is_told_at_once(write, monkeypatch, tmp_path, text, told):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LoadError, match=told):
        JsonHandler(write("x.json", text))


def test_a_document_that_bokeh_saved_without_its_arrays_is_told_how_to_save_it(write):
    document = Document()
    document.add_root(ColumnDataSource({"x": np.arange(3.0)}))
    path = write("saved.json", serialize_json(document.to_json()))
    with pytest.raises(LoadError, match=r"buffer .*to_json\(deferred=False\)"):
        JsonHandler(path)
