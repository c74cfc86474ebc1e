"""What an application that takes the place of another may take along from it."""

from collections.abc import Callable

from docsync_trio.sessions.application_context import ApplicationContext

CarryOver = Callable[[ApplicationContext, ApplicationContext], None]
"""Called with the old application and the new one, when the new one is open and before the
sessions of the old one end. It must not block, and must not raise."""


def nothing_carried_over(_old: ApplicationContext, _new: ApplicationContext) -> None:
    """Take nothing along."""
