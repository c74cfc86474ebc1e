"""A session of the site, as a test may look at it without keeping it alive."""

import weakref
from collections.abc import Callable
from typing import Any

from bokeh.document import Document

from docsync_trio.sessions.session import Session


class SeenSession:
    """A session on the server's side. *id* is its id, *application* the path it belongs to.

    Holding one does not keep the session's document alive.
    """

    def __init__(self, session: Session, application: str) -> None:
        self.id = session.id
        self.application = application
        self._session = weakref.ref(session)

    def __repr__(self) -> str:
        return f"SeenSession({self.application!r}, {self.id!r})"

    @property
    def has_ended(self) -> bool:
        """Whether it is gone."""
        session = self._session()
        return session is None or session.destroyed

    @property
    def document(self) -> Document:
        """The server's document, to be looked at while nothing happens in the session.

        Raises ``LookupError`` where the session has ended.
        """
        return self._living().document

    @property
    def arguments(self) -> dict[str, list[bytes]]:
        """The arguments of the request that made it, as applications see them."""
        return dict(self._living().request.arguments)

    async def with_document(self, function: Callable[[Document], Any]) -> Any:
        """Return ``function(document)``, called when it is its turn, as a callback would be.

        What it changes goes to the pages. Raises what *function* raises.
        """
        return await self._living().with_document(function)

    def _living(self) -> Session:
        session = self._session()
        if session is None or session.destroyed:
            raise LookupError(f"the session {self.id} of {self.application} has ended")
        return session
