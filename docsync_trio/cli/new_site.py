"""The files of a new site: small, complete, and working as they are.

Each folder in ``templates/`` is a site that could be served where it is. What makes it a new
site is the title, and the files that all of them have.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import attrs

from docsync_trio.config.json_schema import json_schema
from docsync_trio.config.spelling import toml_value

TEMPLATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "basic": "a script with two sliders and a plot",
        "streaming": "a live feed that all visitors share",
        "dashboard": "linked plots, widgets, a theme and a page of its own",
        "panel": "an application made with Panel",
        "flask": "a Flask site with live documents in its pages",
    }
)
"""What each template makes, by its name."""

MAY_BE_THERE: Final = ("README.md", ".gitignore", "requirements.txt", "pytest.ini")
"""Files that a folder may have before it becomes a site; they are left as they are."""

_FOLDER: Final = Path(__file__).parent / "templates"
_TITLE: Final = "My site"
_TITLED: Final = ("site.toml", "README.md")
_CODE: Final = (".py", ".toml", ".md", ".txt", ".html", ".css", ".yaml")


@attrs.frozen
class Written:
    """What became of the files: *new* ones, and those that were *kept*, as they were there."""

    new: tuple[str, ...]
    kept: tuple[str, ...]


def new_site(template: str, title: str) -> dict[str, str]:
    """Return the files of a new site: their texts, by their paths below its folder.

    *template* is one of `TEMPLATES`, *title* what the site is called.
    """
    source = _FOLDER / template
    paths = sorted(path for path in source.rglob("*") if path.suffix in _CODE and path.is_file())
    files = {path.relative_to(source).as_posix(): path.read_text("utf-8") for path in paths}
    for name in _TITLED:
        spelled = toml_value(title) if name.endswith(".toml") else title
        as_it_is = toml_value(_TITLE) if name.endswith(".toml") else _TITLE
        files[name] = files[name].replace(as_it_is, spelled, 1)
    files[".gitignore"] = (_FOLDER / "gitignore").read_text("utf-8")
    files["pytest.ini"] = (_FOLDER / "pytest.ini").read_text("utf-8")
    files["site.schema.json"] = json.dumps(json_schema(), indent=2) + "\n"
    return files


def in_the_way(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Return what *folder* has already where a file or a folder of *files* would have to be."""
    found = [name for name in files if name not in MAY_BE_THERE and _is_there(folder / name)]
    parents = {parent for name in files for parent in (folder / name).parents}
    return found + [str(one) for one in sorted(parents) if _is_there(one) and not one.is_dir()]


def write(folder: Path, files: Mapping[str, str]) -> Written:
    """Write *files* into *folder*, which is made; nothing that is there is overwritten."""
    kept = tuple(name for name in files if _is_there(folder / name))
    new = tuple(name for name in files if name not in kept)
    for name in new:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("x", encoding="utf-8") as file:
            file.write(files[name])
    return Written(new, kept)


def title_of(folder: Path) -> str:
    """Return a title for a site in *folder*: ``my-site`` becomes ``My site``."""
    words = " ".join(folder.resolve().name.replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:] or _TITLE


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()
