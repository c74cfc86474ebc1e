import os
import socket
import stat

import pytest

from docsync_trio.config.bind import UnixBind
from docsync_trio.server.sockets.binds import bind_sockets
from tests.server.listeners import closing_all, connect, refused


@pytest.fixture
def opened():
    with closing_all() as open_all:
        yield open_all


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
    assert f"there is no folder {tmp_path / 'no'}" in refused(UnixBind(tmp_path / "no" / "s"))


def test_a_path_that_is_too_long_is_one_line(tmp_path):
    assert "too long" in refused(UnixBind(tmp_path / ("x" * 200)))


def test_the_file_has_its_mode_and_its_owner_before_anybody_can_connect(
    tmp_path, opened, monkeypatch
):
    path = tmp_path / "site.sock"
    listen, seen = socket.socket.listen, []

    def listen_later(sock, backlog):
        seen.append(path.stat())
        listen(sock, backlog)

    monkeypatch.setattr(socket.socket, "listen", listen_later)
    me = path.parent.stat()
    (sock,) = opened(UnixBind(path, 0o620, str(me.st_uid), str(os.getgid())))

    (found,) = seen
    assert stat.S_IMODE(found.st_mode) == 0o620
    assert (found.st_uid, found.st_gid) == (me.st_uid, os.getgid())
    connect(sock)


def test_an_owner_may_be_a_name(tmp_path, opened):
    pwd, grp = pytest.importorskip("pwd"), pytest.importorskip("grp")
    user, group = pwd.getpwuid(os.getuid()), grp.getgrgid(os.getgid())
    path = tmp_path / "site.sock"

    opened(UnixBind(path, None, user.pw_name, group.gr_name))

    assert (path.stat().st_uid, path.stat().st_gid) == (user.pw_uid, group.gr_gid)


@pytest.mark.parametrize(
    ("bind", "why"),
    [
        ({"owner": "no-such-user"}, "there is no user 'no-such-user' on this machine"),
        ({"group": "no-such-group"}, "there is no group 'no-such-group' on this machine"),
    ],
)
def test_an_unknown_owner_is_one_line_and_leaves_no_file(tmp_path, bind, why):
    path = tmp_path / "site.sock"

    assert refused(UnixBind(path, **bind)) == f"cannot listen at unix:{path}: {why}"
    assert not path.exists()


def test_an_owner_that_may_not_be_given_is_one_line_and_leaves_no_file(tmp_path, monkeypatch):
    def chown(*args, **more):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", chown)
    path = tmp_path / "site.sock"

    text = refused(UnixBind(path, None, "0", "0"))

    assert "not allowed to give it to 0:0; only root may" in text
    assert not path.exists()
