"""What logs call the other end of a connection."""

import socket

import pytest

from docsync_trio.server.peer_name import peer_of_scope, peer_of_socket


@pytest.mark.parametrize(
    ("client", "name"),
    [(("10.0.0.9", 4711), "10.0.0.9:4711"), (["::1", 80], "[::1]:80"), (None, "unix")],
)
def test_the_peer_of_a_scope_is_its_client(client, name):
    assert peer_of_scope({"client": client}) == name


def test_a_scope_need_not_name_its_client():
    assert peer_of_scope({}) == "unix"


def test_the_peer_of_a_socket_is_who_connected():
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0] as server,
    ):
        assert peer_of_socket(server) == f"127.0.0.1:{client.getsockname()[1]}"
    with socket.socket() as nobody:
        assert peer_of_socket(nobody) == "gone"


def test_the_peer_of_a_unix_socket_has_no_address():
    one, other = socket.socketpair()
    with one, other:
        assert peer_of_socket(one) == "unix"
