"""Tasks that application code starts: owned by a nursery of ours, contained one by one."""

import contextvars
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import attrs
import trio

from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.caller import Caller, name_of
from docsync_trio.sessions.fire_wall import contained

log = logging.getLogger("docsync_trio.tasks")


@attrs.define(eq=False)
class Tasks:
    """The tasks of one session, or of one application.

    Made in the context (in the sense of `contextvars`) that the tasks shall have. *report* is
    told of each task that raises, and of what.
    """

    home: HomeThread
    caller: Caller
    _nursery: trio.Nursery
    _report: Callable[[str, BaseException], None]
    _context: contextvars.Context = attrs.field(factory=contextvars.copy_context, init=False)

    def start_soon(self, function: Callable[..., Awaitable[object]], *args: object) -> None:
        """Start ``function(*args)``, from any thread; what it raises ends only itself."""
        what = f"task {name_of(function)}"
        run = partial(self.caller.call, function, *args)
        self.spawn(partial(contained, run, partial(self._report, what)), what)

    def spawn(self, run: Callable[[], Awaitable[object]], name: str) -> None:
        """Start *run*, which contains its errors itself, in the tasks' context.

        Nothing is started once the nursery has ended.
        """
        start = partial(self._nursery.start_soon, run, name=name)
        self.home.call(self._start, partial(self._context.copy().run, start))

    def _start(self, start: Callable[[], None]) -> None:
        try:
            start()
        except RuntimeError:  # what Trio raises of a nursery that is closed
            log.debug("a task was started after its session or application had ended")
