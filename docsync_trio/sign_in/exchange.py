"""What a provider is asked, and what of its answers is believed.

The code flow of OAuth 2 with PKCE, state and, for OpenID Connect, a nonce: RFC 6749, 7636 and
9700, OpenID Connect Core 3.1.3.7.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from docsync_trio.base.errors import Refusal
from docsync_trio.sign_in.attempts import Attempt
from docsync_trio.sign_in.providers import Client, Endpoints
from docsync_trio.sign_in.user import Tokens

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Signatures that only the provider can make: none with a shared secret, and not ``none``."""

LEEWAY: Final = 60
"""Seconds by which the provider's clock may differ from ours."""

_LONGEST_NAME: Final = 200
_AGAIN: Final = "Please sign in again"


class UnknownKeyError(Refusal):
    """A token was signed with a key that is none of those we know of the provider."""


def failed(hint: str, text: str = "Signing in has failed") -> Refusal:
    """Return the refusal of a sign-in: *text* for the visitor, *hint* for the log."""
    return Refusal(403, f"{text}. {_AGAIN}", hint=hint)


def page_url(client: Client, endpoints: Endpoints, attempt: Attempt, redirect_url: str) -> str:
    """Return the provider's page for *attempt*, from which the visitor comes back."""
    values: dict[str, Any] = {
        **client.settings.extra_params,
        "response_type": "code",
        "client_id": client.settings.client_id,
        "redirect_uri": redirect_url,
        "state": attempt.state,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
    }
    if client.scopes:
        values["scope"] = " ".join(client.scopes)
    if endpoints.issuer:
        values["nonce"] = attempt.nonce
    between = "&" if "?" in endpoints.authorize_url else "?"
    return f"{endpoints.authorize_url}{between}{urlencode(values)}"


def check_came_back(arguments: Mapping[str, str], endpoints: Endpoints) -> str:
    """Return the code that the visitor has brought. Raises `Refusal`."""
    error = arguments.get("error")
    if error == "access_denied":
        text = "You have not allowed this site to know who you are"
        raise failed("the visitor, or the provider, said no (access_denied)", text)
    if error:
        said = f"{error}: {arguments.get('error_description', '')}"
        raise failed(f"the provider says {said[:300]!r}")
    issuer = arguments.get("iss")
    own = "" if "{tenantid}" in endpoints.issuer else endpoints.issuer
    if issuer and own and issuer != own:  # RFC 9207
        raise failed(f"the answer is of {issuer[:200]!r}")
    code = arguments.get("code")
    if not code:
        raise failed("the provider's answer has no code")
    return code


def redeem_form(client: Client, attempt: Attempt, code: str, redirect_url: str) -> dict[str, str]:
    """Return the form that redeems *code*."""
    return _with_client(
        client,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_url,
            "code_verifier": attempt.verifier,
        },
    )


def refresh_form(client: Client, refresh: str) -> dict[str, str]:
    """Return the form that asks for a new access token."""
    return _with_client(client, {"grant_type": "refresh_token", "refresh_token": refresh})


def tokens_in(answer: Mapping[str, Any], now: float, refresh: str | None = None) -> Tokens:
    """Return the tokens in a provider's *answer* at *now*. Raises `Refusal`.

    *refresh* is the refresh token that stays good unless the answer has another one.
    """
    access = answer.get("access_token")
    if not isinstance(access, str) or not access:
        said = f"{answer.get('error')}: {answer.get('error_description')}"
        raise failed(f"the provider gave no token: {said[:300]}")
    seconds, another = answer.get("expires_in"), answer.get("refresh_token")
    return Tokens(
        access,
        another if isinstance(another, str) else refresh,
        now + float(seconds) if isinstance(seconds, int | float) else None,
    )


def checked_claims(
    token: object,
    keys: Mapping[str, Any],
    client: Client,
    endpoints: Endpoints,
    nonce: str,
    now: float,
) -> dict[str, Any]:
    """Return what an ID token says, if it is the provider's, for us, and for this attempt.

    *keys* are what the provider publishes. Raises `Refusal`, `UnknownKeyError` where newer
    keys may help.
    """
    if not isinstance(token, str):
        raise failed("the provider gave no ID token; is openid among sign_in.scopes?")
    known = _known_keys(keys)
    try:
        read = jwt.decode(token, known, algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, KeyError) as error:
        raise UnknownKeyError(
            403, f"Signing in has failed. {_AGAIN}", hint=f"the ID token: {type(error).__name__}"
        ) from None
    claims = dict(read.claims)
    # Microsoft's shared tenants: which one it is, the token says.
    issuer = endpoints.issuer.replace("{tenantid}", str(claims.get("tid", "")))
    rules = jwt.JWTClaimsRegistry(
        now=int(now),
        leeway=LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client.settings.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        rules.validate(claims)
    except JoseError as error:
        raise failed(f"the ID token: {error}") from None
    if claims.get("azp") not in {None, client.settings.client_id}:
        raise failed("the ID token is for another site (azp)")
    return claims


def name_in(claims: Mapping[str, Any], user_key: str) -> str:
    """Return what *claims* call the user. Raises `Refusal`."""
    name = claims.get(user_key)
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        known = ", ".join(sorted(map(str, claims)))[:300]
        raise failed(f"no {user_key!r} is told of the visitor, but {known}; see sign_in.user_key")
    if user_key == "email" and claims.get("email_verified") is False:
        raise failed(
            "the visitor's email is not verified", "Your provider has not verified your address"
        )
    return name.strip()[:_LONGEST_NAME]


def _known_keys(keys: Mapping[str, Any]) -> KeySet:
    """Return those of *keys* that can be read: providers publish kinds that we do not know."""
    found = []
    for one in keys.get("keys", ()):
        try:
            found += KeySet.import_key_set({"keys": [one]}).keys
        except (JoseError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return KeySet(found)


def _with_client(client: Client, form: dict[str, str]) -> dict[str, str]:
    form["client_id"] = client.settings.client_id
    if client.settings.client_secret:
        form["client_secret"] = client.settings.client_secret
    return form
