"""Panel judges us: the tests of its server, which come with it, run against ours."""

import os
import re
import subprocess
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = "tests.whole.panels_own_tests.plugin"
NOT_HERE = ("docsync", "trio", "hypothesispytest")
"""Plugins of this process that the other has no use for."""
SECONDS = 400
FAILURES = 1
SKIPPED_FOR = "not ours|caddy|bokeh_fastapi does not"
"""A reason of ours, or one of Panel's own: a program that is not here, or its other server, of
which 1.9 says what it has not got."""
SEEN = (
    *("browser", "document", "loading", "location", "notifications", "resources", "server"),
    "state",
)
"""What of Panel's tests in a browser is about servers; the rest is about notebooks, files that
need no server, and following files, which here is another program's part."""


@attrs.frozen
class Judges:
    """Some of Panel's tests, in a process of their own with *folder* to work in."""

    folder: Path
    what: tuple[str, ...]

    def begin(self, *more: str) -> "subprocess.Popen[str]":
        settings = self.folder / "pytest.ini"
        settings.parent.mkdir(exist_ok=True)
        settings.write_text("[pytest]\n")
        command = [
            *(sys.executable, "-W", "ignore", "-m", "pytest", "-c", settings),
            *("--rootdir", self.folder),
            *(word for name in NOT_HERE for word in ("-p", f"no:{name}")),
            *("-p", PLUGIN, "-W", "ignore", "--timeout", "60", "-q", "-rfEs", "--tb", "short"),
            *(*self.what, *more),
        ]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def verdict(self, process: "subprocess.Popen[str]") -> str:
        """What they said; that all of them are content."""
        said, _ = process.communicate(timeout=SECONDS)
        if process.returncode == FAILURES:
            # Some of them compare clocks, and all wait for five seconds at most; on a machine
            # that is busy one fails now and then. Alone it has to pass.
            again = self.begin("--last-failed")
            more, _ = again.communicate(timeout=SECONDS)
            assert again.returncode == 0, said + more
        else:
            assert process.returncode == 0, said
        return said


@pytest.mark.whole
@pytest.mark.browser
@pytest.mark.timeout(2 * SECONDS)
def test_panels_own_tests_of_its_server_pass_with_ours(tmp_path):
    home = Path(find_spec("panel").submodule_search_locations[0], "tests", "ui", "io")
    pages = [home / f"test_{name}.py" for name in SEEN]
    asking = Judges(tmp_path / "asking", ("--pyargs", "panel.tests.test_server"))
    looking = Judges(tmp_path / "looking", ("--ui", *(str(p) for p in pages if p.exists())))
    with ExitStack() as stack:
        # Side by side: the first mostly wait.
        begun = [(judges, judges.begin()) for judges in (asking, looking)]
        for _, process in begun:
            stack.enter_context(process)
            stack.callback(process.kill)
        said = [judges.verdict(process) for judges, process in begun]

    for words, least in zip(said, (100, 15), strict=True):
        passed = re.search(r"(\d+) passed", words)
        assert passed, words
        assert int(passed[1]) > least
        skipped = [line for line in words.splitlines() if line.startswith("SKIPPED")]
        assert [line for line in skipped if not re.search(SKIPPED_FOR, line)] == []
