"""Mistakes that many authors make, and what to do about each.

Errors say what went wrong inside of the library that noticed it. What its author has to
change is often somewhere else: a key of the site file, or where a model is made.
"""

from collections.abc import Iterator

import attrs

from docsync_trio.applications.suggestions import meant
from docsync_trio.base.traceback_text import message_of


@attrs.frozen
class Hint:
    """*sign* is a piece of an error's message, *text* what to do about it.

    With *per_application* the text goes on with the path of the application.
    """

    sign: str
    text: str
    per_application: bool = False


_WRITTEN_FOR_ASYNCIO = 'this code is written for asyncio: set applications[].async = "asyncio" for'
_WRITTEN_FOR_TRIO = 'this code is written for Trio: set applications[].async = "trio" for'
_AWAIT = "the server's loop runs already: await the coroutine instead"

HINTS = (
    Hint("no running event loop", _WRITTEN_FOR_ASYNCIO, per_application=True),
    Hint("no current event loop", _WRITTEN_FOR_ASYNCIO, per_application=True),
    Hint("unrecognized yield message", _WRITTEN_FOR_ASYNCIO, per_application=True),
    Hint("Task got bad yield", _WRITTEN_FOR_TRIO, per_application=True),
    Hint("must be called from async context", _WRITTEN_FOR_TRIO, per_application=True),
    Hint("unknown async library, or not in async context", _WRITTEN_FOR_TRIO, per_application=True),
    Hint("cannot be called from a running event loop", _AWAIT),
    Hint("This event loop is already running", _AWAIT),
    Hint("Attempted to call run() from inside a run()", _AWAIT),
    Hint(
        "Cannot schedule a task from within the context of an application",
        "what `panel serve --setup` runs belongs into a module here that `hooks` of an application "
        "names: its on_server_loaded(server_context) may call pn.state.schedule_task",
    ),
    Hint(
        "the document was changed without its lock",
        "in a task: await session_context.with_locked_document(change); in a thread of your own: "
        "document.add_next_tick_callback(change)",
    ),
    Hint(
        "Models must be owned by only a single document",
        "a model that is made once, in an imported module or outside of the function that fills "
        "the document, would belong to all sessions: make it anew for each document",
    ),
)

BLOCKS = (
    "what takes long belongs into a thread: await trio.to_thread.run_sync(work), or "
    "asyncio.to_thread(work); plain functions run in one by themselves, those of Panel with "
    'run_callbacks_in = "thread" (Panel 1.10) or pn.extension(nthreads=4)'
)
"""What to do about code that lets nobody else run."""

NOTHING_TO_SHOW = (
    "curdoc().add_root(plot) puts a plot or a layout into the document; show(), save() and "
    "output_file() do nothing in a served application"
)
"""What to do about a document that stays empty."""


def hint_for(error: BaseException, application: str) -> str:
    """Return what to change about *error* in the application at *application*, or ``""``."""
    for cause in _with_causes(error):
        for hint in HINTS:
            if hint.sign in message_of(cause):
                return f"{hint.text} {application}" if hint.per_application else hint.text
        if (name := meant(cause)) is not None:
            return f"did you mean {name!r}?"
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
