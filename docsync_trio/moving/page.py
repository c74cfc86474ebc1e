"""The table of flags for the documentation."""

from collections.abc import Iterator

from docsync_trio.moving.flag import Flag
from docsync_trio.moving.flags import BOKEH_FLAGS, PANEL_FLAGS
from docsync_trio.moving.variables import SECRETS, VARIABLES

BEGIN = "<!-- flags: made by `make reference` -->"
END = "<!-- end of flags -->"


def flags_table() -> str:
    """Return the part of the page between the two marks, marks included."""
    lines = [
        BEGIN,
        "",
        *_rows("`bokeh serve`, and `panel serve` too", BOKEH_FLAGS),
        "",
        *_rows("`panel serve`", PANEL_FLAGS),
        "",
        *_variables(),
        "",
        END,
    ]
    return "\n".join(lines)


def with_flags(page: str) -> str:
    """Return *page* with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + flags_table() + after


def _rows(whose: str, flags: tuple[Flag, ...]) -> Iterator[str]:
    yield f"| {whose} | here |"
    yield "| --- | --- |"
    for flag in flags:
        yield f"| `{flag.name}` | {flag.becomes} |"


def _variables() -> Iterator[str]:
    yield "| variable of theirs | is not read here; the same as |"
    yield "| --- | --- |"
    for variable in VARIABLES:
        yield f"| `{variable.name}` | `{variable.flag}` |"
    for name in sorted(SECRETS):
        yield f'| `{name}` | what the site file names: `{{ env = "{name}" }}` |'
