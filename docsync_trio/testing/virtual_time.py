"""Running a test of one's own in virtual time, where no plugin of pytest does."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio
from trio.testing import MockClock

T = TypeVar("T")


def run(scenario: Callable[..., Awaitable[T]], *arguments: object) -> T:
    """Return ``await scenario(*arguments)``, run by Trio in virtual time.

    For synchronous tests, `unittest` and scripts. Time passes only when every task waits,
    and then at once: an hour takes no longer than a second.
    """
    return trio.run(scenario, *arguments, clock=MockClock(autojump_threshold=0))
