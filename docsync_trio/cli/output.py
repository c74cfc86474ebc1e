"""Writing for people, on streams that may have no reader any more.

`docsync run | head -1` takes the reader away while the server runs. Writing must
then neither raise nor leave text behind that Python would trip over when it exits.
"""

import os
import sys
from typing import TextIO


def say(text: str) -> None:
    """Write *text* and a newline to standard output, if anybody is there to read it."""
    put_line(sys.stdout, text)


def complain(text: str) -> None:
    """Write *text* and a newline to standard error, if anybody is there to read it."""
    put_line(sys.stderr, text)


def put_line(stream: TextIO | None, text: str) -> None:
    """Write *text* and a newline to *stream* (None: closed from the start); never raise for it.

    Characters that the stream cannot encode are written as escapes.
    """
    if stream is None:
        return
    encoding = getattr(stream, "encoding", None) or "utf-8"
    line = f"{text}\n".encode(encoding, "backslashreplace").decode(encoding)
    try:
        stream.write(line)
        stream.flush()
    except BrokenPipeError:
        _let_go(stream)
    except (OSError, ValueError):
        # A full disk (which may have room again later), or a stream closed in this process.
        return


def _let_go(stream: TextIO) -> None:
    """Point the descriptor at nothing, for what Python still flushes when it exits."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, descriptor)
    os.close(nothing)
