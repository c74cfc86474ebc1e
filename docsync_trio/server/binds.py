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
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from docsync_trio.base.errors import ServerError
from docsync_trio.config.bind import Bind, FdBind, TcpBind, UnixBind
from docsync_trio.server.port_holder import who_listens

BACKLOG: Final = 1024
"""Connections that wait to be accepted; the kernel lowers it to its own bound. A
restarted server meets all its browsers at once."""

IN_USE: Final = 3
"""The exit status for an address that cannot be had."""

_STALE_SECONDS: Final = 1.0
_NO_SUCH_ADDRESS: Final = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def bind_sockets(binds: Sequence[Bind]) -> list[socket.socket]:
    """Return listening, non-blocking sockets for all of *binds*, in their order.

    One bind can have several sockets: a name may stand for an IPv4 and an IPv6
    address. Closing a unix socket removes its file. Raises `ServerError`, with one
    line for people, and keeps nothing open then.
    """
    with contextlib.ExitStack() as opened:
        sockets = [opened.enter_context(one) for bind in binds for one in _open(bind)]
        opened.pop_all()
    return sockets


def _open(bind: Bind) -> list[socket.socket]:
    match bind:
        case TcpBind():
            return _open_tcp(bind)
        case UnixBind():
            return [_open_unix(bind)]
        case FdBind():
            return [_adopt(bind)]


def _open_tcp(bind: TcpBind) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    with contextlib.ExitStack() as opened:
        for family, address in _addresses(bind):
            # Port 0 is to be one port, also for a name with two addresses.
            port = bind.port or (sockets[0].getsockname()[1] if sockets else 0)
            try:
                one = opened.enter_context(_listen_tcp(family, (address[0], port, *address[2:])))
            except OSError as error:
                # "localhost" may have an IPv6 address on a machine that has no IPv6.
                if error.errno not in _NO_SUCH_ADDRESS:
                    raise _cannot_bind(bind, error) from error
                missing = error
            else:
                sockets.append(one)
        if not sockets and missing is not None:
            raise _cannot_bind(bind, missing) from missing
        opened.pop_all()
    return sockets


def _addresses(bind: TcpBind) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    try:
        found = socket.getaddrinfo(
            bind.host or None, bind.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (socket.gaierror, UnicodeError) as error:
        text = f"cannot listen at {bind}: there is no host {bind.host!r} here"
        raise ServerError(f"{text}; try 127.0.0.1:{bind.port}", status=IN_USE) from error
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def _listen_tcp(family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Connections of the server that ran here a moment ago do not hold the port.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(address)
        return _listen(sock)
    except BaseException:
        sock.close()
        raise


def _listen(sock: socket.socket) -> socket.socket:
    sock.listen(BACKLOG)
    sock.settimeout(0)
    return sock


def _cannot_bind(bind: TcpBind, error: OSError) -> ServerError:
    port = bind.port
    match error.errno:
        case errno.EADDRINUSE:
            holder = who_listens(port)
            taken = f"{bind} is taken by {holder}" if holder else f"{bind} is taken"
            free = TcpBind(bind.host, 0)
            text = f"{taken}; end it, or listen elsewhere: --bind {free} finds a free port"
        case errno.EACCES | errno.EPERM:
            text = f"not allowed to listen at {bind}; ports below 1024 need the right to"
            text += " (CAP_NET_BIND_SERVICE), others do not"
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            text = f"cannot listen at {bind}: this machine has no such address"
            text += f'; ":{port}" is all of its addresses'
        case _:
            text = f"cannot listen at {bind}: {error.strerror or error}"
    return ServerError(text, status=IN_USE)


class UnixListener(socket.socket):
    """A listening unix socket that removes its file when it is closed."""

    _made: tuple[Path, int] | None = None

    def owns(self, path: Path) -> None:
        """Remember that the file at *path* is ours."""
        self._made = (path, path.stat().st_ino)

    def close(self) -> None:
        """Close, and remove the file unless another server has put its own there."""
        super().close()
        if self._made is not None:
            path, inode = self._made
            self._made = None
            with contextlib.suppress(OSError):
                if path.stat().st_ino == inode:
                    path.unlink()


def _open_unix(bind: UnixBind) -> socket.socket:
    _remove_stale(bind)
    sock = UnixListener(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(os.fspath(bind.path))
        sock.owns(bind.path)
        return _listen(sock)
    except OSError as error:
        sock.close()
        text = f"cannot listen at {bind}: {error.strerror or error}"
        raise ServerError(text, status=IN_USE) from error
    except BaseException:
        sock.close()
        raise


def _remove_stale(bind: UnixBind) -> None:
    """Remove the file of a server that died, and no other."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(bind.path.lstat().st_mode):
            text = f"cannot listen at {bind}: there is a file that is no socket; remove it"
            raise ServerError(text, status=IN_USE)
        if _somebody_answers(bind.path):
            text = f"{bind} is taken: somebody answers there; end it, or listen elsewhere"
            raise ServerError(text, status=IN_USE)
        bind.path.unlink()


def _somebody_answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_STALE_SECONDS)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            return False
        except OSError:
            # A full backlog, no permission: no proof that nobody is there.
            return True
        return True


def _adopt(bind: FdBind) -> socket.socket:
    try:
        sock = socket.socket(fileno=bind.number)
        return _listen(sock)
    except OSError as error:
        text = f"cannot listen at {bind}: {error.strerror or error}"
        text += "; the service manager has to open a listening socket under that number"
        raise ServerError(text, status=IN_USE) from error
