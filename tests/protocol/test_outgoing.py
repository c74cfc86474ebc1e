import array
import json

import attrs
import pytest

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


def header_of(message):
    return json.loads(message.frames[0])


def content_of(message):
    return json.loads(message.frames[2])


@pytest.mark.parametrize(
    ("message", "kind", "reply_to", "content"),
    [
        (ack(), "ACK", None, {}),
        (ok("q1"), "OK", "q1", {}),
        (error("q1", "no"), "ERROR", "q1", {"text": "no", "traceback": None}),
        (pull_request(), "PULL-DOC-REQ", None, {}),
        (server_info_request(), "SERVER-INFO-REQ", None, {}),
        (
            server_info_reply("q1", "3.9.2"),
            "SERVER-INFO-REPLY",
            "q1",
            {"version_info": {"bokeh": "3.9.2", "server": "3.9.2"}},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_small_messages_are_what_bokeh_sends(message, kind, reply_to, content):
    header = {"msgid": message.id, "msgtype": kind}
    if reply_to is not None:
        header["reqid"] = reply_to

    assert message.kind == kind
    assert header_of(message) == header
    assert message.frames[1] == "{}"
    assert content_of(message) == content
    assert len(message.frames) == 3


def test_every_message_has_an_id_of_its_own():
    assert len({ack().id for _ in range(1000)}) == 1000


def test_content_may_be_text_or_bytes():
    as_text = outgoing("PATCH-DOC", '{"events":["é"]}')
    as_bytes = outgoing("PATCH-DOC", '{"events":["é"]}'.encode())

    assert as_text.frames[2] == as_bytes.frames[2] == '{"events":["é"]}'


def test_buffers_follow_the_content_each_after_its_reference():
    message = outgoing(
        "PATCH-DOC", "{}", buffers=[Buffer("a", b"\x00\x01"), Buffer("b", memoryview(b"xyz"))]
    )

    assert header_of(message)["num_buffers"] == 2
    assert message.frames[3:] == ('{"id":"a"}', b"\x00\x01", '{"id":"b"}', b"xyz")


def test_the_size_is_that_of_all_payloads():
    message = outgoing("PATCH-DOC", '{"a":"é"}', buffers=[Buffer("a", b"12345")])

    payloads = [frame.encode() if isinstance(frame, str) else frame for frame in message.frames]
    assert message.size == sum(map(len, payloads))


def test_an_array_that_changes_later_is_sent_as_it_was():
    numbers = array.array("i", [1, 2, 3])
    message = outgoing("PATCH-DOC", "{}", buffers=[Buffer("a", memoryview(numbers))])
    before = numbers.tobytes()

    numbers[0] = 9

    assert message.frames[4] == before


def test_an_array_is_free_again_once_the_message_is_made():
    numbers = bytearray(b"abc")
    outgoing("PATCH-DOC", "{}", buffers=[Buffer("a", memoryview(numbers))])

    numbers.extend(b"def")  # refused by Python while a view of it is alive


def test_everybody_gets_the_same_object():
    message = outgoing("PATCH-DOC", "{}")

    assert message.wire is message.wire
    assert message.frames is message.frames


def test_a_message_cannot_be_changed():
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        ack().kind = "OK"


def test_the_log_does_not_show_what_a_message_holds():
    message = outgoing("PATCH-DOC", '{"secret":1}', buffers=[Buffer("a", b"secret")])

    assert "secret" not in repr(message)
    assert "secret" not in repr(Buffer("a", b"secret"))
