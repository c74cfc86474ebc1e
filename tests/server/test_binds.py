import contextlib
import errno
import os
import socket
from pathlib import Path

import pytest

from docsync_trio.base.errors import ServerError
from docsync_trio.config.bind import FdBind, TcpBind, UnixBind
from docsync_trio.server.binds import bind_sockets
from docsync_trio.server.port_holder import who_listens


@pytest.fixture
def opened():
    with contextlib.ExitStack() as stack:

        def open_all(*binds):
            return [stack.enter_context(sock) for sock in bind_sockets(binds)]

        yield open_all


def refused(*binds):
    with pytest.raises(ServerError) as raised:
        bind_sockets(binds)
    text = str(raised.value)
    assert "\n" not in text
    assert raised.value.status == 3
    return text


def connect(sock):
    with socket.socket(sock.family) as client:
        client.connect(sock.getsockname())


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


def test_ipv6_is_spoken_where_there_is_some(opened):
    try:
        (sock,) = opened(TcpBind("::1", 0))
    except ServerError:
        pytest.skip("this machine has no IPv6")

    connect(sock)


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


def test_a_unix_socket_goes_with_its_server(tmp_path):
    path = tmp_path / "site.sock"
    (sock,) = bind_sockets([UnixBind(path)])
    connect(sock)

    sock.close()

    assert not path.exists()


def test_the_file_of_a_server_that_died_is_replaced(tmp_path, opened):
    path = tmp_path / "site.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    (sock,) = opened(UnixBind(path))

    connect(sock)


def test_the_file_of_a_living_server_is_not_touched(tmp_path, opened):
    path = tmp_path / "site.sock"
    (sock,) = opened(UnixBind(path))

    assert "somebody answers" in refused(UnixBind(path))
    connect(sock)


def test_the_file_of_our_successor_is_not_removed(tmp_path, opened):
    path = tmp_path / "site.sock"
    (old,) = bind_sockets([UnixBind(path)])
    path.rename(tmp_path / "away")
    (new,) = opened(UnixBind(path))

    old.close()

    connect(new)


def test_a_file_that_is_no_socket_is_not_touched(tmp_path):
    path = tmp_path / "precious.txt"
    path.write_text("data")

    assert "no socket" in refused(UnixBind(path))
    assert path.read_text() == "data"


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    assert "No such file or directory" in refused(UnixBind(tmp_path / "no" / "s"))


def test_a_path_that_is_too_long_is_one_line(tmp_path):
    assert "too long" in refused(UnixBind(tmp_path / ("x" * 200)))


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
