"""The access log: a line for each request, in the log itself, in a file of its own, or both."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import Final

import structlog

from docsync_trio.base.errors import ServerError
from docsync_trio.cli.log.access_line import access_fields, access_text, combined_line, json_line
from docsync_trio.cli.log.console import ACCESS
from docsync_trio.cli.log.watched_file import WatchedFile
from docsync_trio.cli.log.writer import LineWriter
from docsync_trio.config.schema import LoggingSettings
from docsync_trio.server.visits.answered import Answered
from docsync_trio.server.visits.reception import Tell

_FORMATS: Final = {"combined": combined_line, "json": json_line}


@contextlib.contextmanager
def open_access_log(settings: LoggingSettings) -> Iterator[Tell | None]:
    """Give what takes the requests that are answered in the block; None if nobody wants them.

    The log has to be open. Raises `ServerError` for a file that cannot be written.
    """
    with contextlib.ExitStack() as stack:
        wanted: list[Tell] = []
        if settings.access:
            wanted.append(stack.enter_context(_in_the_log()))
        if settings.access_file is not None:
            wanted.append(stack.enter_context(_in_a_file(settings)))
        match wanted:
            case []:
                yield None
            case [one]:
                yield one
            case _:
                yield lambda answered: _to_all(wanted, answered)


def _to_all(wanted: list[Tell], answered: Answered) -> None:
    for tell in wanted:
        tell(answered)


@contextlib.contextmanager
def _in_the_log() -> Iterator[Tell]:
    # Who wants these lines and only warnings beside them shall have both.
    plain = logging.getLogger(ACCESS)
    before = plain.level
    plain.setLevel(logging.INFO)
    logger = structlog.stdlib.get_logger(ACCESS)
    try:
        yield lambda answered: logger.info(access_text(answered), **access_fields(answered))
    finally:
        plain.setLevel(before)


@contextlib.contextmanager
def _in_a_file(settings: LoggingSettings) -> Iterator[Tell]:
    path = settings.access_file
    assert path is not None  # noqa: S101 - the caller has looked
    try:
        file = WatchedFile(path)
    except OSError as error:
        text = f"logging.access_file: {path} cannot be written: {error.strerror}"
        raise ServerError(text, status=2) from None
    log = logging.getLogger(ACCESS)
    writer = LineWriter(file, tell=lambda lost: log.warning("%s: %s", path, lost))
    line_of = _FORMATS[settings.access_format]
    try:
        yield _writing(writer, line_of)
    finally:
        writer.close()
        file.close()


def _writing(writer: LineWriter, line_of: Callable[[Answered], str]) -> Tell:
    return lambda answered: writer.write(line_of(answered))
