"""Somebody who views a shared document: a document of their own, kept in step by messages."""

import attrs
import numpy as np
from bokeh.core.serialization import Buffer, Deserializer, Serialized, Serializer
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent
from bokeh.model import Model

from docsync_trio.documents.encoding import encode_message
from docsync_trio.documents.shared_document import SharedDocument
from docsync_trio.protocol.frames import Assembler, Limits
from docsync_trio.protocol.outgoing import pull_request

FROM_THE_SERVER = object()


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
    """Decodes and applies with Bokeh's own code; *name* is for the reader of a failure."""

    name: str = "a viewer"
    document: Document | None = None
    messages: list = attrs.field(factory=list)
    _events: list = attrs.field(factory=list)
    _serializer: Serializer | None = None

    def __hash__(self):
        return id(self)

    def pull(self, shared: SharedDocument, *, keeps_columns=True):
        self.take(shared.pull(self, received(pull_request()), keeps_columns=keeps_columns))
        return self

    def take(self, outgoing):
        self.messages.append(outgoing)
        message = received(outgoing)
        buffers = [Buffer(buffer.id, buffer.data) for buffer in message.buffers]
        if message.kind == "PULL-DOC-REPLY":
            self.document = Document.from_json(Serialized(message.content["doc"], buffers))
            self.document.models.flush_synced()
            self.document.on_change(self._changed)
        else:
            assert self.document is not None, "a patch for somebody who has no document"
            self._apply(Serialized(message.content, buffers))

    def edit(self, change):
        """The patch that tells the server of what *change* does to this viewer's document."""
        self._events.clear()
        self._serializer = Serializer(references=self.document.models.synced_references)
        change(self.document)
        self.document.models.flush_synced()
        content = {"events": list(self._events)}
        return received(encode_message("PATCH-DOC", content, self._serializer.buffers))

    def _changed(self, event):
        if isinstance(event, DocumentPatchedEvent) and event.setter is not FROM_THE_SERVER:
            self._events.append(event.to_serializable(self._serializer))

    def _apply(self, patch):
        """What `Document.apply_json_patch` does, but to columns what BokehJS does."""
        deserializer = Deserializer(list(self.document.models), setter=FROM_THE_SERVER)
        for event in deserializer.deserialize(patch)["events"]:
            source = event.get("model")
            if event["kind"] == "ColumnDataChanged":
                # Bokeh's Python drops the columns that are not named, and an array that
                # comes for a list of the same numbers.
                kept = {} if event.get("cols") is None else source.data
                data = {**kept, **event["data"]}
                source.lookup("data").__set__(source, data, setter=FROM_THE_SERVER)
            elif event["kind"] == "ColumnsStreamed":
                # BokehJS streams to some of the columns, too; Bokeh's Python refuses to.
                data, rollover = event["data"], event["rollover"]
                source.data._stream(self.document, source, data, rollover, FROM_THE_SERVER)
            else:
                DocumentPatchedEvent.handle_event(self.document, event, FROM_THE_SERVER)
        self.document.models.flush_synced()


@attrs.define(eq=False)
class Room:
    """A shared document with all its viewers.

    *errors* are what the application's callbacks raised, *unsent* its values that cannot be sent.
    """

    shared: SharedDocument = attrs.field(factory=lambda: SharedDocument(Document(), held=True))
    viewers: list = attrs.field(factory=list)
    errors: list = attrs.field(factory=list)
    unsent: list = attrs.field(factory=list)

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
        posts = self.shared.drain(0.0, self.unsent.append)
        self.shared.held = False
        for post in posts:
            for viewer in post.to:
                viewer.take(post.message)
        return posts

    def leave(self, viewer):
        self.shared.leave(viewer)
        self.viewers.remove(viewer)

    def assert_in_step(self):
        expected = state(self.document)
        for viewer in self.viewers:
            assert state(viewer.document) == expected, viewer.name
