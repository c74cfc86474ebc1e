"""Our frames through Bokeh's own protocol classes, and theirs through ours."""

import contextlib

import numpy as np
import pytest
from bokeh.core.json_encoder import serialize_json
from bokeh.core.serialization import Serialized, Serializer
from bokeh.document import Document
from bokeh.models import ColumnDataSource, TextInput
from bokeh.protocol import Protocol
from bokeh.protocol.receiver import Receiver

from docsync_trio.protocol.conversation import Conversation
from docsync_trio.protocol.frames import Assembler, Limits
from docsync_trio.protocol.message import Buffer
from docsync_trio.protocol.outgoing import (
    ack,
    error,
    ok,
    outgoing,
    pull_request,
    server_info_reply,
    server_info_request,
)


class Recorder:
    """What Bokeh's messages write themselves to."""

    def __init__(self):
        self.frames = []
        self.write_lock = self

    async def acquire(self):
        return contextlib.nullcontext()

    async def write_message(self, message, binary=False, locked=True):  # noqa: FBT002
        assert binary is isinstance(message, bytes)
        self.frames.append(message)


async def read_by_bokeh(message):
    receiver = Receiver(Protocol())
    *rest, last = [await receiver.consume(frame) for frame in message.frames]
    assert rest == [None] * len(rest)
    return last


async def sent_by_bokeh(message):
    recorder = Recorder()
    await message.send(recorder)
    assembler = Assembler(Limits())
    *rest, last = [assembler.feed(frame) for frame in recorder.frames]
    assert rest == [None] * len(rest)
    return last


def document_with_data():
    document = Document()
    document.add_root(ColumnDataSource(data={"x": np.arange(5.0), "y": np.array([1, 2, 3, 4, 5])}))
    document.add_root(TextInput(value="é"))
    return document


def data_of(document):
    return {key: list(value) for key, value in document.roots[0].data.items()}


def change(document):
    """Change the data and return the event that tells of it."""
    events = []
    document.on_change(events.append)
    document.roots[0].data = {"x": np.array([7.5, 8.5]), "y": np.array([1, 2], dtype="uint8")}
    document.remove_on_change(events.append)
    return events[0]


def pushed(document, kind="PUSH-DOC", **more):
    serialized = document.to_json()
    buffers = [Buffer(buffer.id, buffer.data) for buffer in serialized.buffers]
    return outgoing(kind, serialize_json({"doc": serialized.content}), buffers=buffers, **more)


def patched(document, event):
    serializer = Serializer(references=document.models.synced_references)
    content = serialize_json({"events": serializer.encode([event])})
    buffers = [Buffer(buffer.id, buffer.data) for buffer in serializer.buffers]
    assert buffers
    return outgoing("PATCH-DOC", content, buffers=buffers)


@pytest.mark.parametrize(
    "ours",
    [
        ack(),
        ok("q1"),
        error("q1", "no: é"),
        server_info_request(),
        server_info_reply("q1", "3.9.2"),
        pull_request(),
    ],
    ids=lambda message: message.kind,
)
async def test_bokeh_reads_our_small_messages(ours):
    theirs = await read_by_bokeh(ours)

    assert theirs.msgtype == ours.kind
    assert theirs.header["msgid"] == ours.id
    assert theirs.header.get("reqid") in {None, "q1"}
    assert theirs.buffers == []


@pytest.mark.parametrize(
    ("kind", "arguments", "role"),
    [
        ("ACK", (), "client"),
        ("OK", ("q1",), None),
        ("ERROR", ("q1", "no: é"), None),
        ("SERVER-INFO-REQ", (), "server"),
        ("SERVER-INFO-REPLY", ("q1",), None),
        ("PULL-DOC-REQ", (), "server"),
    ],
)
async def test_we_read_bokehs_small_messages(kind, arguments, role):
    theirs = Protocol().create(kind, *arguments)

    ours = await sent_by_bokeh(theirs)

    assert (ours.kind, ours.id) == (kind, theirs.header["msgid"])
    assert ours.reply_to == theirs.header.get("reqid")
    assert ours.content == theirs.content
    if role is not None:
        Conversation(role).receive(ours)


async def test_server_info_is_what_bokeh_says():
    theirs = Protocol().create("SERVER-INFO-REPLY", "q1")

    version = theirs.content["version_info"]["bokeh"]
    assert (await read_by_bokeh(server_info_reply("q1", version))).content == theirs.content


@pytest.mark.parametrize("kind", ["PUSH-DOC", "PULL-DOC-REPLY"])
async def test_bokeh_reads_a_whole_document_of_ours(kind):
    document, copy = document_with_data(), Document()

    theirs = await read_by_bokeh(pushed(document, kind, reply_to="q1"))
    theirs.push_to_document(copy)

    assert data_of(copy) == data_of(document)
    assert copy.roots[1].value == "é"


async def test_we_read_a_whole_document_of_bokehs():
    document, copy = document_with_data(), Document()

    message = await sent_by_bokeh(Protocol().create("PUSH-DOC", document))
    Conversation("server").receive(message)
    copy.replace_with_json(Serialized(message.content["doc"], list(message.buffers)))

    assert data_of(copy) == data_of(document)


async def test_bokeh_applies_a_patch_of_ours_with_its_buffers():
    document, copy = document_with_data(), Document()
    (await read_by_bokeh(pushed(document))).push_to_document(copy)

    theirs = await read_by_bokeh(patched(document, change(document)))
    theirs.apply_to_document(copy)

    assert data_of(copy) == data_of(document) == {"x": [7.5, 8.5], "y": [1, 2]}


async def test_a_patch_of_bokehs_is_applied_with_its_buffers():
    document, copy = document_with_data(), Document()
    (await read_by_bokeh(pushed(document))).push_to_document(copy)

    message = await sent_by_bokeh(Protocol().create("PATCH-DOC", [change(document)]))
    Conversation("server").receive(message)
    copy.apply_json_patch(Serialized(message.content, list(message.buffers)))

    assert message.buffers
    assert data_of(copy) == data_of(document) == {"x": [7.5, 8.5], "y": [1, 2]}


async def test_values_beyond_json_arrive():
    document, copy = document_with_data(), Document()
    (await read_by_bokeh(pushed(document))).push_to_document(copy)
    events = []
    document.on_change(events.append)
    document.roots[0].data = {"x": [float("inf"), -0.0, 2.0**60], "y": ["\0", "😀", None]}

    message = await sent_by_bokeh(Protocol().create("PATCH-DOC", [events[0]]))
    copy.apply_json_patch(Serialized(message.content, list(message.buffers)))

    assert data_of(copy) == data_of(document)
