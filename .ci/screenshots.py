"""Make the pictures in docs/images that show what a reader of the documentation should see.

It follows the tutorial, serves what comes of it, and looks at that in Chromium.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT))

from tests.pages import follow_tutorial  # noqa: E402 - found by the line above
from tests.whole.conftest import FLAGS, chromium  # noqa: E402

SIZE = {"width": 1000, "height": 660}
ROWS = 60
DOCSYNC = [sys.executable, "-m", "docsync_trio"]


def main() -> None:
    """Write the pictures."""
    with tempfile.TemporaryDirectory() as temporary:
        site = Path(temporary) / "my-site"
        subprocess.run([*DOCSYNC, "init", site, "--yes"], check=True, stdout=subprocess.DEVNULL)
        follow_tutorial(site)
        server = subprocess.Popen(
            [*DOCSYNC, "run", site, "--bind", "127.0.0.1:0"], stderr=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            take(address(server))
        finally:
            server.terminate()
            server.wait()


def address(server: subprocess.Popen[str]) -> str:
    """Return where *server* listens, as it says itself."""
    for line in server.stdout or ():
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise SystemExit("the server said no address")


def take(url: str) -> None:
    """Take the pictures of the site at *url*."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_context(viewport=SIZE).new_page()
        page.goto(f"{url}/power")
        page.wait_for_function(
            "rows => window.Bokeh?.documents[0]?.get_model_by_name('feed')"
            "?.data.time.length > rows",
            arg=ROWS,
        )
        page.screenshot(path=IMAGES / "tutorial.png")
        browser.close()


if __name__ == "__main__":
    main()
