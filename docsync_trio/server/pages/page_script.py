"""Our own script in every page with documents: how a page gets its connection back.

BokehJS gives up after half a minute. The scripts in ``browser/`` take its reconnecting
over. Pages load them as one file, behind BokehJS and before the document; as it is a file, a
content security policy needs no exception for it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bokeh.embed.bundle import URL, Bundle

from docsync_trio.server.files.static_files import StaticFile, prepared

NAME: Final = "docsync/page.js"
"""Where it is below ``static/``, beside BokehJS."""

# Each uses some of those before it when it is loaded.
_NAMES: Final = (
    *("address", "notice", "reason", "changes", "overlay", "redraw"),
    *("spinner", "follow", "follower", "reconnect", "bokehjs"),
)
SOURCES: Final = tuple(Path(__file__).parent.parent / "browser" / f"{name}.js" for name in _NAMES)


@cache
def page_script() -> StaticFile:
    """Return the file, put together from `SOURCES` when it is first wanted. Raises OSError."""
    content = b"\n".join(source.read_bytes() for source in SOURCES)
    newest = max(source.stat().st_mtime_ns for source in SOURCES)
    return prepared(SOURCES[0].with_name("page.js"), (0, 0, newest, len(content)), content)


def page_script_url(root_url: str, *, websocket: str = "") -> str:
    """Return the address of our script; *root_url* is the URL that ``static/`` is below.

    *websocket* is where the page's own websocket is, unless it is at the usual place.
    """
    query = {"v": page_script().version} | ({"websocket": websocket} if websocket else {})
    return f"{root_url}static/{NAME}?{urlencode(query, safe='/')}"


def with_page_script(bundle: Bundle, root_url: str, *, websocket: str = "") -> Bundle:
    """Return *bundle* and our script; the others are as for `page_script_url`."""
    ours = URL(page_script_url(root_url, websocket=websocket))
    return Bundle(
        [*bundle.js_files, ours], bundle.js_raw, bundle.css_files, bundle.css_raw, bundle.hashes
    )


def websocket_statement(page: str, websocket: str) -> str:
    """Return JavaScript that says where the *websocket* of an embedded *page* is.

    *page* is ``host/path``. The page it stands in may have our script already, or yet to load.
    """
    place = f"((window.docsync = window.docsync || {{}}).websockets ||= {{}})['{in_quotes(page)}']"
    return f"{place} = '{in_quotes(websocket)}';"


def in_quotes(text: str) -> str:
    """Return *text* as it has to stand between the quotes of a JavaScript string."""
    return json.dumps(text)[1:-1].replace("<", "\\u003c").replace("'", "\\u0027")
