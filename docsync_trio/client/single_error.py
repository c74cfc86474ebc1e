"""Exceptions come out of a block as they were raised, although nurseries put them in groups.

Whoever writes ``except SessionExpired:`` round a session should not have to know how many
tasks the session has inside.
"""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def single_error() -> Iterator[None]:
    """A group that holds one exception leaves the block as that exception."""
    try:
        yield
    except BaseExceptionGroup as group:
        error = _innermost(group)
        raise error from error.__cause__


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
