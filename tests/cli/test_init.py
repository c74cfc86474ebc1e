"""`docsync init`: what is written, what is left alone, and what is asked of whom."""

import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import tomli
from click.testing import CliRunner

from docsync_trio.cli import init as init_module
from docsync_trio.cli.main import main
from docsync_trio.cli.new_site import TEMPLATES

SHARED = {"site.toml", "README.md", "requirements.txt", "pytest.ini", ".gitignore"}


@pytest.fixture
def docsync(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *args, **more: CliRunner().invoke(main, args, catch_exceptions=False, **more)


@pytest.fixture
def at_a_terminal(monkeypatch):
    class Terminal:
        def isatty(self):
            return True

    class Sys:
        stdin = stdout = Terminal()

    monkeypatch.setattr(init_module, "sys", Sys)


def test_the_names_of_the_templates_are_those_that_can_be_made():
    assert tuple(TEMPLATES) == init_module.NAMES


CHECK_AND_TEST = """
import sys, pytest
from docsync_trio.cli.main import main
main(["check"], standalone_mode=False)
sys.exit(pytest.main(["-pno:cacheprovider"]))
"""


# Five processes, each of which imports Bokeh; on a busy machine that takes its time.
@pytest.mark.timeout(400)
def test_every_template_is_a_good_site_whose_own_tests_pass(docsync, tmp_path):
    for name in TEMPLATES:
        made = docsync("init", name, "--template", name)
        assert made.exit_code == 0, made.output
        assert (tmp_path / name / "site.toml").read_text().startswith("#:schema ./site.schema.json")
        assert {path.name for path in (tmp_path / name).iterdir()} >= SHARED

    with ThreadPoolExecutor(2) as two:
        for done in two.map(check_and_test, (tmp_path / name for name in TEMPLATES)):
            assert done.returncode == 0, f"{done.args}\n{done.stdout}\n{done.stderr}"
            assert "1 application built, all is well" in done.stdout


def check_and_test(folder):
    return subprocess.run(
        [sys.executable, "-c", CHECK_AND_TEST],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_ends_with_three_commands_to_type(docsync):
    answer = docsync("init", "my new site")

    commands = [line.strip() for line in answer.output.splitlines() if line.startswith("  ")]
    assert len(commands) == 3
    assert shlex.split(commands[0]) == ["cd", "my new site"]
    assert commands[-1] == "docsync run --reload"


def test_the_title_is_that_of_the_folder_unless_it_is_said(docsync, tmp_path):
    docsync("init", "ocean-desk")
    docsync("init", "other", "--title", 'The "best" desk')

    assert tomli.loads((tmp_path / "ocean-desk/site.toml").read_text())["title"] == "Ocean desk"
    assert tomli.loads((tmp_path / "other/site.toml").read_text())["title"] == 'The "best" desk'
    assert (tmp_path / "ocean-desk/README.md").read_text().startswith("# Ocean desk\n")


@pytest.mark.parametrize("there", ["site.toml", "apps/sliders.py", "tests"])
def test_what_is_there_is_never_overwritten(docsync, tmp_path, there):
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine")

    answer = docsync("init")

    assert answer.exit_code == 2
    assert f"{there.partition('/')[0]}" in answer.stderr
    assert "nothing was written" in answer.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / there]
    assert (tmp_path / there).read_text() == "mine"


def test_a_fresh_repository_keeps_its_readme(docsync, tmp_path):
    (tmp_path / "README.md").write_text("mine")

    answer = docsync("init")

    assert answer.exit_code == 0
    assert "kept  README.md, which was there" in answer.output
    assert (tmp_path / "README.md").read_text() == "mine"
    assert (tmp_path / "site.toml").exists()


def test_on_a_terminal_it_asks_for_what_was_not_said(docsync, tmp_path, at_a_terminal):
    answer = docsync("init", "new", input="streaming\nHarbor\n")

    assert answer.exit_code == 0, answer.output
    assert all(name in answer.output for name in TEMPLATES)
    assert (tmp_path / "new/apps/feed.py").exists()
    assert (tmp_path / "new/README.md").read_text().startswith("# Harbor\n")


@pytest.mark.parametrize("said", [["--yes"], ["--template", "basic"]])
def test_it_asks_nothing_of_who_has_said_enough(docsync, tmp_path, at_a_terminal, said):
    answer = docsync("init", "new", *said, input="")

    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "new/apps/sliders.py").exists()


def test_it_asks_nothing_where_nobody_can_answer(docsync, tmp_path):
    answer = docsync("init", "new", input="")

    assert answer.exit_code == 0, answer.output
    assert "?" not in answer.output
