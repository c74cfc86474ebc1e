"""The Caddyfile's language: lines of words, blocks in braces, snippets that are imported."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from docsync_trio.proxies.directives import Directive, NotReadable, Word, read_words
from docsync_trio.proxies.passage import Opener

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r]+|\\\n|(?:(?<=\s)|^)\#[^\n]*)
      | (?P<end>\n)
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | `(?P<raw>[^`]*)`
      | (?P<bare>[^\s]+)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_TIME: Final = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|us|ns|[smhd]))+")
_TIME_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|us|ns|[smhd])")
_SECONDS: Final = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def read_caddyfile(text: str, file: str, include: Opener) -> tuple[Directive, ...]:
    """Return the blocks of *text* with what they import. Raises `NotReadable`.

    A site without braces, which may then be the only one, becomes a block as well.
    """
    found = tuple(_block(_words(text, file), file, depth=0))
    snippets = {one.name: one.inside or () for one in found if one.name.startswith("(")}
    sites = [one for one in found if not one.name.startswith("(")]
    if sites and sites[0].inside is None and sites[0].name != "import":
        sites = [Directive(sites[0].name, sites[0].words, sites[0].place, tuple(sites[1:]))]
    return tuple(_imported(sites, snippets, include))


def _imported(
    directives: list[Directive] | tuple[Directive, ...],
    snippets: Mapping[str, tuple[Directive, ...]],
    include: Opener,
) -> Iterator[Directive]:
    for one in directives:
        if one.name != "import" or not one.words:
            inside = None if one.inside is None else tuple(_imported(one.inside, snippets, include))
            yield Directive(one.name, one.words, one.place, inside)
        elif f"({one.words[0]})" in snippets:
            yield from _imported(snippets[f"({one.words[0]})"], snippets, include)
        else:
            for name, text in include(one.words[0]):
                yield from read_caddyfile(text, name, include)


def _words(text: str, file: str) -> Iterator[Word]:
    yield from read_words(_TOKEN, text, file)
    yield "end", "\n", f"{file}:{text.count(chr(10)) + 1}"


def _block(words: Iterator[Word], file: str, *, depth: int) -> Iterator[Directive]:
    gathered: list[Word] = []
    for word in words:
        kind, text, place = word
        if kind == "bare" and text == "}":
            if not depth:
                raise NotReadable(place, "a brace that closes nothing")
            yield from _directive(gathered, None)
            return
        if kind == "bare" and text == "{":
            inside = tuple(_block(words, file, depth=depth + 1))
            yield from _directive(gathered or [("bare", "", place)], inside)
            gathered = []
        elif kind != "end":
            gathered.append(word)
        elif not (gathered and gathered[-1][1].endswith(",")):  # sites may go on in the next line
            yield from _directive(gathered, None)
            gathered = []
    if depth:
        raise NotReadable(file, "a block that does not end")


def _directive(words: list[Word], inside: tuple[Directive, ...] | None) -> Iterator[Directive]:
    if words:
        texts = [text for _, text, _ in words]
        yield Directive(texts[0], tuple(texts[1:]), words[0][2], inside)


def seconds_of(text: str) -> float | None:
    """Return the seconds of "75s", "1m30s"; None for what is no time."""
    if not _TIME.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _TIME_PART.findall(text))


def bytes_of(text: str) -> int | None:
    """Return the bytes of "20MB", "10MiB", "100"; None for what is no size."""
    found = _SIZE.fullmatch(text)
    if found is None:
        return None
    base = 1024 if found[3] else 1000
    return int(float(found[1]) * base ** _POWERS[found[2].lower()])
