"""Templates of our own pages: self-contained, without scripts, escaped by default."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from starlette.responses import HTMLResponse

SECURITY = {
    # Nothing is loaded from anywhere and nothing runs, whatever a traceback may contain.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
}


def with_scripts() -> dict[str, str]:
    """Return the policy for a page of ours that loads a script of this server and asks it."""
    policy = SECURITY["content-security-policy"]
    return {"content-security-policy": f"{policy}; script-src 'self'; connect-src 'self'"}


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("docsync_trio.server"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def template_named(name: str) -> Template:
    """Return a template of this package."""
    return _environment().get_template(name)


def render(template: str, **values: Any) -> str:
    """Return a template of this package, filled in."""
    return template_named(template).render(values)


def html_answer(template: str, **values: Any) -> HTMLResponse:
    """Return a page of our own that is not to be kept by caches."""
    headers = {"cache-control": "no-store", **SECURITY}
    return HTMLResponse(render(template, **values), headers=headers)
