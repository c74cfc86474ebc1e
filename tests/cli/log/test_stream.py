import contextlib
import io
import json
import logging
import os

import pytest
import structlog

from docsync_trio.base import events
from docsync_trio.base.log_owner import LogOwner, logs_owned_by, short_session
from docsync_trio.base.request_in_hand import RequestInHand, in_hand
from docsync_trio.cli.log.stream import open_log
from docsync_trio.config.schema import LoggingSettings


@pytest.fixture
def logged():
    """Run a function with an open log; return what was written."""

    def run(do, **settings):
        stream = io.StringIO()
        with open_log(LoggingSettings(**settings), stream) as log:
            do(log)
        return stream.getvalue()

    return run


def raise_zero():
    try:
        secret = "hunter2"
        assert secret
        exec(compile("\n1 / 0", "/srv/app.py", "exec"), {"__name__": "app"})
    except ZeroDivisionError as error:
        return error


OPENED = events.SessionOpened(application="/sliders", session="4f3a2b1c9d8e7f", seconds=0.1)


def failed():
    return events.CallbackFailed(
        application="/sliders", session="4f3a2b1c9d8e7f", what="callback update", error=raise_zero()
    )


def test_an_event_is_one_line_on_the_console(logged):
    text = logged(lambda log: log.observe(OPENED))

    assert text.endswith("info    /sliders 4f3a2b1c  session opened, built in 0.10 s\n")
    assert text.count("\n") == 1


def test_a_failure_has_its_traceback_on_the_console(logged):
    text = logged(lambda log: log.observe(failed()))

    assert "callback update raised ZeroDivisionError: division by zero at /srv/app.py:2" in text
    assert '\n      File "/srv/app.py", line 2, in <module>\n' in text


def test_json_is_one_object_per_line_with_a_name_for_the_session_and_not_its_id(logged):
    text = logged(lambda log: (log.observe(OPENED), log.observe(failed())), format="json")

    opened, failure = map(json.loads, text.splitlines())
    assert opened["session"] == failure["session"] == short_session("4f3a2b1c9d8e7f")
    assert "4f3a2b1c9d8e7f" not in text
    assert opened["application"] == "/sliders"
    assert opened["level"] == "info"
    assert opened["timestamp"].endswith("Z")
    assert failure["exception"][0]["exc_type"] == "ZeroDivisionError"


def test_each_line_about_a_reload_is_one_object_with_whose_it_is(logged):
    happened = [
        events.Reloaded((), ("/a",), (), 0.2, ("apps/a.py changed",)),
        events.ReloadFailed(("/a",), ("site.toml:3:1: path: is missing",), raise_zero()),
        events.RestartNeeded(("server.bind",)),
        events.NothingToShow("/a"),
        events.CallbackBlocks("/a", "s1", "callback update", 3.0, "stack"),
        events.SessionEnded("/a", "s1", "the server stops"),
    ]

    text = logged(lambda log: [log.observe(one) for one in happened], format="json")

    reloaded, failed, keys, empty, blocks, ended = map(json.loads, text.splitlines())
    assert (reloaded["replaced"], reloaded["because"]) == (["/a"], ["apps/a.py changed"])
    assert failed["applications"] == ["/a"]
    assert failed["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert keys["keys"] == ["server.bind"]
    assert empty["application"] == "/a"
    for entry in (blocks, ended):
        assert (entry["application"], entry["session"]) == ("/a", short_session("s1"))


@pytest.mark.parametrize("form", ["console", "json"])
def test_local_variables_never_stand_in_the_log(logged, form):
    text = logged(lambda log: log.observe(failed()), format=form)

    assert "hunter2" not in text


@pytest.mark.parametrize("name", ["hypercorn.error", "bokeh.server.tornado", "asyncio", "my.app"])
def test_the_standard_librarys_loggers_arrive(logged, name):
    text = logged(lambda log: logging.getLogger(name).warning("told %s", "you"))

    assert f"warning {name}  told you\n" in text


def test_what_an_application_logs_through_structlog_arrives(logged):
    text = logged(
        lambda log: structlog.get_logger("my.app").info("hello", answer=42), format="json"
    )

    entry = json.loads(text)
    assert (entry["event"], entry["answer"], entry["logger"]) == ("hello", 42, "my.app")


def log_in_both_ways(log):
    with logs_owned_by(LogOwner("/tides", "4f3a2b1c9d8e7f")):
        logging.getLogger("my.app").warning("one")
        structlog.get_logger("my.app").warning("two")


def test_what_an_application_logs_says_whose_it_is(logged):
    first, second = map(json.loads, logged(log_in_both_ways, format="json").splitlines())

    for entry in (first, second):
        assert entry["application"] == "/tides"
        assert entry["session"] == short_session("4f3a2b1c9d8e7f")


def test_on_the_console_an_applications_line_names_its_logger_too(logged):
    first, second = logged(log_in_both_ways).splitlines()

    assert first.endswith("warning /tides 4f3a2b1c my.app  one")
    assert second.endswith("warning /tides 4f3a2b1c my.app  two")


def test_a_line_that_says_whose_it_is_is_left_alone(logged):
    def say(log):
        with logs_owned_by(LogOwner("/tides", "one")):
            log.observe(OPENED)
            structlog.get_logger("my.app").info("x", session="mine")

    opened, own = map(json.loads, logged(say, format="json").splitlines())
    assert (opened["application"], opened["session"]) == ("/sliders", short_session(OPENED.session))
    assert (own["application"], own["session"]) == ("/tides", "mine")


def test_lines_that_belong_to_a_request_have_its_id_until_it_is_over(logged):
    request = RequestInHand("r1", "4bf92f35", application="/tides", session="s1")

    def say(log):
        with in_hand(request):
            logging.getLogger("my.app").info("meanwhile")
            log.observe(events.PeerFault("10.0.0.1:1", "odd"))
            structlog.get_logger("my.app").info("own", request="mine")
            log.observe(OPENED)
            request.over = True
            logging.getLogger("my.app").info("afterwards")

    *meanwhile, own, opened, afterwards = map(json.loads, logged(say, format="json").splitlines())
    for entry in meanwhile:
        assert (entry["request"], entry["trace"]) == ("r1", "4bf92f35")
        assert (entry["application"], entry["session"]) == ("/tides", short_session("s1"))
    assert own["request"] == "mine"
    assert (opened["request"], opened["application"]) == ("r1", "/sliders")
    assert not {"request", "trace", "application", "session"} & set(afterwards)


def test_names_of_sessions_differ_though_they_begin_alike():
    assert short_session("4f3a2b1c-one") != short_session("4f3a2b1c-two")
    assert short_session("\ud800").startswith("\ud800-")


@pytest.mark.parametrize("form", ["console", "json"])
def test_logger_exception_has_its_traceback_from_either_library(logged, form):
    def log_both(log):
        try:
            1 / 0  # noqa: B018
        except ZeroDivisionError:
            logging.getLogger("one").exception("first")
            structlog.get_logger("two").exception("second")

    assert logged(log_both, format=form).count("ZeroDivisionError") >= 2


def test_less_important_lines_than_the_level_are_not_written(logged):
    text = logged(lambda log: log.observe(OPENED), level="warning")

    assert text == ""


def test_a_record_with_wrong_arguments_is_told_and_does_no_harm(logged):
    text = logged(lambda log: logging.getLogger("my.app").warning("%d things", "no"))

    assert "a record of my.app could not be logged" in text


def test_values_that_json_does_not_know_are_written_as_text(logged):
    class Odd:
        def __repr__(self):
            raise RuntimeError("no")

    def log_odd(log):
        log.logger.info("x", half="\ud800", big=2**70, odd=Odd(), nothing={1: object})

    entry = json.loads(logged(log_odd, format="json"))
    assert entry["event"] == "x"
    assert "whose repr raised RuntimeError" in entry["odd"]


def test_a_failure_that_comes_again_is_told_in_full_once_and_then_counted(logged):
    def fail_often(log):
        for _ in range(500):
            log.observe(failed())

    text = logged(fail_often)
    assert text.count('File "/srv/app.py"') == 1
    assert text.count("\n") == logged(lambda log: log.observe(failed())).count("\n") + 1
    assert "499 times more within 0 s" in text


def test_that_a_dropped_connection_has_closed_goes_without_saying(logged):
    def drop(log):
        for peer in ("10.0.0.1:1", "10.0.0.2:2"):
            if peer == "10.0.0.1:1":
                what = "websocket closed with 1009: too big"
                log.observe(events.PeerFault(peer, what, ValueError("too big")))
            log.observe(events.ConnectionClosed("/a", "s1", peer, 0, 1009, "too big"))

    lines = logged(drop).splitlines()

    assert [line.split()[2] for line in lines] == ["warning", "info"]
    assert lines[0].endswith(
        "dropped the connection of 10.0.0.1:1: websocket closed with 1009: too big"
    )
    assert "10.0.0.2:2" in lines[1]


def test_an_event_that_cannot_be_shown_does_not_reach_the_server(logged):
    class UnspeakableError(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    event = events.ApplicationTaskFailed(application="/", what="task", error=UnspeakableError())

    assert "Unspeakable" in logged(lambda log: log.observe(event))
    assert "Unspeakable" in logged(lambda log: log.observe(event), format="json")


def test_a_log_whose_reader_has_gone_never_raises():
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w")
    with open_log(LoggingSettings(), stream) as log:
        for _ in range(10):
            log.observe(OPENED)
    with contextlib.suppress(BrokenPipeError):
        stream.close()


def test_afterwards_logging_is_as_it_was_before(logged):
    root, bokeh = logging.getLogger(), logging.getLogger("bokeh")
    before = [(one.handlers[:], one.level, one.propagate) for one in (root, bokeh)]

    logged(lambda log: None, level="debug")

    assert [(one.handlers[:], one.level, one.propagate) for one in (root, bokeh)] == before
    assert not structlog.is_configured()
