"""Showing that something is going on, where it takes long and somebody looks.

A large site is imported, or built for a check, in silence for many seconds. What is quick
shows nothing, and costs no import of rich either: that is done by a thread, and only when
the time is up.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO

import attrs

if TYPE_CHECKING:
    from rich.progress import Progress

Tell = Callable[[str, int, int], None]
"""Called with what is being done, how many parts are done, and of how many."""

PATIENCE = 1.0
"""Seconds for which nothing is shown."""


@contextlib.contextmanager
def progress(stream: TextIO | None, *, patience: float = PATIENCE) -> Iterator[Tell]:
    """Show on *stream* what is told within the block, if that takes longer than *patience*.

    Only where *stream* is a terminal; there it leaves nothing behind.
    """
    if stream is None or os.environ.get("TERM") == "dumb" or not stream.isatty():
        yield _nothing
        return
    shown = _Shown(stream)
    over = threading.Event()
    thread = threading.Thread(target=shown.show, args=(over, patience), daemon=True)
    thread.start()
    try:
        yield shown.tell
    finally:
        over.set()
        thread.join()


def _nothing(_what: str, _done: int, _of: int) -> None:
    pass


@attrs.define(eq=False)
class _Shown:
    _stream: TextIO
    _state: tuple[str, int, int] = attrs.field(default=("", 0, 0), init=False)
    _changed: Callable[[], None] | None = attrs.field(default=None, init=False)

    def tell(self, what: str, done: int, of: int) -> None:
        self._state = (what, done, of)
        if self._changed is not None:
            self._changed()

    def show(self, over: threading.Event, patience: float) -> None:
        if over.wait(patience):
            return
        with _bar(self._stream) as bar:
            task = bar.add_task("", total=None)

            def changed() -> None:
                what, done, of = self._state
                counted = f"{what}, {done + 1} of {of}" if of else what
                bar.update(task, description=counted, completed=done, total=of or None)

            self._changed = changed
            changed()
            over.wait()


def _bar(stream: TextIO) -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    # The text is no markup: it has paths of applications in it.
    text = TextColumn("{task.description}", markup=False)
    columns = (SpinnerColumn(), text, BarColumn(), Elapsed())
    return Progress(
        *columns,
        console=Console(file=stream),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
