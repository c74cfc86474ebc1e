import errno
import os
import socket
from pathlib import Path

import pytest

from docsync_trio.base.errors import ServerError
from docsync_trio.config.bind import TcpBind, UnixBind
from docsync_trio.server.sockets import binds
from docsync_trio.server.sockets.port_holder import who_listens
from tests.server.listeners import closing_all, connect, refused


@pytest.fixture
def opened():
    with closing_all() as open_all:
        yield open_all


BOTH_LOOPBACKS = [
    (socket.AF_INET, ("127.0.0.1", 0)),
    (socket.AF_INET6, ("::1", 0, 0, 0)),
]


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def accept(sock):
    sock.settimeout(10)
    return sock.accept()


def test_port_0_picks_one(opened):
    (sock,) = opened(TcpBind("127.0.0.1", 0))

    assert sock.getsockname()[1] > 0
    assert sock.getblocking() is False
    connect(sock)


def test_several_binds_are_opened_in_their_order(opened, tmp_path):
    first, second = opened(TcpBind("127.0.0.1", 0), UnixBind(tmp_path / "s"))

    assert first.family == socket.AF_INET
    assert second.family == socket.AF_UNIX


def test_no_host_is_every_address_at_one_port(opened):
    sockets = opened(TcpBind("", 0))

    assert len({sock.getsockname()[1] for sock in sockets}) == 1
    connect(sockets[0])


@ipv6
def test_ipv6_is_spoken_where_there_is_some(opened):
    (sock,) = opened(TcpBind("::1", 0))

    connect(sock)


@ipv6
@pytest.mark.parametrize("host", ["", "::", "localhost"])
def test_browsers_of_both_families_find_one_port(opened, host):
    sockets = opened(TcpBind(host, 0))
    (port,) = {sock.getsockname()[1] for sock in sockets}

    families = {sock.family for sock in sockets}
    # Not every machine says that localhost has an IPv6 address.
    assert families >= ({socket.AF_INET} if host else {socket.AF_INET, socket.AF_INET6})
    for sock in sockets:
        loopback = "127.0.0.1" if sock.family == socket.AF_INET else "::1"
        with socket.create_connection((loopback, port)):
            peer, address = accept(sock)
        peer.close()
        assert address[0] == loopback


@ipv6
def test_ipv4_may_be_an_address_of_its_own(opened):
    port = free_port()

    sockets = opened(TcpBind("::", port), TcpBind("0.0.0.0", port))

    assert [sock.family for sock in sockets] == [socket.AF_INET6, socket.AF_INET]


@ipv6
def test_a_port_that_is_picked_is_free_in_both_families(opened, monkeypatch):
    # A port that is free in the one family, where many listen, and taken in the other.
    port = free_port()
    with socket.create_server(("::1", port), family=socket.AF_INET6):
        listen, picked = binds._listen_tcp, []

        def pick(family, address):
            if address[1] == 0 and not picked:
                address = (address[0], port, *address[2:])
            picked.append(address)
            return listen(family, address)

        monkeypatch.setattr(binds, "_listen_tcp", pick)
        monkeypatch.setattr(binds, "_addresses", lambda bind, beside: BOTH_LOOPBACKS)
        sockets = opened(TcpBind("localhost", 0))

    assert len(picked) == 4
    assert len({sock.getsockname()[1] for sock in sockets} - {port}) == 1


def test_a_port_that_is_taken_between_binding_and_listening_is_taken(monkeypatch):
    listen = socket.socket.listen
    with socket.socket() as other:
        # Neither listens, so both may have the address.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 0))

        def listen_second(sock, backlog):
            listen(other)
            listen(sock, backlog)

        monkeypatch.setattr(socket.socket, "listen", listen_second)
        port = other.getsockname()[1]
        assert f"127.0.0.1:{port} is taken" in refused(TcpBind("127.0.0.1", port))


def test_a_taken_port_is_one_line_that_says_by_whom_and_what_to_do(opened):
    (sock,) = opened(TcpBind("127.0.0.1", 0))
    port = sock.getsockname()[1]

    text = refused(TcpBind("127.0.0.1", port))

    assert text.startswith(f"127.0.0.1:{port} is taken by ")
    assert f"(process {os.getpid()})" in text
    assert "--bind 127.0.0.1:0" in text
    with pytest.raises(ServerError, match=r"elsewhere: --set monitoring\.bind=127\.0\.0\.1:0"):
        binds.bind_sockets((TcpBind("127.0.0.1", port),), option="--set monitoring.bind=")


def test_when_one_cannot_be_had_none_is_kept(opened):
    (taken,) = opened(TcpBind("127.0.0.1", 0))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        free = probe.getsockname()[1]

    refused(TcpBind("127.0.0.1", free), TcpBind("127.0.0.1", taken.getsockname()[1]))

    (sock,) = opened(TcpBind("127.0.0.1", free))
    connect(sock)


def test_an_unknown_host_is_one_line(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert "there is no host 'nowhere'" in refused(TcpBind("nowhere", 80))


def test_an_address_of_another_machine_is_one_line():
    assert "no such address" in refused(TcpBind("192.0.2.1", 8080))


def test_a_port_that_is_not_allowed_is_one_line(monkeypatch):
    def bind(self, address):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", bind)

    assert "not allowed to listen at 127.0.0.1:80" in refused(TcpBind("127.0.0.1", 80))


def test_who_listens_is_unknown_where_nothing_tells(tmp_path):
    assert who_listens(80, tmp_path) == ""


def test_who_listens_ignores_processes_that_cannot_be_looked_into(tmp_path):
    (tmp_path / "net").mkdir()
    fields = "0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77"
    (tmp_path / "net" / "tcp").write_text(f"header\n{fields}\n")
    (tmp_path / "12").mkdir()
    holder = tmp_path / "34"
    (holder / "fd").mkdir(parents=True)
    (holder / "fd" / "5").symlink_to(Path("socket:[77]"))
    (holder / "cmdline").write_bytes(b"python3\0app\n.py\0" + b"x" * 100)

    told = who_listens(8080, tmp_path)

    assert told.startswith("python3 app?.py xx")
    assert told.endswith("... (process 34)")
