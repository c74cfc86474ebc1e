"""What whoever sits at the terminal may ask of a running server with single keys."""

import contextlib
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs
import trio

from docsync_trio.base.events import Event, Observer
from docsync_trio.cli.running.keys import Action, Circumstances, actions, help_text, listens
from docsync_trio.cli.running.session_table import session_table
from docsync_trio.cli.terminal.output import say
from docsync_trio.server.monitoring.roll import Roll

if TYPE_CHECKING:
    from docsync_trio.cli.running.key_terminal import KeyTerminal
    from docsync_trio.cli.running.site_opening import ServedNow


def a_keyboard(log_format: str) -> "Keyboard | None":
    """Return the keyboard, if there is one whose keys can be read and their answers seen."""
    here = Circumstances(
        input_is_terminal=_is_terminal(sys.stdin),
        output_is_terminal=_is_terminal(sys.stdout),
        terminal=os.environ.get("TERM", ""),
        log_format=log_format,
    )
    return Keyboard() if listens(here) else None


def _is_terminal(stream: object) -> bool:
    try:
        return os.isatty(stream.fileno())  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False


@attrs.define(eq=False)
class Keyboard:
    """The keys of the terminal; *sessions* is what has been heard of sessions."""

    sessions: Roll = attrs.field(factory=Roll, init=False)
    _terminal: "KeyTerminal | None" = attrs.field(default=None, init=False)

    def listening(self, observe: Observer) -> Observer:
        """Return an observer that takes note of what `s` shows, and passes on to *observe*."""

        def both(event: Event) -> None:
            self.sessions.observe(event, time.monotonic())
            observe(event)

        return both

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Take the keys for the length of the block."""
        try:
            from docsync_trio.cli.running.key_terminal import keys_from
        except ImportError:  # no termios: this is no Unix
            yield
            return
        with keys_from(sys.stdin.fileno()) as self._terminal:
            yield

    def give_back(self) -> None:
        """Let the terminal be as it was, for good; a signal handler may call."""
        if self._terminal is not None:
            self._terminal.close()

    async def answer(self, site: "ServedNow", page: str | None) -> None:
        """Do what keys ask for until the terminal is gone; *page* is what `o` opens."""
        async with trio.open_nursery() as nursery:
            while self._terminal is not None and (typed := await self._terminal.read()):
                for action in actions(typed):
                    match action:
                        case "reload":
                            nursery.start_soon(_reload, site)
                        case "open" if page is not None:
                            nursery.start_soon(open_page, page)
                        case "quit":
                            signal.raise_signal(signal.SIGINT)
                        case _:
                            await _say(self._answer(action))

    def _answer(self, action: Action) -> str:
        match action:
            case "sessions":
                return session_table(self.sessions.living(), time.monotonic())
            case "open":
                return "there is no page that could be opened without parameters"
            case "help":
                return help_text()
            case _:
                return ""


async def _reload(site: "ServedNow") -> None:
    reload = getattr(site, "reload", None)
    if reload is None:
        await _say("reload is off; it is on with: docsync run --reload")
    else:
        await reload(everything=True, because="r was pressed")


async def _say(text: str) -> None:
    # In a thread, as a terminal may be paused.
    await trio.to_thread.run_sync(say, text, abandon_on_cancel=True)


async def open_page(url: str) -> None:
    """Show *url* in a browser."""
    # Some systems wait here until the browser is closed.
    await trio.to_thread.run_sync(webbrowser.open, url, abandon_on_cancel=True)
