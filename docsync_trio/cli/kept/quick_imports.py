"""The imports of a server, as quick as they can be; everything that is kept is used here."""

import contextlib
import gc
import sys
from collections.abc import Iterator

from docsync_trio.cli.kept.code import KeptCode, kept_code
from docsync_trio.cli.kept.modules import kept_modules
from docsync_trio.cli.kept.patterns import kept_patterns


@contextlib.contextmanager
def quick_imports() -> Iterator[KeptCode]:
    """Within the block imports make no pauses: nearly all that they create stays.

    Yields what is kept for the next start.
    """
    gc.disable()
    with kept_modules(), kept_code() as code, kept_patterns(code):
        _import_structlog_alone()
        from docsync_trio.documents.quick_palettes import import_palettes

        import_palettes()
        from docsync_trio.cli.kept.docstrings import kept_docstrings
        from docsync_trio.cli.kept.templates import kept_templates
        from docsync_trio.documents.late_glyphs import late_glyphs
        from docsync_trio.documents.late_signatures import late_signatures
        from docsync_trio.documents.quick_classes import quick_classes
        from docsync_trio.documents.quick_specs import quick_specs

        with kept_templates(code), late_signatures(), quick_classes(), quick_specs():
            yield code
            with late_glyphs(kept_docstrings(code)):
                # The first application to be opened imports it, whether its script does or not.
                import bokeh.plotting  # noqa: F401
            from docsync_trio.cli.kept.verdict import recall_self_test
            from docsync_trio.cli.kept.versions import recall_versions

            recall_self_test(code)
            recall_versions(code)


def _import_structlog_alone() -> None:
    """Import structlog as if rich were not there, which it needs for a renderer that we replace.

    rich, and pygments with it, is a tenth of the imports.
    """
    if "structlog" in sys.modules or "rich" in sys.modules:
        return
    sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        import structlog  # noqa: F401
    finally:
        del sys.modules["rich"]
