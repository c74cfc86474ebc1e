"""Where visitors sign in and out, as routes of the site."""

from collections.abc import Iterator
from typing import Final

from starlette.routing import Route

from docsync_trio.server.entrance.gate import GatedSite
from docsync_trio.server.entrance.served_applications import url_below
from docsync_trio.server.sign_in.keeper import Keeper
from docsync_trio.server.sign_in.login_page import LoginPage
from docsync_trio.server.sign_in.logout_page import LogoutPage

_METHODS: Final = ["GET", "POST"]


def own_routes(keeper: Keeper, site: GatedSite) -> Iterator[Route]:
    """Yield the routes of the pages that *keeper* has in *site*."""
    settings = keeper.settings
    if settings.has_page:
        login = url_below(keeper.prefix, settings.login_path)
        yield Route(login, LoginPage(keeper, site), methods=_METHODS)
    logout = url_below(keeper.prefix, settings.logout_path)
    yield Route(logout, LogoutPage(keeper, site), methods=_METHODS)
