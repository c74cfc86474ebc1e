"""`docsync password`: a line for the file of users."""

import json
import re
import sys

import click


@click.command(short_help="Print a line for the file of users.")
@click.argument("name")
def password(name: str) -> None:
    """Ask for a password and print the line that lets NAME sign in with it.

    The line is for the file that `users` in `[sign_in]` names; it holds a hash, from which the
    password cannot be read. Without a terminal the password is read from standard input.
    """
    if not name.strip() or not name.isprintable():
        raise click.UsageError("a name has something in it to read")
    if sys.stdin.isatty():
        secret = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise click.UsageError("an empty password would let everybody in")
    from docsync_trio.sign_in.passwords import hash_password

    click.echo(f"{_key(name.strip())} = {json.dumps(hash_password(secret))}")


def _key(name: str) -> str:
    """Return *name* as TOML spells it."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)
