"""The pages say what is true, as far as a program can tell."""

import re
from pathlib import Path

import pytest

from docsync_trio.config.load import load_site

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")],
)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    return re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)


def site_files() -> list[tuple[str, str]]:
    """All TOML on the pages, with where it is from; what is a part of a site is completed."""
    blocks = [
        (f"{name(page)}-{number}", block)
        for page in PAGES
        for number, block in enumerate(
            re.findall(r"```toml\n(.*?)```", page.read_text(), flags=re.DOTALL), start=1
        )
    ]
    rest = '\n[[applications]]\npath = "/a"\nhandlers = [{ function = "apps.a:b" }]\n'
    return [
        (at, block if "[[applications]]" in block else block + rest)
        for at, block in blocks
        if "reference" not in at
    ]


def make_what_it_names(folder: Path, site: str) -> None:
    for kind, place in re.findall(r'\b(file|json|notebook|directory|static) = "([^"]+)"', site):
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if kind in {"directory", "static"}:
            target.mkdir(exist_ok=True)
            (target / "main.py").touch()
        else:
            target.touch()


@pytest.mark.parametrize(("at", "text"), site_files(), ids=[at for at, _ in site_files()])
def test_a_site_file_on_a_page_is_one_that_we_read(at, text, tmp_path):
    make_what_it_names(tmp_path, text)
    (tmp_path / "site.toml").write_text(text)

    site = load_site(tmp_path / "site.toml", environ={"DOCSYNC_SECRET_KEY": "k" * 40})

    assert site.settings.applications
    assert site.warnings == ()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files_that_are_there(page):
    targets = re.findall(r"\]\(([^)#\s]+)", prose(page))
    local = [target for target in targets if "://" not in target]

    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_make_targets_that_a_page_names_exist(page):
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(), flags=re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))

    assert named <= targets


def test_every_decision_is_on_the_list():
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\]\((\d{4}-[^)]+)\)", (folder / "README.md").read_text()))

    assert listed == {path.name for path in folder.glob("[0-9]*.md")}


def promised_tests():
    text = (ROOT / "docs/promises.md").read_text()
    return sorted(set(re.findall(r"`((?:\w+/)+test_\w+\.py)(?:::(test_\w+))?`", text)))


@pytest.mark.parametrize(("file", "name"), promised_tests())
def test_a_promise_names_a_test_that_is_there(file, name):
    path = ROOT / "tests" / file

    assert path.is_file()
    assert f"def {name}" in path.read_text()
