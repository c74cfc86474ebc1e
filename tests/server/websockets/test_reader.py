"""Whatever bytes come in pieces of whatever size: what the `websockets` package would do."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from websockets.frames import BINARY, CONT, TEXT, CloseCode, Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from docsync_trio.server.websockets.reader import WebsocketReader
from tests.server.network_fakes import frame

MOST = 300

payloads = st.one_of(
    st.binary(max_size=140),
    st.text(max_size=40).map(str.encode),
    st.integers(MOST - 1, MOST + 2).map(lambda size: b"x" * size),
)
data_frames = st.builds(
    frame, st.sampled_from([TEXT, TEXT, BINARY, CONT]), payloads, fin=st.booleans()
)
control_frames = st.builds(
    frame, st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=9)
)
close_frames = st.builds(
    frame,
    st.just(Opcode.CLOSE),
    st.sampled_from([b"", b"\x03\xe8", b"\x03\xe9bye", b"\x03", b"\0\0"]),
)


def spoiled(data, at, bits):
    """*data* with a few bits of its head turned: masks, lengths, kinds and reserved bits."""
    at %= min(len(data), 10)
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


spoiled_frames = st.builds(
    spoiled, data_frames | control_frames, st.integers(0, 9), st.integers(1, 255)
)
streams = st.lists(data_frames | control_frames | close_frames | spoiled_frames, max_size=8)
pieces = st.lists(st.integers(1, 90), max_size=20)


def cut(data, sizes):
    for size in sizes:
        yield data[:size]
        data = data[size:]
    yield data


def reference(chunks):
    """What the package makes of them: payloads, answers, and how it ends."""
    protocol = ServerProtocol(state=OPEN, max_size=MOST)
    frames, gathered, text = [], None, False
    for chunk in chunks:
        protocol.receive_data(chunk)
        for event in protocol.events_received():
            if event.opcode in (TEXT, BINARY):
                gathered, text = b"", event.opcode is TEXT
            if event.opcode in (TEXT, BINARY, CONT):
                gathered += event.data
                if event.fin:
                    try:
                        frames.append(gathered.decode() if text else gathered)
                    except UnicodeDecodeError:
                        return frames, CloseCode.INVALID_DATA
    return frames, outcome(protocol)


def outcome(protocol):
    closes = [
        None if close is None else (int(close.code), close.reason)
        for close in (protocol.close_rcvd, protocol.close_sent)
    ]
    return closes, b"".join(protocol.data_to_send()), protocol.state, protocol.eof_sent


def ours(chunks):
    reader = WebsocketReader(MOST)
    frames = []
    for chunk in chunks:
        frames += reader.feed(chunk)
    sent = reader.protocol.close_sent
    if sent is not None and sent.reason == "text must be UTF-8":
        return frames, CloseCode.INVALID_DATA
    return frames, outcome(reader.protocol)


@settings(max_examples=200, deadline=None)
@given(stream=streams, sizes=pieces)
@example(stream=[frame(TEXT, b"\xc3\x28"), frame(TEXT, b"late")], sizes=[])
@example(stream=[frame(TEXT, b"a"), frame(Opcode.CLOSE, b"\x03\xe8"), frame(TEXT, b"b")], sizes=[])
@example(stream=[frame(TEXT, b"a", fin=False), frame(TEXT, b"b")], sizes=[])
@example(stream=[frame(TEXT, b"x" * MOST, fin=False), frame(CONT, b"y")], sizes=[])
@example(stream=[frame(BINARY, b"x" * (MOST + 1))[:4]], sizes=[1, 1, 1])
@example(stream=[b"\x81\x02"], sizes=[1])
@example(stream=[b"\x83\x80"], sizes=[1])
@example(stream=[b"\xc1\x82\0\0\0\0hi"], sizes=[])
@example(stream=[b"\x89\xfe\0\x80\0\0\0\0"], sizes=[])
def test_the_same_is_read_answered_and_refused(stream, sizes):
    data = b"".join(stream)

    assert ours(cut(data, sizes)) == reference(cut(data, sizes))


@given(stream=st.lists(data_frames, min_size=1, max_size=6), sizes=pieces)
@example(stream=[frame(CONT, b"ab"), frame(TEXT, b"late")], sizes=[8])
def test_in_whatever_pieces_it_comes_the_same_is_read(stream, sizes):
    data = b"".join(stream)

    assert ours(cut(data, sizes)) == ours([data])


def test_a_frame_of_megabytes_in_small_pieces_is_put_together_once():
    payload = bytes(range(256)) * 4000
    data = frame(BINARY, payload)
    reader = WebsocketReader(len(payload))

    received = [
        frame
        for start in range(0, len(data), 5000)
        for frame in reader.feed(data[start : start + 5000])
    ]

    assert received == [payload]


def test_a_peer_that_is_told_to_go_is_heard_out_from_the_middle_of_a_frame():
    reader = WebsocketReader(MOST)
    begun = frame(TEXT, b"begun before the end")
    reader.feed(begun[:9])

    reader.protocol.send_close(1001, "going")
    reader.feed(begun[9:] + Frame(Opcode.CLOSE, b"\x03\xe9").serialize(mask=True))

    assert reader.protocol.close_rcvd is not None
    assert reader.protocol.close_rcvd.code == 1001
