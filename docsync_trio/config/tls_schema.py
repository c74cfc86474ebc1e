"""The keys of ``[server.tls]``; see `schema`, of which it is a part."""

# ruff: noqa: RUF009 - `keys.key` makes attributes, and the defaults it gets cannot be changed.

import pathlib
from typing import Annotated, Literal

import attrs

from docsync_trio.config import keys
from docsync_trio.config.names import Secret
from docsync_trio.config.places import ExistingPath
from docsync_trio.config.scalars import Choice

TlsVersion = Literal["1.2", "1.3"]


@attrs.frozen(kw_only=True)
class TlsSettings:
    """TLS on all TCP sockets of the site (not on unix sockets); none without a certificate."""

    certificate: Annotated[pathlib.Path | None, ExistingPath()] = keys.key(
        None,
        doc="The server's certificate in PEM format, followed by those between it and its "
        "authority. A changed file is taken over while the server runs.",
        example='"cert.pem"',
    )
    key: Annotated[pathlib.Path | None, ExistingPath()] = keys.key(
        None,
        doc="The certificate's private key in PEM format; it may be in the same file.",
        example='"key.pem"',
    )
    password: Annotated[str | None, Secret()] = keys.key(
        None,
        doc="What the key is encrypted with.",
        example='{ env = "DOCSYNC_TLS_PASSWORD" }',
        only_with=("key",),
        secret=True,
    )
    client_ca: Annotated[pathlib.Path | None, ExistingPath()] = keys.key(
        None,
        doc="Who has issued the certificates that visitors have to show, in PEM format: whoever "
        "has none of these does not get in. Without it nobody is asked for one.",
        example='"clients.pem"',
        only_with=("certificate",),
    )
    minimum_version: Annotated[TlsVersion, Choice(("1.2", "1.3"))] = keys.key(
        "1.2", doc="The oldest version of TLS that is spoken.", only_with=("certificate",)
    )
