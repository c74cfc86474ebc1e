"""When the hooks of an application run, and what becomes of those that raise."""

import pytest
import trio
from bokeh.io import curdoc
from bokeh.models import Div

from docsync_trio.applications.hooks import Hooks
from docsync_trio.base.errors import ApplicationError
from docsync_trio.base.events import ApplicationTaskFailed, CallbackFailed
from docsync_trio.sessions.request import Headers
from docsync_trio.sessions.wire import Ending
from tests.sessions.fakes import on_stage

ENOUGH = Ending(4000, "enough")


def hooks_that_note(order):
    def created(session_context):
        order.append(("created", len(session_context.document.roots)))

    async def created_async(session_context):
        await trio.sleep(1)
        order.append(("created async", len(session_context.document.roots)))

    def destroyed(session_context):
        order.append(("destroyed", session_context.destroyed))

    async def destroyed_async(session_context):
        await trio.sleep(1)
        order.append(("destroyed async", session_context.destroyed))

    return Hooks(
        on_session_created=(created, created_async),
        on_session_destroyed=(destroyed, destroyed_async),
    )


async def test_a_session_is_created_before_its_document_and_destroyed_after_it(autojump_clock):
    order = []

    def app(document):
        order.append("build")
        document.add_root(Div(name="label"))
        document.on_session_destroyed(lambda context: order.append("the document's own"))

    async with on_stage(app, hooks=hooks_that_note(order)) as stage:
        session = await stage.session()
        session.end(ENOUGH, "enough")
        await trio.sleep(5)
        assert order == [
            ("created", 0),
            ("created async", 0),
            "build",
            "the document's own",
            ("destroyed", True),
            ("destroyed async", True),
        ]
        with pytest.raises(AttributeError):
            assert session.document.roots, "the document is gone before the hooks run"


async def test_a_hook_that_raises_is_told_and_stops_neither_the_session_nor_the_other_hooks(
    autojump_clock,
):
    order = []

    def bad(session_context):
        raise ZeroDivisionError

    async def bad_async(session_context):
        raise SystemExit(1)

    good = hooks_that_note(order)
    hooks = Hooks(
        on_session_created=(bad, bad_async, *good.on_session_created),
        on_session_destroyed=(bad, bad_async, *good.on_session_destroyed),
    )

    def app(document):
        document.on_session_destroyed(bad)

    async with on_stage(app, hooks=hooks) as stage:
        session = await stage.session()
        session.end(ENOUGH, "enough")
        await trio.sleep(5)
        assert [name for name, _ in order] == [
            "created",
            "created async",
            "destroyed",
            "destroyed async",
        ]
        failed = [type(event.error) for event in stage.observed(CallbackFailed)]
        assert failed.count(ZeroDivisionError) == 3
        assert failed.count(SystemExit) == 2


async def test_a_created_hook_may_change_the_document_and_finds_it_as_curdoc(autojump_clock):
    seen = []

    def created(session_context):
        curdoc().add_root(Div(name="from the hook"))

    async def wait_for_it(session_context):
        await session_context.with_locked_document(
            lambda document: seen.append(document is curdoc())
        )

    hooks = Hooks(on_session_created=(created, wait_for_it))
    async with on_stage(lambda document: None, hooks=hooks) as stage:
        with trio.fail_after(5):
            session = await stage.session()
        assert [root.name for root in session.document.roots] == ["from the hook"]
        assert seen == [True]


async def test_what_the_request_hooks_return_is_the_token_payload(autojump_clock):
    def user(request):
        return {"user": request.headers["X-User"], "cookies": "mine"}

    async def role(request):
        await trio.sleep(1)
        return {"role": "guest"}

    seen = []

    def app(document):
        seen.append(dict(document.session_context.token_payload))

    async with on_stage(app, hooks=Hooks(process_request=(user, role))) as stage:
        await stage.session(headers=Headers([("X-User", "Ada")]))
    assert seen[0]["user"] == "Ada"
    assert seen[0]["role"] == "guest"
    assert seen[0]["cookies"] == "mine"
    assert seen[0]["headers"] == {"X-User": "Ada"}


@pytest.mark.parametrize("value", [None, 3, ["user"]])
async def test_a_request_hook_that_returns_no_mapping_is_the_applications_error(value):
    hooks = Hooks(process_request=(lambda request: value,))
    async with on_stage(lambda document: None, hooks=hooks) as stage:
        with pytest.raises(ApplicationError, match="returns a dict"):
            await stage.session()


async def test_server_hooks_run_around_all_sessions(autojump_clock):
    order = []

    async def loaded(server_context):
        await trio.sleep(1)
        order.append(("loaded", len(server_context.sessions)))

    def bad(server_context):
        raise ZeroDivisionError

    async def unloaded(server_context):
        await trio.sleep(1)
        order.append(("unloaded", len(server_context.sessions)))

    hooks = Hooks(
        on_server_loaded=(bad, loaded),
        on_server_unloaded=(bad, unloaded),
        on_session_destroyed=(lambda context: order.append("session destroyed"),),
    )
    async with on_stage(lambda document: order.append("build"), hooks=hooks) as stage:
        await stage.session()
    assert order == [("loaded", 0), "build", "session destroyed", ("unloaded", 0)]
    assert [type(event.error) for event in stage.observed(ApplicationTaskFailed)] == [
        ZeroDivisionError,
        ZeroDivisionError,
    ]


async def test_a_hook_that_never_ends_does_not_keep_the_session(autojump_clock):
    async def endless(session_context):
        await trio.sleep_forever()

    hooks = Hooks(on_session_destroyed=(endless,))
    async with on_stage(lambda document: None, hooks=hooks) as stage:
        session = await stage.session()
        session.end(ENOUGH, "enough")
        await trio.sleep(20)
        assert not stage.context.sessions
        assert [type(event.error) for event in stage.observed(CallbackFailed)] == [TimeoutError]
