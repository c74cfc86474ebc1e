"""Where visitors sign out: by a link of an application, or by a button if others lead here."""

from http import HTTPStatus

import attrs
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from docsync_trio.base.events import SignedOut
from docsync_trio.server.entrance.gate import GatedSite
from docsync_trio.server.sign_in.keeper import Keeper
from docsync_trio.server.sign_in.own_pages import page
from docsync_trio.server.sockets.peer_name import peer_of_scope
from docsync_trio.server.visits.request import request_from_scope
from docsync_trio.sessions.request import Request


@attrs.frozen(eq=False)
class LogoutPage:
    """An ASGI application: ends the sign-in of whoever asks.

    Pages of other sites could lead visitors here behind their backs; then they are asked.
    """

    keeper: Keeper
    site: GatedSite

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = request_from_scope(scope)
        settings, asks = self.keeper.settings, False
        answer: Response
        if _is_led_here(request):
            cookie, asks = None, True
        else:
            user, cookie = self.keeper.signed_out(self.site, request)
            if user is not None:
                self.site.observe(SignedOut(user.name, peer_of_scope(scope)))
        if settings.logout_url and not asks:
            headers = {"cache-control": "no-store"}
            answer = RedirectResponse(settings.logout_url, HTTPStatus.SEE_OTHER, headers=headers)
        else:
            answer = page(
                settings.logout_page,
                "signed_out.html",
                HTTPStatus.OK,
                title=self.site.settings.title,
                login=self.keeper.url(request, "/"),
                action=self.keeper.url(request, settings.logout_path),
                asks=asks,
            )
        if cookie is not None:
            answer.headers.append("set-cookie", cookie)
        await answer(scope, receive, send)


def _is_led_here(request: Request) -> bool:
    """Say whether somebody else's page sent this visitor, or a browser looks ahead."""
    elsewhere = request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
    return elsewhere or "prefetch" in request.headers.get("Sec-Purpose", "")
