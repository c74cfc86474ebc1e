"""The flags by which visitors sign in, of `bokeh serve` and of `panel serve`.

No secret is copied: what stands on a command line is in the list of processes already, and a
site file is kept for longer.
"""

from pathlib import PurePath
from typing import Final

from docsync_trio.moving.draft import Draft
from docsync_trio.moving.flag import Flag, keyed, silent, without_key
from docsync_trio.moving.values import BadValueError

_HANDLERS: Final = "It is given the request, with `headers` and `cookies`, and no Tornado handler."
_USERS: Final = "Make the file: docsync password NAME >> users.toml"
_PROVIDERS: Final = {
    **{one: one for one in ("auth0", "azure", "bitbucket", "github", "gitlab", "google", "okta")},
    "azurev2": "azure",
    "generic": "oauth",
    "auth_code": "oauth",
}
_PROVIDER_NOTE: Final = {
    "azure": "Add the tenant.",
    "okta": "Add the host.",
    "auth0": "Add the host.",
    "oauth": 'Add authorize_url, token_url and user_url; or take "oidc" with issuer.',
}


def _auth_module(draft: Draft, values: list[str]) -> None:
    path = PurePath(values[-1])
    parts = [path.stem] if path.is_absolute() else path.with_suffix("").parts
    draft.set("sign_in", "function", f"{'.'.join(parts)}:get_user", _HANDLERS)


def _provider(draft: Draft, values: list[str]) -> None:
    if values[-1] in {"password", "pam"}:
        draft.remarks.append("--oauth-provider: visitors give their password to nobody but us.")
        draft.set("sign_in", "users", "users.toml", _USERS)
        return
    if values[-1] not in _PROVIDERS:
        raise BadValueError(f"expected {', '.join(_PROVIDERS)}, not {values[-1]!r}")
    name = _PROVIDERS[values[-1]]
    draft.set("sign_in", "provider", name, _PROVIDER_NOTE.get(name, ""))


def _days(text: str) -> str:
    try:
        hours = float(text) * 24
    except ValueError:
        raise BadValueError(f"expected a number of days, not {text!r}") from None
    return f"{max(1, round(hours))}h"


def _path(text: str) -> str:
    return f"/{text.strip('/')}"


def _template(name: str, key: str) -> Flag:
    note = "What the template is given is told in the reference."

    def move(draft: Draft, values: list[str]) -> None:
        draft.set("sign_in", key, draft.place(values[-1]), note)

    return Flag(name, "one", f"`sign_in.{key}`", move)


def _set(name: str, key: str, value: object, note: str = "") -> Flag:
    def move(draft: Draft, _: list[str]) -> None:
        draft.set("sign_in", key, value, note)

    return Flag(name, "nothing", f"`sign_in.{key}`", move)


def _secret(name: str, key: str, variable: str) -> Flag:
    def move(draft: Draft, _: list[str]) -> None:
        draft.set("sign_in", key, {"env": variable})

    return Flag(name, "one", f"`sign_in.{key}`, from the variable `{variable}`", move)


BOKEH_SIGN_IN: Final = (
    Flag(
        "--auth-module",
        "one",
        "`sign_in.function` and `login_url`, in the place of `get_user` and `get_login_url`; "
        "`logout_url` is a key, too",
        _auth_module,
    ),
    silent("--enable-xsrf-cookies", "nothing", "None needed: the form to sign in has its secret."),
    _secret("--cookie-secret", "secret_key", "BOKEH_COOKIE_SECRET"),
)
"""Those of `bokeh serve`."""

PANEL_SIGN_IN: Final = (
    Flag(
        "--basic-auth",
        "one",
        "`sign_in.users`, a file with hashes: `docsync password`",
        lambda draft, _: draft.set("sign_in", "users", "users.toml", _USERS),
    ),
    Flag("--oauth-provider", "one", "`sign_in.provider`", _provider),
    keyed("--oauth-key", "sign_in.client_id"),
    _secret("--oauth-secret", "client_secret", "PANEL_OAUTH_SECRET"),
    keyed("--oauth-redirect-uri", "sign_in.redirect_url"),
    without_key(
        "--oauth-extra-params",
        "one",
        "`host`, `tenant`, the addresses or `extra_params` of `[sign_in]`.",
    ),
    keyed("--oauth-jwt-user", "sign_in.user_key"),
    silent("--oauth-encryption-key", "one", "None needed: tokens stay on the server."),
    without_key("--oauth-error-template", "one", "`sign_in.login_page` tells what went wrong."),
    keyed("--oauth-expiry-days", "sign_in.lifetime", _days),
    _set("--oauth-refresh-tokens", "keep_tokens", value=True),
    _set("--oauth-optional", "optional", value=True),
    without_key(
        "--oauth-guest-endpoints", "some", "`public = true` for each application or route."
    ),
    keyed("--login-endpoint", "sign_in.login_path", _path),
    keyed("--logout-endpoint", "sign_in.logout_path", _path),
    without_key("--auth-template", "one", "Who may not see a page gets ours, which says so."),
    _template("--logout-template", "logout_page"),
    _template("--basic-login-template", "login_page"),
    silent("--cookie-path", "one", "None needed: it is `server.prefix`."),
)
"""Those that `panel serve` has besides."""
