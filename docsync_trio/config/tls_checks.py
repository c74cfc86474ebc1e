"""Half of what TLS needs is a mistake, and not a server without TLS."""

from collections.abc import Iterator

from docsync_trio.base.errors import Problem
from docsync_trio.config.keys import keys_of
from docsync_trio.config.layers import Tree
from docsync_trio.config.schema import TlsSettings


def check_tls(tree: Tree) -> Iterator[Problem]:
    """Yield the certificate that has no key, and the key that has no certificate."""
    server = tree.get("server")
    tls = server.get("tls") if isinstance(server, dict) else None
    if not isinstance(tls, dict):
        return
    for name, other in (("certificate", "key"), ("key", "certificate")):
        if name in tls and other not in tls:
            example = keys_of(TlsSettings)[other].example
            text = f"is missing beside {name}; write {other} = {example}"
            yield Problem(("server", "tls", other), text)
