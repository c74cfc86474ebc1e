"""`docsync check --proxy FILE`: what the proxy in front of a site will break."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs

from docsync_trio.config.schema import SiteSettings
from docsync_trio.proxies.compare import compare
from docsync_trio.proxies.directives import NotReadable
from docsync_trio.proxies.finding import Finding
from docsync_trio.proxies.reading import read_proxy_file


def check_proxy(path: Path, settings: SiteSettings) -> list[Finding]:
    """Return what is wrong with the file at *path* for a site. Raises `OSError`."""
    text = path.read_text(encoding="utf-8", errors="replace")
    missing: dict[str, None] = {}

    def include(pattern: str) -> list[tuple[str, str]]:
        found = _included(pattern, path.parent)
        if not found and not set(pattern) & _WILD and Path(pattern).name not in _OF_NO_MATTER:
            missing[pattern] = None
        return found

    try:
        file = read_proxy_file(text, str(path), include)
    except NotReadable as error:
        return [Finding(error.place, error.text)]
    except RecursionError:
        return [Finding(str(path), "its files include each other without end")]
    unknown = "includes {}, which is not here: what stands in it is not known, and may be missed"
    notes = [Finding(str(path), unknown.format(name), breaks=False) for name in missing]
    return [*compare(file, settings, name=str(path)), *notes]


_WILD: Final = set("*?[")
_OF_NO_MATTER: Final = {"mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params"}
"""What most files of nginx include and no requests of ours need."""


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
