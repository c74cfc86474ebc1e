"""The reference page of all commands, made from what click knows of them.

What `docsync COMMAND --help` says is the one truth; a test holds the page in step with it.
"""

import inspect
from collections.abc import Iterator
from typing import Final

import click

from docsync_trio.cli.main import main

_HEAD: Final = """\
<!-- Made from docsync_trio/cli by docsync_trio.cli.command_reference; do not edit. -->

# The commands

What each takes, as `docsync COMMAND --help` says it. [The command line](../command-line.md)
tells how they are used, and what their exit statuses mean.
"""


def command_page() -> str:
    """Return the reference of all commands and their options, in Markdown."""
    return "\n".join([_HEAD, *_sections(main, click.Context(main, info_name="docsync"))])


def _sections(group: click.Group, above: click.Context) -> Iterator[str]:
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        if command is None or command.hidden:
            continue
        context = click.Context(command, info_name=name, parent=above)
        if isinstance(command, click.Group):
            yield from _sections(command, context)
        else:
            yield _section(command, context)


def _section(command: click.Command, context: click.Context) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [f"## `{context.command_path}`", "", "```text", usage, "```", ""]
    lines += [_prose(inspect.cleandoc(command.help or "")), ""]
    options = [each for each in command.params if isinstance(each, click.Option)]
    records = [record for each in options if (record := each.get_help_record(context))]
    if records:
        lines += ["| option | meaning |", "| --- | --- |"]
        lines += [f"| `{_cell(names)}` | {_cell(meaning)} |" for names, meaning in records]
        lines.append("")
    return "\n".join(lines)


def _prose(text: str) -> str:
    """Return help's paragraphs; those that click keeps as they are become blocks."""
    return "\n\n".join(_paragraph(each) for each in text.strip().split("\n\n"))


def _paragraph(text: str) -> str:
    if text.startswith("\b"):
        kept = text.removeprefix("\b").strip()
        return f"```text\n{kept}\n```"
    return " ".join(text.split())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
