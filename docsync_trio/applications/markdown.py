"""Applications that are a Markdown file, as Panel serves them.

The blocks of code in it run one after the other; the text between them is shown where it
stands. Every line of code keeps its number, so that tracebacks point into the file.
"""

import pathlib
import re
from collections.abc import Iterator, Sequence
from types import ModuleType

import attrs

from docsync_trio.applications.file import ScriptHandler
from docsync_trio.applications.load_error import LoadError, shown
from docsync_trio.applications.script import Script, read_file

_FENCE = re.compile(r"\s*(?P<ticks>`{3,})(?P<syntax>.*)")
_RUN = {"python", "{pyodide}"}
"""What stands behind the backticks of a block that is run."""


class MarkdownHandler(ScriptHandler):
    """Runs the blocks of code of a Markdown file, and shows the text around them.

    *argv* and *package* are as for `FileHandler`. Raises `LoadError` when there is no such
    file, or what is in a block is not Python.
    """

    def __init__(
        self,
        path: pathlib.Path | str,
        *,
        argv: Sequence[str] = (),
        package: ModuleType | None = None,
    ) -> None:
        path = pathlib.Path(path).absolute()
        try:
            text = read_file(path).decode()
        except UnicodeDecodeError as error:
            raise LoadError(f"{shown(path)}: is not UTF-8 text ({error})") from error
        super().__init__(Script.compile(as_python(text), path, argv=argv, package=package))


@attrs.define
class _Piece:
    """Lines of the file that belong together, from line *start* (from 0).

    They are code, or text with the *titles* that were in it.
    """

    start: int
    runs: bool
    lines: list[str] = attrs.field(factory=list, init=False)
    titles: list[str] = attrs.field(factory=list, init=False)


def as_python(text: str) -> str:
    """Return *text*, a Markdown file, as Python code in which each line has its number.

    Text is shown once ``pn.extension`` has been called; a heading of the first level is the
    title of the template, if there is one.
    """
    lines = text.splitlines()
    code = ["" for _ in lines]
    title, extended, templated = "", False, False
    for piece in _pieces(lines):
        title = piece.titles[-1] if piece.titles else title
        if piece.runs:
            code[piece.start : piece.start + len(piece.lines)] = piece.lines
            calls = [line for line in piece.lines if "pn.extension" in line]
            extended = extended or bool(calls)
            templated = templated or any("template=" in line for line in calls)
        elif extended and (shown_text := "\n".join(piece.lines).strip("\n")):
            code[piece.start] = f"pn.pane.Markdown({shown_text!r}).servable()"
    if title and templated:
        code.append(f"pn.state.template.title = {title!r}")
    return "\n".join(code) + "\n"


def _pieces(lines: Sequence[str]) -> Iterator[_Piece]:
    """Yield the blocks that are run and what stands between them, in order."""
    piece, fence = _Piece(0, runs=False), ""
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if match and not fence:
            fence = match["ticks"]
            if match["syntax"].strip() in _RUN:
                yield piece
                piece = _Piece(number + 1, runs=True)
                continue
        elif match and match["ticks"].startswith(fence):
            fence = ""
            if piece.runs:
                yield piece
                piece = _Piece(number, runs=False)
                continue
        elif line.startswith("# ") and not fence:
            piece.titles.append(line[1:].strip())
            continue
        piece.lines.append(line)
    yield piece
