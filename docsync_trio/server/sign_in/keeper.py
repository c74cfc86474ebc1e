"""The keeper of the gate: who a visitor is, whether they may enter, and since when no more."""

import inspect
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote
from weakref import WeakKeyDictionary

import attrs
import trio
from starlette.routing import Route

from docsync_trio.base.errors import Refusal
from docsync_trio.base.request_in_hand import note_user
from docsync_trio.config.sign_in_schema import SignInSettings
from docsync_trio.protocol.close_codes import CloseCode
from docsync_trio.server.entrance.gate import (
    GatedSite,
    NotLetIn,
    Rule,
    arguments_for,
    check_answer,
)
from docsync_trio.server.entrance.served_applications import url_below
from docsync_trio.server.sign_in.account_file import AccountFile
from docsync_trio.sessions.request import Headers, Request
from docsync_trio.sessions.wire import Ending
from docsync_trio.sign_in.cookies import Remembered, Seals, cookie_named, remembered, set_cookie
from docsync_trio.sign_in.user import Tokens, User

if TYPE_CHECKING:
    from docsync_trio.server.sign_in.provider import ProviderDoor

THREADS: Final = 10
"""How many plain functions of the site may look at visitors at once."""

_MOST: Final = 10_000
"""Sign-ins of which something is kept in memory; the oldest are forgotten first."""

_EARLY: Final = 30.0
"""Seconds before its end from which on an access token is exchanged for a newer one."""


@attrs.define(eq=False)
class Keeper:
    """The gate of a site with *settings*; made by `docsync_trio.server.sign_in.load_keeper`.

    *pages* makes those where visitors sign in and out. *accounts* and *provider* are the two
    ways to do so, *ask* finds out by the site's own function, and *authorize* is its other one.
    """

    settings: SignInSettings
    prefix: str
    seals: Seals
    pages: "Callable[[Keeper, GatedSite], Iterable[Route]]"
    accounts: AccountFile | None = None
    provider: "ProviderDoor | None" = None
    ask: Callable[[Request], Any] | None = None
    authorize: Callable[..., Any] | None = None
    _tokens: OrderedDict[str, Tokens] = attrs.field(factory=OrderedDict, init=False)
    _signed_out: OrderedDict[str, None] = attrs.field(factory=OrderedDict, init=False)
    _refreshing: WeakKeyDictionary[Tokens, trio.Lock] = attrs.field(
        factory=WeakKeyDictionary, init=False
    )
    _limiter: trio.CapacityLimiter = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._limiter = trio.CapacityLimiter(THREADS)

    async def let_in(self, request: Request, rule: Rule) -> None:
        """Find out whom *request* is from, and tell it. Raises `NotLetIn`."""
        user = self.user_of_cookie(request)
        if user is not None and user.tokens is not None:
            user = await self._with_fresh_tokens(user, user.tokens)
        if user is None and self.ask is not None:
            user = self._user_of(await self._call(self.ask, request))
        request.user, request.guest = user, user is None
        note_user("" if user is None else user.name)
        if user is None and not (rule.public or self.settings.optional):
            elsewhere = self._where_to_sign_in(request)
            raise NotLetIn(401, "Please sign in first", elsewhere=elsewhere)
        known = None if user is None else user.info
        if self.authorize is not None and not rule.public:
            arguments = arguments_for(self.authorize, known, request.path)
            check_answer(await self._call(self.authorize, *arguments), request)
        if rule.ask is not None:
            check_answer(await rule.ask(known, request.path), request)

    def user_of_cookie(self, request: Request) -> User | None:
        """Return who has signed in with the cookie of *request*, from which it is taken."""
        text, rest = cookie_named(request.headers.get("Cookie", ""), self.settings.cookie)
        if text is None:
            return None
        fields = [(n, v) for n, v in request.headers.items() if n != "Cookie"]
        request.headers = Headers([*fields, ("Cookie", rest)] if rest else fields)
        found = remembered(self.seals, text, time.time())
        if found is None or found.sign_in in self._signed_out or not self._still_holds(found):
            return None
        tokens = self._tokens.get(found.sign_in)
        if tokens is None and self.settings.keep_tokens and found.way == "provider":
            return None
        return User(found.name, found.info, found.sign_in, tokens)

    def signed_in(
        self,
        request: Request,
        *,
        name: str,
        info: Mapping[str, Any],
        way: str,
        tokens: Tokens | None,
    ) -> str:
        """Return the cookie for a visitor who has just signed in, as a ``Set-Cookie`` field."""
        sign_in = secrets.token_urlsafe(12)
        if tokens is not None and self.settings.keep_tokens:
            self._tokens[sign_in] = tokens
            _forget_oldest(self._tokens)
        account = self.accounts.account(name) if self.accounts and way == "users" else None
        seconds = self.settings.lifetime
        new = Remembered(
            name=name,
            info=known_of(name, info),
            sign_in=sign_in,
            way=way,
            stamp="" if account is None else account.stamp,
            expires_at=time.time() + min(seconds, 10**9),
        )
        return self.cookie(request, self.settings.cookie, new.sealed(self.seals), seconds)

    def cookies_of(self, name: str, info: Mapping[str, Any]) -> dict[str, str]:
        """Return the cookies of *name*, as if they had just signed in. Raises ``LookupError``."""
        account = None if self.accounts is None else self.accounts.account(name)
        if account is None and self.provider is None:
            raise LookupError(f"{name!r} is not in the file of users, and there is no provider")
        way, known = ("users", {**account.info, **info}) if account else ("provider", info)
        tokens = Tokens("access-token") if self.settings.keep_tokens else None
        field = self.signed_in(Request(path="/"), name=name, info=known, way=way, tokens=tokens)
        return {self.settings.cookie: field.partition("=")[2].partition(";")[0]}

    def signed_out(self, site: GatedSite, request: Request) -> tuple[User | None, str]:
        """Let the sign-in of *request* be over; return whose it was, and what takes its cookie.

        Its sessions end, and their pages reload; a copy of the cookie is good for nothing.
        """
        user = self.user_of_cookie(request)
        if user is not None:
            self._signed_out[user.sign_in] = None
            _forget_oldest(self._signed_out)
            self._tokens.pop(user.sign_in, None)
            ending = Ending(CloseCode.SESSION_ENDED, "you have signed out")
            for context in site.applications:
                for session in list(context.sessions.values()):
                    whose = session.request.user
                    if whose is not None and whose.sign_in == user.sign_in:
                        session.end(ending, "its visitor has signed out")
        return user, self.cookie(request, self.settings.cookie, "", 0.0)

    def cookie(self, request: Request, name: str, value: str, seconds: float) -> str:
        """Return a ``Set-Cookie`` field for all of the site; an empty *value* takes it away."""
        path = quote(f"{request.root_path}{self.prefix}") or "/"
        secure = request.protocol == "https"
        return set_cookie(
            name, value, path=path, secure=secure, seconds=min(seconds, 400 * 86400.0)
        )

    def url(self, request: Request, path: str) -> str:
        """Return where *path* of the settings is for the visitor of *request*."""
        return request.root_path + url_below(self.prefix, path)

    def routes(self, site: GatedSite) -> Iterable[Route]:
        """Return where visitors of *site* sign in and out."""
        return self.pages(self, site)

    def _still_holds(self, found: Remembered) -> bool:
        """Whether the way by which *found* came is there, and has nothing new to say of it."""
        if found.way == "users":
            account = self.accounts and self.accounts.account(found.name)
            return bool(account and account.stamp == found.stamp)
        return self.provider is not None

    async def _with_fresh_tokens(self, user: User, tokens: Tokens) -> User | None:
        """Return *user*, whose access token is good for a while; None where it cannot be had."""
        if not _is_old(tokens):
            return user
        # A visitor's requests wait for one another, as a token can be exchanged only once.
        async with self._refreshing.setdefault(tokens, trio.Lock()):
            if not _is_old(tokens) or tokens.refresh is None or self.provider is None:
                return user
            try:
                await self.provider.refresh(tokens, time.time())
            except Refusal:
                self._tokens.pop(user.sign_in, None)
                return None
        return user

    async def _call(self, function: Callable[..., Any], *arguments: object) -> Any:
        """Return what an author's function says; raises what it raises."""
        if inspect.iscoroutinefunction(function):
            return await function(*arguments)
        call = partial(function, *arguments)
        return await trio.to_thread.run_sync(call, limiter=self._limiter, abandon_on_cancel=True)

    def _user_of(self, answer: object) -> User | None:
        """Return the user of whom the site's function says *answer*. Raises ``TypeError``."""
        if answer is None or answer == "":
            return None
        key = self.settings.user_key or "user"
        info = {key: answer} if isinstance(answer, str) else answer
        name = info.get(key) if isinstance(info, Mapping) else None
        if isinstance(info, Mapping) and isinstance(name, str) and name and name.isprintable():
            return User(name, known_of(name, info))
        raise TypeError(
            f"sign_in.function returned {answer!r}; it returns a name, a dict with {key!r}, or None"
        )

    def _where_to_sign_in(self, request: Request) -> str:
        wanted = quote(request.uri if request.method in {"GET", "HEAD"} else "/", safe="/")
        if self.settings.has_page:
            return f"{self.url(request, self.settings.login_path)}?next={wanted}"
        whole = f"{request.protocol}://{request.host}{request.uri}"
        return self.settings.login_url.replace("{next}", quote(whole, safe=""))


def known_of(name: str, info: Mapping[str, Any]) -> dict[str, Any]:
    """Return what applications are told of a user: *info*, and the name where Panel has it."""
    return {"user": name, "username": name, **info}


def _is_old(tokens: Tokens) -> bool:
    return tokens.expires_at is not None and time.time() > tokens.expires_at - _EARLY


def _forget_oldest(kept: OrderedDict[str, Any]) -> None:
    while len(kept) > _MOST:
        kept.popitem(last=False)
