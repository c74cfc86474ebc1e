import io
import subprocess
import sys
import threading

import pytest

from docsync_trio.cli.terminal.progress import progress


class Screen(io.StringIO):
    """A terminal that says when *word* was written to it."""

    def __init__(self, word="", *, terminal=True):
        super().__init__()
        self.word, self.seen, self.terminal = word, threading.Event(), terminal

    def isatty(self):
        return self.terminal

    def write(self, text):
        super().write(text)
        if self.word and self.word in self.getvalue():
            self.seen.set()
        return len(text)


@pytest.fixture(autouse=True)
def a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


def test_what_takes_long_is_shown_as_it_is_told_and_leaves_nothing_behind():
    screen = Screen("/b[bold]")
    with progress(screen, patience=0) as tell:
        tell("building /a", 0, 2)
        tell("building /b[bold]", 1, 2)
        assert screen.seen.wait(30)

    assert "building /b[bold], 2 of 2" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[1A\x1b[2K")


def test_what_is_quick_shows_nothing():
    screen = Screen()
    with progress(screen, patience=60) as tell:
        tell("building /a", 0, 2)

    assert screen.getvalue() == ""


@pytest.mark.parametrize("screen", [None, Screen(terminal=False)])
def test_without_a_terminal_there_is_nothing(screen):
    with progress(screen, patience=0) as tell:
        tell("building /a", 0, 2)

    assert screen is None or screen.getvalue() == ""


def test_a_terminal_that_can_only_print_gets_nothing(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    screen = Screen()
    with progress(screen, patience=0) as tell:
        tell("building /a", 0, 2)

    assert screen.getvalue() == ""


def test_an_error_ends_it(capsys):
    screen = Screen()
    with pytest.raises(ZeroDivisionError), progress(screen, patience=60):
        raise ZeroDivisionError

    assert screen.getvalue() == ""


def test_rich_is_imported_only_where_something_is_shown():
    program = (
        "import sys\n"
        "from docsync_trio.cli.terminal.progress import progress\n"
        "sys.stderr.isatty = lambda: True\n"
        "with progress(sys.stderr) as tell: tell('x', 0, 1)\n"
        "assert 'rich' not in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", program], check=True)
