"""Functions that fill documents for Django's users: with a request, with a view's arguments."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bokeh.document import Document

from docsync_trio.sessions.request import Request

if TYPE_CHECKING:
    from django.http import HttpRequest  # type: ignore[import-untyped]

_MIDDLEWARE = (
    ("django.contrib.sessions.middleware", "SessionMiddleware"),
    ("django.contrib.auth.middleware", "AuthenticationMiddleware"),
)


def with_request(handler: Callable[..., Any]) -> Callable[[Document], Any]:
    """Return a function for documents that calls *handler* with the document and a request.

    The request is one of Django's, for reading: it has the visitor's ``user``, ``session``,
    ``COOKIES``, ``GET`` and headers, where the project's middleware brings them. It is the
    request that the session was made with.
    """

    @functools.wraps(handler)
    def fill(document: Document) -> Any:
        from django.db import close_old_connections  # type: ignore[import-untyped]

        try:
            return handler(document, django_request(_request_of(document)))
        finally:
            # Django does so behind each of its own requests.
            close_old_connections()

    return _without_signature(fill)


def with_url_args(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function for documents that calls *handler* with the arguments in the path.

    They come by name, as Django's views get them; with the request in front of them in
    ``with_request(with_url_args(handler))``.
    """

    @functools.wraps(handler)
    def fill(document: Document, *more: Any) -> Any:
        return handler(document, *more, **_request_of(document).path_params)

    return _without_signature(fill)


def _request_of(document: Document) -> Request:
    context: Any = document.session_context
    request: Request = context.request
    return request


def _without_signature(function: Callable[..., Any]) -> Callable[..., Any]:
    # The arguments that the handler takes besides are given by us.
    del function.__wrapped__  # type: ignore[attr-defined]
    return function


def django_request(request: Request) -> "HttpRequest":
    """Return *request* as Django has requests, with the visitor's session and user."""
    from django.conf import settings  # type: ignore[import-untyped]
    from django.http import HttpRequest, QueryDict
    from django.utils.module_loading import import_string  # type: ignore[import-untyped]

    made = HttpRequest()
    made.method = request.method
    made.path = made.path_info = request.path
    made.GET = QueryDict(request.query)
    made.COOKIES = {name: str(value) for name, value in request.cookies.items()}
    made.META = _meta(request)
    for module, name in _MIDDLEWARE:
        if f"{module}.{name}" in settings.MIDDLEWARE:
            import_string(f"{module}.{name}")(_answer_nothing).process_request(made)
    return made


def _answer_nothing(_request: "HttpRequest") -> None:
    """Stand in for the rest of Django, which is not asked."""


def _meta(request: Request) -> dict[str, str]:
    host, _, port = request.host.partition(":")
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": request.headers[name] for name in request.headers
    }
    return {
        **headers,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "REMOTE_ADDR": request.remote_ip or "",
        "SERVER_NAME": host,
        "SERVER_PORT": port or ("443" if request.protocol == "https" else "80"),
        "wsgi.url_scheme": request.protocol,
    }
