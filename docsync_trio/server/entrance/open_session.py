"""From a request to a session: the step that all kinds of pages share."""

from docsync_trio.protocol.token import make_token
from docsync_trio.server.entrance.access import TOKEN, Ticket, check_age, hide_names, now, ticket_of
from docsync_trio.server.entrance.gate import check_framework, check_owner
from docsync_trio.server.entrance.served_applications import ServedApplications
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.session import Session


async def open_session_for(
    site: ServedApplications, request: Request, context: ApplicationContext
) -> Session:
    """Return the session that *request* names, or a new one, with a fresh token.

    Raises `Refusal`, and `ApplicationError` where the application fails to build.
    """
    ticket = _checked_ticket(site, request, context)
    if ticket.claims is not None:
        request.token_payload = ticket.claims.payload
    hide_names(request)
    session = await context.session(ticket.session_id, request)
    check_owner(session, request)
    check_framework(context, session, request)
    session.token = make_token(session.id, site.tokens[context.application.path], now())
    return session


def token_for(site: ServedApplications, request: Request, context: ApplicationContext) -> str:
    """Return a token for the session that *request* names, or for one to be made with it.

    Raises `Refusal`.
    """
    ticket = _checked_ticket(site, request, context)
    if ticket.claims is not None:
        # As it came: the session will be made with what it carries.
        return request.arguments[TOKEN][-1].decode("latin-1")
    return make_token(ticket.session_id, site.tokens[context.application.path], now())


def _checked_ticket(
    site: ServedApplications, request: Request, context: ApplicationContext
) -> Ticket:
    ticket = ticket_of(request, site.tokens[context.application.path])
    if ticket.claims is not None:
        check_age(context, ticket.claims, now())
    return ticket
