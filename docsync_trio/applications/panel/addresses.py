"""Where an application stands, as Panel's code wants to know it.

Panel writes addresses relative to the page, so that they hold behind any proxy. It reckons
with two parts of a page's path: what the application is called, and what stands before that.
"""

import posixpath
from collections.abc import Mapping
from typing import Any, Self

import attrs

_ABSOLUTE = "bokeh-absolute-url"
"""The argument by which a page that embeds an application says what it knows it by."""


@attrs.frozen
class Addresses:
    """Of one page.

    *app_path* is the application's own path (``"/buoys/7"``), *base_url* what stands before
    it (``"/"``, or ``"/prefix/"``), *rel_path* leads from the page to that base: ``""``,
    ``".."``, ``"../.."``; ``"prefix"`` where the page is the base, but for a slash; or a whole
    URL for a page of another site.
    """

    app_path: str
    base_url: str
    rel_path: str

    @classmethod
    def of(
        cls, page_path: str, application_path: str, arguments: Mapping[str, list[bytes]]
    ) -> Self:
        """Of the page at *page_path* of an application that was written as *application_path*.

        That may have parameters in it; each stands for one part of the path.
        """
        parts = [part for part in page_path.split("/") if part]
        own = len([part for part in application_path.split("/") if part])
        before, named = parts[: len(parts) - own], parts[len(parts) - own :]
        app_path = "/" + "/".join(named)
        base_url = "/" + "".join(f"{part}/" for part in before)
        absolute = arguments.get(_ABSOLUTE)
        if absolute:
            rel_path = absolute[0].decode("utf-8", "replace").replace(app_path, "")
        elif before and not own and not page_path.endswith("/"):
            rel_path = before[-1]
        else:
            rel_path = "/".join([".."] * (own - 1))
        return cls(app_path, base_url, rel_path)

    @classmethod
    def of_request(cls, request: Any) -> Self:
        """Of the page that *request*, made by `docsync_trio.applications.panel.request`, is for."""
        addresses: Self = request.addresses
        return addresses


def way_to(base_url: str, page_path: str) -> str:
    """Return what leads from the page at *page_path* to *base_url*; ``""`` if it is beside it."""
    way = posixpath.relpath(base_url, posixpath.dirname(page_path))
    return "" if way == "." else way
