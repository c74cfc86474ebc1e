import json
from itertools import chain

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docsync_trio.base.errors import ProtocolError
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.frames import Assembler, Limits
from docsync_trio.protocol.message import Buffer
from docsync_trio.protocol.outgoing import ack, outgoing

MOST_OF_A_REASON = 123  # bytes that fit a close frame beside the code
SMALL = Limits(message_size=300, buffers=3, depth=4)
NAMES = st.text(min_size=1, max_size=30)


def header(**extra):
    return json.dumps({"msgid": "m1", "msgtype": "PATCH-DOC"} | extra)


def fed(frames, limits=SMALL):
    assembler = Assembler(limits)
    return [message for frame in frames if (message := assembler.feed(frame)) is not None]


def close_code(frames, limits=SMALL):
    """The code that the last frame causes; all frames before it must be fine."""
    assembler = Assembler(limits)
    for frame in frames[:-1]:
        assert assembler.feed(frame) is None
    with pytest.raises(ProtocolError) as caught:
        assembler.feed(frames[-1])
    return caught.value.close_code


def test_three_frames_make_a_message():
    (message,) = fed([header(reqid="q1"), "{}", '{"events":[]}'])

    assert (message.kind, message.id, message.reply_to) == ("PATCH-DOC", "m1", "q1")
    assert message.content == {"events": []}
    assert message.buffers == ()


def test_a_message_is_handed_out_with_its_last_frame_and_not_again():
    assembler = Assembler(SMALL)

    parts = [assembler.feed(frame) for frame in [header(), "{}", "{}", header(), "{}", "{}"]]

    assert [part is not None for part in parts] == [False, False, True, False, False, True]


def test_buffers_are_collected_in_order():
    frames = [header(num_buffers=2), "{}", "{}", '{"id":"b"}', b"1", '{"id":"a"}', b""]

    (message,) = fed(frames)

    assert message.buffers == (Buffer("b", b"1"), Buffer("a", b""))


def test_the_data_of_a_buffer_is_not_copied():
    data = b"0123456789"

    (message,) = fed([header(num_buffers=1), "{}", "{}", '{"id":"a"}', data])

    assert message.buffers[0].data is data


def test_no_buffers_may_be_said_in_so_many_words():
    assert len(fed([header(num_buffers=0), "{}", "{}"])) == 1


def test_the_size_counts_all_frames_in_bytes():
    frames = [header(num_buffers=1), "{}", '{"a":"é"}', '{"id":"a"}', b"12345"]

    (message,) = fed(frames)

    assert message.size == sum(len(f.encode() if isinstance(f, str) else f) for f in frames)


@pytest.mark.parametrize(
    "frames",
    [
        [header() + " " * 300],
        [header(), "{}" + " " * 299],
        [header(), "{}", '{"a":"' + "é" * 130 + '"}'],
        [header(num_buffers=1), "{}", "{}", '{"id":"a"}', b"1" * 280],
        [header(num_buffers=2), "{}", "{}", '{"id":"a"}', b"1" * 150, '{"id":"b"}', b"1" * 100],
    ],
)
def test_frames_that_are_too_big_together_are_refused_as_they_arrive(frames):
    assert close_code(frames) == CloseCode.TOO_BIG


def test_the_limit_is_for_each_message_alone():
    assert len(fed([header(), "{}", '{"a":"' + "x" * 200 + '"}'] * 5)) == 5


@pytest.mark.parametrize("count", [4, 10**6, 10**18])
def test_a_header_that_announces_too_many_buffers_is_refused_at_once(count):
    assert close_code([header(num_buffers=count)]) == CloseCode.TOO_BIG


@pytest.mark.parametrize("count", [-1, True, False, 1.0, "1", None, [], 10**30])
def test_a_number_of_buffers_that_is_none_is_refused(count):
    assert close_code([header(num_buffers=count)]) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"msgid":"m1"}',
        '{"msgtype":"ACK"}',
        '{"msgid":1,"msgtype":"ACK"}',
        '{"msgid":"m1","msgtype":null}',
        '{"msgid":"","msgtype":"ACK"}',
        '{"msgid":"' + "m" * 201 + '","msgtype":"ACK"}',
        '{"msgid":"m1","msgtype":"ACK","reqid":7}',
        '{"msgid":"m1","msgtype":["ACK"]}',
        "[]",
    ],
)
def test_a_header_needs_a_kind_and_an_id(text):
    assert close_code([text], Limits()) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([b"{}"], CloseCode.WRONG_FRAME_TYPE),
        ([header(), b"{}"], CloseCode.WRONG_FRAME_TYPE),
        ([header(), "{}", b"{}"], CloseCode.WRONG_FRAME_TYPE),
        ([header(num_buffers=1), "{}", "{}", b"{}"], CloseCode.WRONG_FRAME_TYPE),
        ([header(num_buffers=1), "{}", "{}", '{"id":"a"}', "1"], CloseCode.WRONG_FRAME_TYPE),
        ([header(), "nothing"], CloseCode.INVALID_DATA),
        ([header(), "[]"], CloseCode.PROTOCOL_ERROR),
        ([header(), "{}", "[]"], CloseCode.PROTOCOL_ERROR),
        ([header(), "{}", "{"], CloseCode.INVALID_DATA),
        ([header(), "{}", '{"a":[[[[]]]]}'], CloseCode.TOO_BIG),
        ([header(num_buffers=1), "{}", "{}", "{}"], CloseCode.PROTOCOL_ERROR),
        ([header(num_buffers=1), "{}", "{}", '{"id":1}'], CloseCode.PROTOCOL_ERROR),
        (
            [header(num_buffers=2), "{}", "{}", '{"id":"a"}', b"", '{"id":"a"}'],
            CloseCode.PROTOCOL_ERROR,
        ),
    ],
)
def test_a_frame_out_of_place_is_refused_as_it_arrives(frames, code):
    assert close_code(frames) == code


def test_after_an_error_every_frame_is_refused():
    assembler = Assembler(SMALL)
    with pytest.raises(ProtocolError):
        assembler.feed(b"")

    for frame in [header(), "{}", b""]:
        with pytest.raises(ProtocolError):
            assembler.feed(frame)


LIKELY = st.sampled_from(
    [
        header(),
        header(num_buffers=1),
        header(num_buffers=2),
        "{}",
        '{"id":"a"}',
        '{"id":"b"}',
        b"",
        b"{}",
        "[]",
        "\ud800",
        '"\\ud800',
    ]
)
ANY_TEXT = st.text(st.characters(exclude_categories=[]))


def outcomes(frames):
    """What each frame gives, up to the first error."""
    assembler = Assembler(SMALL)
    for frame in frames:
        try:
            yield assembler.feed(frame)
        except ProtocolError as error:
            yield error
            return


@given(st.lists(LIKELY | ANY_TEXT | st.binary(), max_size=30))
@example(["[" * 100_000])
@example(["\ud83d" * 200])
def test_any_frames_give_messages_or_a_protocol_error(frames):
    for outcome in outcomes(frames):
        if isinstance(outcome, ProtocolError):
            assert outcome.close_code in set(CloseCode)
            assert len(str(outcome).encode()) <= MOST_OF_A_REASON
        else:
            assert outcome is None or outcome.size <= SMALL.message_size


def told(outcome):
    """What there is to see of a message or an error."""
    if isinstance(outcome, ProtocolError):
        return str(outcome), outcome.close_code, outcome.hint
    return attrs.astuple(outcome, recurse=False)


def at_once(batches, limits):
    """What whole batches of frames give, up to the first error."""
    assembler = Assembler(limits)
    try:
        for batch in batches:
            yield from assembler.messages(batch)
    except ProtocolError as error:
        yield error


ORDINARY = st.tuples(
    st.builds(header) | st.builds(header, reqid=NAMES) | st.builds(header, msgtype=NAMES) | LIKELY,
    st.sampled_from(["{}", '{"a":1}', b"{}"]) | LIKELY,
    st.sampled_from(
        [
            '{"events":[]}',
            '{"a":"\\\\"}',
            '{"type":"x"}',
            '{"\u00e9":1}',
            "[1]",
            '{"a":[[[[]]]]}',
            "{",
        ]
    )
    | LIKELY,
).map(list)
TIGHT = Limits(message_size=60, depth=4)


@given(
    st.lists(ORDINARY | st.lists(LIKELY, max_size=4), max_size=6),
    st.sampled_from([SMALL, TIGHT, Limits()]),
)
@example([[header(), "{}", "{}"], [header(msgid=""), "{}", "{}"]], SMALL)
@example([[header(msgtype="a" * 201), "{}", "{}"]], Limits())
@example([[header(num_buffers=0), "{}", "{}"], ["{}"], [header(), "{}"], ["{}", "{}", "{}"]], SMALL)
def test_frames_that_come_together_give_what_they_give_one_by_one(batches, limits):
    assembler, expected = Assembler(limits), []
    try:
        for frame in chain.from_iterable(batches):
            expected += [message] if (message := assembler.feed(frame)) is not None else []
    except ProtocolError as error:
        expected.append(error)

    assert list(map(told, at_once(batches, limits))) == list(map(told, expected))


@given(
    NAMES,
    st.dictionaries(
        st.text(), st.text() | st.integers(-(2**53), 2**53) | st.lists(st.floats(0, 1))
    ),
    st.none() | NAMES,
    st.dictionaries(NAMES, st.binary(max_size=200), max_size=4),
)
def test_what_is_emitted_is_assembled_again(kind, content, reply_to, data):
    buffers = tuple(Buffer(key, value) for key, value in data.items())
    sent = outgoing(kind, json.dumps(content), reply_to=reply_to, buffers=buffers)

    (message,) = fed(sent.frames, Limits())

    assert (message.kind, message.id, message.reply_to) == (kind, sent.id, reply_to)
    assert message.content == content
    assert message.buffers == buffers
    assert message.size == sent.size


def test_messages_of_two_websockets_do_not_mix():
    one, other = Assembler(SMALL), Assembler(SMALL)
    for first, second in zip(ack().frames[:2], outgoing("OK", "{}").frames[:2], strict=True):
        one.feed(first)
        other.feed(second)

    assert one.feed("{}").kind == "ACK"
    assert other.feed("{}").kind == "OK"


@pytest.mark.parametrize(
    ("frames", "key"),
    [
        ([header() + " " * 350], "server.max_message_size"),
        ([header(num_buffers=4)], "server.max_message_buffers"),
        ([header(), "{}", '{"a":[[[[]]]]}'], "server.max_message_depth"),
        ([header(), "{}", json.dumps({"a": [0] * 60})], "server.max_message_values"),
        ([header(), json.dumps([0] * 101)], "server.max_message_values"),
        ([json.dumps([0] * 101)], "server.max_message_values"),
    ],
)
def test_every_limit_is_told_with_its_key(frames, key):
    limits = Limits(message_size=350, buffers=3, depth=4, values=50)
    with pytest.raises(ProtocolError) as caught:
        fed(frames, limits)

    assert key in caught.value.hint
    assert caught.value.close_code == CloseCode.TOO_BIG
