"""The file of users, read anew when it has changed, and the checking of passwords."""

import math
import os
import pathlib
from contextlib import suppress
from functools import partial
from typing import Final

import attrs
import trio

from docsync_trio.base.errors import Refusal
from docsync_trio.sign_in.passwords import Account, fits, nobodys_hash, read_users
from docsync_trio.sign_in.throttle import Throttle

AT_ONCE: Final = 2
"""Passwords that are checked at once: each check takes 32 MB and all of a processor."""

MOST_WAITING: Final = 20
_WRONG: Final = "The name or the password is wrong"


class WrongPasswordError(Refusal):
    """The visitor's: name and password do not go together; *hint* has more for the log."""


@attrs.define(eq=False)
class AccountFile:
    """The users in the file *path*.

    *accounts* are those of the last time that it could be read. Raises ``ValueError``, OSError,
    if it cannot be read at the start.
    """

    path: pathlib.Path
    _throttle: Throttle = attrs.field(factory=Throttle, init=False)
    _limiter: trio.CapacityLimiter = attrs.field(init=False)
    _read: tuple[int, int, int] | None = attrs.field(default=None, init=False)
    _accounts: dict[str, Account] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self._limiter = trio.CapacityLimiter(AT_ONCE)
        self.look()

    def look(self) -> None:
        """Read the file if it has changed. Raises ``ValueError``, OSError."""
        status = os.stat(self.path)  # noqa: PTH116 - twice as quick, at every request
        state = (status.st_mtime_ns, status.st_size, status.st_ino)
        if state != self._read:
            self._accounts = read_users(self.path.read_text(encoding="utf-8"))
            self._read = state

    def account(self, name: str) -> Account | None:
        """Return the account of that name, as the file has it now.

        A file that cannot be read just now, as it is being written, is as it was.
        """
        with suppress(OSError, ValueError):
            self.look()
        return self._accounts.get(name)

    async def check(self, name: str, password: str, address: str | None) -> Account:
        """Return the account of *name* if the password is theirs.

        Names that are not there take as long. Raises `WrongPasswordError`, and `Refusal` for who
        tries too often (429), or when too many try at once (503).
        """
        wait = self._throttle.wait(name, address, trio.current_time())
        if wait:
            seconds = math.ceil(wait)
            text = f"Too many attempts. Please try again in {seconds} s"
            raise Refusal(429, text, hint="passwords are tried too often", retry_after=seconds)
        if self._limiter.statistics().tasks_waiting >= MOST_WAITING:
            text = "Too many people sign in just now. Please try again"
            raise Refusal(503, text, retry_after=5)
        # Counted before it is known, so that many at once are not one try.
        self._throttle.failed(name, address, trio.current_time())
        account = self.account(name)
        check = partial(_fits, password, None if account is None else account.hash)
        right = await trio.to_thread.run_sync(check, limiter=self._limiter)
        if not right or account is None:
            known = "an unknown name" if account is None else f"a wrong password for {name!r}"
            raise WrongPasswordError(403, _WRONG, hint=known)
        self._throttle.succeeded(name, address)
        return account


def _fits(password: str, stored: str | None) -> bool:
    right = fits(password, stored or nobodys_hash())
    return right and stored is not None
