import pytest

from docsync_trio.applications.file import FileHandler
from docsync_trio.applications.load_error import LoadError


def test_a_file_without_hooks_is_not_run_when_it_is_loaded(write):
    handler = FileHandler(write("app.py", "raise RuntimeError('too early')"))
    assert handler.hooks.all() == ()


def test_hooks_of_a_file_run_with_what_they_need_and_nothing_else(write):
    handler = FileHandler(
        write(
            "app.py",
            """
            from __future__ import annotations
            import collections
            from bokeh.io import curdoc

            LOG = collections.deque()
            LIMITS = {}
            LIMITS["most"] = twice(3) if False else 6
            data = 1 / 0            # no hook needs it

            def twice(x):
                return 2 * x

            def on_server_loaded(server_context):
                LOG.append(twice(server_context))
                return LOG, LIMITS

            async def on_session_created(session_context):
                return session_context

            curdoc().add_root(data)
            """,
        )
    )
    (loaded,) = handler.hooks.on_server_loaded
    log, limits = loaded(21)
    assert list(log) == [42]
    assert limits == {"most": 6}
    (created,) = handler.hooks.on_session_created
    assert created.__name__ == "on_session_created"
    assert handler.hooks.on_session_destroyed == ()


REGISTER = "curdoc().on_session_destroyed(on_session_destroyed)"


@pytest.mark.parametrize("use", [REGISTER, f"def main():\n    {REGISTER}\nmain()"])
def test_a_function_that_the_file_registers_itself_is_no_hook(write, use):
    code = "from bokeh.io import curdoc\ndef on_session_destroyed(session_context): pass\n"
    handler = FileHandler(write("app.py", code + use))
    assert handler.hooks.all() == ()


def test_conditional_imports_come_along_whole(write):
    handler = FileHandler(
        write(
            "app.py",
            """
            try:
                import no_such_module_at_all as fast
            except ImportError:
                import json as fast
            def process_request(request):
                return fast.loads(request)
            """,
        )
    )
    assert handler.hooks.process_request[0]('{"a": 1}') == {"a": 1}


def test_what_a_hook_needs_may_fail_and_is_told_with_its_line(write, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = write("app.py", "x = 1 / 0\ndef on_server_loaded(c):\n    return x\n")
    with pytest.raises(LoadError, match=r"^app\.py:1: ZeroDivisionError: division by zero$"):
        FileHandler(path)


def test_a_hook_with_the_wrong_arguments_is_told_what_it_gets(write, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = write("app.py", "\ndef on_session_created(): pass\n")
    with pytest.raises(LoadError, match=r"^app\.py:2: .*on_session_created\(session_context\)"):
        FileHandler(path)
