"""What browsers see of a session, and what they can do to it."""

import numpy as np
import orjson
import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource, Div, Slider

from docsync_trio.base.events import CallbackFailed, PeerFault
from docsync_trio.protocol.message import Buffer
from docsync_trio.protocol.outgoing import outgoing
from tests.sessions.fakes import on_stage


def sliders(document):
    slider = Slider(name="slider", start=0, end=10, value=1, step=1)
    label = Div(name="label", text="start")

    def changed(attr, old, new):
        label.text = f"{old} to {new}"

    slider.on_change("value", changed)
    document.add_root(slider)
    document.add_root(label)


async def test_a_change_in_the_browser_runs_the_callback_and_its_effect_comes_back():
    async with on_stage(sliders) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        browser.change(session.document.get_model_by_name("slider").id, "value", 5)
        await browser.settle()
        assert browser.value("label", "text") == "1 to 5"
        assert browser.kinds == ["ACK", "PULL-DOC-REPLY", "PATCH-DOC", "OK"]


async def test_the_author_of_a_change_is_not_told_of_it_and_the_others_are():
    async with on_stage(sliders) as stage:
        session = await stage.session()
        one, two = await stage.open(session), await stage.open(session)
        one.change(session.document.get_model_by_name("slider").id, "value", 7)
        await one.settle()
        two.read()
        assert one.value("slider") == 1, "its own document is its own business"
        assert two.value("slider") == 7
        assert one.value("label", "text") == two.value("label", "text") == "1 to 7"


async def test_both_viewers_get_the_very_same_message():
    async with on_stage(sliders) as stage:
        session = await stage.session()
        one, two = await stage.open(session), await stage.open(session)

        def change(document):
            document.get_model_by_name("label").text = "for all"

        await session.with_document(change)
        await one.settle()
        two.read()
        assert one.messages[-1] is two.messages[-1]


async def test_a_model_that_a_callback_adds_reaches_every_viewer_whole():
    def app(document):
        document.add_root(Div(name="first"))

    async with on_stage(app) as stage:
        session = await stage.session()
        one, two = await stage.open(session), await stage.open(session)

        def add(document):
            document.add_root(Slider(name="new", start=0, end=1, value=0.5))

        await session.with_document(add)
        await session.with_document(
            lambda document: setattr(document.get_model_by_name("new"), "value", 0.75)
        )
        await one.settle()
        two.read()
        assert one.value("new") == two.value("new") == 0.75


async def test_the_changes_of_one_callback_are_one_message_with_the_last_values():
    def app(document):
        document.add_root(Slider(name="slider", start=0, end=100, value=1))
        document.add_root(Div(name="label", text=""))

    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)

        def change(document):
            for value in range(2, 50):
                document.get_model_by_name("slider").value = value
                document.get_model_by_name("label").text = str(value)

        await session.with_document(change)
        await browser.settle()
        assert browser.kinds == ["ACK", "PULL-DOC-REPLY", "PATCH-DOC"]
        assert browser.value("slider") == 49
        assert browser.value("label", "text") == "49"
        assert browser.messages[-1].frames[2].count('"kind"') == 2


async def test_a_value_the_application_corrects_reaches_the_one_who_sent_it():
    def app(document):
        slider = Slider(name="slider", start=0, end=100, value=1)
        slider.on_change("value", lambda attr, old, new: setattr(slider, "value", min(new, 10)))
        document.add_root(slider)

    async with on_stage(app) as stage:
        session = await stage.session()
        one, two = await stage.open(session), await stage.open(session)
        one.change(session.document.roots[0].id, "value", 70)
        await one.settle()
        two.read()
        assert session.document.roots[0].value == one.value("slider") == two.value("slider") == 10


async def test_a_stream_into_data_that_was_just_replaced_is_not_applied_twice():
    def app(document):
        document.add_root(ColumnDataSource(name="source", data={"x": [1]}))

    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)

        def change(document):
            source = document.get_model_by_name("source")
            source.stream({"x": [2]})
            source.data = {"x": [10]}
            source.stream({"x": [11]})

        await session.with_document(change)
        await browser.settle()
        assert browser.value("source", "data") == {"x": [10, 11]}


async def test_a_stream_into_a_new_source_is_not_applied_twice():
    def app(document):
        document.add_root(ColumnDataSource(name="first", data={}))

    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)

        def change(document):
            source = ColumnDataSource(name="new", data={"x": [1]})
            document.add_root(source)
            source.stream({"x": [2]})

        await session.with_document(change)
        await session.with_document(
            lambda document: document.get_model_by_name("new").stream({"x": [3]})
        )
        await browser.settle()
        assert browser.value("new", "data") == {"x": [1, 2, 3]}


async def test_a_model_that_one_viewer_brings_reaches_the_others_and_is_known_to_its_author():
    def app(document):
        slider = Slider(name="slider", start=0, end=1, value=0, tags=[])
        # An application that answers with the very model that the browser has sent.
        slider.on_change("tags", lambda attr, old, new: label.update(tags=[*new, "seen"]))
        label = Div(name="label")
        document.add_root(slider)
        document.add_root(label)

    async with on_stage(app) as stage:
        session = await stage.session()
        one, two = await stage.open(session), await stage.open(session)
        own = Div(name="brought")
        new = {"type": "object", "name": "Div", "id": own.id, "attributes": {"name": "brought"}}
        one.document.get_model_by_name("slider").tags = [own]
        one.change(session.document.get_model_by_name("slider").id, "tags", [new])
        await one.settle()
        two.read()
        await session.with_document(
            lambda document: setattr(document.get_model_by_name("brought"), "text", "hello")
        )
        await one.settle()
        two.read()
        assert one.value("brought", "text") == two.value("brought", "text") == "hello"
        assert one.value("label", "tags")[1] == "seen"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"events": [{"kind": "Nonsense"}]}', 4002),
        (b'{"events": [3]}', 4002),
        (b'{"events": [{"kind": "RootRemoved", "model": {"id": "nobody"}}]}', 4002),
        (b'{"events": [{"kind": "ModelChanged", "attr": "value", "new": 1}]}', 4002),
        (b'{"events": [{"kind": "RootAdded", "model": {"type": "object", "name": "x"}}]}', 4002),
        (b'{"doc": 5}', 1002),
    ],
)
async def test_a_malformed_patch_closes_that_connection_and_no_other(content, code):
    async with on_stage(sliders) as stage:
        session = await stage.session()
        bad, good = await stage.open(session), await stage.open(session)
        bad.say(outgoing("PATCH-DOC", content))
        await bad.settle()
        assert bad.ending.code == code
        good.roundtrip()
        await good.settle()
        assert good.kinds[-1] == "SERVER-INFO-REPLY"
        assert stage.observed(PeerFault)


async def test_a_pushed_document_replaces_the_sessions():
    pushed = Document()
    pushed.add_root(Div(name="pushed", text="hello"))
    content = pushed.to_json()

    async with on_stage(sliders) as stage:
        session = await stage.session()
        viewer = await stage.open(session)
        pusher = await stage.open(session, pull=False)
        pusher.document = pushed
        pusher.say(outgoing("PUSH-DOC", orjson.dumps({"doc": content.content})))
        await pusher.settle()
        viewer.read()
        assert pusher.kinds == ["ACK", "OK"], "it has what it sent"
        assert [root.name for root in viewer.document.roots] == ["pushed"]
        await session.with_document(lambda d: setattr(d.roots[0], "text", "changed"))
        await pusher.settle()
        assert pusher.value("pushed", "text") == "changed"
        assert viewer.read().value("pushed", "text") == "changed"


async def test_binary_buffers_reach_the_document():
    def app(document):
        document.add_root(ColumnDataSource(name="source", data={"x": [0.0]}))

    array = {
        "type": "ndarray",
        "array": {"type": "bytes", "data": {"id": "b1"}},
        "dtype": "float64",
        "order": "little",
        "shape": [3],
    }
    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        event = {
            "kind": "ColumnDataChanged",
            "model": {"id": session.document.roots[0].id},
            "attr": "data",
            "data": {"type": "map", "entries": [["x", array]]},
        }
        data = np.array([1.0, 2.0, 3.0]).tobytes()
        browser.say(
            outgoing("PATCH-DOC", orjson.dumps({"events": [event]}), buffers=[Buffer("b1", data)])
        )
        await browser.settle()
        assert browser.kinds[-1] == "OK"
        assert list(session.document.roots[0].data["x"]) == [1.0, 2.0, 3.0]


async def test_a_second_pull_has_its_arrays_inside_the_text():
    def app(document):
        document.add_root(ColumnDataSource(name="source", data={"x": np.arange(500.0)}))

    async with on_stage(app) as stage:
        session = await stage.session()
        first = await stage.open(session)
        second = await stage.open(session)
        assert len(first.messages[-1].frames) == 5
        assert len(second.messages[-1].frames) == 3
        assert list(second.value("source", "data")["x"]) == list(np.arange(500.0))


async def test_a_value_that_cannot_be_sent_is_the_applications_fault_and_the_rest_is_sent():
    def app(document):
        document.add_root(Div(name="label", tags=[]))

    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)

        def change(document):
            label = document.get_model_by_name("label")
            label.tags = [object()]
            label.text = "sent"

        await session.with_document(change)
        await browser.settle()
        assert browser.value("label", "text") == "sent"
        (failed,) = stage.observed(CallbackFailed)
        assert "cannot be sent" in failed.what


async def test_held_changes_are_sent_together_when_they_are_let_go():
    async with on_stage(sliders) as stage:
        session = await stage.session()
        browser = await stage.open(session)

        def hold(document):
            document.hold("combine")
            document.get_model_by_name("label").text = "held"

        await session.with_document(hold)
        assert (await browser.settle()).value("label", "text") == "start"
        await session.with_document(lambda document: document.unhold())
        assert (await browser.settle()).value("label", "text") == "held"
