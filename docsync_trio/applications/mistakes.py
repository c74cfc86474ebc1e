"""Which key to change, for errors whose own text does not say so.

An `async def` written for asyncio that runs under Trio (and the other way round)
fails with a sentence about event loops. The cure is one key of the site file.
"""

from collections.abc import Iterator

import attrs

from docsync_trio.base.traceback_text import message_of


@attrs.frozen
class Hint:
    """*sign* is a piece of an error's message, *text* what to do about it."""

    sign: str
    text: str


_WRITTEN_FOR_ASYNCIO = 'this code is written for asyncio: set applications[].async = "asyncio"'
_WRITTEN_FOR_TRIO = 'this code is written for Trio: set applications[].async = "trio"'

HINTS = (
    Hint("no running event loop", _WRITTEN_FOR_ASYNCIO),
    Hint("no current event loop", _WRITTEN_FOR_ASYNCIO),
    Hint("unrecognized yield message", _WRITTEN_FOR_ASYNCIO),
    Hint("Task got bad yield", _WRITTEN_FOR_TRIO),
    Hint("must be called from async context", _WRITTEN_FOR_TRIO),
    Hint("unknown async library, or not in async context", _WRITTEN_FOR_TRIO),
)


def hint_for(error: BaseException, application: str) -> str:
    """Return what to change about *error* in the application at *application*, or ``""``."""
    for cause in _with_causes(error):
        for hint in HINTS:
            if hint.sign in message_of(cause):
                return f"{hint.text} for {application}"
    return ""


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        waiting.extend(filter(None, (one.__cause__, one.__context__)))
