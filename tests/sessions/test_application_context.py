"""Making sessions, once each, and keeping their faults to themselves."""

import pytest
import trio
from bokeh.models import Div

from docsync_trio.applications.hooks import Hooks
from docsync_trio.base.errors import ApplicationError, Refusal
from docsync_trio.base.events import BuildFailed, CallbackFailed, SessionEnded, SessionOpened
from docsync_trio.sessions.application_context import RESTARTING
from docsync_trio.sessions.wire import Ending
from tests.sessions.fakes import on_stage


async def outcomes_of(stage, count, session_id="one"):
    """What *count* visitors get who ask for one session at the same time."""
    outcomes = []

    async def visit():
        try:
            outcomes.append(await stage.session(session_id))
        except (ApplicationError, Refusal) as error:
            outcomes.append(error)

    async with trio.open_nursery() as nursery:
        for _ in range(count):
            nursery.start_soon(visit)
    return outcomes


async def test_many_who_ask_for_one_session_get_the_same_built_once(autojump_clock):
    built = []

    async def app(document):
        built.append(document)
        await trio.sleep(1)

    async with on_stage(app) as stage:
        sessions = await outcomes_of(stage, 20)
        assert len(built) == 1
        assert len(set(sessions)) == 1
        assert len(stage.observed(SessionOpened)) == 1


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("on purpose"),
        SystemExit(3),
        KeyboardInterrupt(),
        ExceptionGroup("a nursery", [ZeroDivisionError("on purpose")]),
    ],
)
async def test_a_build_that_fails_is_told_to_all_who_waited_and_tried_anew(autojump_clock, error):
    attempts = []

    async def app(document):
        attempts.append(document)
        await trio.sleep(1)
        if len(attempts) == 1:
            raise error

    async with on_stage(app) as stage:
        failures = await outcomes_of(stage, 3)
        (failed,) = stage.observed(BuildFailed)
        assert [type(failure) for failure in failures] == [ApplicationError] * 3
        assert {failure.incident for failure in failures} == {failed.incident}
        assert len(set(map(id, failures))) == 3, "each has a traceback of its own"
        assert all(failure.__cause__ is failed.error for failure in failures)
        assert not stage.context.sessions
        assert (await stage.session()).id == "one"
        assert len(attempts) == 2


async def test_a_visitor_who_leaves_spoils_it_for_nobody(autojump_clock):
    async def app(document):
        await trio.sleep(1)

    async with on_stage(app) as stage:
        with trio.move_on_after(0.5) as impatient:
            await stage.session()
        assert impatient.cancelled_caught
        assert (await outcomes_of(stage, 2))[0].id == "one"
        assert len(stage.observed(SessionOpened)) == 1


async def test_an_id_is_not_used_again_before_the_old_session_is_quite_gone(autojump_clock):
    order = []

    def app(document):
        order.append("built")

    async def destroyed(session_context):
        await trio.sleep(5)
        order.append("destroyed")

    async with on_stage(app, hooks=Hooks(on_session_destroyed=(destroyed,))) as stage:
        first = await stage.session()
        first.end(Ending(4000), "enough")
        second = await stage.session()
        assert second is not first
        assert order == ["built", "destroyed", "built"]
        assert stage.context.living("one") is second


async def test_the_burial_of_a_failed_build_leaves_its_successor_alone(autojump_clock):
    attempts = []

    def app(document):
        attempts.append(document)
        if len(attempts) == 1:
            raise ZeroDivisionError

    async def destroyed(session_context):
        await trio.sleep(5)

    hooks = Hooks(on_session_destroyed=(destroyed,))
    async with on_stage(app, hooks=hooks, unclaimed_lifetime=100.0) as stage:
        with pytest.raises(ApplicationError):
            await stage.session()
        second = await stage.session()
        await trio.sleep(10)
        assert stage.context.living("one") is second
        assert not stage.observed(SessionEnded)
        second.end(Ending(4000), "enough")
        third = await stage.session()
        assert stage.context.living("one") is third


async def test_a_full_application_refuses_and_takes_the_next_when_one_has_gone(autojump_clock):
    def app(document):
        pass

    async with on_stage(app, max_sessions=2) as stage:
        first = await stage.session("one")
        await stage.session("two")
        with pytest.raises(Refusal) as refused:
            await stage.session("three")
        assert refused.value.status == 503
        assert refused.value.retry_after
        assert "max_sessions" in refused.value.hint
        assert await stage.session("one") is first
        first.end(Ending(4000), "enough")
        await trio.sleep(1)
        assert (await stage.session("three")).id == "three"


async def test_an_async_build_may_wait_for_the_document_it_is_building(autojump_clock):
    async def app(document):
        context = document.session_context
        await context.with_locked_document(lambda d: d.add_root(Div(name="label")))

    async with on_stage(app) as stage:
        with trio.fail_after(5):
            session = await stage.session()
        assert session.document.get_model_by_name("label")


async def test_a_task_that_crashes_a_session_ends_that_session_and_no_other(autojump_clock):
    def app(document):
        document.add_root(Div(name="label"))

    async def crash():
        raise ZeroDivisionError("in the session's own nursery")

    async with on_stage(app) as stage:
        bystander, victim = await stage.session("bystander"), await stage.session("victim")
        watching, suffering = await stage.open(bystander), await stage.open(victim)
        victim._nursery.start_soon(crash)
        await trio.sleep(0.1)
        assert suffering.ending.code == 1011
        assert watching.ending is None
        await bystander.with_document(
            lambda d: setattr(d.get_model_by_name("label"), "text", "still here")
        )
        assert (await watching.settle()).value("label", "text") == "still here"
        (ended,) = stage.observed(SessionEnded)
        assert (ended.session, ended.reason) == ("victim", "an error")
        (failed,) = stage.observed(CallbackFailed)
        assert failed.session == "victim"
        assert (await stage.session("victim")) is not victim


async def test_all_sessions_can_be_ended_at_once(autojump_clock):
    def app(document):
        document.add_root(Div())

    async with on_stage(app) as stage:
        browsers = [await stage.open(await stage.session(f"s{number}")) for number in range(3)]
        await stage.context.end_sessions(RESTARTING, "the server is shutting down")
        assert not stage.context.sessions
        for browser in browsers:
            assert (await browser.settle()).ending == RESTARTING
        assert {event.reason for event in stage.observed(SessionEnded)} == {
            "the server is shutting down"
        }


async def test_the_end_of_the_application_ends_its_sessions_and_tells_their_browsers():
    def app(document):
        document.add_root(Div())

    async with trio.open_nursery() as nursery, on_stage(app) as stage:
        stage.nursery = nursery
        browser = await stage.open(await stage.session())
    assert browser.ending == RESTARTING


async def test_an_error_while_everything_is_cancelled_goes_nowhere(autojump_clock):
    async def stubborn():
        try:
            await trio.sleep_forever()
        finally:
            raise ZeroDivisionError("in the cleaning up")

    def app(document):
        pass

    with trio.move_on_after(1) as scope:
        async with on_stage(app) as stage:
            session = await stage.session()
            session._nursery.start_soon(stubborn)
            await trio.sleep_forever()
    assert scope.cancelled_caught
    assert [type(event.error) for event in stage.observed(CallbackFailed)]
