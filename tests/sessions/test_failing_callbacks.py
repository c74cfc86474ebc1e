"""Callbacks that raise: who is told, and that the session lives on."""

import pytest
import trio
from bokeh.models import Button, Div, Slider

from docsync_trio.base.events import CallbackFailed
from tests.sessions.fakes import on_stage


async def test_a_callback_that_raises_is_told_its_changes_arrive_and_the_session_lives_on():
    def app(document):
        label = Div(name="label", text="old")
        document.add_root(label)

        def bad(attr, old, new):
            label.text = "changed before the exception"
            raise ZeroDivisionError("on purpose")

        slider = Slider(name="slider", start=0, end=9, value=1)
        slider.on_change("value", bad)
        document.add_root(slider)

    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        browser.change(session.document.get_model_by_name("slider").id, "value", 5)
        browser.roundtrip()
        await browser.settle()
        assert browser.value("label", "text") == "changed before the exception"
        assert browser.kinds[2:] == ["PATCH-DOC", "ERROR", "SERVER-INFO-REPLY"]
        (failed,) = stage.observed(CallbackFailed)
        assert isinstance(failed.error, ZeroDivisionError)
        assert session.id == failed.session


async def test_a_failing_callback_does_not_keep_the_rest_of_a_patch_from_being_applied():
    def app(document):
        def bad(attr, old, new):
            raise ZeroDivisionError("on purpose")

        first = Slider(name="first", start=0, end=9, value=1)
        first.on_change("value", bad)
        document.add_root(first)
        document.add_root(Slider(name="second", start=0, end=9, value=1))

    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        ids = [root.id for root in session.document.roots]
        browser.patch(
            *({"kind": "ModelChanged", "model": {"id": i}, "attr": "value", "new": 4} for i in ids)
        )
        await browser.settle()
        assert [root.value for root in session.document.roots] == [4, 4]


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), ExceptionGroup("x", [ValueError()])]
)
async def test_whatever_a_callback_raises_the_session_lives_on(error):
    def app(document):
        button = Button(name="button")

        def bad():
            raise error

        button.on_click(bad)
        document.add_root(button)
        document.add_next_tick_callback(bad)

    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        browser.send_event("button_click", session.document.roots[0].id)
        browser.roundtrip()
        await browser.settle()
        assert browser.kinds[-2:] == ["ERROR", "SERVER-INFO-REPLY"]
        assert len(stage.observed(CallbackFailed)) == 2


async def test_a_kept_cancellation_that_is_raised_later_harms_nobody(autojump_clock):
    def app(document):
        kept = []

        async def keep():
            with trio.CancelScope() as scope:
                scope.cancel()
                try:
                    await trio.sleep(1)
                except trio.Cancelled as error:
                    kept.append(error)
                    raise

        def raise_it():
            raise kept[0]

        document.add_next_tick_callback(keep)
        document.add_next_tick_callback(raise_it)

    async with on_stage(app) as stage:
        session = await stage.session()
        browser = await stage.open(session)
        browser.roundtrip()
        await browser.settle()
        assert browser.kinds[-1] == "SERVER-INFO-REPLY"
        assert len(stage.observed(CallbackFailed)) == 1
