"""Our own script in every page with documents: how a page gets its connection back.

BokehJS gives up after half a minute. The scripts in ``browser/`` take its reconnecting
over; they are plain files, so that a content security policy needs no exception for them,
and are loaded behind BokehJS and before the document.
"""

from pathlib import Path
from typing import Final

from bokeh.embed.bundle import URL, Bundle

from docsync_trio.server.static import Folder
from docsync_trio.server.static_files import version_of

PAGE_SCRIPTS: Final = Folder(Path(__file__).parent / "browser", public=True, versions_are_ours=True)
"""What the site serves below ``static/``, beside BokehJS."""

_IN_ORDER: Final = ("notice", "changes", "redraw", "reconnect", "bokehjs")


def with_page_scripts(bundle: Bundle, root_url: str, *more: str) -> Bundle:
    """Return *bundle* and our scripts; *root_url* is the URL that ``static/`` is below.

    *more* are scripts that only this page needs, by name.
    """
    files = [f"docsync/{name}.js" for name in (*_IN_ORDER, *more)]
    urls = [URL(f"{root_url}static/{f}?v={version_of(PAGE_SCRIPTS.root / f)}") for f in files]
    return Bundle(
        [*bundle.js_files, *urls], bundle.js_raw, bundle.css_files, bundle.css_raw, bundle.hashes
    )
