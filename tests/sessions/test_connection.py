"""One websocket: its outbox, its pace, and what it may not send."""

import numpy as np
import orjson
import pytest
import trio
from bokeh.models import ColumnDataSource, Div

from docsync_trio.base.events import CallbackFailed, PeerFault
from docsync_trio.protocol.message import Buffer
from docsync_trio.protocol.outgoing import outgoing
from docsync_trio.sessions.connection import MAX_WAITING
from docsync_trio.sessions.wire import WireClosed
from tests.sessions.fakes import on_stage


def app(document):
    document.add_root(Div(name="label", text="0"))


def set_text(text):
    return lambda document: setattr(document.get_model_by_name("label"), "text", text)


async def test_a_browser_that_does_not_read_stops_neither_callbacks_nor_other_browsers(
    autojump_clock,
):
    def ticking(document):
        app(document)
        label = document.roots[0]
        document.add_periodic_callback(
            lambda: setattr(label, "text", str(int(label.text) + 1)), 100
        )

    async with on_stage(ticking) as stage:
        session = await stage.session()
        slow, quick = await stage.open(session), await stage.open(session)
        slow.wire.stall()
        await trio.sleep(10)
        assert int(quick.read().value("label", "text")) >= 95
        slow.wire.go_on()
        await trio.sleep(0.5)
        assert slow.read().value("label", "text") == quick.read().value("label", "text")


async def test_an_outbox_that_runs_over_ends_that_connection_and_no_other(autojump_clock):
    async with on_stage(app, outbox=10_000) as stage:
        session = await stage.session()
        slow, quick = await stage.open(session), await stage.open(session)
        slow.wire.stall()
        for number in range(30):
            await session.with_document(set_text(str(number) * 500))
            quick.read()
        await trio.sleep(1)
        assert slow.ending.code == 1013
        assert (await quick.settle()).value("label", "text") == "29" * 500
        assert quick.ending is None
        again = await stage.open(session)
        assert again.value("label", "text") == "29" * 500


async def test_one_message_beyond_the_bound_is_still_sent_to_an_empty_outbox():
    async with on_stage(app, outbox=1000) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        await session.with_document(set_text("x" * 50_000))
        assert (await browser.settle()).value("label", "text") == "x" * 50_000


async def test_a_browser_that_sends_without_end_is_not_read_faster_than_it_is_served(
    autojump_clock,
):
    def slow(document):
        app(document)

        async def hold_up():
            await trio.sleep(10)

        document.add_timeout_callback(hold_up, 1000)

    async with on_stage(slow) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        await trio.sleep(2)
        for _ in range(3 * MAX_WAITING):
            browser.roundtrip()
        await browser.settle()
        unread = browser.wire.to_server.statistics().current_buffer_used
        assert unread >= 2 * MAX_WAITING - 2
        await trio.sleep(20)
        await browser.settle()
        assert browser.kinds.count("SERVER-INFO-REPLY") == 3 * MAX_WAITING


def a_patch(**event):
    return list(outgoing("PATCH-DOC", orjson.dumps({"events": [event]})).frames)


HEADER = '{"msgid": "1", "msgtype": "PATCH-DOC"}'


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([b"binary"], 1003),
        (["not json"], 1007),
        (["[]"], 1002),
        (["{}"], 1002),
        ([HEADER, "{}", '{"events": 3}'], 1002),
        ([HEADER, "{}", "x"], 1007),
        (['{"msgid": "1", "msgtype": "PATCH-DOC", "num_buffers": 1000000}'], 1009),
        (['{"msgid": "1", "msgtype": "NONSENSE"}', "{}", "{}"], 4001),
        (['{"msgid": "1", "msgtype": "ACK"}', "{}", "{}"], 4001),
        (['{"msgid": "1", "msgtype": "OK", "reqid": "never asked"}', "{}", "{}"], 4001),
        (['{"msgid": "1", "msgtype": "PUSH-DOC"}', "{}", '{"doc": {}}'], 4002),
        (a_patch(kind="TitleChanged"), 4002),
        (a_patch(kind="TitleChanged", title="x", more=1), 4002),
        (a_patch(kind="RootAdded", model={"id": "nobody"}), 4002),
        (a_patch(kind="ModelChanged", model=None, attr="text", new=1), 4002),
    ],
)
async def test_what_breaks_the_protocol_closes_that_connection_and_is_told(frames, code):
    async with on_stage(app) as stage:
        session = await stage.session()
        bad, good = await stage.open(session), await stage.open(session)
        bad.wire.to_server.send_nowait(frames)
        await bad.settle()
        assert bad.ending.code == code
        (fault,) = stage.observed(PeerFault)
        assert fault.peer == "a browser"
        await session.with_document(set_text("alive"))
        assert (await good.settle()).value("label", "text") == "alive"
        assert not stage.observed(CallbackFailed)


async def test_messages_arrive_however_their_frames_are_cut():
    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        label = session.document.roots[0].id
        frames = []
        for text in ("one", "two", "three"):
            frames += a_patch(kind="ModelChanged", model={"id": label}, attr="text", new=text)
        for start in range(0, len(frames), 2):
            browser.wire.to_server.send_nowait(frames[start : start + 2])
        await browser.settle()
        assert session.document.roots[0].text == "three"
        assert browser.kinds.count("OK") == 3


def broken_at_once(messages):
    raise WireClosed(1006, "a broken pipe")


async def broken_later(messages):
    raise WireClosed(1006, "a broken pipe")


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_wire_that_breaks_while_it_sends_ends_the_connection(autojump_clock, at_once):
    async with on_stage(app, lost_lifetime=50.0) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        if at_once:
            browser.wire.send_now = broken_at_once
        else:
            browser.wire.stall()
            browser.wire.send = broken_later
        await session.with_document(set_text("too late"))
        await trio.sleep(1)
        assert browser.ending.code == 1006
        await trio.sleep(40)
        assert stage.context.living("one") is session
        await trio.sleep(15)
        assert stage.context.living("one") is None


async def test_arrays_go_both_ways_beside_the_text():
    def with_data(document):
        document.add_root(ColumnDataSource(name="source", data={"x": [1.0]}))

    array = {
        "type": "ndarray",
        "array": {"type": "bytes", "data": {"id": "b"}},
        "dtype": "float64",
        "order": "little",
        "shape": [2],
    }
    async with on_stage(with_data) as stage:
        session = await stage.session()
        one, two = await stage.open(session), await stage.open(session)
        event = {
            "kind": "ColumnDataChanged",
            "model": {"id": session.document.roots[0].id},
            "attr": "data",
            "data": {"type": "map", "entries": [["x", array]]},
        }
        buffers = [Buffer("b", np.array([2.0, 3.0]).tobytes())]
        one.say(outgoing("PATCH-DOC", orjson.dumps({"events": [event]}), buffers=buffers))
        await one.settle()
        assert list(two.read().value("source", "data")["x"]) == [2.0, 3.0]


async def test_a_change_and_the_answer_to_it_leave_together(autojump_clock):
    def answering(document):
        app(document)
        label = document.roots[0]
        label.on_change("text", lambda attr, old, new: setattr(label, "name", new))

    async with on_stage(answering) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        batches = []
        send_now = browser.wire.send_now

        def seen(messages):
            batches.append([message.kind for message in messages])
            return send_now(messages)

        browser.wire.send_now = seen
        browser.change(session.document.roots[0].id, "text", "new")
        await browser.settle()
        assert batches == [["PATCH-DOC", "OK"]]


async def test_what_waits_for_a_slow_browser_keeps_its_order(autojump_clock):
    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        browser.wire.stall()
        for number in range(1, 6):
            await session.with_document(set_text(str(number)))
            browser.roundtrip()
            await trio.sleep(1)
        browser.wire.go_on()
        await browser.settle()
        assert browser.kinds[-10:] == ["PATCH-DOC", "SERVER-INFO-REPLY"] * 5
        assert browser.value("label", "text") == "5"
