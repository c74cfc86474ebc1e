"""Frames that were trouble somewhere, or could be: one file each in ``corpus/``.

A file is a JSON object: ``why``; ``frames``, each a text, ``{"hex": "00ff"}`` for a
binary frame, or ``{"text": [[part, times], ...]}`` for one too long to write down;
``role`` (default ``server``); ``close``, the expected code, or ``messages``, how many.
"""

import json
from pathlib import Path

import pytest

from docsync_trio.base.errors import ProtocolError
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.protocol.conversation import Conversation
from docsync_trio.protocol.frames import Assembler, Limits

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))


def frame_of(written):
    if isinstance(written, str):
        return written
    if "hex" in written:
        return bytes.fromhex(written["hex"])
    return "".join(part * times for part, times in written["text"])


def taken(frames, role):
    """How many messages the frames make until all are taken."""
    assembler, conversation = Assembler(Limits()), Conversation(role)
    count = 0
    for frame in frames:
        message = assembler.feed(frame)
        if message is not None:
            conversation.receive(message)
            count += 1
    return count


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_each_case_ends_as_its_file_says(path):
    case = json.loads(path.read_text())
    frames = map(frame_of, case["frames"])
    role = case.get("role", "server")

    if "close" in case:
        with pytest.raises(ProtocolError) as caught:
            taken(frames, role)
        assert caught.value.close_code == case["close"]
    else:
        assert taken(frames, role) == case["messages"]


def test_the_corpus_has_a_case_for_every_code_that_a_message_can_cause():
    closes = {json.loads(path.read_text()).get("close") for path in CORPUS}

    assert closes - {None} == {
        CloseCode.PROTOCOL_ERROR,
        CloseCode.WRONG_FRAME_TYPE,
        CloseCode.INVALID_DATA,
        CloseCode.TOO_BIG,
        CloseCode.UNEXPECTED_MESSAGE,
    }
