"""Writing for people, on streams that may have no reader any more.

`docsync run | head -1` takes the reader away while the server runs. Writing must
then neither raise nor leave text behind that Python would trip over when it exits.
"""

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol, TextIO

import click

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


_NOBODY_READS: Final = {errno.EPIPE, errno.EIO}
"""EIO is a terminal that is gone."""


class Lines(Protocol):
    """What takes lines of text, as a stream does."""

    def write(self, text: str, /) -> int:
        """Take *text*."""
        ...

    def flush(self) -> None:
        """Pass on what was taken."""
        ...


def say(text: str) -> None:
    """Write *text* and a newline to standard output, if anybody is there to read it."""
    put_line(sys.stdout, text)


def complain(text: str) -> None:
    """Write *text* and a newline to standard error, if anybody is there to read it."""
    put_line(sys.stderr, text)


def put_line(stream: Lines | None, text: str) -> None:
    """Write *text* and a newline to *stream* (None: closed from the start); never raise for it.

    Characters that the stream cannot encode are written as escapes.
    """
    if stream is None:
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    line = f"{text}\n".encode(encoding, "backslashreplace").decode(encoding)
    # OSError: nobody reads, or the disk is full. ValueError: closed in this process.
    with contextlib.suppress(OSError, ValueError):
        stream.write(line)
        stream.flush()


class CannotWriteError(click.FileError):
    """A file that was asked for cannot be written: a mistake of whoever asks."""

    exit_code = click.UsageError.exit_code


def write_file(path: Path, text: str, *, mode: Literal["w", "x"] = "w") -> None:
    """Write *text* to the file at *path*; "x" wants it not to be there (``FileExistsError``).

    Raises `CannotWriteError` where it cannot be written for another reason.
    """
    try:
        with path.open(mode, encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise
    except OSError as error:
        raise CannotWriteError(str(path), error.strerror or str(error)) from None


def in_colour(stream: TextIO | None) -> bool:
    """Whether *stream* is a terminal whose user has nothing against colours (no-color.org)."""
    if stream is None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


@contextlib.contextmanager
def lasting_output() -> Iterator[None]:
    """While the block runs, standard output and error take text also when nobody reads it.

    That holds for what applications print as well: a `print` in a callback is no
    reason for it to fail.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(_lasting, before)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        sys.stdout, sys.stderr = before


def _lasting(stream: TextIO) -> TextIO:
    try:
        stream.flush()
        file = _LastingFile(stream.fileno(), "wb", closefd=False)
    except (AttributeError, OSError, ValueError):
        return stream  # there is none, or it is no file of the operating system
    # PYTHONUNBUFFERED, as containers have it, asks for each `print` at once.
    line_by_line = stream.isatty() or stream is sys.stderr or _writes_through(stream)
    return io.TextIOWrapper(
        io.BufferedWriter(file),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=line_by_line,
    )


def _writes_through(stream: TextIO) -> bool:
    return bool(getattr(stream, "write_through", False))


class _LastingFile(io.FileIO):
    """A file that, once its reader has gone, leads nowhere instead of raising."""

    def write(self, data: "ReadableBuffer") -> int:
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in _NOBODY_READS:
                raise
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self.fileno())
            os.close(nothing)
            return super().write(data)
