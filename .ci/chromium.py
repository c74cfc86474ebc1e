"""Make sure that a Chromium is here for the tests that drive one.

A test that is skipped because nothing could be driven would say nothing, so
`make test` installs the distribution's Chromium where it may, and otherwise says
what to do. CHROMIUM=/path/to/it names one that is not on PATH, DOCSYNC_NO_BROWSER=1
leaves those tests out.
"""

import os
import shutil
import subprocess
import sys

from debian import install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str | None:
    """Return the first browser that runs; Ubuntu's `chromium-browser` may only be a signpost."""
    for name in [os.environ["CHROMIUM"]] if "CHROMIUM" in os.environ else NAMES:
        path = shutil.which(name)
        if path is None:
            continue
        try:
            answer = subprocess.run(
                [path, "--version"], check=False, capture_output=True, timeout=60
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if answer.returncode == 0:
            return path
    return None


def main() -> int:
    """Return the exit status: 0 where a Chromium can be driven."""
    if os.environ.get("DOCSYNC_NO_BROWSER") == "1" or found() or (install("chromium") and found()):
        return 0
    sys.stderr.write(
        "The tests drive a Chromium and none of "
        f"{', '.join(NAMES)} runs here, nor could apt-get install one.\n"
        "Install Chromium or Chrome and say `make test` again, with CHROMIUM=/path/to/it if it\n"
        "is not on PATH; DOCSYNC_NO_BROWSER=1 leaves the browser tests out.\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
