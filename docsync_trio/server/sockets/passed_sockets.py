"""Listening sockets that whoever started us has opened: systemd's, or any by its number.

Such a socket outlives us. We stop accepting when we end, and close what we have of it; who
connects then waits in its queue for the next server, and nobody is refused. systemd says in
the environment how many there are, from which number on, for which process, and what they
are called (sd_listen_fds(3)).
"""

import os
import socket
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from docsync_trio.config.bind import Bind, FdBind, SystemdBind
from docsync_trio.server.sockets.listening import cannot_listen, listen_on

FIRST: Final = 3
"""The number of the first descriptor that systemd passes."""

_UNNAMED: Final = "unknown"
_NONE_PASSED: Final = (
    "systemd has passed no socket; let a socket unit start this, or try it with "
    "systemd-socket-activate -l 5006 docsync run ..."
)


@attrs.frozen
class Passed:
    """A descriptor that systemd passed, and what it is called."""

    number: int
    name: str


def passed_by_systemd(environ: Mapping[str, str]) -> tuple[Passed, ...]:
    """Return what *environ* says was passed to this process, in order; empty if nothing was."""
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return ()
    count = environ.get("LISTEN_FDS", "")
    numbers = range(FIRST, FIRST + int(count)) if count.isdecimal() else range(0)
    names = environ.get("LISTEN_FDNAMES", "").split(":")
    names += [""] * (len(numbers) - len(names))
    return tuple(
        Passed(number, name or _UNNAMED) for number, name in zip(numbers, names, strict=False)
    )


def open_passed(bind: SystemdBind, environ: Mapping[str, str]) -> list[socket.socket]:
    """Return the sockets of systemd that *bind* asks for. Raises `ServerError`."""
    passed = passed_by_systemd(environ)
    wanted = [one for one in passed if bind.name in {"", one.name}]
    if wanted:
        return [adopt(FdBind(one.number)) for one in wanted]
    if passed:
        names = ", ".join(dict.fromkeys(one.name for one in passed))
        why = f"systemd has passed no socket of this name; there are: {names}"
    elif "LISTEN_PID" in environ:
        why = f"systemd's sockets are for process {environ['LISTEN_PID']}, and this is "
        why += f"{os.getpid()}; what stands before docsync in ExecStart= has to become it (exec)"
    else:
        why = _NONE_PASSED
    raise cannot_listen(bind, why)


def left_waiting(binds: Iterable[Bind], environ: Mapping[str, str]) -> str:
    """Return a warning if systemd passes sockets and *binds* take none of them, or ``""``."""
    passed = passed_by_systemd(environ)
    if not passed or any(isinstance(bind, SystemdBind | FdBind) for bind in binds):
        return ""
    names = ", ".join(one.name for one in passed)
    return (
        f"systemd passes sockets ({names}) and nobody listens on them, so that whoever connects "
        'waits for ever; set server.bind = "systemd"'
    )


def adopt(bind: FdBind) -> socket.socket:
    """Return the listening socket that has the number of *bind*. Raises `ServerError`."""
    try:
        os.set_inheritable(bind.number, False)  # noqa: FBT003 - its second argument has no name
        sock = socket.socket(fileno=bind.number)
    except OSError as error:
        why = f"{error.strerror or error}; a service manager has to open a socket under that number"
        raise cannot_listen(bind, why) from error
    try:
        return _listening(sock)
    except OSError as error:
        sock.close()
        why = f"{error.strerror or error}; it has to be a stream socket that listens, and not a "
        why += "connection (Accept=no in a socket unit)"
        raise cannot_listen(bind, why) from error


def _listening(sock: socket.socket) -> socket.socket:
    """Have *sock* listen, unless it does: its queue is as long as its owner wants it."""
    if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        sock.settimeout(0)
        return sock
    return listen_on(sock)
