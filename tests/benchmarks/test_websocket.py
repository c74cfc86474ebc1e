import json
import socket
import struct

import pytest

from benchmarks.visitors import Answered, find_model, is_driver
from benchmarks.websocket import Message, Websocket, frame
from docsync_trio.protocol.wire import BINARY, TEXT, frame_head


@pytest.fixture
def pair():
    here, there = socket.socketpair()
    with here, there:
        yield Websocket(here), there


def wire(kind, content, *, answers=None, buffers=()):
    header = {"msgid": "1", "msgtype": kind, "reqid": answers, "num_buffers": len(buffers)}
    frames = [(TEXT, json.dumps(part).encode()) for part in (header, {}, content)]
    for data in buffers:
        frames += [(TEXT, b'{"id":"b"}'), (BINARY, data)]
    return b"".join(frame_head(first, len(payload)) + payload for first, payload in frames)


def test_a_message_is_whole_however_its_bytes_arrive(pair):
    websocket, _ = pair
    data = wire("PATCH-DOC", {"events": []}, buffers=[bytes(8000), bytes(70_000)])
    found = [m for n in range(0, len(data), 77) for m in websocket.feed(data[n : n + 77])]
    assert found == [Message("PATCH-DOC", None, b'{"events": []}', 2)]
    assert websocket.received == len(data)


def test_messages_that_arrive_together_are_told_apart(pair):
    websocket, _ = pair
    data = wire("OK", {}, answers="m1") + wire("PATCH-DOC", {})
    assert [message.kind for message in websocket.feed(data)] == ["OK", "PATCH-DOC"]


def test_a_ping_is_answered(pair):
    websocket, peer = pair
    assert websocket.feed(b"\x89\x02hi") == []
    assert peer.recv(100) == frame(b"hi", 0x8A)


def test_a_close_and_an_error_end_the_measurement(pair):
    websocket, _ = pair
    with pytest.raises(ConnectionError, match="gone"):
        websocket.feed(b"\x88\x06" + struct.pack("!H", 1001) + b"gone")
    with pytest.raises(ConnectionError, match="wrong"):
        Websocket(websocket.socket).feed(wire("ERROR", {"text": "wrong"}))


def test_a_move_is_answered_once_it_is_confirmed_and_its_effect_is_told():
    answer = Answered("m1")
    answer.hears(Message("OK", "m1", b"{}", 0))
    answer.hears(Message("PATCH-DOC", None, b"{}", 0))
    assert not answer.complete
    answer.hears(Message("PATCH-DOC", None, b"{}", 2))
    assert answer.complete


def test_the_slider_is_found_wherever_it_is_in_the_document():
    slider = {"type": "object", "id": "p7", "attributes": {"name": "drive"}}
    document = {"roots": [{"type": "object", "id": "p1", "attributes": {"children": [slider]}}]}
    assert find_model(document, is_driver) == "p7"
    assert find_model({"roots": []}, is_driver) is None
