"""Who may come in: what the routes and the websockets ask, whatever way visitors sign in.

A site without ``[sign_in]`` has no gate, and nobody is asked anything. With one, everything that
is not expressly for all is closed: each route and each websocket is asked for at the gate before
anything of it runs, and what is behind the gate never sees the cookie that opened it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import quote

import attrs
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from docsync_trio.applications.hooks import takes_arguments
from docsync_trio.base.errors import Refusal
from docsync_trio.base.events import Observer
from docsync_trio.config.schema import SiteSettings
from docsync_trio.server.entrance.outdated_page import OutdatedPage
from docsync_trio.server.visits.request import VISITOR, request_from_scope
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.session import Session
from docsync_trio.sign_in.user import is_same

Ask = Callable[[Mapping[str, Any] | None, str], Awaitable[object]]
"""Asks whether a visitor may see a path: what is known of them, None for nobody; the path."""

_ADDRESS: Final = "/:?=&%@!$'()*+,;~-._#[]"


class NotLetIn(Refusal):
    """The visitor's: they have to sign in first, or may not come in at all.

    *elsewhere* is where a browser that shows pages is sent instead; empty: nowhere.
    """

    def __init__(self, status: int, text: str, *, elsewhere: str = "", hint: str = "") -> None:
        super().__init__(status, text, hint=hint)
        self.elsewhere = elsewhere


@attrs.frozen
class Rule:
    """Who may see something: everybody, if *public*, and whom its own function *ask* lets in."""

    public: bool = False
    ask: Ask | None = None


class GatedSite(Protocol):
    """What a gate knows of the site behind it; see `ServedApplications`."""

    @property
    def settings(self) -> SiteSettings:
        """The site file."""
        ...

    @property
    def applications(self) -> Sequence[ApplicationContext]:
        """All of them, open."""
        ...

    @property
    def observe(self) -> Observer:
        """Who is told what happens."""
        ...


class Gate(Protocol):
    """Knows visitors."""

    async def let_in(self, request: Request, rule: Rule) -> None:
        """Find out whom *request* is from, and tell it. Raises `NotLetIn`."""
        ...

    def routes(self, site: GatedSite) -> Iterable[Route]:
        """Return where visitors of *site* sign in and out."""
        ...

    def cookies_of(self, name: str, info: Mapping[str, Any]) -> dict[str, str]:
        """Return the cookies of a user who has just signed in, for tests of applications.

        Raises ``LookupError`` for who could not sign in that way.
        """
        ...


@attrs.frozen(eq=False)
class Guarded:
    """An ASGI application: *app*, for those whom *gate* lets in by *rule*.

    Others get what *otherwise* has for everybody, where there is such a thing.
    """

    app: ASGIApp
    gate: Gate
    rule: Rule
    otherwise: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises `NotLetIn`."""
        request = request_from_scope(scope)
        refusal: NotLetIn | None = None
        try:
            await self.gate.let_in(request, self.rule)
        except NotLetIn as error:
            refusal = error
        if refusal is None:
            await self.app(_as_seen_inside(scope, request), receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": str(refusal)})
        elif self.otherwise is not None:
            await self.otherwise(scope, receive, send)
        else:
            raise refusal


def behind(
    gate: Gate | None, app: ASGIApp, rule: Rule, *, otherwise: ASGIApp | None = None
) -> ASGIApp:
    """Return *app* behind *gate*; *app* itself where there is none. See `Guarded`."""
    return app if gate is None else Guarded(app, gate, rule, otherwise)


def rule_of(site: GatedSite, context: ApplicationContext) -> Rule:
    """Return who may see the application of *context*."""
    path, function = context.application.path, context.application.authorize
    public = any(one.path == path and one.public for one in site.settings.applications)
    if function is None:
        return Rule(public)

    async def ask(info: Mapping[str, Any] | None, path: str) -> object:
        return await context.tasks.caller.call(function, *arguments_for(function, info, path))

    return Rule(public, ask)


def arguments_for(
    function: Callable[..., Any], info: Mapping[str, Any] | None, path: str
) -> tuple[Any, ...]:
    """Return what an author's function that lets visitors in is given: one thing, or two."""
    known = None if info is None else dict(info)
    return (known, path) if takes_arguments(function, 2) else (known,)


def check_answer(answer: object, request: Request) -> None:
    """Raise `NotLetIn` unless *answer*, of a function that lets visitors in, is true.

    A text is the address to send them to.
    """
    if answer and not isinstance(answer, str):
        return
    who = "nobody" if request.user is None else repr(request.user.name)
    elsewhere = answer if isinstance(answer, str) else ""
    text = "You may not see this"
    raise NotLetIn(403, text, elsewhere=elsewhere, hint=f"authorize says no to {who}")


def check_owner(session: Session, request: Request) -> None:
    """Raise `NotLetIn` if *session* is that of another visitor than the one of *request*."""
    if not is_same(session.request.user, request.user):
        hint = "the session is that of another user"
        raise NotLetIn(403, "This session is not yours", hint=hint)


@attrs.frozen(eq=False)
class GuardedApplication:
    """What finds the sessions of *context* for websockets that *gate* lets in by *rule*.

    *of_page* says that a page of ours asks, which can reload itself.
    """

    context: ApplicationContext
    gate: Gate
    rule: Rule
    of_page: bool

    async def session(
        self, session_id: str, request: Request, *, by_websocket: bool = False
    ) -> Session:
        """Find or make the session. Raises `Refusal`, `ApplicationError`."""
        try:
            await self.gate.let_in(request, self.rule)
            if (living := self.context.living(session_id)) is not None:
                check_owner(living, request)
            session = await self.context.session(session_id, request, by_websocket=by_websocket)
            check_owner(session, request)
            check_framework(self.context, session, request)
        except NotLetIn as refusal:
            raise OutdatedPage(refusal) if self.of_page else refusal from None
        return session


def check_framework(context: ApplicationContext, session: Session, request: Request) -> None:
    """Raise `NotLetIn` if the framework of *session* says that its visitor may not see it."""
    check_answer(context.application.framework.may_see(session.document, request.path), request)


def way_on(error: Exception, scope: Scope) -> Response | None:
    """Return what sends a browser on that asks with *scope* for a page it may not see.

    None where *error* says nothing of that, or where no page is asked for.
    """
    if not isinstance(error, NotLetIn) or not error.elsewhere or not _shows_pages(scope):
        return None
    answer = RedirectResponse(quote(error.elsewhere, _ADDRESS), HTTPStatus.SEE_OTHER)
    answer.headers["cache-control"] = "no-store"
    return answer


def _shows_pages(scope: Scope) -> bool:
    if scope["method"] not in {"GET", "HEAD"}:
        return False
    fields = Headers(scope=scope)
    return fields.get("sec-fetch-mode") == "navigate" or "text/html" in fields.get("accept", "")


def _as_seen_inside(scope: Scope, request: Request) -> Scope:
    cookie = request.headers.get("Cookie")
    headers = [field for field in scope["headers"] if field[0] != b"cookie"]
    if cookie:
        headers.append((b"cookie", cookie.encode("latin-1")))
    seen = {**scope, "headers": headers, VISITOR: (request.user, request.guest)}
    if request.user is not None:
        seen["user"] = request.user
    return seen
