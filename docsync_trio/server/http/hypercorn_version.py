"""Which hypercorn is known: we use parts of it that it does not promise to keep."""

import importlib.metadata
from typing import Final

from docsync_trio.base.errors import ServerError

_KNOWN_TO_WORK: Final = "hypercorn>=0.18,<0.19"
_KNOWN: Final = "0.18."


def check_version() -> None:
    """Raise `ServerError` if the installed hypercorn is none of those that we have read."""
    version = _installed()
    if not version.startswith(_KNOWN):
        text = f"hypercorn {version} is not known; install {_KNOWN_TO_WORK!r}"
        raise ServerError(text, status=1)


def misfit(what: str) -> ServerError:
    """Return the error that says *what* is other than we need it."""
    text = f"hypercorn {_installed()} does not fit: {what}; install {_KNOWN_TO_WORK!r}"
    return ServerError(text, status=1)


def _installed() -> str:
    return importlib.metadata.version("hypercorn")
