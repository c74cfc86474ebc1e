"""What is imported for a start, and what is not."""

import subprocess
import sys


def test_a_server_starts_without_rich_and_can_import_it_later():
    code = """
import sys
from docsync_trio.cli.kept.quick_imports import quick_imports
with quick_imports():
    import docsync_trio.cli.running.serving
assert "structlog" in sys.modules and "rich" not in sys.modules
from docsync_trio.cli.running.banner import Banner, rich_text
assert "Desk" in rich_text(Banner("Desk", (), (), "", ()), 80)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


IMPORTED_AT_START = {
    *("anyio", "attr", "attrs", "bokeh", "cattrs", "click", "greenlet", "idna", "jinja2"),
    *("markupsafe", "numpy", "orjson", "outcome", "sniffio", "sortedcontainers", "starlette"),
    *("structlog", "tomli", "trio", "typing_extensions", "websockets", "yaml"),
}
"""What a server needs before its first visitor comes. Anything more is imported where it is used:
hypercorn by the first request that needs it, what signs visitors in by sites that want that."""


def test_a_server_that_starts_imports_nothing_else():
    code = """
import sys
from importlib.metadata import packages_distributions
from docsync_trio.cli.kept.quick_imports import quick_imports
before = set(sys.modules)
with quick_imports():
    import docsync_trio.cli.running.serving
found = {name for name in sys.modules.keys() - before if sys.modules[name] is not None}
tops = {name.partition(".")[0] for name in found} & packages_distributions().keys()
slow = {"multiprocessing", "sqlite3", "unittest", "xml", "http.server", "logging.config", "doctest"}
print(*tops - {"docsync_trio"}, *slow & found)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=60, stdout=subprocess.PIPE, text=True
    )
    compiled = {name for name in done.stdout.split() if name.endswith("__mypyc")}  # tomli's
    assert set(done.stdout.split()) - IMPORTED_AT_START - compiled == set()
