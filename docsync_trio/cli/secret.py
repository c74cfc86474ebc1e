"""`docsync secret`: a key that signs tokens."""

import click


@click.command(short_help="Print a new key.")
def secret() -> None:
    """Print a new key for `sessions.secret_key`.

    Keep it out of the site file: put it into the environment or into a file that
    only the server can read, and name that place in the site file.
    """
    from secrets import token_urlsafe

    # 32 bytes: as many as HMAC-SHA-256, which signs the tokens, can make use of.
    click.echo(token_urlsafe(32))
