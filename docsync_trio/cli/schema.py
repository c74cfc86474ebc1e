"""`docsync schema`: the JSON Schema of a site file, for editors."""

from pathlib import Path

import click

from docsync_trio.cli.site_names import DEFAULT_NAME
from docsync_trio.cli.terminal.output import write_file


@click.command(short_help="Print the JSON Schema of a site file.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE",
    help="Write it to FILE instead of standard output.",
)
def schema(output: Path | None) -> None:
    """Print the JSON Schema of a site file.

    Editors complete and check a site file whose first line is
    `#:schema ./site.schema.json`.
    """
    from docsync_trio.config.json_schema import schema_text

    if output is None:
        click.echo(schema_text(), nl=False)
        return
    write_file(output, schema_text())
    click.echo(
        f"{output} is written; begin {DEFAULT_NAME} with: #:schema ./{output.name}", err=True
    )
