"""Failures that come again and again are told once and counted."""

import gc
import weakref

from docsync_trio.base import events
from docsync_trio.cli.log.repeats import WINDOW, DroppedPeers, Repeats


def raised(source="1 / 0", file="/srv/app.py", **names):
    try:
        exec(compile(source, file, "exec"), {"__name__": "app", **names})
    except Exception as error:  # noqa: BLE001
        return error.with_traceback(error.__traceback__.tb_next)
    raise AssertionError("nothing was raised")


def failed(error=None, *, session="one", what="callback update", application="/a"):
    return events.CallbackFailed(application, session, what, error or raised())


def test_the_first_of_a_kind_is_told_and_the_next_are_counted():
    repeats = Repeats()

    assert [repeats.holds_back(failed(), now) for now in (0, 1, 2)] == [False, True, True]
    assert repeats.due(WINDOW - 0.1) == []
    (line,) = repeats.due(WINDOW)

    assert line.level == "error"
    assert line.error is None
    assert line.text == (
        "callback update raised ZeroDivisionError: division by zero at /srv/app.py:1:"
        " 2 times more within 60 s"
    )
    assert line.fields == {
        "application": "/a",
        "what": "callback update",
        "times": 2,
        "sessions": 1,
        "seconds": 60.0,
    }


def test_a_failure_that_goes_on_is_told_once_per_window():
    repeats = Repeats()
    told = []
    for now in range(600):
        told += [line.fields["times"] for line in repeats.due(now)]
        repeats.holds_back(failed(), now)

    assert told == [59, 60, 60, 60, 60, 60, 60, 60, 60]


def test_after_a_quiet_window_it_is_told_in_full_again():
    repeats = Repeats()
    repeats.holds_back(failed(), 0)

    assert repeats.due(WINDOW) == []
    assert not repeats.holds_back(failed(), WINDOW)


def test_the_same_failure_of_several_sessions_is_one():
    repeats = Repeats()
    for session in ("one", "two", "three", "three"):
        repeats.holds_back(failed(session=session), 0)

    (line,) = repeats.due(WINDOW)
    assert "3 times more in 2 sessions within 60 s" in line.text


def test_another_line_class_callback_or_application_is_another_failure():
    repeats = Repeats()
    others = [
        failed(),
        failed(raised("\n1 / 0")),
        failed(raised("raise ValueError")),
        failed(what="callback other"),
        failed(application="/b"),
        events.ApplicationTaskFailed("/a", "hook on_server_loaded", raised()),
    ]

    assert not any(repeats.holds_back(event, 0) for event in others)


def test_the_same_class_made_anew_by_each_session_is_the_same():
    repeats = Repeats()
    source = "class Odd(Exception): pass\nraise Odd"

    assert not repeats.holds_back(failed(raised(source)), 0)
    assert repeats.holds_back(failed(raised(source)), 0)


def test_what_has_a_number_that_a_visitor_saw_is_never_held_back():
    repeats = Repeats()
    for event in (
        events.BuildFailed("/a", "one", raised(), "abc"),
        events.RequestFailed("/a", "unix", "abc", raised()),
    ):
        assert not repeats.holds_back(event, 0)
        assert not repeats.holds_back(event, 0)


def test_at_the_end_the_rest_is_told():
    repeats = Repeats()
    for _ in range(2):
        repeats.holds_back(failed(), 0)

    (line,) = repeats.rest(5)
    assert line.text.endswith("once more within 5 s")


def test_no_failure_keeps_its_session_alive():
    class Held:
        pass

    held = Held()
    gone = weakref.ref(held)
    repeats = Repeats()
    repeats.holds_back(failed(raised("kept = held\n1 / 0", held=held)), 0)
    del held
    gc.collect()

    assert gone() is None


def test_a_peer_that_was_dropped_is_told_to_be_gone_once_for_each_time():
    dropped = DroppedPeers()
    fault = events.PeerFault("10.0.0.1:1", "too big")
    gone = events.ConnectionClosed("/a", "s1", "10.0.0.1:1", 0, 1009, "too big")

    assert [dropped.explains(one) for one in (gone, fault, gone, gone)] == [
        False,
        False,
        True,
        False,
    ]


def test_faults_of_peers_that_had_no_websocket_are_forgotten():
    dropped = DroppedPeers()
    for number in range(1000):
        dropped.explains(events.PeerFault(f"10.0.0.1:{number}", "bad head"))

    closed = [events.ConnectionClosed("/a", "s", f"10.0.0.1:{n}", 0, 1001, "") for n in (0, 999)]
    assert [dropped.explains(one) for one in closed] == [False, True]
