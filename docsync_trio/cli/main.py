"""The command `docsync`: its commands, its version, and what it says when one fails.

Only click is imported here. Whatever a command needs is imported when it runs, so
that `docsync --help` and the shell's completion answer at once.
"""

import errno
import os
from functools import partial
from typing import Any, NoReturn

import click

from docsync_trio.cli.check import check
from docsync_trio.cli.completion import COMPLETE_VARIABLE, completion
from docsync_trio.cli.config_show import config
from docsync_trio.cli.init import init
from docsync_trio.cli.migrate import migrate
from docsync_trio.cli.password import password
from docsync_trio.cli.probe import probe
from docsync_trio.cli.proxy import proxy
from docsync_trio.cli.routes import routes
from docsync_trio.cli.run import run
from docsync_trio.cli.schema import schema
from docsync_trio.cli.secret import secret
from docsync_trio.cli.stack_room import with_room

_SHOWN_VERSIONS = ("docsync-trio", "bokeh", "trio")


class Commands(click.Group):
    """The commands, in the order they are met, and the wall at which every error ends."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command; answer what it raises with a message and an exit status."""
        try:
            return with_room(partial(super().invoke, ctx))
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BaseExceptionGroup as group:
            if group.subgroup(KeyboardInterrupt) is not None:
                raise click.Abort from None
            return _end(ctx, group)
        except Exception as error:  # the last wall there is
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # the reader has gone (`| head`); click ends quietly
            return _end(ctx, error)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names for `--help`, the ones a newcomer needs first."""
        del ctx
        return list(self.commands)


def _end(ctx: click.Context, error: BaseException) -> NoReturn:
    from docsync_trio.cli.failure import answer

    ctx.exit(answer(error))


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001
    if not wanted or ctx.resilient_parsing:
        return
    import platform
    from importlib.metadata import version

    for name in _SHOWN_VERSIONS:
        click.echo(f"{name} {version(name)}")
    click.echo(f"{platform.python_implementation()} {platform.python_version()}")
    ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the versions of docsync-trio, Bokeh, Trio and Python.",
)
def main() -> None:
    """Serve Bokeh applications on Trio, as one site file describes them.

    Exit status: 0 all went well, 1 a fault of docsync-trio, 2 usage or
    configuration, 3 an address is in use, 4 an application failed to build,
    5 a probe found something wrong.
    """


for command in (
    run,
    check,
    init,
    migrate,
    routes,
    probe,
    proxy,
    config,
    schema,
    secret,
    password,
    completion,
):
    main.add_command(command)

if COMPLETE_VARIABLE in os.environ:  # a shell asks, and click will answer
    from docsync_trio.cli.shells.scripts import register

    register()
