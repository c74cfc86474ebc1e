"""The pages say what is true, as far as a program can tell."""

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from docsync_trio.cli.command_reference import command_page
from docsync_trio.cli.main import main
from docsync_trio.config.load import load_site
from tests.pages import PAGES, ROOT, anchors, blocks, follow_tutorial, name


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


KEYS = ("DOCSYNC_SECRET_KEY", "GITHUB_SECRET")


def make_what_it_names(folder: Path, site: str) -> None:
    kinds = "file|json|notebook|directory|static|users|certificate|key"
    for kind, place in re.findall(rf'\b({kinds}) = "([^"]+)"', site):
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

    site = load_site(tmp_path / "site.toml", environ=dict.fromkeys(KEYS, "k" * 40))

    assert site.settings.applications
    assert site.warnings == ()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files_that_are_there(page):
    targets = re.findall(r"\]\(([^)#\s]+)", prose(page))
    local = [target for target in targets if "://" not in target]

    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_places_that_are_there(page):
    # A name in backticks may look like a link.
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    targets = [target.partition("#") for target in re.findall(r"\]\(([^)\s]*#[^)\s]+)\)", text)]
    local = [
        (page.parent / file if file else page, anchor)
        for file, _, anchor in targets
        if "://" not in file
    ]
    pages = [(file, anchor) for file, anchor in local if file.suffix == ".md"]

    assert [f"{file}#{anchor}" for file, anchor in pages if anchor not in anchors(file)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_make_targets_that_a_page_names_exist(page):
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), flags=re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))

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


def test_every_page_has_a_place_in_the_navigation():
    navigation = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    named = set(re.findall(r'"([\w/.-]+\.md)"', navigation))
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")}
    # The list of decisions leads to each of them.
    wanted = {page for page in pages if not re.match(r"decisions/\d", page)}

    assert named == wanted | {"CHANGELOG.md", "CONTRIBUTING.md"}
    assert tomllib.loads(navigation)["project"]["theme"]["font"] is False


def test_the_reference_of_the_commands_is_in_step_with_them():
    page = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")

    assert page == command_page(), "the page and the commands differ; `make reference` writes it"


def typed_commands():
    """All lines that begin with ``docsync`` in blocks for a shell."""
    return [
        (block.place, line.removeprefix("$ ").strip())
        for page in PAGES
        for block in blocks(page)
        if block.language in {"", "sh", "bash", "shell", "text", "console"}
        for line in block.text.replace("\\\n", " ").splitlines()
        if re.match(r"\s*(\$ )?docsync [a-z]", line)
    ]


def test_the_commands_on_the_pages_and_their_options_are_there():
    assert typed_commands()
    assert [f"{at}: {line}" for at, line in typed_commands() if not can_be_typed(line)] == []


def can_be_typed(line: str) -> bool:
    words = shlex.split(line, comments=True)[1:]
    ours = words[: words.index("--")] if "--" in words else words
    command: click.Command | None = main
    while isinstance(command, click.Group) and ours:
        command = command.commands.get(ours.pop(0))
    if command is None:
        return False
    options = {each.partition("=")[0] for each in ours if each.startswith("--")}
    return options <= {name for each in command.params for name in each.opts} | {"--help"}


@pytest.mark.parametrize(
    "line", ["docsync serve app.py", "docsync run --fast", "docsync config all"]
)
def test_a_command_that_is_not_there_would_be_found(line):
    assert not can_be_typed(line)


def python_blocks():
    """For each page its blocks of Python, with how many of them are whole and run."""
    for page in PAGES:
        found = [block for block in blocks(page) if block.language == "python"]
        whole = sum(map(is_whole, found))
        if found:
            count = f"{name(page)}: {whole} of {len(found)} run, the rest are parts"
            yield pytest.param(found, id=count)


def is_whole(block):
    return block.file is not None or (
        "add_root(" in block.text and "import" in block.text and "figure(" in block.text
    )


@pytest.mark.parametrize("found", list(python_blocks()))
def test_python_on_a_page_is_python(found):
    for block in found:
        try:
            compile(
                block.text, block.place, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST
            )
        except SyntaxError as error:
            pytest.fail(f"{block.place}: {error}")


TRY = """
import sys, pytest
from docsync_trio.cli.main import main
for site in sys.argv[2:]:
    main(["check", site], standalone_mode=False)
sys.exit(pytest.main(["-pno:cacheprovider", "--rootdir", sys.argv[1], sys.argv[1]]))
"""


@pytest.mark.timeout(300)
def test_whole_applications_are_built_and_the_tutorial_can_be_followed(tmp_path):
    site = tmp_path / "my-site"
    made = CliRunner().invoke(main, ["init", str(site), "--yes"])
    assert made.exit_code == 0, made.output
    follow_tutorial(site)
    scripts = [block for page in PAGES for block in blocks(page) if block.language == "python"]
    alone = [block for block in scripts if is_whole(block) and "tests/" not in (block.file or "")]
    for number, block in enumerate(alone):
        (tmp_path / f"app{number}.py").write_text(f"# {block.place}\n{block.text}")

    done = subprocess.run(
        [sys.executable, "-c", TRY, site, site, *sorted(tmp_path.glob("app*.py"))],
        cwd=site,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert len(alone) >= 3
    assert done.stdout.count("all is well") == 1 + len(alone)
    assert "3 passed" in done.stdout
