"""The page where visitors sign in: with a password, or by way of a provider, and back."""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

import attrs
from starlette.requests import Request as Body
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import ConnectionRefused, SignedIn
from docsync_trio.server.entrance.gate import GatedSite
from docsync_trio.server.sign_in.keeper import Keeper
from docsync_trio.server.sign_in.own_pages import page
from docsync_trio.server.sockets.peer_name import peer_of_scope
from docsync_trio.server.visits.request import request_from_scope
from docsync_trio.sessions.request import Request
from docsync_trio.sign_in.attempts import (
    PATIENCE,
    Attempt,
    attempt_in,
    cookie_of,
    is_attempt,
    new_attempt,
    safe_next,
)
from docsync_trio.sign_in.cookies import set_cookie

if TYPE_CHECKING:
    from docsync_trio.server.sign_in.provider import ProviderDoor

LONGEST: Final = 10_000
"""Bytes of a form."""

MOST_AT_ONCE: Final = 8
"""Attempts of one browser. Each has a cookie, and all of them go with each request."""

_LATE: Final = (
    "This attempt to sign in took too long, or was begun in another browser. Please try again"
)


@attrs.frozen(eq=False)
class LoginPage:
    """An ASGI application: the page to sign in to *site*, and where the provider sends back to."""

    keeper: Keeper
    site: GatedSite

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = request_from_scope(scope)
        peer = peer_of_scope(scope)
        given = _fields(request.query)
        if scope["method"] == "POST":
            body = await Body(scope, receive).body()
            text = body.decode("latin-1") if len(body) <= LONGEST else ""
            answer = await self._by_password(request, _fields(text), peer)
        elif "state" in given and self.keeper.provider is not None:
            answer = await self._back_from(self.keeper.provider, request, given, peer)
        elif self.keeper.provider is not None and (
            self.keeper.accounts is None or given.get("with") == "provider"
        ):
            answer = await self._begin(self.keeper.provider, request, given, peer)
        else:
            answer = self._form(request, self._next(request, given), HTTPStatus.OK)
        await answer(scope, receive, send)

    async def _by_password(self, request: Request, given: Mapping[str, str], peer: str) -> Response:
        wanted, name = self._next(request, given), given.get("name", "").strip()
        attempt = self._attempt(request, given.get("secret", ""))
        if self.keeper.accounts is None or attempt is None:
            refusal = Refusal(403, _LATE, hint="a form without the cookie that belongs to it")
            return self._refused(request, refusal, wanted, peer, name)
        try:
            password = given.get("password", "")
            account = await self.keeper.accounts.check(name, password, request.remote_ip)
        except Refusal as refusal:
            return self._refused(request, refusal, wanted, peer, name)
        cookie = self.keeper.signed_in(
            request, name=name, info=account.info, way="users", tokens=None
        )
        return self._go(request, wanted, attempt, cookie, name, peer)

    async def _begin(
        self, provider: "ProviderDoor", request: Request, given: Mapping[str, str], peer: str
    ) -> Response:
        wanted = self._next(request, given)
        attempt = new_attempt(wanted, time.time())
        try:
            elsewhere = await provider.page(attempt, self._redirect_url(request))
        except Refusal as refusal:
            return self._refused(request, refusal, wanted, peer)
        answer = _moved(elsewhere)
        self._keep(request, attempt, answer)
        return answer

    async def _back_from(
        self, provider: "ProviderDoor", request: Request, given: Mapping[str, str], peer: str
    ) -> Response:
        attempt = self._attempt(request, given["state"])
        wanted = self._next(request, {} if attempt is None else {"next": attempt.next})
        if attempt is None:
            hint = "the state is none that this browser began with"
            return self._refused(request, Refusal(403, _LATE, hint=hint), wanted, peer)
        try:
            code = await provider.code_in(given)
            url = self._redirect_url(request)
            name, info, tokens = await provider.redeem(attempt, code, url, time.time())
        except Refusal as refusal:
            return self._refused(request, refusal, wanted, peer)
        cookie = self.keeper.signed_in(request, name=name, info=info, way="provider", tokens=tokens)
        return self._go(request, wanted, attempt, cookie, name, peer)

    def _go(
        self, request: Request, wanted: str, attempt: Attempt, cookie: str, name: str, peer: str
    ) -> Response:
        self.site.observe(SignedIn(name, peer))
        answer = _moved(wanted)
        answer.headers.append("set-cookie", cookie)
        answer.headers.append("set-cookie", self._cookie(request, attempt.cookie, ""))
        return answer

    def _refused(
        self, request: Request, refusal: Refusal, wanted: str, peer: str, name: str = ""
    ) -> Response:
        text, status = str(refusal), refusal.status
        self.site.observe(ConnectionRefused(request.path, peer, status, text, refusal.hint))
        answer = self._form(request, wanted, status, error=f"{text}.", name=name)
        if refusal.retry_after is not None:
            answer.headers["retry-after"] = str(refusal.retry_after)
        return answer

    def _form(
        self, request: Request, wanted: str, status: int, *, error: str = "", name: str = ""
    ) -> HTMLResponse:
        keeper, attempt = self.keeper, new_attempt(wanted, time.time())
        action = keeper.url(request, keeper.settings.login_path)
        query = urlencode({"with": "provider", "next": wanted})
        answer = page(
            keeper.settings.login_page,
            "sign_in.html",
            status,
            title=self.site.settings.title,
            action=action,
            secret=attempt.state,
            next=wanted,
            name=name,
            error=error,
            passwords=keeper.accounts is not None,
            provider=None
            if keeper.provider is None
            else {"title": keeper.provider.client.title, "url": f"{action}?{query}"},
        )
        if keeper.accounts is not None:
            self._keep(request, attempt, answer)
        return answer

    def _keep(self, request: Request, attempt: Attempt, answer: Response) -> None:
        """Let the browser keep *attempt*, and drop the others if there are very many."""
        others = [name for name in request.cookies if is_attempt(name)]
        if len(others) >= MOST_AT_ONCE:
            for name in others:
                answer.headers.append("set-cookie", self._cookie(request, name, ""))
        value = attempt.sealed(self.keeper.seals)
        answer.headers.append("set-cookie", self._cookie(request, attempt.cookie, value))

    def _attempt(self, request: Request, state: str) -> Attempt | None:
        text = request.cookies.get(cookie_of(state))
        return attempt_in(self.keeper.seals, text, state, time.time())

    def _cookie(self, request: Request, name: str, value: str) -> str:
        path = self.keeper.url(request, self.keeper.settings.login_path)
        secure = request.protocol == "https"
        return set_cookie(name, value, path=path, secure=secure, seconds=PATIENCE)

    def _next(self, request: Request, given: Mapping[str, str]) -> str:
        return safe_next(given.get("next"), self.keeper.url(request, "/"))

    def _redirect_url(self, request: Request) -> str:
        path = self.keeper.url(request, self.keeper.settings.login_path)
        here = f"{request.protocol}://{request.host}{path}"
        return self.keeper.settings.redirect_url or here


def _fields(text: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return {}


def _moved(url: str) -> Response:
    headers = {"cache-control": "no-store"}
    return RedirectResponse(url, HTTPStatus.SEE_OTHER, headers=headers)
