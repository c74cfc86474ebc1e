"""Who is told what: one shared document and its viewers, case by case."""

import gc
import weakref

import pytest
from bokeh.document import Document
from bokeh.layouts import column
from bokeh.models import Column, ColumnDataSource, Div, Row, Slider

from docsync_trio.documents.encoding import encode_message
from docsync_trio.documents.lock_error import DocumentLockError
from tests.documents.viewers import Room, Viewer, received, state


@pytest.fixture
def room():
    """A room with one slider, one label and two viewers."""
    room = Room()
    room.document.add_root(Slider(name="slider", start=0, end=9, value=0))
    room.document.add_root(Column(name="column", children=[Div(name="label")]))
    room.document.add_root(ColumnDataSource(name="source", data={"x": [0], "y": [0]}))
    room.drain()
    room.view("one")
    room.view("two")
    return room


def named(name):
    return lambda document: document.get_model_by_name(name)


def test_a_change_without_the_lock_is_refused_where_it_is_made(room):
    with pytest.raises(DocumentLockError, match="add_next_tick_callback"):
        named("label")(room.document).text = "not now"


def test_nothing_is_collected_while_nobody_views():
    room = Room()
    room.document.add_root(Div(text="x"))
    assert room.drain() == []
    assert room.change(lambda d: setattr(d.roots[0], "text", "y")) == []
    viewer = room.view()
    assert viewer.document.roots[0].text == "y"
    room.assert_in_step()


def test_all_viewers_get_one_message_with_all_changes_of_a_callback(room):
    def change(document):
        named("slider")(document).value = 3
        named("label")(document).text = "three"
        document.title = "a title"

    (post,) = room.change(change)
    assert set(post.to) == set(room.viewers)
    assert len(received(post.message).content["events"]) == 3
    room.assert_in_step()


def test_a_viewer_that_has_left_is_told_nothing(room):
    one, two = room.viewers
    room.leave(one)
    (post,) = room.change(lambda d: setattr(named("label")(d), "text", "x"))
    assert post.to == [two]


def test_a_callback_of_a_change_that_raises_keeps_nobody_from_hearing_of_the_change(room):
    def bad(attr, old, new):
        raise ZeroDivisionError

    named("slider")(room.document).on_change("value", bad)
    one, _ = room.viewers
    room.edit(one, lambda d: setattr(named("slider")(d), "value", 5))
    assert len(room.errors) == 1
    room.assert_in_step()
    room.change(lambda d: setattr(named("slider")(d), "value", 7))
    assert len(room.errors) == 2
    room.assert_in_step()


def test_a_held_change_whose_callback_raises_does_not_take_the_others_along(room):
    def bad(attr, old, new):
        raise ZeroDivisionError

    named("slider")(room.document).on_change("value", bad)

    def change(document):
        document.hold("collect")
        named("slider")(document).value = 5
        named("label")(document).text = "after it"
        document.unhold()

    room.change(change)
    assert len(room.errors) == 1
    room.assert_in_step()


def test_a_model_taken_out_and_put_back_in_one_callback_is_still_known(room):
    def change(document):
        label, box = named("label")(document), named("column")(document)
        box.children = []
        label.text = "changed while it was out"
        box.children = [label, Div(name="new")]
        label.tags = ["and once more"]

    room.change(change)
    room.assert_in_step()
    room.change(lambda d: setattr(named("label")(d), "text", "later"))
    room.assert_in_step()


def test_a_root_removed_and_added_again_in_one_callback_is_still_known(room):
    def change(document):
        box = named("column")(document)
        document.remove_root(box)
        document.add_root(box)
        document.add_root(Row(children=[box]))

    room.change(change)
    room.assert_in_step()


def test_what_the_application_removes_in_answer_to_a_viewer_is_removed_from_its_page_too(room):
    def clear(attr, old, new):
        room.document.remove_root(named("column")(room.document))
        named("source")(room.document).tags = []

    named("slider")(room.document).on_change("value", clear)
    one, _ = room.viewers
    room.edit(one, lambda d: setattr(named("slider")(d), "value", 5))
    assert named("column")(one.document) is None
    room.assert_in_step()


def test_a_root_that_a_viewer_removes_is_not_removed_from_its_page_again(room):
    def also(attr, old, new):
        named("column")(room.document).name = "in the midst of being removed"

    named("slider")(room.document).on_change("value", also)
    one, _ = room.viewers

    def change(document):
        box = named("column")(document)
        named("slider")(document).value = 5
        document.remove_root(box)

    room.edit(one, change)
    room.assert_in_step()


def test_a_model_that_comes_back_later_is_sent_whole_again(room):
    label = named("label")(room.document)
    room.change(lambda d: setattr(named("column")(d), "children", []))
    label.text = "changed while nobody saw it"
    room.change(lambda d: setattr(named("column")(d), "children", [label]))
    room.assert_in_step()
    room.change(lambda d: setattr(named("label")(d), "text", "later"))
    room.assert_in_step()


def test_a_model_added_and_removed_in_one_callback_leaves_nothing_behind(room):
    def change(document):
        named("column")(document).children = [Div(name="short-lived")]
        named("column")(document).children = [Div(name="stays")]
        root = Div(name="a root for a moment")
        document.add_root(root)
        document.remove_root(root)

    room.change(change)
    room.assert_in_step()
    assert not room.document.models._new_models


def test_a_stream_held_back_while_somebody_pulls_is_not_applied_twice(room):
    room.change(lambda d: d.hold("collect"))
    room.change(lambda d: named("source")(d).stream({"x": [1], "y": [1]}))
    room.view("three")
    room.change(lambda d: d.unhold())
    assert named("source")(room.document).data["x"] == [0, 1]
    room.assert_in_step()


def test_a_model_held_back_while_somebody_pulls_reaches_those_who_lack_it(room):
    room.change(lambda d: d.hold())
    room.change(lambda d: named("column")(d).children.append(Div(name="new")))
    room.view("three")
    room.change(lambda d: setattr(named("new")(d), "text", "changed"))
    room.change(lambda d: d.unhold())
    room.assert_in_step()
    room.change(lambda d: setattr(named("new")(d), "text", "again"))
    room.assert_in_step()


def test_a_model_that_a_viewer_brings_while_all_is_held_reaches_the_others(room):
    one, _ = room.viewers
    room.change(lambda d: d.hold())
    room.edit(one, lambda d: named("column")(d).children.append(Div(name="new")))
    room.change(lambda d: d.unhold())
    room.assert_in_step()
    room.change(lambda d: setattr(named("new")(d), "text", "again"))
    room.assert_in_step()


def test_what_the_application_adds_to_a_model_just_brought_reaches_its_author(room):
    def extend(attr, old, new):
        for child in new:
            if isinstance(child, Row) and not child.children:
                child.children = [Div(name="inner")]

    named("column")(room.document).on_change("children", extend)
    one, _ = room.viewers
    room.edit(one, lambda d: named("column")(d).children.append(Row(name="row")))
    room.assert_in_step()
    room.change(lambda d: setattr(named("inner")(d), "text", "later"))
    room.assert_in_step()


def test_a_change_to_a_model_that_another_message_brings_waits_for_that(room):
    """The author's changes come first, and may be to what an application's change brings."""

    def also(attr, old, new):
        named("column")(room.document).children.append(Div(name="of the application"))

    named("slider")(room.document).on_change("value", also)
    one, _ = room.viewers

    def change(document):
        named("slider")(document).value = 8
        named("column")(document).children.append(Row(name="row"))
        named("row")(document).children = [Div(name="inner")]

    room.edit(one, change)
    room.assert_in_step()


def test_a_viewer_that_streams_after_the_application_did_is_told_the_whole_column(room):
    def also(attr, old, new):
        named("source")(room.document).stream({"x": [5], "y": [5]})

    named("slider")(room.document).on_change("value", also)
    one, _ = room.viewers

    def change(document):
        named("slider")(document).value = 4
        named("source")(document).stream({"x": [6], "y": [6]})

    room.edit(one, change)
    assert named("source")(room.document).data["x"] == [0, 5, 6]
    room.assert_in_step()


def test_data_that_a_viewer_replaced_after_the_application_streamed_is_not_streamed_into(room):
    def also(attr, old, new):
        named("source")(room.document).stream({"x": [5], "y": [5]})

    named("slider")(room.document).on_change("value", also)
    one, _ = room.viewers

    def change(document):
        named("slider")(document).value = 4
        named("source")(document).data = {"x": [7], "y": [7]}

    room.edit(one, change)
    assert named("source")(room.document).data["x"] == [7]
    room.assert_in_step()


def test_a_viewer_may_patch_before_it_has_pulled(room):
    stranger = Viewer("a stranger")
    stranger.has(room.viewers[0].document)
    message = encode_message(
        "PATCH-DOC",
        {
            "events": [
                {
                    "kind": "ModelChanged",
                    "model": {"id": named("label")(room.document).id},
                    "attr": "text",
                    "new": "from a stranger",
                }
            ]
        },
        [],
    )
    room.shared.held = True
    assert room.shared.patch(stranger, received(message)) == []
    assert all(stranger not in post.to for post in room.drain())
    room.assert_in_step()


def test_who_pushes_a_document_is_told_of_all_that_changes_in_it():
    room = Room()
    pusher = Viewer("the pusher")
    pusher.has(Document())
    pusher.document.add_root(column(Div(name="pushed")))
    content = pusher.document.to_json()
    message = encode_message("PUSH-DOC", {"doc": content.content}, content.buffers)
    room.viewers.append(pusher)
    room.shared.push(pusher, received(message))
    assert room.drain() == [], "it has what it sent"
    room.change(lambda d: setattr(named("pushed")(d), "text", "changed"))
    room.assert_in_step()
    room.view("another")
    room.change(lambda d: d.roots[0].children.append(Div(name="new")))
    room.assert_in_step()


def test_a_value_that_cannot_be_sent_costs_nothing_but_itself(room):
    def change(document):
        named("label")(document).tags = [Div(name="inside"), object()]
        named("slider")(document).tags = [named("inside")(document)]
        named("slider")(document).value = 5

    room.change(change)
    assert len(room.unsent) == 1
    for viewer in room.viewers:
        assert viewer.document.get_model_by_name("slider").value == 5
        assert viewer.document.get_model_by_name("slider").tags[0].name == "inside"
    room.change(lambda d: setattr(named("label")(d), "tags", []))
    room.assert_in_step()


def test_a_pull_changes_nothing_for_the_others(room):
    room.change(lambda d: setattr(named("label")(d), "text", "x"))
    before = [len(viewer.messages) for viewer in room.viewers]
    room.view("three")
    assert room.drain() == []
    assert [len(viewer.messages) for viewer in room.viewers][:2] == before
    room.assert_in_step()


def test_who_comes_back_is_told_of_changes_once(room):
    one, _ = room.viewers
    room.leave(one)
    room.change(lambda d: named("source")(d).stream({"x": [1], "y": [1]}))
    room.viewers.append(one.pull(room.shared))
    room.change(lambda d: named("source")(d).stream({"x": [2], "y": [2]}))
    assert named("source")(one.document).data["x"] == [0, 1, 2]
    room.assert_in_step()


def test_models_that_come_and_go_while_nobody_views_are_not_kept():
    room = Room()
    room.document.add_root(Column(name="column"))
    for number in range(50):
        room.change(lambda d, n=number: setattr(named("column")(d), "children", [Div(text=str(n))]))
    assert len(room.document.models._new_models) < 10


def test_a_destroyed_document_keeps_no_model_alive(room):
    models = [weakref.ref(model) for model in room.document.models]
    room.shared.destroy()
    room.shared = None
    gc.collect()
    assert [model() for model in models if model() is not None] == []
    assert state(room.viewers[0].document)["models"], "the viewers' documents are their own"


def test_who_goes_on_after_the_document_was_destroyed_posts_nothing(room):
    room.shared.held = True
    room.document.title = "too late"
    room.shared.destroy()
    assert room.drain() == []
