"""The pages to sign in and out: ours, or the site's own templates."""

import pathlib
from functools import cache
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, Template, TemplateSyntaxError
from starlette.responses import HTMLResponse

from docsync_trio.base.errors import Problem
from docsync_trio.config.sign_in_schema import SignInSettings
from docsync_trio.server.own_pages.html import SECURITY, template_named

_POLICY: Final = SECURITY["content-security-policy"].replace(
    "form-action 'none'", "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {"cache-control": "no-store", "referrer-policy": "same-origin"}


def page(own: pathlib.Path | None, ours: str, status: int, **values: Any) -> HTMLResponse:
    """Return the page made of the template *own*, or of *ours*.

    No page of others may show ours in a frame; what else the site's own may load is its affair.
    """
    if own is not None:
        headers = {**_HEADERS, "content-security-policy": "frame-ancestors 'none'"}
        return HTMLResponse(_own(own).render(values), status, headers)
    headers = {**SECURITY, **_HEADERS, "content-security-policy": _POLICY}
    return HTMLResponse(template_named(ours).render(values), status, headers)


def check_templates(settings: SignInSettings, problems: list[Problem]) -> None:
    """Append to *problems* why the site's own templates cannot be used."""
    for key in ("login_page", "logout_page"):
        path = getattr(settings, key)
        try:
            if path is not None:
                _own(path)
        except (OSError, UnicodeDecodeError, TemplateSyntaxError) as error:
            where = f"line {error.lineno}: " if isinstance(error, TemplateSyntaxError) else ""
            text = f"{path.name}: {where}{error}"
            problems.append(Problem(("sign_in", key), text, cause=error))


def _own(path: pathlib.Path) -> Template:
    return _environment(path.parent).get_template(path.name)


@cache
def _environment(folder: pathlib.Path) -> Environment:
    return Environment(loader=FileSystemLoader(folder), autoescape=True)
