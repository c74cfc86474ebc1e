import attrs
import pytest

from docsync_trio.base import events
from docsync_trio.base.log_owner import short_session
from docsync_trio.cli.log.line import _SENTENCES, log_line


def concrete_events():
    classes = [one for one in vars(events).values() if isinstance(one, type)]
    bases = {events.Event, events.ApplicationEvent, events.SessionEvent}
    return [one for one in classes if issubclass(one, events.Event) and one not in bases]


def an_error():
    try:
        exec(compile("\n1 / 0", "/srv/app.py", "exec"), {"__name__": "app"})
    except ZeroDivisionError as error:
        return error


@pytest.mark.parametrize("event", concrete_events(), ids=lambda event: event.__name__)
def test_every_event_has_a_sentence(event):
    assert event in _SENTENCES


def test_a_session_is_one_calm_line_with_whose_it_is():
    line = log_line(events.SessionOpened(application="/sliders", session="abc", seconds=0.1234))

    assert line.level == "info"
    assert line.text == "session opened, built in 0.12 s"
    session = short_session("abc")
    assert line.fields == {"application": "/sliders", "session": session, "seconds": 0.1234}


def test_a_failed_build_names_the_line_and_the_incident():
    event = events.BuildFailed(
        application="/sliders", session="abc", error=an_error(), incident="7f3a"
    )

    line = log_line(event)

    assert line.level == "error"
    assert "ZeroDivisionError: division by zero at /srv/app.py:2" in line.text
    assert "incident 7f3a" in line.text
    assert line.error is event.error


def test_asyncio_code_under_trio_gets_the_key_to_change():
    event = events.CallbackFailed(
        application="/sliders",
        session="abc",
        what="callback update",
        error=RuntimeError("no running event loop"),
    )

    assert 'async = "asyncio"' in log_line(event).hint


def test_the_hint_looks_into_groups_and_causes():
    inner = TypeError("trio.run received unrecognized yield message <Future>")
    outer = RuntimeError("update failed")
    outer.__cause__ = ExceptionGroup("tasks", [inner])
    event = events.ApplicationTaskFailed(application="/", what="task", error=outer)

    assert 'async = "asyncio"' in log_line(event).hint


def test_a_request_that_failed_is_told_with_the_number_that_its_visitor_saw():
    line = log_line(
        events.RequestFailed(
            target="/api", peer="10.0.0.1:9", incident="abc123", error=ValueError("x")
        )
    )

    assert line.level == "error"
    assert line.text == "failed to answer 10.0.0.1:9 /api: ValueError: x (incident abc123)"
    assert line.fields == {"target": "/api", "peer": "10.0.0.1:9", "incident": "abc123"}
    assert isinstance(line.error, ValueError)


@pytest.mark.parametrize(("times", "end"), [(1, ""), (4, ", try 4: it goes on")])
def test_code_that_was_interrupted_is_told_with_its_line_and_the_key(times, end):
    event = events.CallbackInterrupted(
        "/a", "one", what="hold", seconds=10.1, place="/srv/app.py:3", times=times
    )

    line = log_line(event)

    assert line.level == "error"
    assert line.text == (
        f"hold held the loop, and everybody with it, for 10 s; interrupted at /srv/app.py:3{end}"
    )
    assert line.fields["application"] == "/a"
    assert line.fields["session"] == short_session("one")
    assert "sessions.loop_timeout" in line.hint


def test_code_that_blocks_is_told_with_where_it_is():
    line = log_line(
        events.CallbackBlocks(
            application="/a", session="", what="callback f", seconds=5.04, stack="app.py:3"
        )
    )

    assert (line.level, line.text) == (
        "warning",
        "callback f has been running for 5 s without a pause",
    )
    assert line.fields == {
        "application": "/a",
        "what": "callback f",
        "seconds": 5.0,
        "stack": "app.py:3",
    }


def test_a_thread_that_outlives_its_session_is_told_with_where_it_is():
    line = log_line(
        events.CallbackLeftBehind(
            application="/a", session="abc", what="callback f", stack="app.py:3"
        )
    )

    assert "callback f runs on" in line.text
    assert line.fields["stack"] == "app.py:3"


@pytest.mark.parametrize(("code", "level"), [(1001, "debug"), (1006, "info"), (1009, "info")])
def test_a_closed_tab_is_no_news_and_a_broken_connection_is(code, level):
    event = events.ConnectionClosed(
        application="/", session="abc", peer="::1", connections=0, code=code, reason=""
    )

    assert log_line(event).level == level


def test_a_refusal_names_the_key_to_change():
    event = events.ConnectionRefused(
        target="/ws", peer="10.0.0.1", status=403, reason="origin", hint="server.allow_origins"
    )

    line = log_line(event)

    assert (line.level, line.hint) == ("warning", "server.allow_origins")


def test_the_sentence_and_the_fields_of_a_fault_hold_what_went_wrong():
    line = log_line(events.PeerFault(peer="10.0.0.1", what="bad head", error=ValueError("x")))

    assert "bad head (ValueError: x)" in line.text
    assert line.fields == {"peer": "10.0.0.1", "what": "bad head", "error": "ValueError: x"}


def test_full_file_descriptors_are_told_with_a_cure():
    assert "ulimit" in log_line(events.AcceptFailed(error=OSError(24, "too many"))).hint


def test_models_at_bokehs_own_speed_are_told_with_the_key_that_says_so_on_purpose():
    line = log_line(events.ModelsNotFaster("bokeh 4.0 is new to us"))

    assert line.level == "warning"
    assert "bokeh 4.0 is new to us" in line.text
    assert "server.speedups" in line.hint


def test_an_event_nobody_described_is_still_logged():
    @attrs.frozen
    class Strange(events.ApplicationEvent):
        """Made by this test."""

    line = log_line(Strange(application="/"))

    assert (line.level, line.text) == ("debug", "Strange")


def test_a_session_that_is_behind_with_what_others_send_is_told_of_twice():
    begins, ends = (
        log_line(events.DeliveriesDropped("/room", "abc", dropped, caught_up))
        for dropped, caught_up in [(1, False), (31, True)]
    )
    assert begins.level == ends.level == "warning"
    assert "the oldest are dropped" in begins.text
    assert "31 messages and updates from others were dropped" in ends.text
