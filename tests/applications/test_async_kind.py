import ast

import pytest

from docsync_trio.applications.async_kind import common_kind, kind_of_function, kind_of_tree


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("x = 1", None),
        ("import trio", "trio"),
        ("from trio.lowlevel import checkpoint", "trio"),
        ("def f():\n    import trio", "trio"),
        ("import asyncio", "asyncio"),
        ("import asyncio, trio", "asyncio"),
        ("import trio\nfrom tornado.ioloop import IOLoop", "asyncio"),
        ("import trio, panel as pn", "asyncio"),
        ("from . import trio", None),
        ("import trionic", None),
    ],
)
def test_imports_tell_what_async_code_is_written_for(source, kind):
    assert kind_of_tree(ast.parse(source)) == kind


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        ([], "asyncio"),
        ([None], "asyncio"),
        (["trio", None], "trio"),
        (["trio", "asyncio"], "asyncio"),
    ],
)
def test_an_application_is_for_trio_when_all_parts_that_tell_say_so(kinds, kind):
    assert common_kind(kinds) == kind


def test_a_function_is_told_by_its_module():
    import trio

    assert kind_of_function(trio.run_process) in {"trio", "asyncio", None}
    assert kind_of_function(len) is None
    assert kind_of_function(lambda: None) == "trio"  # this module imports trio, just above
