"""`docsync check --proxy FILE`: what the proxy in front of a site will break."""

import json
from collections.abc import Sequence
from pathlib import Path

import attrs

from docsync_trio.config.schema import SiteSettings
from docsync_trio.proxies.compare import compare
from docsync_trio.proxies.directives import NotReadable
from docsync_trio.proxies.finding import Finding
from docsync_trio.proxies.reading import read_proxy_file


def check_proxy(path: Path, settings: SiteSettings) -> list[Finding]:
    """Return what is wrong with the file at *path* for a site. Raises `OSError`."""
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        file = read_proxy_file(text, str(path), lambda pattern: _included(pattern, path.parent))
    except NotReadable as error:
        return [Finding(error.place, error.text)]
    return compare(file, settings, name=str(path))


def _included(pattern: str, folder: Path) -> list[tuple[str, str]]:
    """Return the files that *pattern* names, and their texts; none where there is none.

    nginx means its own folder, not the file's: `sites-enabled/` is one below that.
    """
    for base in (folder, folder.parent):
        where = Path(base, pattern).absolute()
        found = Path(where.anchor).glob(str(where.relative_to(where.anchor)))
        if files := sorted(one for one in found if one.is_file()):
            return [(str(one), one.read_text("utf-8", "replace")) for one in files]
    return []


def is_good(findings: Sequence[Finding]) -> bool:
    """Say whether nothing will break."""
    return not any(one.breaks for one in findings)


def as_text(path: Path, findings: Sequence[Finding]) -> str:
    """Return one line for each finding, and whether the file fits."""
    lines = [str(one) for one in findings]
    return "\n".join([*lines, f"{path} fits the site."] if is_good(findings) else lines)


def as_json(findings: Sequence[Finding]) -> str:
    """Return the findings as one JSON object."""
    rows = [attrs.asdict(one) for one in findings]
    return json.dumps({"good": is_good(findings), "findings": rows}, indent=2)
