"""What the site answered to a request, and what it means when that was a refusal."""

import json
from typing import Any

import attrs

from docsync_trio.sessions.request import Headers


@attrs.frozen
class Reply:
    """An HTTP answer. *headers* can be asked for in any spelling."""

    status: int
    headers: Headers
    body: bytes = attrs.field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as the JSON that it is; raises ``ValueError`` if it is none."""
        return json.loads(self.body)


class Refused(Exception):  # noqa: N818 - an answer of the site, which a test may be after
    """The site gave no page, or let a page's websocket not in.

    *status* is the HTTP status, 0 where the websocket was accepted only to be closed;
    *text* is what the visitor was told.
    """

    def __init__(self, what: str, status: int, text: str) -> None:
        super().__init__(f"{what}: {f'status {status}, ' if status else ''}{text.strip()[:500]}")
        self.status = status
        self.text = text
