"""Threads that stay, for calls most of which are over in a moment.

A thread of its own for each call, as Trio has it, costs about four turns of the loop, more
than all else that a small callback costs. Here threads stay, and who has been quick so far
is waited for, very briefly, with the loop at rest: then one hand-over there and one back
are all. What takes longer reports through the loop, and nobody waits for it.

Each of these threads is a call of ``trio.to_thread.run_sync`` that does many things, so that
``trio.from_thread`` works in it. A call that is abandoned takes its thread with it.
"""

import contextvars
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import attrs
import outcome
import sniffio
import trio

from docsync_trio.sessions.places import Places

QUICK = 0.001
"""Seconds that the loop waits for a call that is expected to be quick. Far less than anybody
notices, and more than an ordinary callback takes."""

SHARE, PERIOD = 0.03, 0.05
"""The loop waits for *SHARE* seconds of each *PERIOD* at most: many callbacks that rest
instead of computing, of many sessions at once, must not add up to something that is felt."""

IDLE = 10.0
"""Seconds after which a thread ends that has nothing to do."""

_NOTHING: outcome.Maybe[Any] = outcome.Value(None)


def _nothing() -> None:
    """What a thread has to do when it has nothing to do."""


@attrs.define(eq=False)
class Worker:
    """One thread, made with its first *job*; when it has nothing to do it is among *idle*.

    One of *places* is taken for the job that it does, or did last.

    The loop gives a job and the thread does it. Whoever gets hold of ``_done`` afterwards
    has the result: the loop, as long as it waits, or else the thread, which then has
    ``_report`` called, set before that was decided.
    """

    _idle: "dict[Worker, None]"
    _job: Callable[[], Any]
    places: Places
    ended: trio.Event = attrs.field(factory=trio.Event, init=False)
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    _token: trio.lowlevel.TrioToken = attrs.field(
        factory=trio.lowlevel.current_trio_token, init=False
    )
    _go: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _done: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _report: Callable[[], object] | None = attrs.field(default=None, init=False)
    _result: outcome.Maybe[Any] = attrs.field(default=_NOTHING, init=False)
    _leaves: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._done.acquire()
        trio.lowlevel.spawn_system_task(self._host, name="docsync worker")

    def give(self, job: Callable[[], Any], places: Places) -> None:
        """Let the thread, which has nothing to do, call *job*; one of *places* is taken for it."""
        self._job, self.places = job, places
        self._go.release()

    def is_done(self, seconds: float) -> bool:
        """Wait for the job, the loop included; says whether it is done. Then `take` its result."""
        return self._done.acquire(timeout=seconds)

    def is_done_or_reports(self, report: Callable[[], object]) -> bool:
        """Whether the job is done by now; if not, *report* is called in the loop when it is."""
        self._report = report
        return self._done.acquire(blocking=False)

    def take(self) -> outcome.Maybe[Any]:
        """The result of the job that is done; there is nothing to do until the next is given."""
        if not self._leaves:
            self._idle[self] = None
        result, self._result, self._report = self._result, _NOTHING, None
        return result

    def leave(self) -> None:
        """Let the thread end, at once if it has nothing to do, else after its job."""
        self._leaves = True
        with suppress(RuntimeError):  # it was given a job, and has not yet begun with it
            self._go.release()

    def abandon(self) -> None:
        """Take the job, which will not end, for cancelled; the thread ends when that does."""
        self._leaves = True
        self._scope.cancel()

    async def _host(self) -> None:
        if self._leaves:  # it was abandoned before it began
            self._take_job()
            self._finish(_NOTHING)
            return
        try:
            with self._scope:
                await trio.to_thread.run_sync(
                    self._work,
                    thread_name="docsync worker",
                    abandon_on_cancel=True,
                    limiter=trio.CapacityLimiter(1),  # how many may work is counted elsewhere
                )
        except RuntimeError as error:  # the system has no more threads for us
            self._leaves = True
            self._finish(outcome.Error(error))
        finally:
            self.leave()
            self.ended.set()

    def _work(self) -> None:
        """Do one job after the other; the body of the thread."""
        while not self._leaves:
            if self._go.acquire(timeout=IDLE):
                self._do()
            elif self._idle.pop(self, self) is None:
                return  # whoever wants to give us a job takes us out of there first

    def _do(self) -> None:
        if self._job is not _nothing:
            # No name for the job here: what it knows has to be gone when the loop goes on.
            self._finish(outcome.capture(self._take_job()))

    def _take_job(self) -> Callable[[], Any]:
        job, self._job = self._job, _nothing
        return job

    def _finish(self, result: outcome.Maybe[Any]) -> None:
        self._result = result
        del result
        self._done.release()
        report = self._report
        if report is not None and self._done.acquire(blocking=False):
            with suppress(trio.RunFinishedError):
                self._token.run_sync_soon(report)


@attrs.define(eq=False)
class Workers:
    """The threads of one server."""

    _idle: dict[Worker, None] = attrs.field(factory=dict, init=False)
    _since: float = attrs.field(default=0.0, init=False)
    _spent: float = attrs.field(default=0.0, init=False)

    async def run(self, function: Callable[[], Any], *, places: Places, quick: bool) -> Any:
        """The result of *function*, called in a thread; raises what it raises.

        *places* bounds how many may be under way; *quick* says that this one is probably
        over in a moment. Where the caller is cancelled the thread goes on, and keeps its
        place until it ends.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        if not places.take_now():
            await places.take()
        worker = self._begin(_in_context(function), places)
        if quick and self.is_over_soon(worker):
            return self.outcome_of(worker).unwrap()
        return await self.hear_of(worker)

    def begin(self, function: Callable[[], Any], *, places: Places) -> Worker | None:
        """Begin what `run` does, if that can be done at once; None if it cannot.

        Gives who does it.
        """
        if not self._idle or not places.take_now():
            return None
        worker, _ = self._idle.popitem()
        worker.give(_in_context(function), places)
        return worker

    def is_over_soon(self, worker: Worker) -> bool:
        """Wait a moment, and say whether it is over. Then `outcome_of`, or else `hear_of` it."""
        now = time.perf_counter()
        if now >= self._since + PERIOD:
            self._since, self._spent = now, 0.0
        if self._spent >= SHARE:
            return False
        done = worker.is_done(QUICK)
        self._spent += time.perf_counter() - now
        return done

    def outcome_of(self, worker: Worker) -> outcome.Maybe[Any]:
        """What came of a call that is over."""
        worker.places.leave()
        return worker.take()

    async def hear_of(self, worker: Worker) -> Any:
        """The result of a call that is under way; raises what it raises."""
        await self._report_of(worker)
        return worker.take().unwrap()

    async def close(self) -> None:
        """Let all threads end that have nothing to do; the others follow when they have done."""
        idle = list(self._idle)
        self._idle.clear()
        for worker in idle:
            worker.leave()
        with trio.CancelScope(shield=True):
            for worker in idle:
                await worker.ended.wait()

    def _begin(self, job: Callable[[], Any], places: Places) -> Worker:
        try:
            worker, _ = self._idle.popitem()
        except KeyError:
            return Worker(self._idle, job, places)
        worker.give(job, places)
        return worker

    async def _report_of(self, worker: Worker) -> None:
        waiting: list[trio.lowlevel.Task] = [trio.lowlevel.current_task()]

        def report() -> None:
            worker.places.leave()
            if waiting:
                trio.lowlevel.reschedule(waiting.pop())
            else:
                worker.take()

        def abort(_raise_cancel: object) -> trio.lowlevel.Abort:
            waiting.clear()
            worker.abandon()
            return trio.lowlevel.Abort.SUCCEEDED

        if worker.is_done_or_reports(report):
            worker.places.leave()
        else:
            await trio.lowlevel.wait_task_rescheduled(abort)


def _in_context(function: Callable[[], Any]) -> Callable[[], Any]:
    """*function*, called with the context variables of the caller."""
    context = contextvars.copy_context()
    if sniffio.current_async_library_cvar.get() is not None:
        # No loop runs in the thread, whichever the caller belongs to.
        context.run(sniffio.current_async_library_cvar.set, None)
    return partial(context.run, function)
