"""What is a site, as far as its name tells."""

from pathlib import Path
from typing import Final

DEFAULT_NAME: Final = "site.toml"
BARE_SUFFIXES: Final = (".py", ".md", ".ipynb")


def is_bare(path: Path) -> bool:
    """Whether *path* is an application by itself rather than a site file."""
    return path.is_dir() or path.suffix in BARE_SUFFIXES
