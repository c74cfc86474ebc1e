import logging
import sys
from types import ModuleType

import bokeh.io
import bokeh.plotting
import pytest

from docsync_trio.applications.file import FileHandler
from docsync_trio.applications.output import NAMES, output_ignored

EVERYTHING = """
import bokeh.io
from bokeh.plotting import figure, output_file, output_notebook, reset_output, save, show
p = figure()
output_file("x.html"); output_notebook(); show(p); save(p); reset_output()
bokeh.io.show(p)
def callback():
    show(p)
bokeh.io.curdoc().on_event("document_ready", lambda event: callback())
"""


def test_output_functions_do_nothing_and_say_so(write, build, caplog, tmp_path):
    handler = FileHandler(write("app.py", EVERYTHING))
    with caplog.at_level(logging.INFO):
        build(handler)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 6
    assert all("app.py: " in line and "does nothing in a served" in line for line in said)
    assert {path.name for path in tmp_path.iterdir()} == {"app.py"}


def test_in_callbacks_they_do_nothing_either(write, build, caplog):
    document = build(FileHandler(write("app.py", EVERYTHING)))
    caplog.clear()
    with caplog.at_level(logging.INFO):
        document.modules._modules[0].callback()
    assert len(caplog.records) == 1


@pytest.mark.parametrize("module", [bokeh.io, bokeh.plotting])
def test_they_are_put_back_when_the_code_raises(module, tmp_path):
    before = [getattr(module, name, None) for name in NAMES]
    with pytest.raises(SystemExit), output_ignored(tmp_path):
        sys.exit()
    assert [getattr(module, name, None) for name in NAMES] == before


def test_a_library_imported_meanwhile_keeps_functions_that_work(monkeypatch, tmp_path):
    monkeypatch.setattr(bokeh.io, "save", lambda what: f"saved {what}")
    library = ModuleType("library_of_everybody")
    with output_ignored(tmp_path / "app.py"):
        exec("from bokeh.io import save\ndef store(x): return save(x)", library.__dict__)
        assert library.store("a") is None
    assert library.store("a") == "saved a"
