"""Whose fault an error is decides what is printed and which status the command ends with."""

import traceback

from docsync_trio.base.errors import ConfigError, DocsyncError, ServerError
from docsync_trio.base.traceback_text import error_text
from docsync_trio.cli.terminal.output import complain

OURS = 1
CONFIGURATION = 2
ADDRESS_IN_USE = 3
BUILD_FAILED = 4


def answer(error: BaseException) -> int:
    """Say on standard error what went wrong and return the exit status for it."""
    known = known_error(error)
    if isinstance(known, ConfigError):
        for line in known.lines:
            complain(line)
        raised = known.problems and all(one.cause is not None for one in known.problems)
        return BUILD_FAILED if raised else CONFIGURATION
    if isinstance(known, ServerError):
        complain(str(known))
        return known.status
    complain(f"{error_text(error)}\nThis is a fault of docsync-trio; please report it:\n")
    complain("".join(traceback.format_exception(error)).rstrip())
    return OURS


def known_error(error: BaseException) -> DocsyncError | None:
    """Return the error of ours that *error* is, or that a nursery has wrapped into it.

    None where something else is wrong as well: that must not be hidden.
    """
    if isinstance(error, DocsyncError):
        return error
    if isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        return known_error(error.exceptions[0])
    return None
