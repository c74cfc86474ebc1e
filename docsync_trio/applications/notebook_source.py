"""Turn a Jupyter notebook into the source of a Python file.

IPython's own syntax means nothing outside a notebook. As in Bokeh, a line magic becomes
a tuple that nobody looks at, and the line of a cell magic is left out; so are cells whose
magic says that they are for another interpreter. Lines keep their numbers within
the cell, so an error can be shown where its author would look for it.
"""

import ast
import bisect
import pathlib
import re

import attrs

from docsync_trio.applications.load_error import LoadError, shown
from docsync_trio.applications.script import read_file

_CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)")
_LINE_MAGIC = re.compile(r"(?P<indent>\s*)(?P<assign>[\w., ]+=\s*)?[%!?](?P<text>.*)$")
_TRANSLATED_MAGIC = re.compile(r"get_ipython\(\)\.(run_line_magic|magic|system|getoutput)(?=\()")
_NOT_PYTHON = {
    "bash", "cmd", "html", "HTML", "javascript", "js", "latex", "markdown", "perl", "ruby",
    "script", "sh", "svg", "SVG", "sql", "system", "sx", "writefile", "file", "R",
}  # fmt: skip


@attrs.frozen
class NotebookSource:
    """The code *text* of the notebook *path*; cell i begins at line ``starts[i]`` (from 1)."""

    path: pathlib.Path
    text: str
    starts: tuple[int, ...]
    numbers: tuple[int, ...]

    def place(self, line: int) -> str:
        """Say where line *line* of the text stands in the notebook."""
        index = max(bisect.bisect_right(self.starts, line) - 1, 0)
        start = self.starts[index] if self.starts else 1
        number = self.numbers[index] if self.numbers else 1
        return f"{shown(self.path)}, cell {number}, line {line - start + 1}"


def read_notebook(path: pathlib.Path) -> NotebookSource:
    """Read the code cells of a notebook of any format; raises `LoadError`."""
    lines: list[str] = []
    starts: list[int] = []
    numbers: list[int] = []
    for number, source in _code_cells(path):
        lines.append(f"# cell {number}")
        starts.append(len(lines) + 1)
        numbers.append(number)
        lines += as_python(source).splitlines()
    return NotebookSource(path, "\n".join(lines) + "\n", tuple(starts), tuple(numbers))


def as_python(cell: str) -> str:
    """Neutralise what only IPython understands; real mistakes stay as they are."""
    cell = _TRANSLATED_MAGIC.sub("", cell)
    lines = cell.splitlines()
    magics = [
        (i, match["name"]) for i, line in enumerate(lines) if (match := _CELL_MAGIC.match(line))
    ]
    if any(name in _NOT_PYTHON for _, name in magics):
        return ""
    for index, _ in magics:
        lines[index] = ""
    return "\n".join(_without_line_magics(lines))


def _without_line_magics(lines: list[str]) -> list[str]:
    # Only a line that Python cannot read may be a magic: "% 3" can continue an expression.
    while True:
        try:
            ast.parse("\n".join(lines))
        except SyntaxError as error:
            index = (error.lineno or 1) - 1
            match = _LINE_MAGIC.match(lines[index]) if index < len(lines) else None
            if match is None:
                return lines
            value = f"({match['text'].strip()!r},)"
            lines[index] = match["indent"] + (match["assign"] or "") + value
        except ValueError:
            return lines
        else:
            return lines


def _code_cells(path: pathlib.Path) -> list[tuple[int, str]]:
    """Every code cell's source with its place (from 1) among all cells of the notebook."""
    text = read_file(path)
    try:
        import nbformat
        import nbformat.reader
    except ModuleNotFoundError:
        raise LoadError(
            f"{shown(path)}: notebooks need another package; "
            'run: pip install "docsync-trio[notebook]"'
        ) from None
    try:
        # Not checked against the schema: what is odd beside the code does no harm here.
        any_format = nbformat.reader.reads(text.decode())  # type: ignore[no-untyped-call]
        cells = nbformat.convert(any_format, 4)["cells"]  # type: ignore[no-untyped-call]
        return [(i, c["source"]) for i, c in enumerate(cells, 1) if c["cell_type"] == "code"]
    except (ValueError, TypeError, LookupError, AttributeError, nbformat.ValidationError) as error:
        raise LoadError(f"{shown(path)}: is not a notebook that can be read") from error
