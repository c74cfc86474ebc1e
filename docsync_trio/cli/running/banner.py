"""What `docsync run` prints once everything is good: what is served, and where.

The same facts three times: as a table for people at a terminal, as aligned lines
for pipes and files, as data for a log that only programs read. The last lines for
people are the bare URLs, which terminals make clickable and `grep` finds; a path with
parameters is none.
"""

import io
from typing import Any

import attrs

from docsync_trio.cli.terminal.columns import columns


@attrs.frozen
class BannerRow:
    """One application: its *urls*, *title*, what fills it and what its async code is for.

    Where *path* has parameters there is no URL that could be opened, and *urls* are patterns.
    """

    path: str
    urls: tuple[str, ...]
    title: str
    handlers: str
    async_kind: str

    @property
    def is_pattern(self) -> bool:
        """Whether it is served at many addresses."""
        return "{" in self.path


@attrs.frozen
class Banner:
    """Everything the banner says; *site_file* is empty for a bare application.

    *reloads* says whether changed files are taken over, *hint* which keys there are.
    """

    title: str
    rows: tuple[BannerRow, ...]
    listening: tuple[str, ...]
    site_file: str
    warnings: tuple[str, ...]
    reloads: bool = False
    hint: str = ""

    @property
    def urls(self) -> tuple[str, ...]:
        """Every application at every address, where a browser can open it."""
        return tuple(url for row in self.rows if not row.is_pattern for url in row.urls)

    @property
    def first_page(self) -> str | None:
        """The first URL that a browser can open."""
        return next(iter(self.urls), None)


_HEADINGS = ("application", "title", "handlers", "async")


def plain_text(banner: Banner) -> str:
    """Return the banner as aligned lines, without colours."""
    cells = [_HEADINGS, *map(_cells, banner.rows)]
    table = columns(cells) if banner.rows else []
    hint = [banner.hint] if banner.hint else []
    return "\n".join([*_facts(banner), *table, *banner.urls, *hint])


def rich_text(banner: Banner, width: int) -> str:
    """Return the banner as a table with colours for a terminal of *width* columns."""
    from rich.box import ROUNDED
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=ROUNDED, header_style="bold", title_justify="left")
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold")
    for row in banner.rows:
        table.add_row(*map(Text, _cells(row)))
    console = Console(
        file=io.StringIO(), force_terminal=True, width=width, highlight=False, emoji=False
    )
    with console.capture() as captured:
        for fact in _facts(banner):
            console.print(Text(fact, style="yellow" if fact.startswith("warning") else ""))
        if banner.rows:
            console.print(table)
        for url in banner.urls:
            console.print(Text(url, style="cyan"), soft_wrap=True)
        if banner.hint:
            console.print(Text(banner.hint, style="dim"))
    return captured.get().rstrip("\n")


def as_data(banner: Banner) -> dict[str, Any]:
    """Return the banner as fields of one log line."""
    return attrs.asdict(banner) | {"urls": banner.urls}


def _facts(banner: Banner) -> list[str]:
    facts = [f"{banner.title or 'docsync-trio'} listens at {', '.join(banner.listening)}"]
    if banner.site_file:
        facts.append(f"site file {banner.site_file}")
    facts.append(f"reload {'on' if banner.reloads else 'off'}")
    return facts + [f"warning: {text}" for text in banner.warnings]


def _cells(row: BannerRow) -> tuple[str, ...]:
    return (row.path, row.title, row.handlers, row.async_kind)
