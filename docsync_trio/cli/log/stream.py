"""The log: everything that wants to be said ends up in one stream, in one form.

What the server observes, what Bokeh, hypercorn and asyncio tell `logging`, and what
applications log themselves, through `logging` or structlog, is rendered by the same
few functions. Writing never waits and never raises: a log that nobody reads must
not stop a server.
"""

import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any, TextIO

import attrs
import orjson
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from docsync_trio.base.events import Observer
from docsync_trio.base.log_owner import LogOwner, log_owner, short_session
from docsync_trio.base.request_in_hand import request_in_hand
from docsync_trio.base.traceback_text import error_text, traceback_text
from docsync_trio.cli.log.console import OURS, console_text
from docsync_trio.cli.log.events import EventLog
from docsync_trio.cli.log.writer import LineWriter
from docsync_trio.config.schema import LoggingSettings

_TRACEBACK_FRAMES = 50


@attrs.frozen
class Log:
    """An open log: *observe* is for the server, *logger* for the command line's own lines.

    *level* is the one of the site file, as `logging` writes it.
    """

    observe: Observer
    logger: structlog.stdlib.BoundLogger
    level: str

    def switch_level(self) -> None:
        """Log everything from now on, or *level* again; where that is debug, info and back."""
        root, own = logging.getLogger(), logging.getLevelNamesMapping()[self.level]
        other = logging.INFO if own == logging.DEBUG else logging.DEBUG
        before, after = root.level, other if root.level == own else own
        # The line about it has to be seen, whichever way it goes.
        root.setLevel(min(before, after))
        word = logging.getLevelName(after).lower()
        self.logger.info(f"the log level is {word} now", now=word)
        root.setLevel(after)


@contextlib.contextmanager
def open_log(
    settings: LoggingSettings, stream: TextIO | None, *, colour: bool = False
) -> Iterator[Log]:
    """Send all logging of this process to *stream* as *settings* say, while the block runs.

    *colour* is for the console format. Afterwards the standard library's loggers
    are as they were before, and structlog has its defaults.
    """
    writer = LineWriter(stream)
    render = _render_json if settings.format == "json" else _console_renderer(colour=colour)
    stamp = _stamp(settings.format, colour=colour)
    handler = _Handler(writer, render, stamp)
    try:
        with _adopted_loggers(handler, settings.level.upper()):
            _configure_structlog(stamp)
            logger = structlog.stdlib.get_logger(OURS)
            observed = EventLog(logger, writer)
            try:
                yield Log(observed.observe, logger, settings.level.upper())
            finally:
                observed.close()
    finally:
        structlog.reset_defaults()
        writer.close()


class _Handler(logging.Handler):
    """Where all records arrive: rendered here, written by a `LineWriter`."""

    def __init__(self, writer: LineWriter, render: Processor, stamp: Processor) -> None:
        super().__init__()
        self._writer = writer
        self.setFormatter(
            ProcessorFormatter(
                processors=[ProcessorFormatter.remove_processors_meta, render],
                foreign_pre_chain=[
                    structlog.contextvars.merge_contextvars,
                    _add_owner,
                    structlog.stdlib.add_log_level,
                    structlog.stdlib.add_logger_name,
                    stamp,
                ],
            )
        )

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._writer.write(self.format(record))
        except Exception as error:  # noqa: BLE001 - wrong arguments of a record are no fault of ours
            self._writer.write(
                f"a record of {record.name} could not be logged: {error_text(error)}"
            )


@contextlib.contextmanager
def _adopted_loggers(handler: logging.Handler, level: str) -> Iterator[None]:
    """Make *handler* the only one of this process.

    Bokeh's logger keeps a handler of its own to itself from its import on, which
    is why Bokeh is imported here first.
    """
    import bokeh.util.logconfig  # noqa: F401

    root, bokeh_logger = logging.getLogger(), logging.getLogger("bokeh")
    before = [(one, one.handlers[:], one.level, one.propagate) for one in (root, bokeh_logger)]
    root.handlers, bokeh_logger.handlers, bokeh_logger.propagate = [handler], [], True
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        for logger, handlers, old_level, propagate in before:
            logger.handlers, logger.propagate = handlers, propagate
            logger.setLevel(old_level)


def _configure_structlog(stamp: Processor) -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            _add_owner,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.PositionalArgumentsFormatter(),
            stamp,
            ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def _add_owner(_: WrappedLogger, __: str, entry: EventDict) -> EventDict:
    """Say whose code logs this, and for which request, unless the line itself does."""
    owner, request = log_owner(), request_in_hand()
    if owner is None and request is not None and request.application:
        owner = LogOwner(request.application, request.session)
    if owner is not None and "application" not in entry:
        entry["application"] = owner.application
        if owner.session:
            entry.setdefault("session", short_session(owner.session))
    if request is not None:
        entry.setdefault("request", request.id)
        if request.trace:
            entry.setdefault("trace", request.trace)
    return entry


def _stamp(form: str, *, colour: bool) -> Processor:
    """Machines want the whole truth; on a terminal the day is known."""
    if form == "json":
        return structlog.processors.TimeStamper(fmt="iso", utc=True)
    form = "%H:%M:%S" if colour else "%Y-%m-%d %H:%M:%S"
    return structlog.processors.TimeStamper(fmt=form, utc=False)


def _console_renderer(*, colour: bool) -> Processor:
    def render(_: WrappedLogger, __: str, entry: EventDict) -> str:
        error = _error(entry)
        if error is not None:
            entry["exception"] = traceback_text(error)
        return console_text(entry, colour=colour)

    return render


def _render_json(_: WrappedLogger, __: str, entry: EventDict) -> str:
    error = _error(entry)
    if error is not None:
        entry["exception"] = _exception_as_data(error)
    try:
        return orjson.dumps(entry, default=_repr, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # half a surrogate pair, an integer beyond 64 bits, a circle
        return json.dumps({str(key): _repr(value) for key, value in entry.items()})


def _exception_as_data(error: BaseException) -> Any:
    # Local variables hold what must not stand in a log: keys, tokens, users' data.
    transform = structlog.tracebacks.ExceptionDictTransformer(
        show_locals=False, max_frames=_TRACEBACK_FRAMES
    )
    return transform((type(error), error, error.__traceback__))


def _error(entry: EventDict) -> BaseException | None:
    """Take the exception out of *entry*, in whichever of logging's forms it is there."""
    info = entry.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    return error if isinstance(error, BaseException) else None


def _repr(value: Any) -> str:
    try:
        return value if isinstance(value, str) else repr(value)
    except Exception as error:  # noqa: BLE001 - an author's own __repr__ may be at fault
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
