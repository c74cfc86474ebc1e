"""The keys that `docsync run` answers to: which there are, and when it listens to them."""

from collections.abc import Iterator
from typing import Final, Literal

import attrs

Action = Literal["reload", "open", "sessions", "quit", "help", "gap"]

KEYS: Final[dict[str, Action]] = {
    "r": "reload",
    "o": "open",
    "s": "sessions",
    "q": "quit",
    "h": "help",
    "?": "help",
    "\n": "gap",
    "\r": "gap",
}
MEANINGS: Final = {
    "r": "reload all applications, whether their files have changed or not",
    "o": "open the first page in a browser",
    "s": "show the sessions",
    "q": "quit, as Ctrl-C does",
    "h": "show this",
}
HINT: Final = "press h for the keys, Ctrl-C to stop"


def actions(typed: bytes) -> Iterator[Action]:
    """Yield what the bytes *typed* at once ask for.

    Arrows and other keys that send several bytes begin with an escape, and none of what
    they send is meant.
    """
    if typed.startswith(b"\x1b"):
        return
    for letter in typed.decode("latin-1").lower():
        if letter in KEYS:
            yield KEYS[letter]


def help_text() -> str:
    """Return the keys and what they do, as lines."""
    return "\n".join(f"  {key}  {meaning}" for key, meaning in MEANINGS.items())


@attrs.frozen
class Circumstances:
    """Where the server was started: what it reads from, writes to, and who reads the log."""

    input_is_terminal: bool
    output_is_terminal: bool
    terminal: str
    """What ``TERM`` says."""
    log_format: str


def listens(here: Circumstances) -> bool:
    """Whether keys are read: not from a pipe, nor where their answers would not be seen.

    A job in the background is no other circumstance: it may come to the front.
    """
    return (
        here.input_is_terminal
        and here.output_is_terminal
        and here.terminal != "dumb"
        and here.log_format == "console"
    )
