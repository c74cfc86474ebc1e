"""Build the wheel and compare what is in it with what is in the source tree.

The tests run an editable install, which finds a template or a `py.typed` that a
wheel would lack. A user's `pip install` does not.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "docsync_trio"


def in_the_tree() -> set[str]:
    """Return all files of the package that a user needs, as paths from the project's root."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / PACKAGE).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def in_the_wheel() -> tuple[set[str], set[str]]:
    """Return the wheel's files of the package, and any others that are not its metadata."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, "."],
            cwd=ROOT,
            check=True,
        )
        (wheel,) = Path(folder).glob("*.whl")
        names = {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")}
    ours = {name for name in names if name.startswith(f"{PACKAGE}/")}
    return ours, {name for name in names - ours if ".dist-info/" not in name}


def main() -> int:
    """Return the exit status, having named every file that is missing or too much."""
    tree = in_the_tree()
    wheel, strangers = in_the_wheel()
    wrong = [
        *(f"missing from the wheel: {name}" for name in sorted(tree - wheel)),
        *(f"only in the wheel: {name}" for name in sorted((wheel - tree) | strangers)),
    ]
    sys.stdout.write("\n".join(wrong or [f"the wheel holds all {len(tree)} files"]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
