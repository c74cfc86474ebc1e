import sys

import bokeh.io
import pytest
from bokeh.application.handlers import (
    DirectoryHandler,
    FunctionHandler,
    Handler,
    ScriptHandler,
    ServerLifecycleHandler,
)
from bokeh.document import Document
from bokeh.io.doc import set_curdoc

from docsync_trio.applications.bokeh_handler import BokehHandler, BokehHandlerFailed
from docsync_trio.applications.load_error import LoadError


def set_title(doc):
    doc.title = "by a function"


def test_bokehs_function_handler_fills_the_document(build):
    assert build(BokehHandler(FunctionHandler(set_title))).title == "by a function"


def test_bokehs_script_handler_fills_the_document(write, build):
    path = write("app.py", "from bokeh.io import curdoc\nimport sys\ncurdoc().title=sys.argv[1]")
    handler = BokehHandler(ScriptHandler(filename=str(path), argv=["x"]))
    assert build(handler).title == "x"
    assert handler.hooks.all() == ()


def test_an_error_that_bokeh_hides_is_raised_each_time_with_its_traceback(write, build):
    path = write("app.py", "\n1 / 0\n")
    handler = BokehHandler(ScriptHandler(filename=str(path)))
    for _ in range(2):
        with pytest.raises(BokehHandlerFailed, match="division by zero") as caught:
            build(handler)
        assert "ZeroDivisionError" in caught.value.__notes__[0]


def test_a_document_that_a_handler_leaves_as_the_current_one_does_not_stay_so():
    before = bokeh.io.curdoc()

    BokehHandler(FunctionHandler(set_curdoc)).modify_document(Document())

    assert bokeh.io.curdoc() is before


def test_an_old_failure_says_nothing_of_a_later_run(build):
    outcomes = iter([True, False, True])

    def sometimes(doc):
        if next(outcomes):
            raise LookupError("not now")

    handler = BokehHandler(FunctionHandler(sometimes, trap_exceptions=True))
    with pytest.raises(BokehHandlerFailed):
        build(handler)
    build(handler)
    with pytest.raises(BokehHandlerFailed):
        build(handler)


def test_an_untrapped_exception_is_raised_unchanged(build):
    def fail(doc):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        build(BokehHandler(FunctionHandler(fail)))


def test_the_process_is_as_before_when_a_script_exits(write, build):
    handler = BokehHandler(ScriptHandler(filename=str(write("app.py", "import sys; sys.exit()"))))
    show, argv = bokeh.io.show, list(sys.argv)
    with pytest.raises(SystemExit):
        build(handler)
    assert bokeh.io.show is show
    assert sys.argv == argv


def test_a_handler_that_failed_to_load_is_told(write):
    handler = ScriptHandler(filename=str(write("app.py", "x = = 1")))
    with pytest.raises(LoadError, match=r"^ScriptHandler: Invalid syntax in 'app\.py' on line 1"):
        BokehHandler(handler)


def test_its_hooks_are_kept_and_missing_ones_are_not_invented(write):
    path = write("hooks.py", "def on_server_loaded(server_context): return server_context")
    hooks = BokehHandler(ServerLifecycleHandler(filename=str(path))).hooks
    assert [hook(5) for hook in hooks.on_server_loaded] == [5]
    assert hooks.process_request == ()


def test_its_static_folder_is_kept(write, tmp_path):
    write("main.py", "")
    write("static/x.css", "")
    handler = BokehHandler(DirectoryHandler(filename=str(tmp_path)))
    assert handler.static_path == tmp_path / "static"


async def test_a_subclass_may_be_asynchronous():
    from bokeh.document import Document

    class Later(Handler):
        async def modify_document(self, doc):
            doc.title = "later"

    document = Document()
    await BokehHandler(Later()).modify_document(document)
    assert document.title == "later"
