"""Sessions that talk to each other: messages in order, and who is there."""

import threading

import numpy as np
import pytest
import trio
from bokeh.io import curdoc
from bokeh.models import Div

from docsync_trio.base.events import ApplicationTaskFailed, CallbackFailed, DeliveriesDropped
from docsync_trio.sessions.deliveries import MOST_WAITING
from docsync_trio.sessions.wire import Ending
from tests.sessions.fakes import on_stage

ENOUGH = Ending(4000, "enough")


def app(document):
    document.add_root(Div(name="label", text=""))


class Ears:
    """An application whose sessions are in one group, and what each of them hears."""

    def __init__(self, group="harbor"):
        self.group = group
        self.heard = {}
        self.present = {}

    def __call__(self, document):
        app(document)
        context = document.session_context
        heard = self.heard[context.id] = []
        present = self.present[context.id] = []
        context.groups.join(self.group, {"name": context.id})
        context.groups.on_group_message(
            self.group, lambda message, sender: heard.append((message, sender.info["name"]))
        )
        context.groups.on_presence(
            self.group, lambda members: present.append([m.info["name"] for m in members])
        )


async def sessions(stage, *names):
    return [await stage.session(name) for name in names]


async def test_a_message_reaches_the_others_and_not_its_sender():
    ears = Ears()
    async with on_stage(ears) as stage:
        one, *_ = await sessions(stage, "one", "two", "three")
        await one.context.groups.send("harbor", [1, 2])
        await trio.testing.wait_all_tasks_blocked()
    assert ears.heard == {"one": [], "two": [([1, 2], "one")], "three": [([1, 2], "one")]}


async def test_messages_arrive_in_the_order_in_which_they_were_sent():
    ears = Ears()
    async with on_stage(ears) as stage:
        one, two, _ = await sessions(stage, "one", "two", "three")
        for number in range(50):
            await (one, two)[number % 2].context.groups.send("harbor", number)
        await trio.testing.wait_all_tasks_blocked()
    assert [message for message, _ in ears.heard["three"]] == list(range(50))
    assert [message for message, _ in ears.heard["one"]] == list(range(1, 50, 2))


async def test_a_message_is_heard_with_the_receivers_document_and_what_it_changes_is_sent():
    def receiving(document):
        app(document)
        groups = document.session_context.groups
        groups.join("harbor")

        async def take(message, sender):
            assert curdoc() is document
            document.get_model_by_name("label").text = message

        groups.on_group_message("harbor", take)

    async with on_stage(receiving) as stage:
        one, two = await sessions(stage, "one", "two")
        browser = await stage.open(two)
        await one.context.groups.send("harbor", "hello")
        assert (await browser.settle()).value("label", "text") == "hello"
        assert not stage.observed(CallbackFailed)


async def test_each_receiver_has_a_copy_of_its_own():
    kept = []

    def receiving(document):
        groups = document.session_context.groups
        groups.join("harbor")

        def change(message, sender):
            message["rows"].append(document.session_context.id)
            kept.append(message)

        groups.on_group_message("harbor", change)

    async with on_stage(receiving) as stage:
        one, *_ = await sessions(stage, "one", "two", "three")
        sent = {"rows": [], "array": np.arange(3)}
        one.context.groups.send("harbor", sent)
        sent["rows"].append("the sender")
        await trio.testing.wait_all_tasks_blocked()
    assert [message["rows"] for message in kept] == [["two"], ["three"]]
    assert kept[0]["array"] is kept[1]["array"]
    assert kept[0]["array"] is not sent["array"]


async def test_what_cannot_be_sent_is_refused_where_it_is_sent():
    async with on_stage(app) as stage:
        session = await stage.session()
        with pytest.raises(TypeError, match="Div cannot be sent"):
            session.context.groups.send("harbor", session.document.roots[0])
        with pytest.raises(TypeError, match="not ''"):
            session.context.groups.join("")
        with pytest.raises(TypeError, match="two arguments: message, sender"):
            session.context.groups.on_group_message("harbor", lambda message: None)
        with pytest.raises(TypeError, match="one argument: members"):
            session.context.groups.on_presence("harbor", lambda: None)


async def test_who_has_not_joined_may_send_and_hears_nothing():
    ears, heard = Ears(), []
    async with on_stage(ears) as stage:
        (one,) = await sessions(stage, "one")
        groups = one.context.groups
        groups.on_group_message("other", lambda message, sender: heard.append(message))
        groups.on_group_message("other", lambda message, sender: heard.append(message))
        (two,) = await sessions(stage, "two")
        await two.context.groups.send("other", "nobody hears it")
        await trio.testing.wait_all_tasks_blocked()
        assert heard == []
        groups.join("other")
        await two.context.groups.send("other", "now")
        await trio.testing.wait_all_tasks_blocked()
        assert heard == ["now", "now"]


async def test_a_receiver_that_is_stuck_stops_neither_the_sender_nor_others(autojump_clock):
    heard = []

    def receiving(document):
        groups, name = document.session_context.groups, document.session_context.id
        groups.join("harbor")

        async def take(message, sender):
            if name == "stuck":
                await trio.sleep(3)
            heard.append((name, message))

        groups.on_group_message("harbor", take)

    async with on_stage(receiving) as stage:
        one, *_ = await sessions(stage, "one", "stuck", "three")
        with trio.fail_after(1):
            for number in range(3):
                await one.context.groups.send("harbor", number)
            await trio.testing.wait_all_tasks_blocked()
        assert heard == [("three", 0), ("three", 1), ("three", 2)]
        await trio.sleep(10)
        assert heard[3:] == [("stuck", 0), ("stuck", 1), ("stuck", 2)]


async def test_a_receiver_that_is_far_behind_loses_the_oldest_and_the_log_is_told(autojump_clock):
    heard = []

    def receiving(document):
        groups = document.session_context.groups
        groups.join("harbor")

        async def take(message, sender):
            heard.append(message)
            if message == 0:
                await trio.sleep(10)

        groups.on_group_message("harbor", take)

    async with on_stage(receiving) as stage:
        one, _ = await sessions(stage, "one", "two")
        await one.context.groups.send("harbor", 0)
        await trio.testing.wait_all_tasks_blocked()
        for number in range(1, MOST_WAITING + 6):
            await one.context.groups.send("harbor", number)
        told = [DeliveriesDropped("/app", "two", 1, caught_up=False)]
        assert stage.observed(DeliveriesDropped) == told
        await trio.sleep(20)
        assert heard == [0, *range(6, MOST_WAITING + 6)]
        told.append(DeliveriesDropped("/app", "two", 5, caught_up=True))
        assert stage.observed(DeliveriesDropped) == told


async def test_the_receivers_own_callbacks_have_their_turns_between_messages(autojump_clock):
    order = []

    def receiving(document):
        groups = document.session_context.groups
        groups.join("harbor")

        async def take(message, sender):
            await trio.sleep(1)
            order.append(message)

        groups.on_group_message("harbor", take)

    async with on_stage(receiving) as stage:
        one, two = await sessions(stage, "one", "two")
        for number in range(20):
            await one.context.groups.send("harbor", number)
        two.document.add_timeout_callback(lambda: order.append("callback"), 2500)
        await trio.sleep(10)
    assert order[:4] == [0, 1, 2, "callback"]


async def test_a_callback_that_raises_is_told_with_its_session_and_hears_the_next():
    heard = []

    def receiving(document):
        groups = document.session_context.groups
        groups.join("harbor")

        def take(message, sender):
            heard.append(10 / message)

        groups.on_group_message("harbor", take)

    async with on_stage(receiving) as stage:
        one, _ = await sessions(stage, "one", "two")
        for number in (0, 5):
            await one.context.groups.send("harbor", number)
        await trio.testing.wait_all_tasks_blocked()
        (failed,) = stage.observed(CallbackFailed)
        assert failed.session == "two"
        assert "group message callback" in failed.what
        assert "take" in failed.what
    assert heard == [2.0]


async def test_all_are_told_who_is_there():
    ears = Ears()
    async with on_stage(ears) as stage:
        await sessions(stage, "one")
        await trio.testing.wait_all_tasks_blocked()
        _, two, three = await sessions(stage, "one", "two", "three")
        await trio.testing.wait_all_tasks_blocked()
        two.context.groups.join("harbor", {"name": "zwei"})
        await trio.testing.wait_all_tasks_blocked()
        three.context.groups.leave("harbor")
        await trio.testing.wait_all_tasks_blocked()
    assert ears.present["one"][0] == ["one"]
    assert ears.present["one"][-3:] == [
        ["one", "two", "three"], ["one", "zwei", "three"], ["one", "zwei"],
    ]  # fmt: skip
    assert ears.present["three"][-1] == ["one", "zwei", "three"]


async def test_many_who_come_at_once_are_one_piece_of_news(autojump_clock):
    ears = Ears()
    async with on_stage(ears) as stage:
        (one,) = await sessions(stage, "one")
        await one.with_document(lambda document: sessions(stage, *map(str, range(20))))
        await trio.testing.wait_all_tasks_blocked()
    assert len(ears.present["one"]) == 2
    assert len(ears.present["one"][-1]) == 21


async def test_who_asks_late_is_told_at_once_who_is_there():
    present = []
    async with on_stage(Ears()) as stage:
        one, _ = await sessions(stage, "one", "two")
        await trio.testing.wait_all_tasks_blocked()
        one.context.groups.on_presence("harbor", lambda members: present.append(len(members)))
        await trio.testing.wait_all_tasks_blocked()
        one.context.groups.on_presence("attic", present.append)
        await trio.testing.wait_all_tasks_blocked()
    assert present == [2]


async def test_who_is_there_is_told_however_far_behind_one_is(autojump_clock):
    ears = Ears()
    async with on_stage(ears) as stage:
        one, two, three = await sessions(stage, "one", "two", "three")
        await trio.testing.wait_all_tasks_blocked()

        async def nap():
            await trio.sleep(5)

        two.document.add_next_tick_callback(nap)
        await trio.testing.wait_all_tasks_blocked()
        three.context.groups.leave("harbor")
        for number in range(2 * MOST_WAITING):
            await one.context.groups.send("harbor", number)
        await trio.sleep(6)
        assert ears.present["two"][-1] == ["one", "two"]
        assert ears.heard["two"][-1] == (2 * MOST_WAITING - 1, "one")


async def test_a_session_that_ends_has_left(autojump_clock):
    ears = Ears()
    async with on_stage(ears) as stage:
        one, two = await sessions(stage, "one", "two")
        context = two.context
        assert [m.id for m in one.context.groups.members("harbor")][1] == context.groups.id
        assert context.groups.id != two.id
        two.end(ENOUGH, "enough")
        await trio.sleep(1)
        assert [m.info["name"] for m in one.context.groups.members("harbor")] == ["one"]
        assert ears.present["one"][-1] == ["one"]
        context.groups.join("harbor")
        context.groups.on_group_message("harbor", lambda message, sender: None)
        await context.groups.send("harbor", "from the past")
        await trio.sleep(1)
        assert len(context.groups.members("harbor")) == 1
        assert ears.heard["one"] == [("from the past", "two")]
        assert stage.context.server_context.groups.members("harbor") == (
            one.context.groups.members("harbor")
        )


async def test_a_session_that_could_not_be_built_is_nowhere():
    def broken(document):
        document.session_context.groups.join("harbor")
        raise ZeroDivisionError

    async with on_stage(broken) as stage:
        with pytest.raises(Exception, match="ZeroDivisionError"):
            await stage.session()
        assert stage.context.server_context.groups.members("harbor") == ()


async def test_who_leaves_hears_no_more_and_its_callbacks_are_forgotten():
    ears = Ears()
    async with on_stage(ears) as stage:
        one, two = await sessions(stage, "one", "two")
        await one.context.groups.send("harbor", "on its way when two leaves")
        two.context.groups.leave("harbor")
        two.context.groups.leave("harbor")
        two.context.groups.join("harbor")
        await one.context.groups.send("harbor", "no callback")
        await trio.testing.wait_all_tasks_blocked()
    assert ears.heard["two"] == []


async def test_the_application_sends_to_a_group_and_is_no_sender():
    heard = []

    def receiving(document):
        groups = document.session_context.groups
        groups.join("harbor")
        groups.on_group_message("harbor", lambda message, sender: heard.append((message, sender)))

    async with on_stage(receiving) as stage:
        await sessions(stage, "one", "two")
        await stage.context.server_context.groups.send("harbor", "to all")
        await trio.testing.wait_all_tasks_blocked()
    assert heard == [("to all", None)] * 2


async def test_plain_functions_in_threads_talk_as_well():
    heard, seen, done = [], [], trio.Event()

    def in_thread(document):
        groups, name = document.session_context.groups, document.session_context.id
        assert threading.current_thread() is not threading.main_thread()
        groups.join("harbor", name)
        seen.append([member.info for member in groups.members("harbor")])

        def take(message, sender):
            assert threading.current_thread() is not threading.main_thread()
            assert curdoc() is document
            heard.append(message)
            if message < 3:
                groups.send("harbor", message + 1)
            else:
                trio.from_thread.run_sync(done.set)

        groups.on_group_message("harbor", take)

    async with on_stage(in_thread, run_in="thread") as stage:
        one, _ = await sessions(stage, "one", "two")
        thread = threading.Thread(target=one.context.groups.send, args=("harbor", 0))
        thread.start()
        with trio.fail_after(5):
            await done.wait()
        thread.join()
        assert not stage.observed(CallbackFailed)
    assert heard == [0, 1, 2, 3]
    assert seen == [["one"], ["one", "two"]]


async def test_code_for_asyncio_sends_and_hears():
    heard = []

    def receiving(document):
        groups, name = document.session_context.groups, document.session_context.id
        groups.join("harbor")

        async def take(message, sender):
            heard.append(message)
            if name == "two":
                await groups.send("harbor", message + 1)

        groups.on_group_message("harbor", take)

    async with on_stage(receiving, async_kind="asyncio") as stage:
        one, _ = await sessions(stage, "one", "two")
        one.context.groups.send("harbor", 1)
        await trio.testing.wait_all_tasks_blocked(0.01)
        assert not stage.observed(CallbackFailed)
        assert not stage.observed(ApplicationTaskFailed)
    assert heard == [1, 2]
