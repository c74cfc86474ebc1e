"""Applications inside the pages of your own site, as HTML for its templates.

What `bokeh.embed` offers works with docsync-trio as it is. Here is the same for pages that
know the key of the site: they name the session themselves, without asking the server first.
docs/embedding.md shows how it is used.
"""

import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import attrs
from bokeh.core.templates import AUTOLOAD_REQUEST_TAG
from bokeh.util.serialization import make_globally_unique_css_safe_id

from docsync_trio.base.durations import parse_duration
from docsync_trio.protocol.token import TokenSettings, make_session_id, make_token

__all__ = ["NewSession", "Snippet", "new_session", "server_document", "server_session"]


class Snippet(str):
    """HTML that templates of Jinja and Django take as it is: ``{{ script }}``."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the HTML itself."""
        return str(self)


@attrs.frozen
class NewSession:
    """A session that does not exist yet: its *id*, and the *token* that lets it be made.

    Whoever has the token can join the session, so it belongs into one visitor's page.
    """

    id: str
    token: str = attrs.field(repr=False)


def new_session(
    secret_key: str,
    *,
    token_expiration: str | float = "5m",  # noqa: S107 - a duration
) -> NewSession:
    """Name a session that nobody else has.

    *secret_key* is ``sessions.secret_key`` of the site; *token_expiration* says how long the
    page may wait before it shows the document (``"5m"``, or seconds). Raises ``ValueError``
    for an empty key or what is no duration.
    """
    seconds = (
        parse_duration(token_expiration) if isinstance(token_expiration, str) else token_expiration
    )
    settings = TokenSettings(secret_key.encode(), signed=True, expiration=seconds)
    session_id = make_session_id(settings)
    return NewSession(session_id, make_token(session_id, settings, time.time()))


def server_document(
    url: str,
    *,
    arguments: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    with_credentials: bool = False,
    load_bokehjs: bool = True,
) -> Snippet:
    """Return HTML that shows a new session of the application at *url* to every visitor.

    *arguments* reach ``session_context.request.arguments``, *headers* its ``headers``. A *url*
    without a host is one of the page's own server; to another one the browser sends the
    visitor's cookies only *with_credentials*. *load_bokehjs* is false where the page has
    BokehJS, of the server's version, already. Raises ``ValueError`` for headers together
    with credentials, which browsers do not allow, or if *url* is none of HTTP.
    """
    return _snippet(url, arguments or {}, headers, with_credentials, load_bokehjs)


def server_session(
    session: NewSession,
    url: str,
    *,
    arguments: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    with_credentials: bool = False,
    load_bokehjs: bool = True,
) -> Snippet:
    """Return HTML that shows *session*, which the visitor's browser makes, in the page.

    All else is as for `server_document`. For a session that exists already there is
    `bokeh.embed.server_session`.
    """
    named = {**(arguments or {}), "bokeh-token": session.token}
    return _snippet(url, named, headers, with_credentials, load_bokehjs)


def _snippet(
    url: str,
    arguments: Mapping[str, str],
    headers: Mapping[str, str] | None,
    with_credentials: bool,  # noqa: FBT001 - nobody but the two above calls it
    load_bokehjs: bool,  # noqa: FBT001
) -> Snippet:
    if headers and with_credentials:
        raise ValueError("headers and with_credentials exclude each other")
    parts = urlsplit(url)
    if parts.scheme not in ("", "http", "https") or not (parts.netloc or url.startswith("/")):
        raise ValueError(f"not {url!r}: an application is at http://... or /...")
    url, path = url.rstrip("/"), parts.path.rstrip("/")
    element = make_globally_unique_css_safe_id()
    query = {"bokeh-autoload-element": element, "bokeh-app-path": path or "/"}
    if parts.netloc:
        query["bokeh-absolute-url"] = url
    if not load_bokehjs:
        query["resources"] = "none"
    return Snippet(
        AUTOLOAD_REQUEST_TAG.render(
            src_path=f"{url}/autoload.js?{urlencode({**query, **arguments})}",
            app_path=path,
            elementid=element,
            headers=dict(headers or {}),
            with_credentials=with_credentials,
        )
    )
