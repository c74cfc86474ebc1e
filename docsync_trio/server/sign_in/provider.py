"""The provider, asked: the only place from which other servers are talked to.

What to ask, and what to believe, is decided in `docsync_trio.sign_in.exchange`.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import attrs
import httpx2
import trio

from docsync_trio.base.errors import Refusal
from docsync_trio.config.sign_in_schema import SignInSettings
from docsync_trio.sign_in.attempts import Attempt
from docsync_trio.sign_in.exchange import (
    UnknownKeyError,
    check_came_back,
    checked_claims,
    failed,
    name_in,
    page_url,
    redeem_form,
    refresh_form,
    tokens_in,
)
from docsync_trio.sign_in.providers import Client, Endpoints
from docsync_trio.sign_in.user import Tokens

PATIENCE: Final = 10.0
"""Seconds that the provider may take for an answer."""

LONGEST: Final = 2**20
"""Bytes of an answer."""

KEPT: Final = 3600.0
"""Seconds for which what the provider publishes is not asked for again."""

KEYS_AT_MOST_EVERY: Final = 60.0
"""Seconds between two looks for newer keys."""

_JSON: Final = {"Accept": "application/json"}
_OK: Final = 200


def open_client() -> httpx2.AsyncClient:
    """Return what asks over the network."""
    return httpx2.AsyncClient(timeout=PATIENCE)


@attrs.define(eq=False)
class ProviderDoor:
    """The provider of *client*, and what it has published."""

    client: Client
    _endpoints: Endpoints | None = attrs.field(default=None, init=False)
    _basic: bool = attrs.field(default=False, init=False)
    _found_at: float = attrs.field(default=0.0, init=False)
    _keys: Mapping[str, Any] = attrs.field(factory=dict, init=False)
    _keys_at: float | None = attrs.field(default=None, init=False)
    _lock: trio.Lock = attrs.field(factory=trio.Lock, init=False)

    @classmethod
    def of(cls, settings: SignInSettings) -> "ProviderDoor":
        """Return that of the site's ``provider``."""
        return cls(Client.of(settings))

    async def page(self, attempt: Attempt, redirect_url: str) -> str:
        """Return the provider's page for *attempt*. Raises `Refusal`."""
        return page_url(self.client, await self.endpoints(), attempt, redirect_url)

    async def code_in(self, arguments: Mapping[str, str]) -> str:
        """Return the code that a visitor has brought back. Raises `Refusal`."""
        return check_came_back(arguments, await self.endpoints())

    async def redeem(
        self, attempt: Attempt, code: str, redirect_url: str, now: float
    ) -> tuple[str, dict[str, Any], Tokens]:
        """Return the name of the visitor who brought *code*, what is known of them, and tokens.

        *now* is in seconds since the epoch. Raises `Refusal`.
        """
        endpoints = await self.endpoints()
        form = redeem_form(self.client, attempt, code, redirect_url)
        answer = await self._ask_for_tokens(endpoints, form)
        tokens = tokens_in(answer, now)
        claims: dict[str, Any] = {}
        if endpoints.issuer:
            claims = await self._claims(answer.get("id_token"), endpoints, attempt, now)
        if endpoints.user_url and self.client.user_key not in claims:
            told = await self._ask("GET", endpoints.user_url, access=tokens.access)
            if claims and told.get("sub") != claims["sub"]:
                raise failed("the provider tells of another user than its ID token")
            claims = {**told, **claims}
        return name_in(claims, self.client.user_key), claims, tokens

    async def refresh(self, tokens: Tokens, now: float) -> None:
        """Put newer tokens into *tokens*. Raises `Refusal`."""
        form = refresh_form(self.client, tokens.refresh or "")
        newer = tokens_in(
            await self._ask_for_tokens(await self.endpoints(), form), now, tokens.refresh
        )
        tokens.access, tokens.refresh = newer.access, newer.refresh
        tokens.expires_at = newer.expires_at

    async def endpoints(self) -> Endpoints:
        """Return where the provider has what; asks it if that is not known. Raises `Refusal`."""
        if not self.client.issuer:
            return self.client.fixed_endpoints()
        async with self._lock:
            if self._endpoints is None or trio.current_time() - self._found_at > KEPT:
                published = await self._ask("GET", self.client.discovery_url)
                try:
                    self._endpoints = self.client.endpoints_in(published)
                except ValueError as error:
                    raise failed(f"{self.client.discovery_url}: {error}") from None
                # RFC 8414: who says nothing of it takes this one.
                ways = published.get("token_endpoint_auth_methods_supported")
                self._basic = "client_secret_post" not in (ways or ["client_secret_basic"])
                self._found_at = trio.current_time()
            return self._endpoints

    async def _claims(
        self, token: object, endpoints: Endpoints, attempt: Attempt, now: float
    ) -> dict[str, Any]:
        nonce = attempt.nonce
        await self._look_for_keys(endpoints, older_than=KEPT)
        try:
            return checked_claims(token, self._keys, self.client, endpoints, nonce, now)
        except UnknownKeyError:
            await self._look_for_keys(endpoints, older_than=KEYS_AT_MOST_EVERY)
            return checked_claims(token, self._keys, self.client, endpoints, nonce, now)

    async def _look_for_keys(self, endpoints: Endpoints, *, older_than: float) -> None:
        async with self._lock:
            now = trio.current_time()
            if self._keys_at is None or now - self._keys_at > older_than:
                self._keys = await self._ask("GET", endpoints.jwks_url)
                self._keys_at = now

    async def _ask_for_tokens(self, endpoints: Endpoints, form: dict[str, str]) -> dict[str, Any]:
        basic = None
        if self._basic and "client_secret" in form:
            basic = httpx2.BasicAuth(form["client_id"], form.pop("client_secret"))
        url = endpoints.token_url
        return await self._ask("POST", url, form=form, basic=basic, any_status=True)

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        access: str = "",
        basic: httpx2.Auth | None = None,
        any_status: bool = False,
    ) -> dict[str, Any]:
        """Return the object of JSON that the provider answers with. Raises `Refusal`."""
        headers = {**_JSON, "Authorization": f"Bearer {access}"} if access else _JSON
        try:
            async with (
                open_client() as client,
                client.stream(method, url, data=form, headers=headers, auth=basic) as response,
            ):
                body = b""
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > LONGEST:
                        raise _unreachable(f"{url} answers without an end")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise _unreachable(f"{url}: {type(error).__name__}: {error}") from None
        if response.status_code != _OK and not any_status:
            raise _unreachable(f"{url} answers {response.status_code}")
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise _unreachable(f"{url} answers {response.status_code}, and no object of JSON")
        return answer


def _unreachable(hint: str) -> Refusal:
    text = "Who you are could not be found out just now. Please try again"
    return Refusal(502, text, hint=hint)
