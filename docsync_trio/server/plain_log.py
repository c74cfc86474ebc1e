"""What happens in a site that is mounted elsewhere, for the log of whoever mounted it."""

import logging

import attrs

from docsync_trio.base.events import Event
from docsync_trio.base.log_owner import short_session

log = logging.getLogger("docsync_trio")


def log_event(event: Event) -> None:
    """Log *event* with Python's `logging`: failures as errors, all else for debugging."""
    error = getattr(event, "error", None)
    if isinstance(error, BaseException):
        log.error("%s: %s", type(event).__name__, _details(event), exc_info=error)
    else:
        log.debug("%s: %s", type(event).__name__, _details(event))


def _details(event: Event) -> str:
    told = [field for field in attrs.fields(type(event)) if field.repr]
    names = [field.name for field in told if field.name != "error"]
    return ", ".join(f"{name}={_value(event, name)!r}" for name in names)


def _value(event: Event, name: str) -> object:
    value = getattr(event, name)
    return short_session(value) if name == "session" and value else value
