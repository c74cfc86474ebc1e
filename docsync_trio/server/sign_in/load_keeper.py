"""The keeper of a site's gate, made of its settings: what they name is imported and read."""

import hashlib
import pathlib
import secrets
from collections.abc import Callable
from typing import Any

from docsync_trio.applications.hooks import takes_arguments
from docsync_trio.applications.load import function_that_lets_in
from docsync_trio.applications.load_error import LoadError
from docsync_trio.applications.reference import load_function
from docsync_trio.base.errors import Problem
from docsync_trio.config.schema import SiteSettings
from docsync_trio.server.sign_in.account_file import AccountFile
from docsync_trio.server.sign_in.keeper import Keeper
from docsync_trio.server.sign_in.own_pages import check_templates
from docsync_trio.server.sign_in.own_routes import own_routes
from docsync_trio.sign_in.cookies import Seals


def load_keeper(
    settings: SiteSettings, base: pathlib.Path, problems: list[Problem]
) -> Keeper | None:
    """Return the keeper of a site; *base* is the site file's folder.

    Whatever is wrong is appended to *problems*; then there is none.
    """
    own, known = settings.sign_in, len(problems)
    accounts = None
    if own.users is not None:
        try:
            accounts = AccountFile(own.users)
        except (OSError, ValueError) as error:
            problems.append(Problem(("sign_in", "users"), f"{own.users.name}: {error}"))
    ask = _loaded("function", own.function, _load_who, base, problems)
    authorize = _loaded("authorize", own.authorize, function_that_lets_in, base, problems)
    check_templates(own, problems)
    if len(problems) > known:
        return None
    provider = None
    if own.provider:
        # It asks others over the network, for which it needs more than who signs in by passwords.
        from docsync_trio.server.sign_in.provider import ProviderDoor

        provider = ProviderDoor.of(own)
    seals = Seals(_keys(settings))
    prefix = settings.server.prefix
    return Keeper(own, prefix, seals, own_routes, accounts, provider, ask, authorize)


def _loaded(
    key: str,
    name: str | None,
    load: Callable[[str, pathlib.Path], Callable[..., Any]],
    base: pathlib.Path,
    problems: list[Problem],
) -> Callable[..., Any] | None:
    try:
        return None if name is None else load(name, base)
    except LoadError as error:
        problems.append(Problem(("sign_in", key), str(error), cause=error.__cause__))
        return None


def _load_who(name: str, base: pathlib.Path) -> Callable[..., Any]:
    function = load_function(name, base)
    if not takes_arguments(function, 1):
        raise LoadError(f"{name} is called with the request; let it need one argument")
    return function


def _keys(settings: SiteSettings) -> list[bytes]:
    own = settings.sign_in
    if own.secret_key is not None:
        both = [own.former_secret_key, own.secret_key]
        return [one.encode() for one in both if one is not None]
    of_tokens = settings.sessions.secret_key
    if of_tokens is not None:
        return [hashlib.sha256(b"docsync sign-in\0" + of_tokens.encode()).digest()]
    return [secrets.token_bytes(32)]
