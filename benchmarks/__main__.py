"""`python -m benchmarks`: measure, print the table, and write it down."""

import resource
import sys
from collections.abc import Iterable

from benchmarks.arguments import Wanted, parse
from benchmarks.environments import NotInstalledError, environment_of
from benchmarks.kept import Kept, OtherResultsError, kept_rows
from benchmarks.machine import machine, versions
from benchmarks.peers import PEERS
from benchmarks.reports import Report
from benchmarks.revisions import at_revision
from benchmarks.rows import ROWS
from benchmarks.servers import Installed
from benchmarks.tables import lines
from benchmarks.turns import Run


def main(words: list[str]) -> None:
    """Do what *words* say."""
    wanted = parse(words, rows=[row.name for row in ROWS], peers=[peer.name for peer in PEERS])
    about = machine()
    _allow_many_connections()
    left_out: dict[str, str] = {}
    installed = list(_installed(wanted, left_out))
    rows = [row for row in ROWS if row.name in wanted.rows]
    made_of = versions(installed)
    kept = Kept()
    if wanted.keep and wanted.results:
        try:
            kept = kept_rows(wanted.results, ROWS, wanted.rows, machine=about, versions=made_of)
        except OtherResultsError as error:
            raise SystemExit(f"{wanted.results}: {error}") from None
    table = {**kept.table, **Run(installed, rows, quick=wanted.quick).measure()}
    report = Report(
        found=lines(ROWS, table),
        table=table,
        names=[peer.name for peer in PEERS if peer.name in {**kept.versions, **made_of}],
        ours=[one.peer.name for one in installed if one.is_working_tree],
        revisions=[
            one.peer.name for one in installed if one.peer.is_ours and not one.is_working_tree
        ],
        machine=about,
        versions={**kept.versions, **made_of},
        left_out=left_out,
        kept=kept.runs,
    )
    print(report.text())
    if wanted.results:
        report.write(wanted.results)
        print(f"written to {wanted.results}")


def _installed(wanted: Wanted, left_out: dict[str, str]) -> Iterable[Installed]:
    """Yield the servers that there are; *left_out* takes the reasons for the others."""
    for peer in PEERS:
        if peer.name not in wanted.peers:
            continue
        try:
            one = Installed(peer, environment_of(peer))
        except NotInstalledError as error:
            print(error, file=sys.stderr)
            # Without the machine's paths and hosts, which are in the lines before.
            left_out[peer.name] = str(error).strip().splitlines()[-1]
            continue
        yield one
        if wanted.compare and peer.is_ours:
            yield at_revision(one, wanted.compare)


def _allow_many_connections() -> None:
    """Let us, and the servers that we start, open as many files as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main(sys.argv[1:])
