"""What the files of nginx and of Caddy are made of once they are read: directives in blocks."""

import re
from collections.abc import Iterator

import attrs

Word = tuple[str, str, str]
"""Its kind, the word and its place."""


class NotReadable(ValueError):  # noqa: N818 - it says what is the case
    """A proxy's file is not in its language: the *place*, and in *text* what is wrong."""

    def __init__(self, place: str, text: str) -> None:
        super().__init__(f"{place}: {text}")
        self.place = place
        self.text = text


@attrs.frozen
class Directive:
    """A directive with its words; *inside* has those of its block, None if it has none."""

    name: str
    words: tuple[str, ...]
    place: str
    inside: tuple["Directive", ...] | None = None

    def all(self, name: str) -> list["Directive"]:
        """Return the directives of that name in the block."""
        return [one for one in self.inside or () if one.name == name]

    def word(self, number: int) -> str:
        """Return one of the words, "" where there are fewer."""
        return self.words[number] if number < len(self.words) else ""

    @property
    def said(self) -> str:
        """The directive as it is written, without its block."""
        return " ".join((self.name, *(word or '""' for word in self.words)))


def read_words(token: re.Pattern[str], text: str, file: str) -> Iterator[Word]:
    """Yield what *token* finds in *text*, one behind the other, by the name of its group.

    What it calls space is left out. Raises `NotReadable` where it finds nothing: all but a
    quote that stays open is a word in these languages.
    """
    at, line = 0, 1
    while at < len(text):
        found = token.match(text, at)
        if found is None:
            raise NotReadable(f"{file}:{line}", "a quote that does not end")
        kind = str(found.lastgroup)
        if kind != "space":
            yield kind, found[kind], f"{file}:{line}"
        line += found[0].count("\n")
        at = found.end()
