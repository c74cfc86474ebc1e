"""Who may have which session: ids, tokens, and the origin of websockets.

A visitor names a session in one of three ways, or none and gets a new one. Whoever
names one has to prove that this site gave it to them: ids and tokens are signed.
A token has to be fresh to make a session; to join a living one its age is no matter,
because a laptop that slept for an hour is still the same visitor.
"""

import time
from collections.abc import Sequence

import attrs

from docsync_trio.base.errors import Refusal
from docsync_trio.protocol.token import (
    Claims,
    TokenSettings,
    check_session_id,
    is_expired,
    make_session_id,
    read_token,
)
from docsync_trio.server.entrance.gate import GuardedApplication, rule_of
from docsync_trio.server.entrance.join import SessionMaker
from docsync_trio.server.entrance.outdated_page import OutdatedPage
from docsync_trio.server.entrance.page_mark import take_mark
from docsync_trio.server.entrance.served_applications import ServedApplications
from docsync_trio.server.own_pages.last_word import LastWord
from docsync_trio.server.visits.cross_origin import may_talk, refusal_hint
from docsync_trio.server.visits.request import site_path
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request

SESSION_ID = "bokeh-session-id"
TOKEN = "bokeh-token"  # noqa: S105 - the name of an argument


@attrs.frozen
class Admission:
    """A websocket that may be accepted: to which session of which application.

    *context* asks who it is before there is a session, where visitors sign in. *claims* are
    those of its token. *pulls_first* says that its page, one of ours, has had
    no document yet; *last_word* is for a page of ours that will get none.
    """

    context: SessionMaker
    session_id: str
    claims: Claims
    pulls_first: bool = False
    last_word: LastWord | None = None


def admit_websocket(
    site: ServedApplications, request: Request, subprotocols: Sequence[str], now: float
) -> Admission:
    """Decide on a websocket that is asked for with *request*, at *now* (since the epoch).

    *subprotocols* are what the client offers: ``"bokeh"`` and its token. *request* is
    told which application's path it matched, and what a token made by Bokeh carries.
    Raises `Refusal`; an `OutdatedPage` where a page of ours should reload.
    """
    own_path = site_path(request.path, request.root_path)
    found = site.websockets.find(own_path)
    if found is None:
        raise Refusal(404, "No application has a websocket here")
    context = found.context
    app_path = request.path.removesuffix(own_path) + found.app_path
    request.matched(app_path or "/", found.path_params)
    mark = take_mark(request)
    check_origin(site, request)
    match list(subprotocols):
        case ["bokeh", token]:
            pass
        case _:
            raise Refusal(400, "The websocket's subprotocols must be bokeh and a token")
    try:
        claims = read_token(token, site.tokens[context.application.path])
        check_age(context, claims, now)
        if mark == "again":
            check_goes_on(context, claims)
    except Refusal as refusal:
        raise refusal if mark is None else OutdatedPage(refusal) from None
    request.token_payload = claims.payload
    hide_names(request)
    maker: SessionMaker = context
    if site.gate is not None:
        rule = rule_of(site, context)
        maker = GuardedApplication(context, site.gate, rule, of_page=mark is not None)
    if mark is None:
        return Admission(maker, claims.session_id, claims)
    last_word = LastWord(waits=mark == "waiting", show_errors=site.show_errors)
    return Admission(maker, claims.session_id, claims, mark != "again", last_word)


def check_origin(site: ServedApplications, request: Request) -> None:
    """Raise `Refusal` (403) for a request from a page that may not use this site."""
    origin = request.headers.get("Origin")
    if not may_talk(origin, request.host, site.settings.server.allow_origins):
        raise Refusal(
            403,
            "Pages of this origin are not allowed to show applications of this server. "
            "Whoever runs it can allow them.",
            hint=refusal_hint(origin or ""),
        )


def check_age(context: ApplicationContext, claims: Claims, now: float) -> None:
    """Raise `Refusal` (403) for a token that is too old, unless its session lives."""
    if is_expired(claims, now) and context.living(claims.session_id) is None:
        raise Refusal(
            403,
            "The page is too old to start a session; reload it",
            hint="raise sessions.token_expiration if pages are meant to wait that long",
        )


def check_goes_on(context: ApplicationContext, claims: Claims) -> None:
    """Raise `Refusal` (410) for a page whose session is over, unless it may get another."""
    if context.settings.on_expired == "reload" and context.living(claims.session_id) is None:
        raise Refusal(410, "The session has ended")


@attrs.frozen
class Ticket:
    """The session that a page is asked for.

    *claims* are those of the token that named it; None where an id did, or nothing.
    """

    session_id: str
    claims: Claims | None = None


def ticket_of(request: Request, tokens: TokenSettings) -> Ticket:
    """Return the session that *request* names, or a new one's. Raises `Refusal` (403)."""
    token = _argument(request, TOKEN)
    named = [n for n in (_argument(request, SESSION_ID), request.headers.get(SESSION_ID)) if n]
    if len(named) + (token is not None) > 1:
        raise Refusal(403, "Name the session once: by a token, by an id or by the header")
    if token is not None:
        claims = read_token(token, tokens)
        return Ticket(claims.session_id, claims)
    if not named:
        return Ticket(make_session_id(tokens))
    if not check_session_id(named[0], tokens):
        raise Refusal(
            403,
            "Invalid session id",
            hint=f"{SESSION_ID} is malformed, or not signed with this site's key; sign ids with "
            "sessions.secret_key, or let visitors choose them with sessions.sign = false",
        )
    return Ticket(named[0])


def hide_names(request: Request) -> None:
    """Take what names a session out of the arguments of *request*.

    It is between the page and us; whoever sees it could join the session.
    """
    for name in (SESSION_ID, TOKEN):
        request.arguments.pop(name, None)


def _argument(request: Request, name: str) -> str | None:
    values = request.arguments.get(name)
    return values[-1].decode("latin-1") if values else None


def now() -> float:
    """Return the time that tokens are made and judged by, in seconds since the epoch."""
    return time.time()
