"""One document and those who view it: what goes to whom, and nothing about how.

The session calls `pull`, `push` and `patch` for what its viewers ask, lets the
application change the document, and then takes from `drain` the messages that keep
every viewer in step, each encoded once for all who get it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import attrs
from bokeh.core.serialization import Buffer
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent
from bokeh.model import Model

from docsync_trio.documents.backlog import Backlog
from docsync_trio.documents.bokeh_private import (
    destroy,
    held_events,
    model_table,
    new_models,
    tell_of_every_change,
)
from docsync_trio.documents.change import Change, patch_message, value_change
from docsync_trio.documents.changes import Changes, by_author
from docsync_trio.documents.conflicts import Conflicts
from docsync_trio.documents.encoding import PatchSerializer, encode_message
from docsync_trio.documents.incoming import Patch, replace_document
from docsync_trio.documents.lock_error import DocumentLockError
from docsync_trio.documents.views import Viewer, Views
from docsync_trio.protocol.message import Message, Outgoing

_REPLACING = ("RootAdded", "RootRemoved", "TitleChanged")


@attrs.define(eq=False)
class Post:
    """One message, and the viewers that are to get it."""

    message: Outgoing
    to: Sequence[Viewer]


@attrs.define(eq=False)
class SharedDocument:
    """A document, its viewers, and what they have not been told yet.

    *held* is true while the owner lets someone change the document; a change at any
    other time raises `DocumentLockError` where it is made.
    """

    document: Document
    held: bool = False
    _views: Views = attrs.field(init=False)
    _changes: Changes = attrs.field(init=False)
    _patch: Patch | None = attrs.field(default=None, init=False)
    _pusher: Viewer | None = attrs.field(default=None, init=False)
    _keep_columns: set[Viewer] = attrs.field(factory=set, init=False)
    _backlogs: dict[Viewer, Backlog] = attrs.field(factory=dict, init=False)
    _conflicts: Conflicts = attrs.field(factory=Conflicts, init=False)
    _table: object = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._views = Views(self.document)
        self._changes = Changes(self.document)
        tell_of_every_change(self.document)
        self.document.callbacks.on_change_dispatch_to(self)

    def _document_patched(self, event: DocumentPatchedEvent) -> None:
        """Bokeh calls this by its name for every change, in the midst of the change."""
        if not self.held:
            raise DocumentLockError
        if not self._views:
            return
        if event.setter is None and event.kind in _REPLACING:
            event.setter = self._pusher  # type: ignore[assignment]
        only = None if event.setter is None else self._views.only()
        self._changes.record(event, self._known, only)

    def pull(
        self,
        viewer: Viewer,
        request: Message,
        *,
        inline_buffers: bool = False,
        keeps_columns: bool = False,
    ) -> Outgoing:
        """The whole document for *viewer*, which is kept in step from now on.

        *inline_buffers* puts arrays into the JSON text: BokehJS ignores binary
        buffers when it pulls for a second time, after a reconnect. *keeps_columns* says
        that *viewer* can be sent some columns of a table without losing the others, as
        BokehJS can and Bokeh's Python client cannot. What `drain` holds must have been
        posted before.
        """
        content: Any
        buffers: list[Buffer] = []
        new = set(new_models(self.document))
        if inline_buffers:
            content = self.document.to_json(deferred=False)
        else:
            rep = self.document.to_json()
            content, buffers = rep.content, rep.buffers
        new_models(self.document).update(new)  # Bokeh thinks that nobody else can lack them
        self._join(viewer)
        if keeps_columns:
            self._keep_columns.add(viewer)
        self._changes.overtake(held_events(self.document))
        return encode_message("PULL-DOC-REPLY", {"doc": content}, buffers, reply_to=request.id)

    def push(self, viewer: Viewer, message: Message) -> None:
        """Replace the document by the one in *message*; *viewer* has it already.

        Raises `ProtocolError` for what is not a document.
        """
        self._pusher = viewer
        try:
            replace_document(self.document, message)
        finally:
            self._pusher = None
        self._join(viewer)
        self._changes.overtake(())

    def patch(self, viewer: Viewer, message: Message) -> list[BaseException]:
        """Apply the changes that *viewer* made; returns what the application raised.

        Raises `ProtocolError` for what is not a patch of this document.
        """
        patch = self._patch = Patch(self.document, message, viewer)
        for model in patch.models:
            self._changes.differ(model)
        return patch.apply()

    def leave(self, viewer: Viewer) -> None:
        """Forget *viewer*."""
        self._views.leave(viewer)
        self._backlogs.pop(viewer, None)
        self._keep_columns.discard(viewer)
        self._conflicts.left(viewer)

    def drain(
        self,
        now: float,
        on_error: Callable[[Exception], None],
        is_behind: Callable[[Viewer], bool] = lambda _: False,
    ) -> list[Post]:
        """All that changed since the last time, as messages, in the order to send them.

        A value that cannot be sent (the application's fault) is left out and its
        exception given to *on_error*. A viewer that *is_behind* gets nothing now; what it
        has to know is kept until `deliver`. *now* is in seconds, of any clock.
        """
        patch, self._patch = self._patch, None
        if patch is not None:
            self._conflicts.edited(patch.author, patch.changed, now)
        is_held = self.document.callbacks.hold_value is not None
        if not is_held and new_models(self.document):
            self._restate_returned(patch)
        removed, changes = self._changes.take()
        if is_held and not changes:
            if patch is not None:
                self._views.author_catches_up(patch)
            return []
        self._views.catch_up(removed, patch, is_held=is_held)
        posts: list[Post] = []
        for author, its_changes in by_author(changes):
            together, apart = self._sort(author, its_changes, is_behind)
            if together:
                self._encode(posts, its_changes, together, now, on_error, keep_columns=True)
            if apart:
                self._encode(posts, its_changes, apart, now, on_error)
        self._views.settle()
        return posts

    def _sort(
        self, author: object, changes: list[Change], is_behind: Callable[[Viewer], bool]
    ) -> tuple[list[Viewer], list[Viewer]]:
        """Those who are to hear of *changes* now: who keeps columns, and who does not."""
        together: list[Viewer] = []
        apart: list[Viewer] = []
        backlogs, keep_columns = self._backlogs, self._keep_columns
        for viewer in self._views:
            if viewer is author:
                continue
            if viewer not in backlogs and is_behind(viewer):
                backlogs[viewer] = Backlog(self.document)
            if viewer in backlogs:
                backlogs[viewer].absorb(changes)
            elif viewer in keep_columns:
                together.append(viewer)
            else:
                apart.append(viewer)
        return together, apart

    def patches_waiting(self, viewer: Viewer) -> int:
        """How many messages were merged into what waits for *viewer* until it can take it."""
        return self._backlogs[viewer].patches if viewer in self._backlogs else 0

    def deliver(
        self, viewer: Viewer, now: float, on_error: Callable[[Exception], None]
    ) -> list[Post]:
        """What has waited for *viewer*, as messages; *now* and *on_error* are as for `drain`."""
        backlog = self._backlogs.pop(viewer, None)
        return [] if backlog is None else self._tell(viewer, backlog.take(), now, on_error)

    def next_conflict(self) -> float:
        """When `settle` has something to do; infinity if there is no conflict."""
        return self._conflicts.next()

    def settle(self, now: float, on_error: Callable[[Exception], None]) -> list[Post]:
        """The truth for viewers whose change met another one, as messages; see `conflicts`."""
        posts: list[Post] = []
        for viewer, (model_id, attr) in self._conflicts.due(now):
            model = self.document.models.get_by_id(model_id)
            if viewer in self._views and viewer not in self._backlogs and model is not None:
                change = value_change(self.document, model, attr)
                posts += self._tell(viewer, [change], now, on_error)
        return posts

    def take_lost(self) -> dict[Viewer, int]:
        """Viewers too far behind to catch up, who have to pull anew; and what waited for them."""
        table, self._table = self._table, model_table(self.document)
        if not self._backlogs:
            return {}
        # A viewer that missed how models came and went cannot be told in few words.
        changed = table is not self._table
        lost = {v: b.patches for v, b in self._backlogs.items() if changed or b.is_full()}
        for viewer in lost:
            self.leave(viewer)
        return lost

    def destroy(self) -> None:
        """Take the document apart; nothing of it can be used afterwards."""
        self._views.clear()
        self._backlogs.clear()
        destroy(self.document)

    def _join(self, viewer: Viewer) -> None:
        self._backlogs.pop(viewer, None)
        self._views.join(viewer)

    def _restate_returned(self, patch: Patch | None) -> None:
        for model in self._views.returned():
            if patch is None or not patch.brought(model):
                self._changes.restate(model)

    def _known(self, model: Model) -> bool:
        brought = self._patch is not None and self._patch.brought(model)
        return brought or self._views.anybody_has(model)

    def _tell(
        self,
        viewer: Viewer,
        changes: list[Change],
        now: float,
        on_error: Callable[[Exception], None],
    ) -> list[Post]:
        """*changes* for *viewer* alone, who then has the values of now, unlike the others."""
        for change in changes:
            if change.model is not None:
                self._changes.differ(change.model)
        posts: list[Post] = []
        self._encode(posts, changes, [viewer], now, on_error)
        return posts

    def _encode(
        self,
        posts: list[Post],
        changes: list[Change],
        to: list[Viewer],
        now: float,
        on_error: Callable[[Exception], None],
        *,
        keep_columns: bool = False,
    ) -> None:
        """Add *changes* as a message, or one for each group of viewers with different models."""
        same = self._views.same
        for view, viewers in self._views.groups(to) if same is None else ((same, to),):
            serializer = PatchSerializer(
                self.document, view.lacking, view.leaving, keep_columns=keep_columns
            )
            message = patch_message(changes, serializer, on_error)
            if message is not None:
                if same is None:
                    self._views.told(viewers, serializer.has_ref)
                properties = [(c.model.id, c.attr) for c in changes if c.model is not None]
                self._conflicts.told(viewers, properties, now)
                posts.append(Post(message, viewers))
