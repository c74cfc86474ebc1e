"""Applications that are a saved document: what ``document.to_json(deferred=False)`` gave.

The command ``bokeh json`` writes such files, too, but leaves out the content of arrays;
a file without arrays is fine, and for others the error says how to save them whole.
"""

import json
import pathlib
from typing import Any

from bokeh.core.serialization import DeserializationError
from bokeh.document import Document

from docsync_trio.applications.handler import Handler
from docsync_trio.applications.load_error import LoadError, shown
from docsync_trio.applications.script import read_file

_BOKEHS_OWN_TITLE = Document().title
_HOW_TO_SAVE = "save it as json.dumps(document.to_json(deferred=False))"


class JsonHandler(Handler):
    """Fills each document with the content of a saved one.

    The file is read here, and a document is built of it once to see that it can be;
    raises `LoadError` otherwise. Roots that earlier handlers added stay.
    """

    exclusive = False

    def __init__(self, path: pathlib.Path | str) -> None:
        self.path = pathlib.Path(path).absolute()
        self.files = frozenset({self.path})
        self._content = _parse(self.path)
        self.title = self._check()

    def modify_document(self, document: Document) -> None:
        """Add the saved roots to *document*; an empty one gets the saved title, if there is one."""
        if not document.roots:
            title = self.title or document.title
            document.replace_with_json(self._copy())
            document.title = title
            return
        saved = Document.from_json(self._copy())
        roots = list(saved.roots)
        saved.clear()
        for root in roots:
            document.add_root(root)

    def _check(self) -> str | None:
        try:
            title = Document.from_json(self._copy()).title
        except (DeserializationError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise LoadError(
                f"{shown(self.path)}: Bokeh cannot read this document: {error}; {_HOW_TO_SAVE}"
            ) from error
        return None if title == _BOKEHS_OWN_TITLE else title

    def _copy(self) -> Any:
        # Bokeh writes into what it reads, but only at the top.
        return dict(self._content)

    def __repr__(self) -> str:
        return f"JsonHandler({str(self.path)!r})"


def _parse(path: pathlib.Path) -> dict[str, Any]:
    try:
        content = json.loads(read_file(path))
    except json.JSONDecodeError as error:
        raise LoadError(f"{shown(path)}:{error.lineno}:{error.colno}: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise LoadError(f"{shown(path)}: is not text; save the document as UTF-8") from error
    if not isinstance(content, dict) or "roots" not in content:
        raise LoadError(f"{shown(path)}: is no saved document, it has no 'roots'; {_HOW_TO_SAVE}")
    return content
