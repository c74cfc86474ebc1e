"""Which of HAProxy's conditions hold for a path.

Only what looks at the path can be decided from a file. Any other condition counts as met, so
that what is behind it is looked at rather than left out.
"""

import re

import attrs

from docsync_trio.proxies.haproxy_sections import Section


@attrs.frozen
class Acls:
    """The conditions of *front*, for requests of *path*."""

    front: Section
    path: str

    def allow(self, words: tuple[str, ...]) -> bool:
        """Decide ``if a b or c`` and ``unless a``."""
        if not words:
            return True
        text = " ".join(words[1:])
        met = any(all(map(self._met, _terms(part))) for part in re.split(r"\s(?:or|\|\|)\s", text))
        return met if words[0] == "if" else not met

    def _met(self, term: str) -> bool:
        negated = term.startswith("!")
        held = self._named(term.removeprefix("!"))
        return True if held is None else held != negated

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
