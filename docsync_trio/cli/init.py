"""`docsync init`: a site that works, to start from."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from docsync_trio.cli.new_site import Written

# As in `new_site`, which is imported only when the command runs.
NAMES: Final = ("basic", "streaming", "dashboard", "panel", "flask")


@click.command(short_help="Make a small working site.")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option("--template", type=click.Choice(NAMES), help="What to start from; basic unless told.")
@click.option("--title", metavar="TEXT", help="What the site is called; else the folder's name.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
def init(directory: Path, template: str | None, title: str | None, *, yes: bool) -> None:
    """Make a small working site in DIRECTORY (default: here).

    Writes a site file, an application, a test for it and a README. Files that are
    there already are never touched. On a terminal it asks what is not said.
    """
    from docsync_trio.cli.new_site import in_the_way, new_site, title_of, write

    asks = template is None and not yes and sys.stdin.isatty() and sys.stdout.isatty()
    if asks:
        template = _ask_for_template()
    if title is None:
        title = title_of(directory)
        title = click.prompt("What is the site called?", default=title) if asks else title
    files = new_site(template or NAMES[0], " ".join(title.split()))
    if there := in_the_way(directory, files):
        raise click.UsageError(
            f"{', '.join(there)} exist{'s' if len(there) == 1 else ''} in {directory} already; "
            "nothing was written. Name another directory"
        )
    _tell(directory, write(directory, files))


def _ask_for_template() -> str:
    from docsync_trio.cli.new_site import TEMPLATES

    for name, what in TEMPLATES.items():
        click.echo(f"  {name:<10} {what}")
    return str(click.prompt("What to start from?", type=click.Choice(NAMES), default=NAMES[0]))


def _tell(directory: Path, written: "Written") -> None:
    for name in written.new:
        click.echo(f"wrote {directory / name}")
    for name in written.kept:
        click.echo(f"kept  {directory / name}, which was there")
    click.echo("\nNow:\n")
    if directory != Path():
        click.echo(f"  cd {_quoted(directory)}")
    else:
        click.echo("  docsync check")
    click.echo("  pip install -r requirements.txt")
    click.echo("  docsync run --reload")


def _quoted(directory: Path) -> str:
    import shlex

    return shlex.quote(str(directory))
