"""`docsync migrate`: the site file for a command line of `bokeh serve` or `panel serve`."""

import shlex
from pathlib import Path

import click

from docsync_trio.cli.terminal.output import write_file


@click.command(
    short_help="Print the site file for a `bokeh serve` or `panel serve` command line.",
    options_metavar="[-o FILE] --",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it to FILE, which must not be there yet, instead of standard output.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def migrate(output: Path | None, command: tuple[str, ...]) -> None:
    """Print the site file that serves what COMMAND serves.

    COMMAND is what was typed so far, behind two dashes:

        docsync migrate -- bokeh serve sliders.py --port 5100 --keep-alive 10000

    What has no key in a site file is a comment at its head, with what to do instead.
    Applications and Bokeh are not needed, nothing is run.
    """
    from docsync_trio.moving.command_line import BadCommandError, draft_site

    try:
        draft = draft_site(command, beside=output and output.parent)
    except BadCommandError as error:
        raise click.UsageError(str(error)) from None
    text = draft.as_text()
    if output is None:
        click.echo(text, nl=False)
    else:
        try:
            write_file(output, text, mode="x")
        except FileExistsError:
            raise click.UsageError(f"{output} is there already; name another file") from None
    words = ["docsync", "run", str(output or "site.toml"), *dict.fromkeys(draft.run)]
    # What stands for a variable is for the shell to find.
    line = " ".join(f'"{word}"' if "$" in word else shlex.quote(word) for word in words)
    click.echo(f"Serve it with: {line}", err=True)
