"""The gate of a site, made of its settings: imported only where visitors sign in."""

import importlib.util
import pathlib

from docsync_trio.base.errors import Problem
from docsync_trio.config.schema import SiteSettings
from docsync_trio.server.entrance.gate import Gate

_ALWAYS = ("itsdangerous",)
_FOR_PROVIDERS = ("httpx2", "joserfc")


def load_gate(settings: SiteSettings, base: pathlib.Path, problems: list[Problem]) -> Gate | None:
    """Return what knows the visitors of the site; None where nobody signs in.

    *base* is the site file's folder. Whatever is wrong is appended to *problems*.
    """
    own = settings.sign_in
    if not own.is_on:
        return None
    needed = _ALWAYS + (_FOR_PROVIDERS if own.provider else ())
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        text = f'needs {" and ".join(missing)}; run: pip install "docsync-trio[sign-in]"'
        problems.append(Problem(("sign_in",), text))
        return None
    from docsync_trio.server.sign_in.load_keeper import load_keeper

    return load_keeper(settings, base, problems)
