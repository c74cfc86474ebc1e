"""Opening the sockets that the server listens on, and saying why one cannot be had.

This happens after the imports, whose mistakes nothing needs to listen for, and before
the server hooks. The sockets listen from the start, although nobody is answered until
the hooks have run: only then is the address surely ours, so that of two servers that
are started together one ends before its hooks have done anything, and takes no unix
socket for the leftover of a dead one. Who connects meanwhile waits in the backlog.
"""

import contextlib
import errno
import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from docsync_trio.base.errors import ServerError
from docsync_trio.config.bind import (
    ALL_IPV4,
    EVERYWHERE,
    Bind,
    FdBind,
    SystemdBind,
    TcpBind,
    UnixBind,
)
from docsync_trio.server.sockets.listening import IN_USE, cannot_listen, listen_on
from docsync_trio.server.sockets.passed_sockets import adopt, open_passed
from docsync_trio.server.sockets.port_holder import who_listens
from docsync_trio.server.sockets.unix_sockets import open_unix

_NO_SUCH_ADDRESS: Final = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
_TRIES: Final = 20

_Address = tuple[socket.AddressFamily, tuple[Any, ...]]


def bind_sockets(
    binds: Sequence[Bind], environ: Mapping[str, str] = os.environ, *, option: str = "--bind "
) -> list[socket.socket]:
    """Return listening, non-blocking sockets for all of *binds*, in their order.

    One bind can have several sockets: a name may stand for an IPv4 and an IPv6
    address, and systemd pass any number (*environ* says which). *option* is what another address
    is said by on the command line. Closing a unix socket
    that we opened removes its file. Raises `ServerError`, with one line for people, and
    keeps nothing open then.
    """
    with contextlib.ExitStack() as opened:
        sockets = [
            opened.enter_context(one)
            for bind in binds
            for one in _open(bind, binds, environ, option)
        ]
        opened.pop_all()
    return sockets


def _open(
    bind: Bind, binds: Sequence[Bind], environ: Mapping[str, str], option: str
) -> list[socket.socket]:
    match bind:
        case TcpBind():
            return _open_tcp(bind, _addresses(bind, beside=binds), option)
        case UnixBind():
            return [open_unix(bind)]
        case FdBind():
            return [adopt(bind)]
        case SystemdBind():
            return open_passed(bind, environ)


def _open_tcp(bind: TcpBind, addresses: Sequence[_Address], option: str) -> list[socket.socket]:
    """Listen at all of *addresses* of *bind*, at one port."""
    tries = 1 if bind.port else _TRIES
    while True:
        tries -= 1
        try:
            return _open_all(bind.port, addresses)
        except OSError as error:
            # The port that the kernel picks at one address may be taken at another.
            if error.errno != errno.EADDRINUSE or not tries:
                raise _cannot_bind(bind, error, option) from error


def _open_all(port: int, addresses: Iterable[_Address]) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    with contextlib.ExitStack() as opened:
        for family, address in addresses:
            one_port = sockets[0].getsockname()[1] if sockets else port
            try:
                one = _listen_tcp(family, (address[0], one_port, *address[2:]))
            except OSError as error:
                # "localhost" may have an IPv6 address on a machine that has no IPv6.
                if error.errno not in _NO_SUCH_ADDRESS:
                    raise
                missing = error
            else:
                sockets.append(opened.enter_context(one))
        if not sockets and missing is not None:
            raise missing
        opened.pop_all()
    return sockets


def _addresses(bind: TcpBind, *, beside: Sequence[Bind]) -> list[_Address]:
    everywhere = bind.host in EVERYWHERE
    try:
        found = socket.getaddrinfo(
            None if everywhere else bind.host,
            bind.port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )
    except (socket.gaierror, UnicodeError) as error:
        why = f"there is no host {bind.host!r} here; try 127.0.0.1:{bind.port}"
        raise cannot_listen(bind, why) from error
    addresses = dict.fromkeys((family, address) for family, _, _, _, address in found)
    # Two sockets, and not one for both families: there an IPv4 address would look like an
    # IPv6 one, and no rule about addresses would know it.
    leave_out = everywhere and bind.port != 0 and TcpBind(ALL_IPV4, bind.port) in beside
    return [each for each in addresses if not (leave_out and each[0] == socket.AF_INET)]


def _listen_tcp(family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Connections of the server that ran here a moment ago do not hold the port.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        return listen_on(sock)
    except BaseException:
        sock.close()
        raise


def _cannot_bind(bind: TcpBind, error: OSError, option: str) -> ServerError:
    port = bind.port
    match error.errno:
        case errno.EADDRINUSE:
            holder = who_listens(port)
            taken = f"{bind} is taken by {holder}" if holder else f"{bind} is taken"
            free = TcpBind(bind.host, 0)
            text = f"{taken}; end it, or listen elsewhere: {option}{free} finds a free port"
        case errno.EACCES | errno.EPERM:
            text = f"not allowed to listen at {bind}; ports below 1024 need the right to"
            text += " (CAP_NET_BIND_SERVICE), others do not"
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            text = f"cannot listen at {bind}: this machine has no such address"
            text += f'; ":{port}" is all of its addresses'
        case _:
            text = f"cannot listen at {bind}: {error.strerror or error}"
    return ServerError(text, status=IN_USE)
