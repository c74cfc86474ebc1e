"""The pages of the documentation as programs see them: their blocks of code, their anchors."""

import re
from pathlib import Path

import attrs

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")],
)
TUTORIAL = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^( *)```(\w+)?(?: +(\S.*?))?\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


@attrs.frozen
class Block:
    """A block of code on a page: its language, the words behind that, its text."""

    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str

    @property
    def place(self) -> str:
        return f"{name(self.page)}:{self.line}"

    @property
    def file(self) -> str | None:
        """The file that a reader makes of it."""
        found = [word.removeprefix("file=") for word in self.words if word.startswith("file=")]
        return found[0] if found else None


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, found.start()) + 1,
            found[2] or "",
            tuple((found[3] or "").split()),
            re.sub(f"^{found[1]}", "", found[4], flags=re.MULTILINE),
        )
        for found in _BLOCK.finditer(text)
    ]


def anchors(page: Path) -> set[str]:
    """The places on a page that a link can name, as GitHub and the built pages call them."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    found: set[str] = set()
    for title in re.findall(r"^#+ +(.+)$", text, flags=re.MULTILINE):
        plain = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
        same = sum(
            one == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", one) is not None for one in found
        )
        found.add(f"{slug}-{same}" if same else slug)
    return found


def follow_tutorial(folder: Path) -> None:
    """Do in *folder*, a site that `docsync init` has made, all that the tutorial says."""
    for block in blocks(TUTORIAL):
        if block.file is None:
            continue
        path = folder / block.file
        before = path.read_text("utf-8") + "\n" if "append" in block.words else ""
        path.write_text(before + block.text, encoding="utf-8")
