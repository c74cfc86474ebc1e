import array
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from docsync_trio.protocol.wire import BINARY, flat, frame_head, split_wire, text_head

EDGES = [0, 1, 125, 126, 127, 65535, 65536, 65537]


def framed(payload):
    head = text_head if isinstance(payload, str) else partial(frame_head, BINARY)
    data = payload.encode() if isinstance(payload, str) else payload
    return head(len(data)) + data


def as_a_client_reads(wire):
    client = ClientProtocol(parse_uri("ws://localhost"), state=OPEN, max_size=None)
    client.receive_data(wire)
    return [
        bytes(event.data).decode() if event.opcode is Opcode.TEXT else bytes(event.data)
        for event in client.events_received()
    ]


@pytest.mark.parametrize("length", EDGES)
def test_a_payload_of_any_length_arrives_at_a_client(length):
    payloads = ["a" * length, "{}", b"\xff" * length]

    assert as_a_client_reads(b"".join(map(framed, payloads))) == payloads


@pytest.mark.parametrize(
    ("length", "head"),
    [
        (125, b"\x82\x7d"),
        (126, b"\x82\x7e\x00\x7e"),
        (65535, b"\x82\x7e\xff\xff"),
        (65536, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_the_length_takes_the_fewest_bytes_that_hold_it(length, head):
    assert frame_head(BINARY, length) == head


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.binary()))
def test_what_is_framed_is_split_again_and_read_the_same_by_a_client(payloads):
    wire = b"".join(map(framed, payloads))

    assert list(split_wire(wire)) == payloads
    assert as_a_client_reads(wire) == payloads


def test_a_view_in_order_is_flattened_without_a_copy():
    numbers = array.array("d", [1.0, 2.0])

    view = flat(memoryview(numbers))
    numbers[0] = 5.0

    assert bytes(view) == numbers.tobytes()


def test_bytes_are_left_alone():
    data = b"abc"

    assert flat(data) is data


@pytest.mark.parametrize(
    "view",
    [
        memoryview(b""),
        memoryview(array.array("d")),
        memoryview(b"abcdef")[::2],
        memoryview(b"abcdef").cast("B", (2, 3)),
        memoryview(array.array("i", range(6))).cast("B").cast("i", (3, 2)),
    ],
)
def test_any_view_becomes_bytes_in_order(view):
    assert bytes(flat(view)) == view.tobytes()
    assert len(flat(view)) == view.nbytes
