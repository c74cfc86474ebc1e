"""Sockets that are opened as a site wants them, and closed behind a test."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from docsync_trio.base.errors import ServerError
from docsync_trio.server.sockets.binds import bind_sockets


@contextlib.contextmanager
def closing_all() -> Iterator:
    """Gives what opens binds; closes their sockets at the end of the block."""
    with contextlib.ExitStack() as stack:

        def open_all(*binds, **more):
            return [stack.enter_context(sock) for sock in bind_sockets(binds, **more)]

        yield open_all


def refused(*binds, **more):
    """Return the one line that says why *binds* cannot be had."""
    with pytest.raises(ServerError) as raised:
        bind_sockets(binds, **more)
    text = str(raised.value)
    assert "\n" not in text
    assert raised.value.status == 3
    return text


def connect(sock):
    """Connect to where *sock* listens."""
    with socket.socket(sock.family) as client:
        client.connect(sock.getsockname())
