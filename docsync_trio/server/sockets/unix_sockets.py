"""Listening on a unix socket: its file, whom it belongs to, and who may connect.

Whoever may write to the file may connect. Nobody can before the socket listens, so the file
gets its owner and its mode between the two. It goes with the server; what a dead server has
left behind is replaced, what anybody else has put there is not touched.
"""

import contextlib
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from docsync_trio.base.errors import ServerError
from docsync_trio.config.bind import UnixBind
from docsync_trio.server.sockets.listening import IN_USE, cannot_listen, listen_on

_STALE_SECONDS: Final = 1.0
_AS_IT_IS: Final = -1  # for chown(2)


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


def open_unix(bind: UnixBind) -> socket.socket:
    """Return a socket that listens at *bind*. Raises `ServerError`."""
    owner, group = _number(bind, "user", bind.owner), _number(bind, "group", bind.group)
    _remove_stale(bind)
    sock = UnixListener(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(os.fspath(bind.path))
        sock.owns(bind.path)
        _give(bind, owner, group)
        return listen_on(sock)
    except OSError as error:
        sock.close()
        raise cannot_listen(bind, _why(bind, error)) from error
    except BaseException:
        sock.close()
        raise


def _why(bind: UnixBind, error: OSError) -> str:
    folder = bind.path.absolute().parent
    if isinstance(error, FileNotFoundError):
        return f"there is no folder {folder}"
    if isinstance(error, PermissionError):
        return f"not allowed to make a file in {folder}"
    if error.errno is None:  # Python's own, before it asks the kernel
        return f"{error}; the kernel takes about a hundred bytes"
    return error.strerror or str(error)


def _number(bind: UnixBind, what: str, name: str) -> int:
    """Return the number of the user or group called *name*, which may be one."""
    if not name:
        return _AS_IT_IS
    if name.isdecimal():
        return int(name)
    import grp
    import pwd

    find: Callable[[str], int] = (
        (lambda name: pwd.getpwnam(name).pw_uid)
        if what == "user"
        else (lambda name: grp.getgrnam(name).gr_gid)
    )
    try:
        return find(name)
    except KeyError:
        raise cannot_listen(bind, f"there is no {what} {name!r} on this machine") from None


def _give(bind: UnixBind, owner: int, group: int) -> None:
    """Give the file of *bind* to *owner* and *group*, and then its mode."""
    if owner != _AS_IT_IS or group != _AS_IT_IS:
        try:
            os.chown(bind.path, owner, group, follow_symlinks=False)
        except PermissionError as error:
            whom = ":".join(filter(None, (bind.owner, bind.group)))
            why = f"not allowed to give it to {whom}; only root may give a file to another user, "
            why += "and others to a group that they are in"
            raise cannot_listen(bind, why) from error
    if bind.mode is not None:
        bind.path.chmod(bind.mode)


def _remove_stale(bind: UnixBind) -> None:
    """Remove the file of a server that died, and no other."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(bind.path.lstat().st_mode):
            raise cannot_listen(bind, "there is a file that is no socket; remove it")
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
