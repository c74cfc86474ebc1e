"""SIGHUP: with and without a terminal, and where somebody else has a say."""

import signal
import sys

import pytest
import trio
import trio.testing

from docsync_trio.cli.running import hangups as module
from docsync_trio.cli.running.hangups import GONE, hangups

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGHUP")


@pytest.fixture
def said(monkeypatch):
    """What was called, and the signal at its default."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield []
    signal.signal(signal.SIGHUP, before)


def heeded(said):
    return hangups(
        lambda why: said.append(f"stop: {why}"),
        lambda: said.append("at once"),
        lambda: said.append("look"),
    )


async def hang_up():
    signal.raise_signal(signal.SIGHUP)
    await trio.testing.wait_all_tasks_blocked(0.01)


@pytest.mark.parametrize("by_hand", [True, False])
async def test_files_are_looked_at_as_often_as_somebody_asks(said, monkeypatch, by_hand):
    monkeypatch.setattr(module, "has_terminal", lambda: by_hand)
    with heeded(said):
        await hang_up()
        await hang_up()

    assert said == ["look", "look"]
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL


async def test_a_terminal_that_is_gone_ends_the_server_once(said, monkeypatch):
    there = [True, False]
    monkeypatch.setattr(module, "has_terminal", lambda: there.pop(0))
    with heeded(said):
        await hang_up()
        await hang_up()

    assert said == ["at once", f"stop: {GONE}"]


@pytest.mark.parametrize("other", [signal.SIG_IGN, lambda *_: None])
async def test_nohup_and_an_applications_own_handler_stay(said, other):
    signal.signal(signal.SIGHUP, other)
    with heeded(said):
        await hang_up()
        assert signal.getsignal(signal.SIGHUP) == other

    assert said == []
    assert signal.getsignal(signal.SIGHUP) == other
