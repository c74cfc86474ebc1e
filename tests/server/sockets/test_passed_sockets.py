import contextlib
import os
import socket

import pytest

from docsync_trio.config.bind import FdBind, SystemdBind, TcpBind
from docsync_trio.server.sockets import passed_sockets
from docsync_trio.server.sockets.passed_sockets import Passed, left_waiting, passed_by_systemd
from docsync_trio.server.sockets.peer_name import address_of_peer
from tests.server.listeners import closing_all, connect, refused


@pytest.fixture
def opened():
    with closing_all() as open_all:
        yield open_all


def test_an_inherited_socket_is_listened_on(opened):
    with socket.socket() as inherited:
        inherited.bind(("127.0.0.1", 0))
        (sock,) = opened(FdBind(inherited.detach()))

    assert sock.family == socket.AF_INET
    connect(sock)


def test_a_descriptor_that_is_no_socket_is_one_line(tmp_path):
    with (tmp_path / "file").open("w") as file:
        text = refused(FdBind(file.fileno()))

    assert "service manager" in text


HIGH = 200


def environ(count, names=None, pid=None):
    """What systemd puts into the environment."""
    told = {"LISTEN_PID": str(pid or os.getpid()), "LISTEN_FDS": str(count)}
    return told if names is None else told | {"LISTEN_FDNAMES": names}


@pytest.fixture
def passed(monkeypatch):
    """Three listening sockets, as if they had been passed: TCP, unix, TCP."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=7) as first,
        socket.socket(socket.AF_UNIX) as second,
        socket.create_server(("127.0.0.1", 0)) as third,
    ):
        second.bind(f"\0docsync-{os.getpid()}")
        second.listen()
        numbers = [HIGH, HIGH + 1, HIGH + 2]
        for number, sock in zip(numbers, (first, second, third), strict=True):
            os.dup2(sock.fileno(), number)
    # As a rule the numbers begin at 3; here those are taken.
    monkeypatch.setattr(passed_sockets, "FIRST", HIGH)
    yield numbers
    for number in numbers:
        # The others went with the sockets that took them over.
        with contextlib.suppress(OSError):
            os.close(number)


def test_all_sockets_of_systemd_are_taken_in_their_order(passed, opened):
    sockets = opened(SystemdBind(), environ=environ(3))

    assert [sock.fileno() for sock in sockets] == passed
    assert [sock.family for sock in sockets] == [socket.AF_INET, socket.AF_UNIX, socket.AF_INET]
    assert not any(sock.getblocking() or sock.get_inheritable() for sock in sockets)
    for sock in sockets:
        connect(sock)


def test_those_of_a_name_may_be_taken_alone(passed, opened):
    sockets = opened(SystemdBind("web"), environ=environ(3, "web:own:web"))

    assert [sock.fileno() for sock in sockets] == [passed[0], passed[2]]


def test_what_systemd_says_is_read():
    assert passed_by_systemd(environ(2)) == (Passed(3, "unknown"), Passed(4, "unknown"))
    assert passed_by_systemd(environ(2, "a:b")) == (Passed(3, "a"), Passed(4, "b"))
    assert passed_by_systemd(environ(1, pid=1)) == ()
    assert passed_by_systemd(environ("many")) == ()
    assert passed_by_systemd({}) == ()


def test_a_socket_that_is_not_passed_is_one_line_that_says_what_to_do():
    assert "let a socket unit start this" in refused(SystemdBind(), environ={})
    text = refused(SystemdBind("web"), environ=environ(2, "a:b"))
    assert text == (
        "cannot listen at systemd:web: systemd has passed no socket of this name; there are: a, b"
    )
    text = refused(SystemdBind(), environ=environ(1, pid=1))
    assert f"sockets are for process 1, and this is {os.getpid()}" in text


def test_a_socket_that_nobody_takes_is_warned_of():
    there = environ(2, "a:b")

    assert "systemd passes sockets (a, b) and nobody listens" in left_waiting(
        [TcpBind("", 1)], there
    )
    assert left_waiting([TcpBind("", 1)], {}) == ""
    assert left_waiting([FdBind(3)], there) == ""
    assert left_waiting([SystemdBind("a")], there) == ""


def test_a_connection_in_the_place_of_a_listening_socket_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        text = refused(FdBind(ours.detach()))

    assert "Accept=no" in text


def test_who_waits_in_the_queue_is_served_by_who_comes_next(opened):
    with socket.create_server(("127.0.0.1", 0)) as kept:
        (before,) = opened(FdBind(os.dup(kept.fileno())))
        before.close()
        with socket.create_connection(kept.getsockname()) as visitor:
            (after,) = opened(FdBind(os.dup(kept.fileno())))
            visitor.sendall(b"hello")
            after.settimeout(10)
            peer, _ = after.accept()
            with peer:
                assert peer.recv(5) == b"hello"


def test_a_visitor_by_ipv4_of_a_socket_for_both_families_has_an_ipv4_address():
    try:
        listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    except (OSError, ValueError):
        pytest.skip("this machine has no IPv6")
    with listener, socket.create_connection(("127.0.0.1", listener.getsockname()[1])) as visitor:
        peer, _ = listener.accept()
        with peer:
            assert address_of_peer(peer) == visitor.getsockname()
