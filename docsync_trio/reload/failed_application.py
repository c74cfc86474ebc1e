"""What stands in the place of an application that cannot be loaded.

While people work on a site, one broken application must not keep them from all others: its
pages tell what is wrong, until it is mended.
"""

from bokeh.document import Document

from docsync_trio.applications.application import Application
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.load_error import LoadError
from docsync_trio.config.application_schema import ApplicationSettings


class FailedHandler(Handler):
    """Raises *error* in the place of filling a document."""

    exclusive = False

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self._traceback = error.__traceback__

    def modify_document(self, _document: Document) -> None:
        """Raise the error, as if it had come up now."""
        raise self.error.with_traceback(self._traceback)


def failed_application(
    settings: ApplicationSettings, text: str, cause: BaseException | None
) -> Application:
    """Return what is served for *settings*; *text* says what is wrong.

    *cause* is what the author's code raised, where it did.
    """
    handler = FailedHandler(cause or LoadError(text))
    title = settings.title or settings.path
    return Application(settings.path, [handler], title=title, async_kind="trio")
