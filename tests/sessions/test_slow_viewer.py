"""A viewer that does not read: nobody waits for it, and it is not sent what is outdated."""

import numpy as np
import trio
from bokeh.models import ColumnDataSource, Div

from docsync_trio.base.events import ConnectionClosed
from tests.sessions.fakes import on_stage

BIG = 40_000  # numbers: more than a connection may have queued before it is behind


def app(document):
    document.add_root(ColumnDataSource(name="source", data={"x": np.zeros(BIG)}))
    document.add_root(Div(name="label", text="0"))


def set_all(number):
    def change(document):
        document.get_model_by_name("source").data = {"x": np.full(BIG, float(number))}
        document.get_model_by_name("label").text = str(number)

    return change


async def test_a_viewer_that_does_not_read_gets_the_last_values_when_it_does():
    async with on_stage(app) as stage:
        session = await stage.session()
        slow, quick = await stage.open(session), await stage.open(session)
        slow.wire.stall()
        for number in range(1, 101):
            await session.with_document(set_all(number))
            await quick.settle()
        assert quick.value("label", "text") == "100"
        before = len(slow.messages)
        slow.wire.go_on()
        await slow.settle()
        assert slow.value("label", "text") == "100"
        assert list(slow.value("source", "data")["x"][:2]) == [100.0, 100.0]
        assert len(slow.messages) - before < 10, "what was outdated was never sent"
        assert slow.ending is None
        merged, not_merged = (one.traffic for one in session._connections._here)
        assert 90 < merged.merged < 100
        assert (not_merged.merged, merged.dropped, merged.too_slow) == (0, 0, 0)
        assert not_merged.messages_out == merged.messages_out + merged.merged - 1
        assert merged.queued == not_merged.queued == 0


async def test_streams_are_merged_while_a_viewer_does_not_read():
    async with on_stage(app) as stage:
        session = await stage.session()
        slow, quick = await stage.open(session), await stage.open(session)
        slow.wire.stall()
        await session.with_document(set_all(1))
        await session.with_document(set_all(2))

        def stream(document):
            document.get_model_by_name("source").stream({"x": np.ones(1000)}, rollover=BIG)

        for _ in range(200):
            await session.with_document(stream)
        slow.wire.go_on()
        await quick.settle()
        await slow.settle()
        for browser in (slow, quick):
            data = session.document.get_model_by_name("source").data
            assert list(browser.value("source", "data")["x"]) == list(data["x"])
        assert len(slow.messages) < 10


async def test_what_waits_for_twenty_viewers_that_do_not_read_stays_small():
    async with on_stage(app) as stage:
        session = await stage.session()
        viewers = [await stage.open(session) for _ in range(20)]
        for viewer in viewers:
            viewer.wire.stall()
        sizes = []
        for number in range(1, 60):
            await session.with_document(set_all(number))
            connections = session._connections._here
            sizes.append(sum(connection.traffic.queued for connection in connections))
        assert sizes[-1] == sizes[10], "it does not grow"
        for viewer in viewers:
            viewer.wire.go_on()
            assert (await viewer.settle()).value("label", "text") == "59"


async def test_a_viewer_that_missed_how_models_came_and_went_has_to_come_back():
    async with on_stage(app) as stage:
        session = await stage.session()
        slow = await stage.open(session)
        slow.wire.stall()
        for number in range(1, 5):
            await session.with_document(set_all(number))
        await session.with_document(lambda document: document.add_root(Div(name="new")))
        await session.with_document(set_all(9))
        slow.wire.go_on()
        await slow.settle()
        assert slow.ending.code == 1013
        closed = stage.observed(ConnectionClosed)
        assert [one.traffic.too_slow for one in closed] == [1]
        assert closed[0].traffic.dropped == 5, "one patch in the outbox, four that were merged"


async def test_a_pull_makes_up_for_everything_that_waited():
    async with on_stage(app) as stage:
        session = await stage.session()
        slow = await stage.open(session)
        slow.wire.stall()
        for number in range(1, 5):
            await session.with_document(set_all(number))
        slow.pull()
        await trio.testing.wait_all_tasks_blocked()
        slow.wire.go_on()
        await slow.settle()
        assert slow.value("label", "text") == "4"
        await session.with_document(set_all(5))
        assert (await slow.settle()).value("label", "text") == "5"
