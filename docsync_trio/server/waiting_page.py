"""Why a page that waits for its document will get none, told to that page and nobody else.

Browsers hide the answer to a websocket that is refused. A page with a spinner is therefore
let in, and the first message says what the page would have been instead of it, had it
been built before it was sent: the same explanation, with the same look.
"""

import attrs
import orjson

from docsync_trio.base.errors import ApplicationError, Refusal
from docsync_trio.protocol.message import Outgoing
from docsync_trio.protocol.outgoing import outgoing
from docsync_trio.server.error_page import of_failure, of_refusal


@attrs.frozen
class WaitingPage:
    """A page that waits for a document; *show_errors*: whether it may show source."""

    show_errors: bool

    def last_word(self, error: ApplicationError | Refusal) -> Outgoing:
        """Return what to send in the place of ACK, as the conversation ends with it.

        It is Bokeh's ERROR and has besides a whole ``page``, for ``browser/docsync/instant.js``.
        """
        if isinstance(error, ApplicationError):
            explanation = of_failure(error, show=self.show_errors)
        else:
            explanation = of_refusal(error)
        content = {"text": explanation.text, "traceback": None, "page": explanation.as_html()}
        return outgoing("ERROR", orjson.dumps(content))
