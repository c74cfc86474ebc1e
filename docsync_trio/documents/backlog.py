"""What a slow viewer has not been sent yet, as values rather than as messages.

Messages that wait would pile up; values do not. While a viewer is behind, it is only
noted which properties changed, and what they are is sent once, when it can take it.
"""

from collections.abc import Iterable

import attrs
from bokeh.document import Document

from docsync_trio.documents.changes import Change, value_change

MOST = 10_000
"""Changes that may wait for one viewer. Only messages to the page, which cannot be merged,
or a document with that many properties in motion, come near."""


@attrs.define(eq=False)
class Backlog:
    """The changes that wait for one viewer: one for each property, in order of the last.

    *patches* is how many messages they would have been.
    """

    _document: Document
    patches: int = attrs.field(default=0, init=False)
    _changes: dict[object, Change] = attrs.field(factory=dict, init=False)

    def absorb(self, changes: Iterable[Change]) -> None:
        """Add *changes*; a stream or a patch of columns becomes the columns' whole value."""
        self.patches += 1
        for each in changes:
            change = each
            if each.difference and each.model is not None:
                change = value_change(self._document, each.model, each.attr)
            self._changes.pop(change.key, None)
            self._changes[change.key] = change

    def is_full(self) -> bool:
        """Whether it has grown beyond `MOST`; better pull the whole document then."""
        return len(self._changes) > MOST

    def take(self) -> list[Change]:
        """All of it, in order."""
        return list(self._changes.values())
