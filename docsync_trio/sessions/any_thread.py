"""Let application code call into a session from whatever thread it runs in."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import attrs
import trio

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("docsync_trio.threads")


def _current_token() -> trio.lowlevel.TrioToken:
    return trio.lowlevel.current_trio_token()


@attrs.frozen
class HomeThread:
    """The thread in which Trio runs; made there."""

    _token: trio.lowlevel.TrioToken = attrs.field(factory=_current_token, init=False)
    _thread: int = attrs.field(factory=threading.get_ident, init=False)

    def is_here(self) -> bool:
        """Whether the caller is in this thread."""
        return threading.get_ident() == self._thread

    def call(self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Call *function* here and now, or as soon as Trio can if the caller is elsewhere.

        Calls from one thread keep their order. After the server has ended they are
        dropped: there is nothing left that they could change.
        """
        if self.is_here():
            function(*args, **kwargs)
            return
        try:
            self._token.run_sync_soon(partial(_call_safely, partial(function, *args, **kwargs)))
        except trio.RunFinishedError:
            return

    def ask(self, function: Callable[[], T]) -> T:
        """The result of *function*, called in this thread, after all that was called before.

        A caller elsewhere waits for it. Raises `trio.RunFinishedError` there after the server
        has ended.
        """
        if self.is_here():
            return function()
        return trio.from_thread.run_sync(function, trio_token=self._token)


def _call_safely(function: Callable[[], object]) -> None:
    try:
        function()
    except Exception:
        # Trio would end, and with it the server. The thread that called is long gone.
        log.exception("what a thread asked for failed")
