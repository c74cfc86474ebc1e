"""What a site has left behind, once it is closed: threads, sessions, documents.

What is left once is left for every visitor, until the memory is full; no visitor ever
notices, and no assertion of a test does.
"""

import gc
import threading
import types
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from docsync_trio.base import events
from docsync_trio.server.process.leaks import keepers_of

THREAD_SECONDS: Final = 1.0
"""How long a thread that has been told to end may still take."""

_OF_TRIO: Final = "Trio thread "
"""How the names of threads begin that Trio keeps for the next one who needs one."""


class Leaked(AssertionError):  # noqa: N818 - a verdict
    """Something of the site outlives it; each line says what, and who keeps it."""


@attrs.define(eq=False)
class Leftovers:
    """Knows what was there before a site was opened. Made then."""

    _threads: frozenset[threading.Thread] = attrs.field(
        factory=lambda: frozenset(threading.enumerate()), init=False
    )

    def check(self, observed: Iterable[events.Event]) -> None:
        """Raise `Leaked` if something is left that was not there before.

        *observed* is all that happened in the site, which is closed.
        """
        found = list(observed)
        lines = [*_sessions(found), *self._threads_left(found), *_documents(found)]
        if lines:
            text = "the site is closed and this is left of it"
            raise Leaked("\n".join([text, *(f"  {line}" for line in lines)]))

    def _threads_left(self, observed: list[events.Event]) -> Iterator[str]:
        behind = [event for event in observed if isinstance(event, events.CallbackLeftBehind)]
        for event in behind:
            yield f"a thread that runs {event.what} for {event.application}:\n{event.stack}"
        if behind:
            return
        for thread in threading.enumerate():
            if thread in self._threads or _is_trios(thread):
                continue
            thread.join(THREAD_SECONDS)
            # A call that nobody waited for may have ended, and left its thread to Trio.
            if thread.is_alive() and not _is_trios(thread):
                yield f"a thread that the application has started: {thread.name}"


def _is_trios(thread: threading.Thread) -> bool:
    return thread.name.startswith(_OF_TRIO)


def _sessions(observed: list[events.Event]) -> Iterator[str]:
    opened = [e for e in observed if isinstance(e, events.SessionOpened)]
    ended = {(e.application, e.session) for e in observed if isinstance(e, events.SessionEnded)}
    for event in opened:
        if (event.application, event.session) not in ended:
            yield f"a session of {event.application} that has not ended: {event.session}"


def _documents(observed: list[events.Event]) -> Iterator[str]:
    ended = [e for e in observed if isinstance(e, events.SessionEnded) and _document(e)]
    if not ended:
        return  # what follows takes a moment, and is not needed as a rule
    gc.collect()
    for event in ended:
        document = _document(event)
        if document is None or not _is_kept(document):
            continue
        keepers = ", ".join(keepers_of(document)) or "somebody who has no name"
        yield f"the document of a session of {event.application}, kept by {keepers}"


def _document(event: events.SessionEnded) -> object:
    return None if event.document is None else event.document()


def _is_kept(document: object) -> bool:
    """Whether anything but a call has it: all calls of the site are over, so it is a test's.

    The collector sees some of the calls that are under way, and others not.
    """
    calls = (
        types.CoroutineType,
        types.AsyncGeneratorType,
        types.GeneratorType,
        types.FrameType,
        types.CellType,
    )
    return any(not isinstance(each, calls) for each in gc.get_referrers(document))
