"""Who says who visitors are: where each provider has what, as one table.

Those of OpenID Connect publish their addresses; of the others, which know OAuth 2 alone, they
stand here. Sources are the providers' own documentation.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from docsync_trio.config.sign_in_schema import SignInSettings

DISCOVERY: Final = "/.well-known/openid-configuration"


@attrs.frozen
class Provider:
    """A provider as the table has it, with ``{host}`` and ``{tenant}`` to be filled in.

    *title* is for people, *user_key* which claim names a user. With an *issuer* it speaks
    OpenID Connect, and the three addresses are found out; *host* is its own.
    """

    title: str
    user_key: str
    scopes: tuple[str, ...]
    issuer: str = ""
    authorize_url: str = ""
    token_url: str = ""
    user_url: str = ""
    host: str = ""


_OPENID: Final = ("openid", "email", "profile")

PROVIDERS: Final[Mapping[str, Provider]] = MappingProxyType(
    {
        "github": Provider(
            "GitHub",
            "login",
            ("read:user",),
            authorize_url="https://{host}/login/oauth/authorize",
            token_url="https://{host}/login/oauth/access_token",  # noqa: S106 - an address
            user_url="https://{host}/api/v3/user",
            host="github.com",
        ),
        "gitlab": Provider(
            "GitLab", "preferred_username", _OPENID, issuer="https://{host}", host="gitlab.com"
        ),
        "google": Provider("Google", "email", _OPENID, issuer="https://accounts.google.com"),
        "azure": Provider(
            "Microsoft",
            "preferred_username",
            _OPENID,
            issuer="https://login.microsoftonline.com/{tenant}/v2.0",
        ),
        "okta": Provider("Okta", "email", _OPENID, issuer="https://{host}"),
        "auth0": Provider("Auth0", "email", _OPENID, issuer="https://{host}/"),
        "bitbucket": Provider(
            "Bitbucket",
            "username",
            ("account",),
            authorize_url="https://bitbucket.org/site/oauth2/authorize",
            token_url="https://bitbucket.org/site/oauth2/access_token",  # noqa: S106 - an address
            user_url="https://api.bitbucket.org/2.0/user",
        ),
        "oidc": Provider("", "preferred_username", _OPENID),
        "oauth": Provider("", "email", ()),
    }
)

# That of github.com is not where those of others have it.
_GITHUB: Final = ("https://github.com/api/v3/user", "https://api.github.com/user")


@attrs.frozen
class Endpoints:
    """Where a provider has what. *issuer* and *jwks_url* are empty without OpenID Connect."""

    authorize_url: str
    token_url: str
    user_url: str = ""
    issuer: str = ""
    jwks_url: str = ""


@attrs.frozen
class Client:
    """What this site is to a provider: *settings*, with the provider's usual ways for the rest."""

    settings: SignInSettings
    provider: Provider

    @classmethod
    def of(cls, settings: SignInSettings) -> "Client":
        """Return the client of the site's ``provider``."""
        return cls(settings, PROVIDERS[settings.provider])

    @property
    def title(self) -> str:
        """What the provider is called on our page; empty where it has no name."""
        return self.provider.title

    @property
    def user_key(self) -> str:
        """Which claim names a user."""
        return self.settings.user_key or self.provider.user_key

    @property
    def scopes(self) -> tuple[str, ...]:
        """What is asked for."""
        return self.settings.scopes or self.provider.scopes

    @property
    def issuer(self) -> str:
        """Whose tokens are believed; empty without OpenID Connect."""
        return self.settings.issuer or self._filled(self.provider.issuer)

    @property
    def discovery_url(self) -> str:
        """Where the provider publishes its addresses."""
        return self.issuer.rstrip("/") + DISCOVERY

    def fixed_endpoints(self) -> Endpoints:
        """Return the addresses of a provider that publishes none."""
        own, user_url = self.settings, self._filled(self.provider.user_url)
        return Endpoints(
            own.authorize_url or self._filled(self.provider.authorize_url),
            own.token_url or self._filled(self.provider.token_url),
            own.user_url or user_url.replace(*_GITHUB),
        )

    def endpoints_in(self, published: Mapping[str, Any]) -> Endpoints:
        """Return the addresses that a provider has *published*. Raises ``ValueError``."""
        names = ("authorization_endpoint", "token_endpoint", "issuer", "jwks_uri")
        found = [published.get(name) for name in names]
        if not all(isinstance(one, str) and one for one in found):
            raise ValueError(f"not all of {', '.join(names)} are there")
        authorize, token, issuer, keys = map(str, found)
        # Microsoft's shared tenants leave a place in it; a token has it filled in.
        if issuer != self.issuer and "{tenantid}" not in issuer:
            raise ValueError(f"it says that it is {issuer}, and not {self.issuer}")
        return Endpoints(
            authorize, token, str(published.get("userinfo_endpoint") or ""), issuer, keys
        )

    def _filled(self, text: str) -> str:
        host = self.settings.host or self.provider.host
        return text.replace("{host}", host).replace("{tenant}", self.settings.tenant)
