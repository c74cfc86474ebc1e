"""Documents that outlive their sessions, and who keeps them.

A session frees its document when it ends. If application code has put the document, one of
its models or its session context where it stays (a list of a module, a thread), the
document stays with it, once for every visitor, until the memory is full. Nothing fails
meanwhile, so somebody has to look.
"""

import gc
import inspect
import types
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

import attrs

from docsync_trio.base.events import SessionEnded, SessionLeaked

DEPTH: Final = 6
"""How many references are followed from a document to a place that has a name."""

MOST: Final = 2000
"""Objects that are looked at to find who keeps one document."""


@attrs.frozen
class Leak:
    """A session whose document is still there, and how many *others* of its application."""

    ended: SessionEnded
    others: int

    def told(self) -> SessionLeaked:
        """The event that names who keeps the document.

        To find out takes a while; it may be done in any thread.
        """
        document = self.ended.document() if self.ended.document is not None else None
        keepers = keepers_of(document) if document is not None else ()
        return SessionLeaked(self.ended.application, self.ended.session, keepers, self.others)


@attrs.define(eq=False)
class LeakWatch:
    """Remembers whose documents should be gone.

    A session that has only just ended is judged at the look after the next one: its own
    tasks may not have returned yet.
    """

    _fresh: list[SessionEnded] = attrs.field(factory=list, init=False)
    _ended: list[SessionEnded] = attrs.field(factory=list, init=False)

    def ended(self, event: SessionEnded) -> None:
        """A session has ended; its document is to be gone soon."""
        self._fresh.append(event)

    def remaining(self) -> int:
        """The number of documents that are still there, whoever keeps them."""
        self._fresh, self._ended = _remaining(self._fresh), _remaining(self._ended)
        return len(self._fresh) + len(self._ended)

    def look(self) -> list[Leak]:
        """Those that are still there, one for each application, and each only once.

        To be called right after a full collection.
        """
        ended, self._ended, self._fresh = self._ended, self._fresh, []
        leaked: dict[str, list[SessionEnded]] = {}
        for event in _remaining(ended):
            leaked.setdefault(event.application, []).append(event)
        return [Leak(first, len(others)) for first, *others in leaked.values()]


def _remaining(ended: list[SessionEnded]) -> list[SessionEnded]:
    return [event for event in ended if event.document is not None and event.document() is not None]


def keepers_of(thing: object) -> tuple[str, ...]:
    """Who keeps *thing*, in words: ``"module apps.chat: visitors"``; empty if nobody is found."""
    seen, found = {id(thing)}, dict[str, None]()
    queue: deque[tuple[Any, int]] = deque([(thing, 0)])
    ours = {id(inspect.currentframe()), id(queue), id(seen), id(found)}
    while queue and len(seen) < MOST:
        each, depth = queue.popleft()
        for referrer in gc.get_referrers(each):
            if id(referrer) in seen or id(referrer) in ours or referrer is queue:
                continue
            seen.add(id(referrer))
            names = list(_names(referrer, each))
            found.update(dict.fromkeys(names))
            if not names and depth < DEPTH and not isinstance(referrer, types.FrameType):
                queue.append((referrer, depth + 1))
    return tuple(found)


def _names(referrer: object, thing: object) -> Iterator[str]:
    """What to call *referrer*, where it is a place that an author knows."""
    if isinstance(referrer, dict) and isinstance(referrer.get("__name__"), str):
        if "__builtins__" in referrer or "__spec__" in referrer:
            for name in [name for name, value in referrer.items() if value is thing]:
                yield f"module {referrer['__name__']}: {name}"
    elif isinstance(referrer, type):
        yield f"class {referrer.__module__}.{referrer.__qualname__}"
    elif isinstance(referrer, types.FrameType) and not _is_ours(referrer):
        code = referrer.f_code
        yield f"a running call of {code.co_qualname} ({code.co_filename}:{referrer.f_lineno})"


def _is_ours(frame: types.FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("docsync_trio.")
