"""Who has signed in, as Panel's code finds it: ``pn.state.user`` and what belongs to it.

Panel reads cookies that its own login handlers have signed. Here the visitor stands in the
request that made the session, and no cookie of ours ever reaches an application.
"""

import inspect
from collections.abc import Callable
from typing import Any, Final

import panel as pn
from bokeh.document import Document

from docsync_trio.applications.panel.private import set_curdoc, state

_GUEST: Final = "guest"
"""What Panel calls who has not signed in where people can."""


def may_see(document: Document, path: str) -> object:
    """Return what ``pn.config.authorize_callback`` says of the visitor of *document* at *path*.

    True where there is none. It is the application's own, or one for all of them that a module
    has set; raises what it raises.
    """
    with set_curdoc(document):
        callback = pn.config.authorize_callback
        if not callback:
            return True
        arguments = (state.user_info, path)
        wanted = len(inspect.signature(callback).parameters)
        return callback(*arguments[:wanted])


def show_users() -> None:
    """Let ``pn.state`` tell of the visitors whom we know, of others what it always tells."""
    for name, read in _READ.items():
        original = getattr(type(state), name)
        setattr(type(state), name, property(_reader(original, read)))


def _reader(original: property, read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def told(panels_state: Any) -> Any:
        request = _request(panels_state)
        if request is None:
            return original.__get__(panels_state)
        return read(request)

    return told


def _request(panels_state: Any) -> Any:
    """The request of the session that runs just now, if its site lets visitors sign in."""
    document = panels_state.curdoc
    context = None if document is None else document.session_context
    request = getattr(context, "request", None)
    known = getattr(request, "user", None) is not None or getattr(request, "guest", False)
    return request if known else None


def _user(request: Any) -> str:
    return _GUEST if request.user is None else str(request.user.name)


def _user_info(request: Any) -> dict[str, Any]:
    if request.user is None:
        return {"user": _GUEST, "username": _GUEST}
    return dict(request.user.info)


def _access_token(request: Any) -> str | None:
    tokens = None if request.user is None else request.user.tokens
    return None if tokens is None else str(tokens.access)


def _refresh_token(request: Any) -> str | None:
    tokens = None if request.user is None else request.user.tokens
    return None if tokens is None else tokens.refresh


_READ: Final = {
    "user": _user,
    "user_info": _user_info,
    "access_token": _access_token,
    "refresh_token": _refresh_token,
}
