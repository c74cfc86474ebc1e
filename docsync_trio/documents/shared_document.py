"""One document and those who view it: what goes to whom, and nothing about how.

The session calls `pull`, `push` and `patch` for what its viewers ask, lets the
application change the document, and then takes from `drain` the messages that keep
every viewer in step, each encoded once for all who get it.
"""

from collections.abc import Callable, Hashable
from typing import Any

import attrs
from bokeh.core.serialization import Buffer
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent
from bokeh.model import Model

from docsync_trio.documents.bokeh_private import destroy, new_models
from docsync_trio.documents.changes import Author, Change, Changes
from docsync_trio.documents.encoding import PatchSerializer, encode_message
from docsync_trio.documents.incoming import Patch, replace_document
from docsync_trio.protocol.message import Message, Outgoing

Viewer = Hashable
"""Whoever has pulled the document and is kept in step; compared by identity."""


class DocumentLockError(RuntimeError):
    """The application changed the document from outside its callbacks."""

    def __init__(self) -> None:
        super().__init__(
            "the document was changed without its lock, so nobody can be told of the change; "
            "make it in a callback (curdoc().add_next_tick_callback) or with "
            "session_context.with_locked_document"
        )


@attrs.frozen(eq=False)
class Post:
    """One message, and the viewers that are to get it."""

    message: Outgoing
    to: tuple[Viewer, ...]


@attrs.define(eq=False)
class SharedDocument:
    """A document, its viewers, and what they have not been told yet.

    *held* is true while the owner lets someone change the document; a change at any
    other time raises `DocumentLockError` where it is made.
    """

    document: Document
    held: bool = False
    _viewers: dict[Viewer, None] = attrs.field(factory=dict, init=False)
    _changes: Changes = attrs.field(init=False)
    _patch: Patch | None = attrs.field(default=None, init=False)
    _pusher: Viewer | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._changes = Changes(self.document)
        self.document.callbacks.on_change_dispatch_to(self)

    def _document_patched(self, event: DocumentPatchedEvent) -> None:
        """Bokeh calls this by its name for every change, in the midst of the change."""
        if not self.held:
            raise DocumentLockError
        if not self._viewers:
            return
        if event.setter is None:
            event.setter = self._pusher  # type: ignore[assignment]
        self._changes.record(event, brought=self._brought)

    def pull(self, viewer: Viewer, request: Message, *, inline_buffers: bool = False) -> Outgoing:
        """The whole document for *viewer*, which is kept in step from now on.

        *inline_buffers* puts arrays into the JSON text: BokehJS ignores binary
        buffers when it pulls for a second time, after a reconnect. What `drain`
        holds must have been posted before.
        """
        content: Any
        buffers: list[Buffer] = []
        if inline_buffers:
            content = self.document.to_json(deferred=False)
        else:
            rep = self.document.to_json()
            content, buffers = rep.content, rep.buffers
        self._viewers[viewer] = None
        self.document.models.flush_synced()
        return encode_message("PULL-DOC-REPLY", {"doc": content}, buffers, reply_to=request.id)

    def push(self, viewer: Viewer, message: Message) -> None:
        """Replace the document by the one in *message*; *viewer* has it already.

        Raises `ProtocolError` for what is not a document.
        """
        self._viewers[viewer] = None
        self._pusher = viewer
        try:
            replace_document(self.document, message)
        finally:
            self._pusher = None

    def patch(self, viewer: Viewer, message: Message) -> list[BaseException]:
        """Apply the changes that *viewer* made; returns what the application raised.

        Raises `ProtocolError` for what is not a patch of this document.
        """
        patch = self._patch = Patch(self.document, message, viewer)
        return patch.apply()

    def leave(self, viewer: Viewer) -> None:
        """Forget *viewer*."""
        self._viewers.pop(viewer, None)

    def drain(self, on_error: Callable[[Exception], None]) -> list[Post]:
        """All that changed since the last time, as messages, in the order to send them.

        A value that cannot be sent (the application's fault) is left out and its
        exception given to *on_error*.
        """
        patch, self._patch = self._patch, None
        changes = self._changes.take() if self._changes else []
        if not self._viewers:
            return []
        posts: list[Post] = []
        for author, its_changes in _by_author(changes):
            to = tuple(viewer for viewer in self._viewers if viewer is not author)
            if author is None and patch is not None:
                posts += self._apart(its_changes, patch, on_error)
            elif to:
                posts += self._encode(its_changes, to, on_error)
        if patch is not None:
            self.document.models.flush_synced(lambda model: not patch.brought(model))
        return posts

    def destroy(self) -> None:
        """Take the document apart; nothing of it can be used afterwards."""
        self._viewers.clear()
        destroy(self.document)

    def _brought(self, model: Model) -> bool:
        return self._patch is not None and self._patch.brought(model)

    def _apart(
        self, changes: list[Change], patch: Patch, on_error: Callable[[Exception], None]
    ) -> list[Post]:
        """What the application changed while it handled *patch*, for everyone.

        A model that the patch's author itself sent is known to it and new to the
        others; only then the two get messages of their own.
        """
        new = new_models(self.document)
        brought = {model for model in new if patch.brought(model)}
        everyone = tuple(self._viewers)
        if not brought:
            return self._encode(changes, everyone, on_error)
        author = tuple(viewer for viewer in everyone if viewer is patch.author)
        others = tuple(viewer for viewer in everyone if viewer is not patch.author)
        posts: list[Post] = []
        if author:
            posts += self._encode(changes, author, on_error, new=new - brought, last=not others)
        if others:
            posts += self._encode(changes, others, on_error)
        return posts

    def _encode(
        self,
        changes: list[Change],
        to: tuple[Viewer, ...],
        on_error: Callable[[Exception], None],
        *,
        new: set[Model] | None = None,
        last: bool = True,
    ) -> list[Post]:
        """One message with *changes*; after the *last* one, what is in it is known to all."""
        serializer = PatchSerializer(
            self.document, new_models(self.document) if new is None else new
        )
        events = []
        for change in changes:
            try:
                rep = change.encode(serializer)
            except Exception as error:  # noqa: BLE001 - the application's values may raise anything
                on_error(error)
                continue
            if rep is not None:
                events.append(rep)
        if not events:
            return []
        buffers = [buffer for change in changes for buffer in change.buffers]
        message = encode_message("PATCH-DOC", {"events": events}, [*buffers, *serializer.buffers])
        if last:
            self.document.models.flush_synced(lambda model: not serializer.has_ref(model))
        return [Post(message, to)]


def _by_author(changes: list[Change]) -> list[tuple[Author | None, list[Change]]]:
    """The changes of each author together, the application's last.

    A viewer has applied its own changes before those of the application reach it;
    the others get them in the same order.
    """
    groups: dict[Author | None, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.author, []).append(change)
    application = groups.pop(None, None)
    return [*groups.items(), *([(None, application)] if application else [])]
