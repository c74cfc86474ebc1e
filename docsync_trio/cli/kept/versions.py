"""The versions of BokehJS's files, worked out once per installation.

A page names each of them with a digest of its content, so the first page would wait until some
megabytes have been read and digested.
"""

import sys
from contextlib import suppress
from pathlib import Path

from bokeh.resources import Resources
from bokeh.settings import settings

from docsync_trio.cli.kept.code import KeptCode, digest
from docsync_trio.server.files.static_files import identity_of, recall_version, version_of


def recall_versions(code: KeptCode) -> None:
    """Spare the first page to read BokehJS, where *code* knows its files as they are."""
    root = Path(settings.bokehjs_path())
    for component in Resources().components:
        with suppress(OSError):
            _recall(code, root / "js" / f"{component}.min.js")


def _recall(code: KeptCode, path: Path) -> None:
    identity = identity_of(path)
    key = digest("version", str(path), repr(identity))
    known = code.find(key)
    if known is not None:
        recall_version(path, identity, known)
    elif not sys.dont_write_bytecode:
        code.add(key, version_of(path))
