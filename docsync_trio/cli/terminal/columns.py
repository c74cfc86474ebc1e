"""Aligned columns of plain text: good to read, good to `grep`."""

from collections.abc import Sequence


def columns(lines: Sequence[Sequence[str]]) -> list[str]:
    """Each of *lines* as one text, its cells under each other, two spaces between them."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
