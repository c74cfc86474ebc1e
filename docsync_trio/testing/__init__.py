"""Floor 6: tools to test applications with, for everybody who writes some.

::

    from docsync_trio.testing import open_site

    async def test_the_plot_follows_the_slider():
        async with open_site("sliders.py") as site, site.open("/sliders") as page:
            page.model("amplitude").value = 3
            await page.settled()
            assert max(page.model("wave").data["y"]) > 2.5

It knows how to open a site without a network, or with one (`open_site`); what a browser
says to it (`page`, `conversing`, `viewed_document`); when nothing is left to be done
(`standstill`); and what must not be left behind (`failures`, `leftovers`). It refuses to
know what is tested. The names in ``__all__`` are what stays; docs/testing.md shows them at
work.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docsync_trio.base import events as events
    from docsync_trio.testing.failures import Expectation as Expectation
    from docsync_trio.testing.failures import UnexpectedError as UnexpectedError
    from docsync_trio.testing.leftovers import Leaked as Leaked
    from docsync_trio.testing.opening import open_site as open_site
    from docsync_trio.testing.page import Page as Page
    from docsync_trio.testing.reply import Refused as Refused
    from docsync_trio.testing.reply import Reply as Reply
    from docsync_trio.testing.seen_session import SeenSession as SeenSession
    from docsync_trio.testing.site_under_test import SiteUnderTest as SiteUnderTest
    from docsync_trio.testing.virtual_time import run as run

__all__ = [
    "Expectation",
    "Leaked",
    "Page",
    "Refused",
    "Reply",
    "SeenSession",
    "SiteUnderTest",
    "UnexpectedError",
    "events",
    "open_site",
    "run",
]

_HOMES = {
    "Expectation": "failures",
    "Leaked": "leftovers",
    "Page": "page",
    "Refused": "reply",
    "Reply": "reply",
    "SeenSession": "seen_session",
    "SiteUnderTest": "site_under_test",
    "UnexpectedError": "failures",
    "open_site": "opening",
    "run": "virtual_time",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and only that: pytest loads the plugin in every project."""
    if name == "events":
        return importlib.import_module("docsync_trio.base.events")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
