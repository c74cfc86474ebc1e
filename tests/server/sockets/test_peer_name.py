"""What logs call the other end of a connection."""

import socket

import pytest

from docsync_trio.server.sockets.peer_name import address_of_peer, name_of, peer_of_scope


@pytest.mark.parametrize(
    ("client", "name"),
    [
        (("10.0.0.9", 4711), "10.0.0.9:4711"),
        (["::1", 80], "[::1]:80"),
        (("2001:db8::7", 0), "2001:db8::7"),
        (None, "unix"),
    ],
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
        assert address_of_peer(server) == client.getsockname()
    with socket.socket() as nobody:
        assert name_of(address_of_peer(nobody)) == "gone"


def test_the_peer_of_a_unix_socket_has_no_address():
    one, other = socket.socketpair()
    with one, other:
        assert address_of_peer(one) is None
