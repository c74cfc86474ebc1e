"""What went wrong in a site while it was tested, and which of it the test expects.

A server goes on when an application raises: it logs the error and serves the others. A
test has to fail then, or the error is seen by nobody.
"""

import re
import traceback
from collections.abc import Iterable

import attrs

from docsync_trio.base import events
from docsync_trio.base.author_frames import authors_line
from docsync_trio.base.errors import ProtocolError

_Types = type[BaseException] | tuple[type[BaseException], ...]


class UnexpectedError(AssertionError):
    """Something raised in the site that the test did not expect.

    *events* are what was observed. The first error is the cause (``__cause__``); where
    there are several, a group of all.
    """

    def __init__(self, found: "tuple[events.Event, ...]") -> None:
        lines = [f"  {describe(event)}" for event in found]
        text = "something went wrong in the site; `site.expect_error` takes what is meant to fail"
        super().__init__("\n".join([text, *lines]))
        self.events = found


@attrs.define(eq=False)
class Expectation:
    """What the block of `expect_error` gives. *event* and *error* are known at its end."""

    error_type: _Types
    match: str
    event: events.Event | None = attrs.field(default=None, init=False)

    @property
    def error(self) -> BaseException | None:
        """What was raised: the first that was expected."""
        return None if self.event is None else error_of(self.event)

    def fits(self, event: events.Event) -> bool:
        """Whether *event* tells of what is expected."""
        error = _sure(error_of(event))
        if not isinstance(error, self.error_type) and not _holds_only(error, self.error_type):
            return False
        return bool(re.search(self.match, f"{error}\n{getattr(event, 'what', '')}"))


@attrs.define(eq=False)
class Failures:
    """The events with errors, in their order, without those that were expected."""

    unexpected: list[events.Event] = attrs.field(factory=list, init=False)

    def observe(self, event: events.Event) -> None:
        """Keep *event* if it tells of an error."""
        if error_of(event) is not None:
            self.unexpected.append(event)

    def count(self) -> int:
        """How many there are, for `take`."""
        return len(self.unexpected)

    def take(self, expectation: Expectation, since: int) -> None:
        """Let *expectation* have all that fit of those that came *since*.

        Raises ``AssertionError`` if none does.
        """
        new = self.unexpected[since:]
        fitting = [event for event in new if expectation.fits(event)]
        if not fitting:
            others = "".join(f"\n  {describe(event)}" for event in new)
            what = f"no {_names(expectation.error_type)} was raised in the site"
            if expectation.match:
                what += f" that matches {expectation.match!r}"
            raise AssertionError(what + (f"; this was:{others}" if others else ""))
        expectation.event = fitting[0]
        self.unexpected[since:] = [event for event in new if event not in fitting]

    def check(self) -> None:
        """Raise `UnexpectedError` if there are any."""
        if not self.unexpected:
            return
        errors = [_sure(error_of(event)) for event in self.unexpected]
        cause = errors[0] if len(errors) == 1 else BaseExceptionGroup("errors in the site", errors)
        raise UnexpectedError(tuple(self.unexpected)) from cause


def error_of(event: events.Event) -> BaseException | None:
    """Return the error of which *event* tells, None if it tells of none."""
    error = getattr(event, "error", None)
    if error is None and isinstance(event, events.PeerFault):
        return ProtocolError(event.what)
    return error if isinstance(error, BaseException) else None


def describe(event: events.Event) -> str:
    """Return one line about an event with an error: where, what, and the author's line."""
    error = _sure(error_of(event))
    where = getattr(event, "application", "") or getattr(event, "target", "")
    what = getattr(event, "what", "") or {
        events.BuildFailed: "while its document was built",
        events.RequestFailed: "while it answered",
    }.get(type(event), "")
    line = authors_line(error)
    place = f" ({line.file}:{line.line})" if line is not None else ""
    said = "".join(traceback.format_exception_only(error)).strip()
    return ": ".join(filter(None, [where, what, said])) + place


def forget_places(found: Iterable[events.Event]) -> None:
    """Take the tracebacks from the errors in *found*: they keep all that functions held."""
    errors = [error_of(event) for event in found]
    while errors:
        error = errors.pop()
        if error is not None and error.__traceback__ is not None:
            error.__traceback__ = None
            errors += [error.__cause__, error.__context__]
            errors += error.exceptions if isinstance(error, BaseExceptionGroup) else ()


def _holds_only(error: BaseException, types: _Types) -> bool:
    if not isinstance(error, BaseExceptionGroup):
        return isinstance(error, types)
    return all(_holds_only(each, types) for each in error.exceptions)


def _names(types: _Types) -> str:
    return " or ".join(t.__name__ for t in (types if isinstance(types, tuple) else (types,)))


def _sure(error: BaseException | None) -> BaseException:
    assert error is not None  # noqa: S101 - only events with an error are kept
    return error
