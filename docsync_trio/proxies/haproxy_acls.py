"""Which of HAProxy's conditions hold for a path.

Only what looks at the path can be decided from a file. Any other condition may be met or not,
so that what is behind it is looked at, and what comes after it as well.
"""

import re
from collections.abc import Iterable

import attrs

from docsync_trio.proxies.haproxy_sections import Section


@attrs.frozen
class Acls:
    """The conditions of *front*, for requests of *path*."""

    front: Section
    path: str

    def decide(self, words: tuple[str, ...]) -> bool | None:
        """Decide ``if a b or c`` and ``unless a``; None where more than the path decides."""
        if not words:
            return True
        text = " ".join(words[1:])
        parts = re.split(r"\s(?:or|\|\|)\s", text)
        met = _any(_all(map(self._met, _terms(part))) for part in parts)
        return met if met is None or words[0] == "if" else not met

    def _met(self, term: str) -> bool | None:
        negated = term.startswith("!")
        held = self._named(term.removeprefix("!"))
        return None if held is None else held != negated

    def _named(self, term: str) -> bool | None:
        if term.startswith("{"):
            return self._holds(tuple(term.strip("{} ").split()))
        named = [self._holds(one.words[2:]) for one in self.front.lines if one.starts("acl", term)]
        if True in named:
            return True
        return None if None in named or not named else False

    def _holds(self, test: tuple[str, ...]) -> bool | None:
        """Decide what looks at the path; None for anything else."""
        what, *words = test or ("",)
        kind, _, how = what.partition(",")[0].partition("_")
        if kind != "path":
            return None
        if "-m" in words[:-1]:
            at = words.index("-m")
            how = words[at + 1]
            del words[at : at + 2]
        return any(_compare(how, self.path, word) for word in words if word not in {"-i", "--"})


def _all(found: Iterable[bool | None]) -> bool | None:
    some = set(found)
    return False if False in some else None if None in some else True


def _any(found: Iterable[bool | None]) -> bool | None:
    some = set(found)
    return True if True in some else None if None in some else False


def _terms(text: str) -> list[str]:
    return re.findall(r"!?\{[^}]*\}|\S+", text)


def _compare(how: str, path: str, word: str) -> bool:
    match how:
        case "beg":
            return path.startswith(word)
        case "end":
            return path.endswith(word)
        case "sub":
            return word in path
        case "dir":
            return f"/{word.strip('/')}/" in f"{path}/"
        case "reg":
            return _matches(word, path)
        case _:
            return path == word


def _matches(pattern: str, path: str) -> bool:
    try:
        return re.search(pattern, path) is not None
    except re.error:  # Perl's dialect knows more than Python's
        return False
