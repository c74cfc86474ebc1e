"""Why a page of ours will get no document, told to that page and nobody else.

A page with a spinner would turn it for ever, and one that lost its session would ask for
another again and again, each time to be built in vain. So they are let in, and the first
message says why it is also the last. What a page with a spinner shows is what it would have
been, had its document been built before it was sent.
"""

import attrs
import orjson

from docsync_trio.base.errors import ApplicationError, Refusal
from docsync_trio.protocol.message import Outgoing
from docsync_trio.protocol.outgoing import outgoing
from docsync_trio.server.own_pages.error_page import Explanation, of_failure, of_refusal


@attrs.frozen
class LastWord:
    """What a page can be told: *waits*, with a spinner; *show_errors*: may it show source."""

    waits: bool
    show_errors: bool

    def about(self, error: ApplicationError | Refusal) -> Outgoing:
        """Return what to send in the place of ACK, as the conversation ends with it.

        It is Bokeh's ERROR and has besides ``told``, a few words for people, and for a page
        that waits a whole ``page``; see ``browser/docsync/reconnect.js``.
        """
        if isinstance(error, ApplicationError):
            explanation = of_failure(error, show=self.show_errors)
            told = f"The application failed. Incident {error.incident}."
        else:
            explanation = of_refusal(error)
            told = explanation.text
        content = {"text": explanation.text, "traceback": None, "told": told}
        return outgoing("ERROR", orjson.dumps(content | self._page(explanation)))

    def _page(self, explanation: Explanation) -> dict[str, str]:
        return {"page": explanation.as_html()} if self.waits else {}
