"""What keys ask for is done; where they come from is a fake here, and real in tests/whole."""

import os
import pty
import signal
import termios

import pytest
import trio

from docsync_trio.base import events
from docsync_trio.cli.running import keyboard as keyboard_module
from docsync_trio.cli.running.key_terminal import KeyTerminal, keys_from
from docsync_trio.cli.running.keyboard import Keyboard, a_keyboard


class Typed:
    """A terminal at which *keys* are typed, one by one; then it is gone."""

    def __init__(self, keys):
        self.keys = list(keys)

    async def read(self):
        await trio.lowlevel.checkpoint()
        return self.keys.pop(0).encode() if self.keys else b""


class FollowingSite:
    def __init__(self):
        self.asked = []

    async def reload(self, *, everything, because):
        self.asked.append((everything, because))


async def answers(keys, capsys, site=None, page=None):
    keyboard = Keyboard()
    keyboard._terminal = Typed(keys)
    keyboard.listening(lambda event: None)(events.SessionOpened("/one", "0123456789", 0.1))
    await keyboard.answer(site, page)
    return capsys.readouterr().out


async def test_help_and_sessions_are_printed(capsys):
    out = await answers("hs", capsys)

    assert "q  quit" in out
    assert "/one" in out
    assert "01234567 " in out


async def test_reloading_loads_everything_where_the_site_follows_its_files(capsys):
    site = FollowingSite()

    assert await answers("r", capsys, site) == ""
    assert site.asked == [(True, "r was pressed")]
    assert "--reload" in await answers("r", capsys, object())


async def test_the_first_page_is_opened_if_there_is_one(capsys, monkeypatch):
    opened = []
    monkeypatch.setattr(keyboard_module.webbrowser, "open", opened.append)

    assert await answers("o", capsys, page="http://127.0.0.1:5006/one") == ""
    assert opened == ["http://127.0.0.1:5006/one"]
    assert "no page" in await answers("o", capsys)


async def test_quitting_is_like_ctrl_c(capsys):
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append("Ctrl-C"))
    try:
        await answers("q", capsys)
    finally:
        signal.signal(signal.SIGINT, before)

    assert heard == ["Ctrl-C"]


def test_there_is_no_keyboard_without_a_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)

    assert a_keyboard("console") is None


@pytest.fixture
def no_terminal_of_ours():
    """A terminal that this process does not control, as for a job in the background."""
    ours, theirs = pty.openpty()
    yield theirs
    os.close(ours)
    os.close(theirs)


async def test_a_terminal_where_we_are_not_in_front_is_left_alone(
    no_terminal_of_ours, autojump_clock
):
    before = termios.tcgetattr(no_terminal_of_ours)

    with keys_from(no_terminal_of_ours) as terminal, trio.move_on_after(5) as waited:
        await terminal.read()

    assert waited.cancelled_caught
    assert termios.tcgetattr(no_terminal_of_ours) == before


async def test_the_mode_is_entered_and_left_and_a_closed_terminal_stays_as_it_was(
    no_terminal_of_ours, monkeypatch
):
    monkeypatch.setattr(KeyTerminal, "_is_in_front", lambda self: True)
    fd = no_terminal_of_ours
    before = termios.tcgetattr(fd)

    with keys_from(fd) as terminal:
        assert not termios.tcgetattr(fd)[3] & (termios.ICANON | termios.ECHO)
        terminal.leave()
        assert termios.tcgetattr(fd) == before
        terminal.enter()
        assert termios.tcgetattr(fd) != before
        terminal.close()
        terminal.enter()
        assert termios.tcgetattr(fd) == before


async def test_the_mode_is_left_however_the_block_ends(no_terminal_of_ours, monkeypatch):
    monkeypatch.setattr(KeyTerminal, "_is_in_front", lambda self: True)
    before = termios.tcgetattr(no_terminal_of_ours)

    with pytest.raises(ZeroDivisionError), keys_from(no_terminal_of_ours):
        raise ZeroDivisionError

    assert termios.tcgetattr(no_terminal_of_ours) == before


async def test_a_debugger_gets_the_terminal(no_terminal_of_ours, monkeypatch):
    monkeypatch.setattr(KeyTerminal, "_is_in_front", lambda self: True)
    before = termios.tcgetattr(no_terminal_of_ours)
    seen = []
    monkeypatch.setattr(
        "sys.breakpointhook", lambda: seen.append(termios.tcgetattr(no_terminal_of_ours))
    )

    with keys_from(no_terminal_of_ours):
        breakpoint()  # noqa: T100 - it is what is tested

    assert seen == [before]
