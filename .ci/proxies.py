"""Bring nginx, HAProxy, Caddy and systemd's tools for the tests that run them.

They come from the distribution where it has apt and lets us install. Elsewhere their tests
are skipped and say so; DOCSYNC_NO_PROXIES=1 leaves the installing out.
"""

import os
import shutil
import sys

from debian import install

PACKAGES = {
    "nginx": "nginx-light",
    "haproxy": "haproxy",
    "caddy": "caddy",
    "systemd-socket-activate": "systemd",
}
PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


def missing() -> list[str]:
    """Return the packages of the programs that are not here."""
    return [package for name, package in PACKAGES.items() if not shutil.which(name, path=PLACES)]


def main() -> None:
    """Install what is missing, if that is possible."""
    if os.environ.get("DOCSYNC_NO_PROXIES") == "1":
        return
    # One by one: an older distribution may lack one of them.
    for package in missing():
        install(package)
    if left := missing():
        sys.stderr.write(f"not here, so that their tests are skipped: {', '.join(left)}\n")


if __name__ == "__main__":
    main()
