"""What is offered for a word, asked as click asks when a shell does."""

import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from docsync_trio.cli.main import main
from docsync_trio.cli.shells.scripts import Bash, Fish, Zsh

SITE = """
[[applications]]
path = "/one"
handlers = [{ file = "one.py" }]
[[applications]]
path = "/a.b"
handlers = [{ file = "one.py" }]
[profiles.dev]
title = "Dev"
[profiles.prod]
title = "Prod"
"""


@pytest.fixture
def offered(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("one.py", "tour.ipynb", "pyproject.toml", "notes.txt", ".hidden.py"):
        (tmp_path / name).touch()
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/two.py").touch()
    (tmp_path / "site.toml").write_text(SITE)

    def offered(*words):
        asked = ShellComplete(main, {}, "docsync", "_DOCSYNC_COMPLETE")
        return [item.value for item in asked.get_completions([*words[:-1]], words[-1])]

    return offered


def test_commands_and_options_are_offered(offered):
    assert {"run", "check", "init", "completion"} <= set(offered(""))
    assert offered("check", "--fo") == ["--format"]
    assert offered("check", "--format", "g") == ["github"]
    assert offered("completion", "") == ["bash", "zsh", "fish"]


@pytest.mark.parametrize("command", ["run", "check", "routes"])
def test_sites_are_offered_and_what_is_none_is_not(offered, command):
    assert offered(command, "") == ["site.toml", "one.py", "tour.ipynb", "apps/"]
    assert offered(command, "apps/") == ["apps/two.py"]
    assert offered(command, ".h") == [".hidden.py"]
    assert offered(command, "nowhere/") == []


@pytest.mark.parametrize("shell", [Bash, Zsh, Fish])
def test_files_and_folders_are_offered_where_an_option_wants_one(offered, shell):
    def places(*words):
        asked = shell(main, {}, "docsync", "_DOCSYNC_COMPLETE")
        return [item.value for item in asked.get_completions([*words[:-1]], words[-1])]

    assert places("check", "--proxy", "no") == ["notes.txt"]
    assert places("check", "--proxy", "a") == ["apps/"]
    assert places("init", "") == ["apps/"]
    assert places("check", "--format", "j") == ["json"]


def test_the_profiles_of_the_site_file_are_offered(offered, tmp_path):
    assert offered("run", "--profile", "") == ["dev", "prod"]
    assert offered("run", "--profile=p") == ["prod"]
    (tmp_path / "other.toml").write_text("[profiles.mine]\n")
    assert offered("run", "other.toml", "--profile", "") == ["mine"]


@pytest.mark.parametrize("text", ["profiles = 3", "= =", "[[applications]]\npath = 3\n"])
def test_a_broken_site_offers_nothing_and_breaks_nothing(offered, tmp_path, text):
    (tmp_path / "site.toml").write_text(text)

    assert offered("run", "--profile", "") == []
    assert "server.bind=" in offered("run", "--set", "server.b")
    assert offered("run", "--set", "applications./o") == []


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("server.keep_alive.p", ["server.keep_alive.ping=", "server.keep_alive.pong="]),
        ("app", ["applications."]),
        ("applications./one.asy", ["applications./one.async="]),
        ("applications.0.asy", ["applications.0.async="]),
        ("logging.level=w", ["logging.level=warning"]),
        ("server.speedups=", ["server.speedups=true", "server.speedups=false"]),
        ("title=", []),
        ("nothing=", []),
    ],
)
def test_keys_and_the_values_they_may_have_are_offered(offered, typed, answer):
    found = offered("run", "--set", typed)

    assert found == answer


def test_what_cannot_be_named_by_its_path_is_named_by_its_number(offered):
    found = {name.split(".")[1] for name in offered("run", "--set", "applications.")}

    assert found == {"/one", "1"}


def test_a_key_is_offered_with_what_it_means(offered):
    asked = ShellComplete(main, {}, "docsync", "_DOCSYNC_COMPLETE")

    (item,) = asked.get_completions(["run", "--set"], "logging.level")

    assert item.help == "The least important message that is still logged"


def test_nothing_heavy_is_imported_for_an_answer(offered, tmp_path):
    program = (
        "import sys\n"
        "from click.shell_completion import ShellComplete\n"
        "from docsync_trio.cli.main import main\n"
        "asked = ShellComplete(main, {}, 'docsync', '_X')\n"
        "assert asked.get_completions(['run', '--set'], 'server.')\n"
        "assert asked.get_completions(['run'], '')\n"
        "heavy = {'bokeh', 'trio', 'numpy', 'cattrs', 'rich', 'structlog', 'starlette'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True
    )

    assert answer.stdout == "[]\n"
