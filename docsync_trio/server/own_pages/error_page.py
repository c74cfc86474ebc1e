"""What a visitor is told when there is no page to show.

Calm, short, and honest about whose turn it is: the visitor's, to come back later; the
operator's or the author's, who find the incident in the log. Only on a machine that
serves nobody else does the page show the application's source.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import attrs
from starlette.exceptions import HTTPException

from docsync_trio.applications.mistakes import hint_for
from docsync_trio.base.errors import ApplicationError, Refusal
from docsync_trio.server.own_pages.failure_trace import FailureTrace, trace_of
from docsync_trio.server.own_pages.html import SECURITY, render

_TITLES = {
    400: "This request cannot be understood",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "This cannot be done here",
    503: "Please come back in a moment",
}


@attrs.frozen
class Link:
    """A way on: an application that is there."""

    title: str
    url: str


def links_below(root_path: str, links: Sequence[Link]) -> list[Link]:
    """Return *links* for a visitor to whom the site is mounted below *root_path*."""
    return [attrs.evolve(link, url=root_path + link.url) for link in links]


@attrs.frozen
class Explanation:
    """Why there is no page.

    *incident* is the id under which the log has more; *trace* is None where the
    visitor is not to see the application's source, as is *hint*, what to do about it. *script*
    is the address of a script that the page loads.
    """

    status: int
    title: str
    text: str
    incident: str | None = None
    trace: FailureTrace | None = None
    hint: str = ""
    script: str = ""
    links: Sequence[Link] = ()
    headers: Mapping[str, str] = attrs.field(factory=dict)

    def as_html(self) -> str:
        """Return a whole page."""
        return render("error.html", page=self)

    def as_text(self) -> str:
        """Return some lines for people who do not use a browser."""
        lines = [f"{self.status} {self.title}", self.text]
        if self.trace is not None:
            lines += ["", self.trace.whole]
            lines += ["", f"hint: {self.hint}"] if self.hint else []
        elif self.incident is not None:
            lines.append(f"Incident {self.incident}")
        return "\n".join(lines) + "\n"

    def as_script(self, element: str | None, watched: Mapping[str, str] | None = None) -> str:
        """Return a script that says it in *element* of the page that loads the script.

        *watched* is for an application that somebody works on: where to ask for its
        ``state``, which ``version`` this is about, and the ``script`` to load for another one.
        """
        notes = [] if self.incident is None else [f"Incident {self.incident}"]
        if self.trace is not None:
            notes = [_for_the_author(self.trace), *filter(None, [self.hint])]
        told = {"title": self.title, "text": self.text, "notes": notes}
        return render("notice.js", element=element, told=told, watched=watched)


def _for_the_author(trace: FailureTrace) -> str:
    if not trace.places:
        return trace.whole
    lines = [trace.error]
    for place in trace.places:
        lines.append(f"{place.file}, line {place.line}")
        lines += [f"    {line.text.strip()}" for line in place.source if line.here]
    return "\n".join(lines)


class ExplainedError(ApplicationError):
    """An application's failure of which it is known already what its visitor is told."""

    def __init__(self, error: ApplicationError, explanation: Explanation) -> None:
        super().__init__(str(error), application=error.application, incident=error.incident)
        self.explanation = explanation


PAGE_HEADERS = {"cache-control": "no-store", **SECURITY}


def of_refusal(refusal: Refusal) -> Explanation:
    """Explain a request that is not granted."""
    headers = {} if refusal.retry_after is None else {"retry-after": str(refusal.retry_after)}
    return Explanation(
        refusal.status, _title(refusal.status), _sentence(str(refusal)), headers=headers
    )


def of_failure(error: ApplicationError, *, show: bool) -> Explanation:
    """Explain an application that raised; *show* its source where the visitor is its author."""
    cause = error.__cause__
    return Explanation(
        500,
        "This application could not be opened",
        "Its code raised an error while the page was made. Reloading makes a fresh attempt.",
        incident=error.incident,
        trace=trace_of(cause) if show and cause is not None else None,
        hint=hint_for(cause, error.application) if show and cause is not None else "",
    )


def of_http(error: HTTPException, links: Sequence[Link]) -> Explanation:
    """Explain an error that has no more to it than its status."""
    text = "" if error.detail == _phrase(error.status_code) else _sentence(error.detail)
    return Explanation(
        error.status_code,
        _title(error.status_code),
        text,
        links=links if error.status_code == HTTPStatus.NOT_FOUND else (),
        headers=dict(error.headers or {}),
    )


def of_fault(error: BaseException, incident: str, *, show: bool) -> Explanation:
    """Explain a fault that is neither the visitor's nor an application's."""
    return Explanation(
        500,
        "Something went wrong here",
        "It is not your fault, and it has been logged.",
        incident=incident,
        trace=trace_of(error) if show else None,
    )


def _title(status: int) -> str:
    return _TITLES.get(status) or _phrase(status) or "This did not work"


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
