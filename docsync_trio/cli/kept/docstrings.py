"""The docstrings of Bokeh's glyph functions, written once per installation."""

from collections.abc import Callable

from docsync_trio.cli.kept.code import KeptCode, digest
from docsync_trio.cli.kept.stamps import stamp
from docsync_trio.documents.late_glyphs import Remember


def kept_docstrings(code: KeptCode) -> Remember:
    """Return what remembers texts in *code*, while the files of Bokeh's models are the same."""
    bokeh_files = stamp("bokeh.core", "bokeh.model", "bokeh.models")

    def remember(words: tuple[str, ...], make: Callable[[], str]) -> str:
        key = digest("docstring", bokeh_files, *words)
        text = code.find(key)
        if text is None:
            text = make()
            code.add(key, text)
        return str(text)

    return remember
