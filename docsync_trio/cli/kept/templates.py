"""The templates of Bokeh's pages, translated by Jinja once per installation.

A start loads those that every page needs, so that the first visitor does not wait for them.
"""

import importlib.metadata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from bokeh.core.templates import get_env
from jinja2 import BytecodeCache, TemplateNotFound
from jinja2.bccache import Bucket

from docsync_trio.cli.kept.code import KeptCode, digest

OF_A_PAGE: Final = (
    "file.html.jinja",
    "macros.html.jinja",
    "css_resources.html.jinja",
    "js_resources.html.jinja",
    "doc_js.js.jinja",
    "plot_div.html.jinja",
    "root_div.html.jinja",
    "script_tag.html.jinja",
    "try_run.js.jinja",
)
"""The names of the files; one that another Bokeh has not got is left out."""


@contextmanager
def kept_templates(code: KeptCode) -> Iterator[None]:
    """Bokeh's templates come from *code* within the block, and all `OF_A_PAGE` at its end."""
    environment = get_env()
    environment.bytecode_cache = _KeptTemplates(code)
    try:
        yield
        for name in OF_A_PAGE:
            with suppress(TemplateNotFound):
                environment.get_template(name)
    finally:
        environment.bytecode_cache = None


class _KeptTemplates(BytecodeCache):
    """Jinja's way to `KeptCode`."""

    def __init__(self, code: KeptCode) -> None:
        self._code = code
        self._version = importlib.metadata.version("jinja2")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give *bucket* its code, if it is known."""
        bucket.code = self._code.find(self._key(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember the code of *bucket*."""
        if bucket.code is not None:
            self._code.add(self._key(bucket), bucket.code)

    def _key(self, bucket: Bucket) -> bytes:
        return digest("jinja2", self._version, bucket.key, bucket.checksum)
