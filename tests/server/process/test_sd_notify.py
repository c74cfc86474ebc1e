import itertools
import os
import socket
import threading

import pytest

from docsync_trio.server.process.sd_notify import Notifier, watchdog, watchdog_period


@pytest.fixture(params=["file", "name"])
def systemd(request, tmp_path):
    """What systemd listens on, and the environment that says so."""
    name = f"docsync-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.settimeout(10)
        sock.bind(str(tmp_path / "n") if request.param == "file" else f"\0{name}")
        place = str(tmp_path / "n") if request.param == "file" else f"@{name}"
        yield sock, {"NOTIFY_SOCKET": place}


def heard(sock):
    return sock.recv(1000).decode().split("\n")


def no_warning(text):
    raise AssertionError(text)


def test_systemd_is_told_when_the_server_is_ready_and_when_it_ends(systemd):
    sock, environ = systemd
    notifier = Notifier.of(environ, no_warning)

    notifier.ready("serves at http://127.0.0.1:5006")
    notifier.stopping("says goodbye", 30.0)
    notifier.stopping("says goodbye", float("inf"))

    assert heard(sock) == ["READY=1", "STATUS=serves at http://127.0.0.1:5006"]
    # It may take longer than systemd would wait.
    assert heard(sock) == ["STOPPING=1", "STATUS=says goodbye", "EXTEND_TIMEOUT_USEC=35000000"]
    assert heard(sock) == ["STOPPING=1", "STATUS=says goodbye"]


def test_where_there_is_no_systemd_nobody_is_told():
    notifier = Notifier.of({}, no_warning)

    notifier.ready("here")
    notifier.stopping("there", 30.0)


def test_a_systemd_that_cannot_be_told_is_warned_of(tmp_path):
    warnings = []
    notifier = Notifier.of({"NOTIFY_SOCKET": str(tmp_path / "gone")}, warnings.append)

    notifier.ready("here")
    notifier.stopping("there", 30.0)

    (warning,) = warnings
    assert warning.startswith("systemd cannot be told that the server is ready (NOTIFY_SOCKET)")


def test_the_watchdog_hears_nothing_while_the_loop_is_stuck(systemd):
    sock, environ = systemd
    environ |= {"WATCHDOG_USEC": "2000", "WATCHDOG_PID": str(os.getpid())}
    asked, told = itertools.count(), threading.Event()

    def is_alive():
        return next(asked) not in {2, 3}

    def warn(text):
        assert "WatchdogSec=" in text
        assert not told.is_set()  # once
        told.set()

    with watchdog(Notifier.of(environ, no_warning), environ, is_alive, warn):
        assert [heard(sock) for _ in range(2)] == [["WATCHDOG=1"]] * 2
        assert told.wait(10)
        assert heard(sock) == ["WATCHDOG=1"]
        assert next(asked) >= 5


def test_without_a_watchdog_there_is_no_thread():
    with watchdog(Notifier.of({}, no_warning), {}, lambda: True, no_warning):
        assert "docsync watchdog" not in {each.name for each in threading.enumerate()}


@pytest.mark.parametrize(
    ("environ", "period"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_hears_twice_as_often_as_it_wants_to(environ, period):
    assert watchdog_period(environ) == period
