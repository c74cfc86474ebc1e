"""What a script may expect of its process, for as long as its code runs.

Python gives a script its own ``sys.argv``, its folder on ``sys.path`` and a working
directory that it may change. Applications share one process, so each gets these while
its code runs and not a moment longer, however it ends. The code of one application never
runs inside that of another (running it does not await), so nobody sees a foreign value.
"""

import contextlib
import os
import pathlib
import sys
from collections.abc import Iterator, Sequence

from bokeh.io.state import curstate

from docsync_trio.applications.output import output_ignored
from docsync_trio.applications.siblings import own_siblings


@contextlib.contextmanager
def as_script(path: pathlib.Path, argv: Sequence[str]) -> Iterator[None]:
    """Make the process look to the code of *path* as if it were started as a script."""
    with (
        process_state_kept(),
        own_siblings(path.parent),
        output_ignored(path),
    ):
        sys.argv = [path.name, *argv]
        sys.path.insert(0, str(path.parent))
        yield


@contextlib.contextmanager
def process_state_kept() -> Iterator[None]:
    """Put ``sys.argv``, ``sys.path`` and the working directory back at the end.

    And the document that ``curdoc()`` gives where none is current: some handlers of Panel
    leave theirs there, for ever.
    """
    argv, path, entries, directory = sys.argv, sys.path, list(sys.path), _working_directory()
    state = curstate()
    document = state.document
    try:
        yield
    finally:
        state.document = document
        # The list object stays the same: others may hold it.
        sys.argv, sys.path = argv, path
        sys.path[:] = entries
        if directory is not None and _working_directory() != directory:
            os.chdir(directory)


def _working_directory() -> pathlib.Path | None:
    try:
        return pathlib.Path.cwd()
    except FileNotFoundError:  # somebody removed it; there is nothing to go back to
        return None
