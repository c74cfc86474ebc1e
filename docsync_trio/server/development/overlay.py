"""What a page shows over itself when its application has failed, for the one who mends it.

Everything in it is plain data, as it travels in a message to pages that are open, and in the
answer to pages that ask. A visitor who is not to see the application's source gets one
sentence.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from bokeh.document import Document
from bokeh.document.events import MessageSentEvent

from docsync_trio.applications.mistakes import BLOCKS, NOTHING_TO_SHOW, hint_for
from docsync_trio.base.events import (
    ApplicationTaskFailed,
    CallbackBlocks,
    CallbackFailed,
    ReloadFailed,
)
from docsync_trio.server.own_pages.failure_trace import Place, trace_of

MESSAGE: Final = "docsync"
"""The type of our messages, which reach a page as those of an application would."""

LONGEST_LINE: Final = 300
"""Characters of a line of source that are shown; data may stand in one line of a megabyte."""

Failure = Mapping[str, Any]
"""What went wrong, as data: ``source`` (what it is about), ``title``, ``error``, ``lines``,
``places``, ``hint``."""

Source = Literal["reload", "build", "run"]
"""``"reload"``: what was changed cannot be served; ``"build"``: there is no document;
``"run"``: something in a session that goes on."""

_FOR_VISITORS: Final = "The log of the server says more."

RunFailed = CallbackFailed | ApplicationTaskFailed


def failure_in_session(event: RunFailed, *, show: bool) -> Failure:
    """Return what pages show of a callback, hook or task that raised."""
    title = f"{_begin(event.what)} raised an error"
    return _failure("run", title, event.error, event.application, show=show)


def failure_to_build(error: BaseException, application: str, *, show: bool) -> Failure:
    """Return what a page shows whose document could not be built because of *error*."""
    title = "This document could not be built"
    return _failure("build", title, error, application, show=show)


def failure_to_reload(event: ReloadFailed, *, show: bool) -> Failure:
    """Return what pages show that go on with an older state of their application."""
    title = "What was changed cannot be served; this page is as it was before"
    application = next(iter(event.applications), "")
    failure = _failure("reload", title, event.error, application, show=show)
    return {**failure, "lines": event.problems} if show and not failure["places"] else failure


def blocking(event: CallbackBlocks, *, show: bool) -> Failure:
    """Return what pages show of a callback that lets nobody else do anything."""
    title = f"{_begin(event.what)} has been running for {event.seconds:.0f} s without a pause"
    failure = _failure("run", title, None, event.application, show=show)
    return {**failure, "lines": event.stack.splitlines(), "hint": BLOCKS} if show else failure


def nothing_to_show() -> Failure:
    """Return what the page of a document shows to which nothing was added."""
    failure = _failure("run", "This document has nothing to show", None, "", show=True)
    return {**failure, "hint": NOTHING_TO_SHOW}


def tell(document: Document, news: Mapping[str, Any]) -> None:
    """Send *news* to the pages of *document*, which has to be held."""
    # As text: Bokeh would make maps of dictionaries.
    event = MessageSentEvent(document, MESSAGE, json.dumps(news))
    document.callbacks.trigger_on_change(event)


def _failure(
    source: Source, title: str, error: BaseException | None, application: str, *, show: bool
) -> Failure:
    failure = {"source": source, "title": title, "error": "", "lines": (), "places": (), "hint": ""}
    if not show:
        return {
            **failure,
            "title": "The application has raised an error",
            "lines": (_FOR_VISITORS,),
        }
    if error is None:
        return failure
    trace = trace_of(error)
    return {
        **failure,
        "error": trace.error,
        "places": tuple(map(_as_data, trace.places)),
        "lines": () if trace.places else trace.whole.splitlines(),
        "hint": hint_for(error, application),
    }


def _as_data(place: Place) -> Mapping[str, Any]:
    source = [(line.number, line.text[:LONGEST_LINE], line.here) for line in place.source]
    return {
        "file": place.file,
        "line": place.line,
        "function": place.function,
        "source": source,
    }


def _begin(what: str) -> str:
    return what[:1].upper() + what[1:]
