"""What is left of a session for code that still holds its context."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs
from bokeh.document import Document

from docsync_trio.sessions.request import Request
from docsync_trio.sessions.session_groups import SessionGroups


@attrs.frozen(eq=False)
class EndedSession:
    """Takes the place of a session in its context: it knows what it was, and does nothing."""

    id: str
    document: Document
    request: Request
    token_payload: Mapping[str, Any]
    groups: SessionGroups
    destroyed: bool = attrs.field(default=True, init=False)

    async def with_document(self, _function: Callable[[Document], Any]) -> Any:
        """Call nothing: there is no document any more."""

    def flush(self) -> None:
        """Send nothing: there is nobody any more."""

    def start_soon(self, _function: Callable[..., Awaitable[object]], *_args: object) -> None:
        """Start nothing: it would have ended with the session."""
