"""One call in a worker thread."""

import weakref
from functools import partial

import trio

from docsync_trio.sessions.any_thread import HomeThread
from docsync_trio.sessions.curfew import Curfew
from docsync_trio.sessions.thread_call import ThreadCall
from docsync_trio.sessions.watchdog import Watchdog


class Visited:
    """What a call is given: a session's document, for instance."""


async def test_a_call_that_is_over_keeps_nothing_of_what_was_called():
    """Trio's queue may hold the call for longer than its session's document is to be there."""
    visited = Visited()
    gone = weakref.ref(visited)
    function = partial(isinstance, visited, Visited)
    watchdog = Watchdog(lambda _: None)
    call = ThreadCall("/app", "", "isinstance", 1.0, function, HomeThread(), Curfew(), watchdog)
    del function
    assert await trio.to_thread.run_sync(call.run)
    del visited
    assert gone() is None
    assert await call.ends_soon()
