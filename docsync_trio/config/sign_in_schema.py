"""The keys of `[sign_in]`: how visitors say who they are; see `schema`, of which it is a part."""

# ruff: noqa: RUF009 - `key` makes attributes, and the defaults it gets cannot be changed.

import pathlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import attrs

from docsync_trio.config.keys import key
from docsync_trio.config.lists import FreeTable, ListOf
from docsync_trio.config.names import FunctionName, Secret
from docsync_trio.config.places import ExistingPath, UrlPath
from docsync_trio.config.scalars import Choice, Duration, Flag, Text

ProviderWord = Literal[
    "", "github", "gitlab", "google", "azure", "okta", "auth0", "bitbucket", "oidc", "oauth"
]

NEEDED_BY_PROVIDER: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "github": ("client_id", "client_secret"),
        "gitlab": ("client_id",),
        "google": ("client_id", "client_secret"),
        "azure": ("client_id", "tenant"),
        "okta": ("client_id", "host"),
        "auth0": ("client_id", "host"),
        "bitbucket": ("client_id", "client_secret"),
        "oidc": ("client_id", "issuer"),
        "oauth": ("client_id", "authorize_url", "token_url", "user_url"),
    }
)
"""The keys that have to stand beside each ``provider``."""

WAYS: Final = ("users", "provider", "function")
"""The keys of which one at least says how visitors sign in."""


@attrs.frozen(kw_only=True)
class SignInSettings:
    """Who may see the site. Without this table everybody may, and nobody signs in."""

    users: Annotated[pathlib.Path | None, ExistingPath(suffixes=(".toml",))] = key(
        None,
        doc="A file of users and the hashes of their passwords, with a line for each; `docsync "
        "password` prints such a line. It is read again when it has changed.",
        example='"users.toml"',
    )
    provider: Annotated[ProviderWord, Choice(("", *NEEDED_BY_PROVIDER))] = key(
        "",
        doc='Who says who visitors are, by OpenID Connect or OAuth 2. "oidc" is anyone who '
        'publishes how at `issuer`, "oauth" anyone at the three addresses `authorize_url`, '
        "`token_url` and `user_url`. Needs `docsync-trio[sign-in]`.",
        example='"github"',
    )
    client_id: Annotated[str, Text()] = key(
        "", doc="What the provider calls this site.", example='"5ea31d0c"', only_with=("provider",)
    )
    client_secret: Annotated[str | None, Secret()] = key(
        None,
        doc="What the provider knows this site by; not needed for a public client.",
        example='{ env = "OAUTH_SECRET" }',
        only_with=("provider",),
        secret=True,
    )
    issuer: Annotated[str, Text()] = key(
        "",
        doc="The provider's address, below which /.well-known/openid-configuration is.",
        example='"https://login.example.org/realms/desk"',
        only_with=("provider",),
    )
    host: Annotated[str, Text()] = key(
        "",
        doc="The host of the provider: needed for Okta and Auth0, and for GitHub and GitLab of "
        "one's own.",
        example='"example.okta.com"',
        only_with=("provider",),
    )
    tenant: Annotated[str, Text()] = key(
        "",
        doc="The tenant of Azure (Entra ID).",
        example='"example.onmicrosoft.com"',
        only_with=("provider",),
    )
    authorize_url: Annotated[str, Text()] = key(
        "",
        doc='Where browsers are sent, for "oauth".',
        example='"https://id.example.org/authorize"',
        only_with=("provider",),
    )
    token_url: Annotated[str, Text()] = key(
        "",
        doc='Where this server redeems what they bring back, for "oauth".',
        example='"https://id.example.org/token"',
        only_with=("provider",),
    )
    user_url: Annotated[str, Text()] = key(
        "",
        doc='Where it asks who the visitor is, for "oauth".',
        example='"https://id.example.org/me"',
        only_with=("provider",),
    )
    scopes: Annotated[tuple[str, ...], ListOf(Text())] = key(
        (),
        doc="What the provider is asked to tell; empty: what names the visitor.",
        example='["openid", "email", "groups"]',
        only_with=("provider",),
    )
    user_key: Annotated[str, Text()] = key(
        "",
        doc="Which of the things that the provider, or `function`, tells of visitors is their "
        "name here; empty: the provider's usual one.",
        example='"preferred_username"',
        only_with=("provider", "function"),
    )
    extra_params: Annotated[Mapping[str, Any], FreeTable()] = key(
        MappingProxyType({}),
        doc="Further arguments for the provider's page.",
        example='{ prompt = "select_account" }',
        only_with=("provider",),
    )
    redirect_url: Annotated[str, Text()] = key(
        "",
        doc="Where the provider sends browsers back to, as it is registered there; empty: "
        "`login_path` at the address by which the visitor came.",
        example='"https://desk.example.org/login"',
        only_with=("provider",),
    )
    keep_tokens: Annotated[bool, Flag()] = key(
        default=False,
        doc="Whether applications find the visitor's access token, in "
        "session_context.request.user.tokens and pn.state.access_token. Tokens stay in the "
        "server's memory: after a restart visitors go through the provider once more.",
        only_with=("provider",),
    )
    function: Annotated[str | None, FunctionName()] = key(
        None,
        doc="A function, plain or async (Trio), that is given each request and returns the "
        "visitor's name, a table about them, or None for who is not signed in.",
        example='"rules:who"',
    )
    login_url: Annotated[str, Text()] = key(
        "",
        doc="Where visitors are sent to sign in when `function` does not know them; {next} in it "
        "is where they wanted to go. Empty: they are told that they may not come in (401).",
        example='"https://portal.example.org/login?next={next}"',
        only_with=("function",),
    )
    logout_url: Annotated[str, Text()] = key(
        "",
        doc="Where visitors are sent when they have signed out; empty: to a page that says so.",
        example='"https://portal.example.org/"',
    )
    authorize: Annotated[str | None, FunctionName()] = key(
        None,
        doc="A function, plain or async (Trio), that says whether a visitor may enter: it is "
        "given what is known of them, and if it wants two arguments the path, and returns true, "
        "false, or the address to send them to. Applications may have one of their own.",
        example='"rules:may_enter"',
    )
    optional: Annotated[bool, Flag()] = key(
        default=False,
        doc="Whether visitors may come in without signing in; applications see whether they have.",
    )
    lifetime: Annotated[float, Duration(60.0)] = key(
        86400.0, doc="How long a sign-in lasts; then visitors sign in again."
    )
    login_path: Annotated[str, UrlPath()] = key("/login", doc="Where the page to sign in is.")
    logout_path: Annotated[str, UrlPath()] = key("/logout", doc="Where visitors sign out.")
    login_page: Annotated[pathlib.Path | None, ExistingPath(suffixes=(".html",))] = key(
        None,
        doc="A template of Jinja for the page to sign in, in place of ours. It is given `title`, "
        "`action`, `secret`, `next`, `name`, `error`, `passwords` and `provider`.",
        example='"templates/login.html"',
    )
    logout_page: Annotated[pathlib.Path | None, ExistingPath(suffixes=(".html",))] = key(
        None,
        doc="A template of Jinja for the page behind signing out. It is given `title`, `login`, "
        "`action`, and `asks`, whether visitors have yet to say that they mean it.",
        example='"templates/logout.html"',
    )
    cookie: Annotated[str, Text()] = key(
        "docsync_user",
        doc="The name of the cookie. Servers at several ports of one host share their cookies, "
        "so let each have its own.",
    )
    secret_key: Annotated[str | None, Secret()] = key(
        None,
        doc="What the cookie is signed with; by default a key made of sessions.secret_key, and "
        "without that a new one at every start, which signs everybody out.",
        example='{ env = "DOCSYNC_COOKIE_KEY" }',
        secret=True,
    )
    former_secret_key: Annotated[str | None, Secret()] = key(
        None,
        doc="The key before that: cookies signed with it are still good.",
        example='{ env = "DOCSYNC_OLD_COOKIE_KEY" }',
        only_with=("secret_key",),
        secret=True,
    )

    @property
    def is_on(self) -> bool:
        """Whether visitors sign in at all."""
        return bool(self.users or self.provider or self.function)

    @property
    def has_page(self) -> bool:
        """Whether there is a page of ours to sign in, at `login_path`."""
        return bool(self.users or self.provider)
