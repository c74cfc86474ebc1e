"""What can be said on the command line."""

import argparse
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import attrs

from benchmarks.sites import HERE

COMPARED_PEERS = ("ours-3.11",)
QUICK_PEERS = ("ours-3.11", "bokeh-3.9")
QUICK_PEERS_313 = ("ours-3.13", "bokeh-3.10")
"""The pair for those who develop on Python 3.13; the other one is for everybody else."""

COMPARED_ROWS = (
    "start",
    "page",
    "pull",
    "patch",
    "fan-out-10",
    "fan-out-50",
    "cycle",
    "memory-session-100",
)


@attrs.frozen
class Wanted:
    """What is to be measured; *compare* is a git revision, *results* a folder.

    *keep* says that its other rows stay.
    """

    rows: tuple[str, ...]
    peers: tuple[str, ...]
    quick: bool
    compare: str | None
    results: Path | None
    keep: bool = False


def parse(words: Sequence[str], *, rows: Sequence[str], peers: Sequence[str]) -> Wanted:
    """Return what *words* ask for; *rows* and *peers* are the names that there are."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", metavar="A,B", help=f"some of: {', '.join(rows)}; * matches")
    parser.add_argument("--peers", metavar="A,B", help=f"some of: {', '.join(peers)}; * matches")
    parser.add_argument("--quick", action="store_true", help="two peers, fewer turns")
    parser.add_argument("--compare", metavar="REV", help="also ours as of that git revision")
    parser.add_argument(
        "--results", type=Path, metavar="DIR", help="where to write (default: benchmarks/results)"
    )
    parser.add_argument(
        "--keep", action="store_true", help="rows of the results that are not measured now stay"
    )
    parser.add_argument("--no-results", action="store_true", help="print the table only")
    given = parser.parse_args(words)
    quick_peers = QUICK_PEERS_313 if sys.version_info[:2] == (3, 13) else QUICK_PEERS
    default_peers = COMPARED_PEERS if given.compare else quick_peers if given.quick else peers
    default_rows = COMPARED_ROWS if given.compare else rows
    try:
        return Wanted(
            rows=chosen(given.rows, rows, default_rows),
            peers=chosen(given.peers, peers, default_peers),
            quick=given.quick,
            compare=given.compare,
            results=_results(given),
            keep=given.keep,
        )
    except ValueError as error:
        parser.error(str(error))


def _results(given: argparse.Namespace) -> Path | None:
    """Return where to write; comparisons and quick runs do so only if they are told."""
    if given.results or given.no_results or given.compare or given.quick:
        folder: Path | None = given.results
        return folder
    return HERE / "results"


def chosen(names: str | None, known: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
    """Return those of *known* that the list *names* asks for, in the order of *known*.

    Raises ValueError for a name that nothing matches.
    """
    if names is None:
        return tuple(name for name in known if name in default)
    patterns = [name.strip() for name in names.split(",")]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise ValueError(f"no such name: {pattern}; there are {', '.join(known)}")
    return tuple(name for name in known if any(fnmatchcase(name, wish) for wish in patterns))
