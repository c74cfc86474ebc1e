"""`docsync completion`: the script that teaches a shell to complete `docsync`."""

import click

COMPLETE_VARIABLE = "_DOCSYNC_COMPLETE"
"""Where click looks for what a shell's script asks."""


@click.command(short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, options, sites, profiles and keys.

    \b
    bash: echo 'source <(docsync completion bash)' >> ~/.bashrc
    zsh:  echo 'source <(docsync completion zsh)' >> ~/.zshrc   (after compinit)
    fish: docsync completion fish > ~/.config/fish/completions/docsync.fish
    """  # noqa: D301 - click wants the character
    from click.shell_completion import get_completion_class

    from docsync_trio.cli.shells.scripts import register

    register()
    found = get_completion_class(shell)
    assert found is not None, "they have just been registered"  # noqa: S101
    main = click.get_current_context().find_root().command
    click.echo(found(main, {}, "docsync", COMPLETE_VARIABLE).source(), nl=False)
