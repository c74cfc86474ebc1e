"""Paths with parameters: how they are written, and which of them answer one address.

Which of two applications answers must not hang on the order in which they stand in the
site file, so that two which could both answer are a mistake.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from docsync_trio.config.kind import KindError, nearest, shown

BELOW_APPLICATIONS: Final = ("ws", "autoload.js", "metadata", "preflight", "static")
"""What is served below every application."""

REST: Final = "path"
"""The kind of parameter that takes all further parts of a path."""

# As Starlette reads them.
_KINDS: Final = {
    "str": r"[^/]+",
    "int": r"[0-9]+",
    "float": r"[0-9]+(?:\.[0-9]+)?",
    "uuid": r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}",
}
# An id may be a number or a UUID: no number that anybody uses has 32 digits.
_APART: Final = ({"int", "uuid"}, {"float", "uuid"})
_PARAMETER: Final = re.compile(r"\{([^{}]*)\}")
_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def without_parameters(path: str, *, rest: bool) -> str:
    """Return *path* with a letter in the place of each parameter.

    One of the kind ``path`` may stand anywhere with *rest*, else as the last part only.
    Raises `KindError` for a parameter that cannot be.
    """
    names: set[str] = set()
    for written in _PARAMETER.findall(path):
        name, colon, kind = written.partition(":")
        if not _NAME.fullmatch(name):
            raise KindError(f"{{{written}}} has no name of letters; write {{name}} or {{name:int}}")
        if name in names:
            raise KindError(f"{{{name}}} stands twice in the path; give each its own name")
        names.add(name)
        if colon:
            _check_kind(written, kind, rest=rest or path.endswith(f"/{{{written}}}"))
    return _PARAMETER.sub("x", path)


def _check_kind(written: str, kind: str, *, rest: bool) -> None:
    kinds = [*_KINDS, REST]
    if kind == REST and not rest:
        raise KindError(f"{{{written}}} takes all further parts; let it be the last part")
    if kind not in kinds:
        known = f"{', '.join(kinds[:-1])} and {kinds[-1]}"
        raise KindError(f"{{{written}}}: there are {known}, no {shown(kind)}{nearest(kind, kinds)}")


def is_like(one: str, other: str) -> bool:
    """Say whether two paths have the same parameters, of the same kinds."""
    return sorted(_PARAMETER.findall(one)) == sorted(_PARAMETER.findall(other))


def meet(one: str, other: str) -> bool:
    """Say whether some address belongs to both of two paths."""
    ours, theirs = _parts(one), _parts(other)
    if takes_rest(one) and takes_rest(other):
        both = min(len(ours), len(theirs)) - 1
        return all(map(_meet, ours[:both], theirs[:both]))
    # One that takes all further parts is looked at after all others.
    return not takes_rest(one) and not takes_rest(other) and _parts_meet(ours, theirs)


def takes_rest(path: str) -> bool:
    """Say whether the last parameter of an application's *path* takes all further parts."""
    return path.endswith(f":{REST}}}")


def part_below(path: str, application: str) -> str:
    """Return the part of an *application*'s addresses that *path* would take, or nothing.

    A parameter at that place takes none of them: they are looked for first.
    """
    ours, theirs = _parts(application), _parts(path)
    count = len(ours)
    below = theirs[count] if len(theirs) > count else ""
    if below not in BELOW_APPLICATIONS or (len(theirs) > count + 1 and below != "static"):
        return ""
    return below if _parts_meet(ours, theirs[:count]) else ""


def _parts(path: str) -> list[str]:
    return [part for part in unquote(path).split("/") if part]


def _parts_meet(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    return len(ours) == len(theirs) and all(map(_meet, ours, theirs))


def _meet(one: str, other: str) -> bool:
    if "{" not in other:
        return _pattern(one).fullmatch(other) is not None
    if "{" not in one:
        return _pattern(other).fullmatch(one) is not None
    kinds = {*_lone_kind(one), *_lone_kind(other)}
    if any(kinds == apart for apart in _APART):
        return False
    (head, tail), (other_head, other_tail) = _ends(one), _ends(other)
    return _begins_alike(head, other_head) and _begins_alike(tail[::-1], other_tail[::-1])


def _pattern(part: str) -> re.Pattern[str]:
    return re.compile("".join(_pieces(part)), re.ASCII)


def _pieces(part: str) -> Iterator[str]:
    for place, piece in enumerate(_PARAMETER.split(part)):
        yield _KINDS.get(piece.partition(":")[2] or "str", ".*") if place % 2 else re.escape(piece)


def _lone_kind(part: str) -> set[str]:
    found = _PARAMETER.fullmatch(part)
    return {found[1].partition(":")[2] or "str"} if found else set()


def _ends(part: str) -> tuple[str, str]:
    return part.partition("{")[0], part.rpartition("}")[2]


def _begins_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
