"""From a request to a session: the step that a page and an embedded document share."""

from docsync_trio.protocol.token import make_token
from docsync_trio.server.access import SESSION_ID, TOKEN, check_age, now, ticket_of
from docsync_trio.server.served_applications import ServedApplications
from docsync_trio.sessions.application_context import ApplicationContext
from docsync_trio.sessions.request import Request
from docsync_trio.sessions.session import Session


async def open_session_for(
    site: ServedApplications, request: Request, context: ApplicationContext
) -> Session:
    """Return the session that *request* names, or a new one, with a fresh token.

    Raises `Refusal`, and `ApplicationError` where the application fails to build.
    """
    tokens = site.tokens[context.application.path]
    ticket = ticket_of(request, tokens)
    if ticket.claims is not None:
        check_age(context, ticket.claims, now())
        request.token_payload = ticket.claims.payload
    # They are between the page and us; whoever sees them could join the session.
    for name in (SESSION_ID, TOKEN):
        request.arguments.pop(name, None)
    session = await context.session(ticket.session_id, request)
    session.token = make_token(session.id, tokens, now())
    return session
