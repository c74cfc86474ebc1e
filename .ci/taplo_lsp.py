"""Install Taplo's language server for the tests that ask it to complete a site file.

The programs called taplo on PyPI and npm are built without their language server; the
package @taplo/lsp, which the editors' extension "Even Better TOML" runs, is it. Where npm
is missing, those tests are skipped and say so.
"""

import shutil
import subprocess
import sys
from pathlib import Path

PACKAGE = "@taplo/lsp@0.8.0"
FOLDER = Path(sys.prefix, "taplo-lsp")  # the tests look there
DONE = FOLDER / "node_modules" / "@taplo" / "lsp" / "package.json"


def main() -> int:
    """Return the exit status; that npm is missing or fails is told, and no failure."""
    npm = shutil.which("npm")
    if DONE.exists():
        return 0
    if npm is None or shutil.which("node") is None:
        sys.stderr.write("npm or node is missing: completion by Taplo is not tested\n")
        return 0
    FOLDER.mkdir(exist_ok=True)
    install = [npm, "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(FOLDER)]
    if subprocess.run([*install, PACKAGE], check=False).returncode != 0:
        sys.stderr.write(f"npm could not install {PACKAGE}: completion by Taplo is not tested\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
