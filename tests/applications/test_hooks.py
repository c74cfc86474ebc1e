from types import SimpleNamespace

import pytest

from docsync_trio.applications.hooks import HOOK_NAMES, Hooks, hooks_in, joined
from docsync_trio.applications.load_error import LoadError


def test_hook_names_are_bokehs():
    assert HOOK_NAMES == (
        "on_server_loaded",
        "on_server_unloaded",
        "on_session_created",
        "on_session_destroyed",
        "process_request",
    )


async def test_sync_and_async_hooks_are_collected_by_name():
    async def later(context):
        return context

    hooks = hooks_in({"on_session_created": later, "on_server_loaded": len, "other": 5})
    assert hooks == Hooks(on_session_created=(later,), on_server_loaded=(len,))
    assert await hooks.on_session_created[0]("x") == "x"


def test_hooks_are_joined_in_order():
    first, second, third = (lambda c: 1), (lambda c: 2), (lambda c: 3)
    hooks = joined(
        [Hooks(on_server_loaded=(first, second)), Hooks(), Hooks(on_server_loaded=(third,))]
    )
    assert hooks.on_server_loaded == (first, second, third)
    assert hooks.all() == (first, second, third)


@pytest.mark.parametrize("name", HOOK_NAMES)
@pytest.mark.parametrize("wrong", [5, lambda: None, lambda a, b: None])
def test_what_cannot_be_a_hook_is_told(name, wrong):
    with pytest.raises(LoadError, match=name):
        hooks_in({name: wrong})


def test_a_method_is_a_hook():
    context = SimpleNamespace(seen=[])
    hooks = hooks_in({"on_server_unloaded": context.seen.append})
    hooks.on_server_unloaded[0]("bye")
    assert context.seen == ["bye"]
