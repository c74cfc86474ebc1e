"""Build the documentation as a site, and see that its links lead somewhere.

The Markdown is written to be read where it is; some of it links to files that are no pages,
such as examples. So the pages are staged first: each example becomes a page, and links to it
lead there. The built pages must ask no other server for anything, and each of their links and
anchors must be there.
"""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = ROOT / "build" / "pages"
SITE = ROOT / "build" / "docs"
BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md")
LANGUAGES = {".py": "python", ".toml": "toml", ".yaml": "yaml", ".html": "html", ".css": "css"}
LINK = re.compile(r"(```.*?```|`[^`\n]*`)|\]\(([^)\s]+)\)", re.DOTALL)
FENCE_NOTE = re.compile(r"^(\s*```\w+) .+$", re.MULTILINE)


def stage() -> None:
    """Lay out in build/pages what the site is made of."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(DOCS, PAGES)
    for source in [*DOCS.rglob("*.md"), *(ROOT / name for name in BESIDE)]:
        target = PAGES / staged_place(source)
        target.write_text(as_page(source.read_text("utf-8"), source), encoding="utf-8")
    (PAGES / "examples").mkdir()
    for folder in sorted((ROOT / "examples").iterdir()):
        if folder.is_dir():
            page = PAGES / "examples" / f"{folder.name}.md"
            page.write_text(example_page(folder), encoding="utf-8")


def staged_place(source: Path) -> Path:
    """Return where *source*, a file of the project, is below build/pages."""
    if source.is_relative_to(DOCS):
        return source.relative_to(DOCS)
    name = source.relative_to(ROOT)
    if name.parts[0] == "examples":
        return Path("examples", f"{name.parts[1]}.md")
    return Path("index.md") if name.name == "README.md" else name


def as_page(text: str, source: Path) -> str:
    """Return *text* with links that lead to staged pages, and with plain fences."""

    def lead(found: re.Match[str]) -> str:
        if found[1] is not None or "://" in found[2] or found[2].startswith(("#", "mailto:")):
            return found[0]
        path, _, anchor = found[2].partition("#")
        file = (source.parent / path).resolve()
        target = staged_place(file)
        if target.suffix != ".md" and file.is_file() and not file.is_relative_to(DOCS):
            (PAGES / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, PAGES / target)
        here = staged_place(source).parent
        link = Path(os.path.relpath(target, here)).as_posix()
        return f"]({link}#{anchor})" if anchor else f"]({link})"

    return FENCE_NOTE.sub(r"\1", LINK.sub(lead, text))


def example_page(folder: Path) -> str:
    """Return a page with what an example shows, and all its files of text."""
    parts = [f"# {folder.name.replace('_', ' ').capitalize()}\n"]
    parts.append((folder / "README.md").read_text("utf-8"))
    for path in sorted(folder.rglob("*")):
        if path.suffix in LANGUAGES:
            name, text = path.relative_to(folder).as_posix(), path.read_text("utf-8")
            parts.append(f"## {name}\n\n````{LANGUAGES[path.suffix]}\n{text}````\n")
    return "\n".join(parts)


class Page(HTMLParser):
    """What a built page links to, what it loads, and which anchors it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses and the anchors of one tag."""
        given = {name: value for name, value in attrs if value is not None}
        self.anchors.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        elif tag == "link" and given.get("rel") != "canonical":
            self.loaded.add(given.get("href", ""))
        elif tag != "a" and "src" in given:
            self.loaded.add(given["src"])


def faults() -> list[str]:
    """Return what is wrong with the built site, one sentence each."""
    pages = {path: Page(path) for path in sorted(SITE.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        name = path.relative_to(SITE)
        found += [f"{name} loads {one}" for one in page.loaded if is_elsewhere(one)]
        local = [one for one in page.links | page.loaded if ":" not in one]
        for link in local:
            file, _, anchor = link.partition("#")
            # Only the page for what is not found names addresses from the root.
            base = SITE if file.startswith("/") else path.parent
            target = (base / unquote(file).lstrip("/")).resolve() if file else path
            if not target.exists():
                found.append(f"{name} links to {link}, which is not there")
            elif target in pages and unquote(anchor) not in pages[target].anchors:
                found.append(f"{name} links to {link}, which has no such place")
    styles = [
        path for path in SITE.rglob("*.css") if re.search(r"url\(.?https?:", path.read_text())
    ]
    return found + [f"{path.relative_to(SITE)} loads from elsewhere" for path in styles]


def is_elsewhere(address: str) -> bool:
    """Tell whether a browser would ask another server for *address*."""
    return address.startswith(("http:", "https:", "//"))


def main() -> int:
    """Return the exit status, having named every fault."""
    stage()
    shutil.rmtree(SITE, ignore_errors=True)
    zensical = Path(sys.executable).with_name("zensical")
    built = subprocess.run([zensical, "build"], cwd=ROOT, check=False)
    wrong = faults() if built.returncode == 0 else ["the site cannot be built"]
    missing = {path.stem for path in PAGES.rglob("*.md")} - {p.stem for p in SITE.rglob("*.html")}
    wrong += [f"{name}.md has become no page" for name in sorted(missing - {"README"})]
    sys.stdout.write("\n".join(wrong or [f"{SITE.relative_to(ROOT)}/index.html"]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
