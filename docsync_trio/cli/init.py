"""`docsync init`: a site that works, to start from."""

from pathlib import Path

import click


@click.command(short_help="Make a small working site.")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(directory: Path) -> None:
    """Make a small working site in DIRECTORY (default: here).

    Writes a site file, an application, a test for it and a README. Files that are
    there already are never touched.
    """
    from docsync_trio.cli.new_site import new_site

    files = new_site()
    there = [name for name in files if (directory / name).exists()]
    if there:
        raise click.UsageError(
            f"{', '.join(there)} exist{'s' if len(there) == 1 else ''} in {directory} already; "
            "nothing was written. Name another directory"
        )
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
        click.echo(f"wrote {directory / name}")
    click.echo(f"now: docsync run {directory / 'site.toml'}")
