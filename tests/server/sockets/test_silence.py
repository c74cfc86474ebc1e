import math
import socket

import pytest

from docsync_trio.server.sockets.silence import give_up_silent_peer

linux = pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the platform has no TCP_USER_TIMEOUT"
)


def options(sock, *names):
    return [sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in names]


@linux
def test_the_kernel_gives_up_when_the_pings_would():
    with socket.socket() as sock:
        give_up_silent_peer(sock, ping=25.0, pong=20.0)

        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert options(sock, "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT") == [25, 4, 5]
        assert options(sock, "TCP_USER_TIMEOUT") == [45_000]


@linux
@pytest.mark.parametrize("seconds", [0.1, 1e9])
def test_times_that_the_kernel_cannot_keep_become_the_nearest_that_it_can(seconds):
    with socket.socket() as sock:
        give_up_silent_peer(sock, ping=seconds, pong=seconds)

        assert options(sock, "TCP_KEEPIDLE")[0] in {1, 32767}


@linux
@pytest.mark.parametrize(("ping", "pong"), [(math.inf, 5.0), (5.0, math.inf)])
def test_off_leaves_it_to_the_operating_system(ping, pong):
    with socket.socket() as sock:
        before = options(sock, "TCP_KEEPIDLE", "TCP_USER_TIMEOUT")
        give_up_silent_peer(sock, ping=ping, pong=pong)

        assert options(sock, "TCP_KEEPIDLE", "TCP_USER_TIMEOUT") == before


def test_unix_sockets_are_left_alone():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        give_up_silent_peer(ours, ping=1.0, pong=1.0)
