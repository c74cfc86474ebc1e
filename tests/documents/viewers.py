"""Somebody who views a shared document: a document of their own, kept in step by messages."""

import attrs
import numpy as np
from bokeh.document import Document
from bokeh.model import Model

from docsync_trio.documents.encoding import encode_message
from docsync_trio.documents.shared_document import SharedDocument
from docsync_trio.protocol.frames import Assembler, Limits
from docsync_trio.protocol.outgoing import pull_request
from docsync_trio.testing.viewed_document import ViewedDocument


def received(message):
    """What the other side reads of *message*."""
    assembler = Assembler(Limits())
    for frame in message.frames:
        result = assembler.feed(frame)
    return result


def state(document):
    """All that *document* says, in a form that can be compared."""
    return {
        "title": document.title,
        "roots": sorted(root.id for root in document.roots),
        "models": {
            model.id: (type(model).__name__, _plain(model.properties_with_values()))
            for model in document.models
        },
    }


def _plain(value):
    if isinstance(value, Model):
        return {"ref": value.id}
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(each) for each in value]
    if isinstance(value, set):
        return sorted(map(_plain, value))
    return value.item() if isinstance(value, np.generic) else value


@attrs.define(eq=False)
class Viewer:
    """A page of the testing kit's, without a page; *name* is for the reader of a failure."""

    name: str = "a viewer"
    messages: list = attrs.field(factory=list)
    _viewed: ViewedDocument | None = None
    _said: list = attrs.field(factory=list)

    def __hash__(self):
        return id(self)

    @property
    def document(self):
        return self._viewed.document

    def pull(self, shared: SharedDocument, *, keeps_columns=True):
        self.take(shared.pull(self, received(pull_request()), keeps_columns=keeps_columns))
        return self

    def has(self, document):
        """Begin with *document*, which came otherwise than by a pull."""
        self._viewed = ViewedDocument(document, self._say)

    def take(self, outgoing):
        self.messages.append(outgoing)
        message = received(outgoing)
        if message.kind == "PULL-DOC-REPLY":
            self._viewed = ViewedDocument.of_reply(message, self._say)
        else:
            assert self._viewed is not None, "a patch for somebody who has no document"
            self._viewed.apply(message)

    def edit(self, change):
        """The patch that tells the server of what *change* does to this viewer's document.

        It is one patch, as of BokehJS; the kit makes one of each change.
        """
        self._said.clear()
        change(self.document)
        events = [event for message in self._said for event in message.content["events"]]
        buffers = [buffer for message in self._said for buffer in message.buffers]
        return received(encode_message("PATCH-DOC", {"events": events}, buffers))

    def _say(self, outgoing, event):
        self._said.append(received(outgoing))


@attrs.define(eq=False)
class Room:
    """A shared document with all its viewers.

    *errors* are what the application's callbacks raised, *unsent* its values that cannot be sent.
    Who is *behind* is told nothing until it may `catch_up`.
    """

    shared: SharedDocument = attrs.field(factory=lambda: SharedDocument(Document(), held=True))
    viewers: list = attrs.field(factory=list)
    errors: list = attrs.field(factory=list)
    unsent: list = attrs.field(factory=list)
    behind: set = attrs.field(factory=set)
    lost: set = attrs.field(factory=set)

    @property
    def document(self):
        return self.shared.document

    def view(self, name="a viewer", **options):
        viewer = Viewer(name).pull(self.shared, **options)
        self.viewers.append(viewer)
        return viewer

    def change(self, change):
        """What the application does in one callback; everybody gets what follows."""
        self.shared.held = True
        try:
            change(self.document)
        except ZeroDivisionError as error:
            self.errors.append(error)
        return self.drain()

    def edit(self, viewer, change):
        """What *viewer* does in its page; everybody gets what follows."""
        self.shared.held = True
        self.errors += self.shared.patch(viewer, viewer.edit(change))
        return self.drain()

    def drain(self):
        posts = self.shared.drain(0.0, self.unsent.append, self.behind.__contains__)
        self.lost.update(self.shared.take_lost())
        self.shared.held = False
        self._take(posts)
        return posts

    def catch_up(self, viewer):
        """*viewer* gets what has waited for it; one that was too far behind pulls again."""
        self.behind.discard(viewer)
        if viewer in self.lost:
            self.lost.discard(viewer)
            viewer.pull(self.shared)
        self._take(self.shared.deliver(viewer, 0.0, self.unsent.append))

    def _take(self, posts):
        for post in posts:
            for viewer in post.to:
                viewer.take(post.message)

    def leave(self, viewer):
        self.shared.leave(viewer)
        self.viewers.remove(viewer)
        self.behind.discard(viewer)
        self.lost.discard(viewer)

    def in_time(self):
        """The viewers who are not behind."""
        return [viewer for viewer in self.viewers if viewer not in self.behind]

    def assert_in_step(self):
        expected = state(self.document)
        for viewer in self.in_time():
            assert state(viewer.document) == expected, viewer.name
