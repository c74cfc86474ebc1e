"""Interrupts application code that holds the loop, and with it everybody, for too long.

Nothing that runs in the loop can do it while the loop is held. A thread looks on (the
watchdog's); what it can do is to send the main thread a signal, whose handler Python runs
between two steps of whatever runs there. The handler raises, and so the application's
function ends as if it had raised itself. `held_loop` says where that may be done.

Where the loop is not in the main thread no signal reaches it, and nothing is interrupted.
"""

import _thread
import logging
import math
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import attrs
import trio

from docsync_trio.base.events import CallbackInterrupted, Observer
from docsync_trio.base.log_owner import log_owner
from docsync_trio.sessions.held_loop import HeldBy, held_by, is_running

PERIOD = 0.25
"""Seconds between two looks."""

SOON = 0.02
"""Seconds until the next try where the moment was a bad one."""

AGAIN = 1.0
"""Seconds between two interruptions of code that swallowed the first: it may need some to
clean up."""

GENTLE = 2
"""Interruptions one by one. Code that goes on even then is interrupted where it handles the
next one, too."""

log = logging.getLogger("docsync_trio.loop")


class LoopTimeoutError(BaseException):
    """Raised inside application code that has held the loop for longer than ``loop_timeout``.

    No `Exception`: a loop that handles those and goes on would not end.
    """


@attrs.define(eq=False)
class _Hold:
    """The application's function *frame* has held the loop since *since*."""

    frame: FrameType
    since: float
    seconds: float = 0.0
    rest_until: float = 0.0
    times: int = 0
    missed: bool = False


@attrs.define(eq=False)
class LoopGuard:
    """Looks whether the loop goes on, and interrupts what keeps it from doing so.

    Made in the loop's thread. *send* sends that thread the signal, upon which it calls
    `handle`.
    """

    _observe: Observer
    _send: Callable[[], object]
    _limits: dict[str, float] = attrs.field(factory=dict, init=False)
    _token: trio.lowlevel.TrioToken = attrs.field(
        factory=trio.lowlevel.current_trio_token, init=False
    )
    _thread: int = attrs.field(factory=threading.get_ident, init=False)
    _beaten: bool = attrs.field(default=True, init=False)
    _hold: _Hold | None = attrs.field(default=None, init=False)
    _untold: deque[CallbackInterrupted] = attrs.field(factory=deque, init=False)

    def limit(self, application: str, seconds: float) -> None:
        """Interrupt what holds the loop for *application* after *seconds* (inf: never)."""
        self._limits[application] = seconds

    def look(self, now: float) -> float:
        """Interrupt what has held the loop for too long at *now*; in a thread of its own.

        Returns after how many seconds to look again.
        """
        while self._untold:
            self._observe(self._untold.popleft())
        if self._beaten:
            self._beaten, self._hold = False, None
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(self._beat)
            return PERIOD
        hold = self._hold = self._what_holds(now)
        if hold is None or hold.seconds < min(self._limits.values(), default=math.inf):
            return PERIOD
        pause = SOON if hold.missed else PERIOD
        hold.missed = False
        if now >= hold.rest_until:
            self._send()
        return pause

    def handle(self, _signal: int, innermost: FrameType | None) -> None:
        """Raise in the code that is running, if it is what holds the loop.

        The signal's handler: called in the loop's thread at any moment.
        """
        hold, owner = self._hold, log_owner()
        if hold is None or owner is None or self._beaten:
            return
        if hold.seconds < self._limits.get(owner.application, math.inf):
            return
        code = held_by(innermost)
        if code is None or not is_running(hold.frame, innermost):
            hold.missed = True
            return
        self._note(hold, code, owner.application, owner.session)
        if hold.times > GENTLE:
            _raise_at_next_line(innermost, hold.frame)
        raise LoopTimeoutError(
            f"interrupted after {hold.seconds:.0f} s without a pause, as sessions.loop_timeout says"
        )

    def _note(self, hold: _Hold, code: HeldBy, application: str, session: str) -> None:
        hold.times += 1
        hold.rest_until = hold.since + hold.seconds + AGAIN
        # Telling it here might meet a lock that the interrupted code holds.
        if hold.times.bit_count() == 1:
            self._untold.append(
                CallbackInterrupted(
                    application, session, code.what, hold.seconds, code.place, hold.times
                )
            )

    def _beat(self) -> None:
        self._beaten = True
        if sys.gettrace() is _trace:
            sys.settrace(None)

    def _what_holds(self, now: float) -> _Hold | None:
        innermost = sys._current_frames().get(self._thread)  # noqa: SLF001 - see `watchdog`
        hold = self._hold
        if hold is None or not is_running(hold.frame, innermost):
            code = held_by(innermost)
            return _Hold(code.frame, now) if code is not None else None
        hold.seconds = now - hold.since
        return hold


def _raise_at_next_line(innermost: FrameType | None, outermost: FrameType) -> None:
    """Have whatever of these frames handles an exception be interrupted in doing so.

    A debugger would lose its own trace; Python takes it from everybody when one raises.
    """
    frame = innermost
    while frame is not None and frame is not outermost.f_back:
        frame.f_trace = _trace_line
        frame = frame.f_back
    sys.settrace(_trace)


def _trace(_frame: FrameType, _event: str, _argument: object) -> None:
    """Trace nothing but the frames that have been picked out."""


def _trace_line(_frame: FrameType, event: str, _argument: object) -> Any:
    if event == "line":
        raise LoopTimeoutError("interrupted once more, as sessions.loop_timeout says")
    return _trace_line


@contextmanager
def open_loop_guard(observe: Observer) -> Iterator[LoopGuard | None]:
    """A guard of the loop in which this is called; None where it can have none.

    Its `LoopGuard.look` has to be called again and again. The signal that it takes is one
    that nobody uses; a handler that is already there stays.
    """
    if threading.current_thread() is not threading.main_thread():
        log.info("sessions.loop_timeout has no effect: the loop is not in the main thread")
        yield None
        return
    number = _free_signal()
    if number is None:
        log.warning("sessions.loop_timeout has no effect: others use all signals that would do")
        yield None
        return
    main = threading.get_ident()

    def send() -> None:
        if signal.getsignal(number) == guard.handle:
            _wake(main, number)

    guard = LoopGuard(observe, send)
    before = signal.signal(number, guard.handle)
    try:
        yield guard
    finally:
        if signal.getsignal(number) == guard.handle:
            signal.signal(number, before)


def _free_signal() -> signal.Signals | None:
    # SIGURG does nothing to a process that does not ask for it; Windows has little choice.
    names = ("SIGURG", "SIGRTMAX") if hasattr(signal, "pthread_kill") else ("SIGABRT",)
    numbers = [signal.Signals[name] for name in names if hasattr(signal, name)]
    free = (signal.SIG_DFL, signal.SIG_IGN)
    return next((number for number in numbers if signal.getsignal(number) in free), None)


def _wake(thread: int, number: signal.Signals) -> None:
    if hasattr(signal, "pthread_kill"):
        # A signal to the thread itself, so that a system call that it waits in ends.
        signal.pthread_kill(thread, number)
    else:
        _thread.interrupt_main(number)
