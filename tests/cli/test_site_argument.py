import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from docsync_trio.cli.site_argument import ArgvCommand, find_site, load, site_options


@click.command(cls=ArgvCommand)
@site_options
def shown(site, profile, overrides):
    settings = load(site, profile=profile, overrides=overrides).settings
    (application,) = settings.applications
    (handler,) = application.handlers
    click.echo(json.dumps([settings.title, application.path, handler.kind, handler.argv]))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text("x = 1\n")
    return tmp_path


def write_site(folder, title="Site"):
    (folder / "site.toml").write_text(
        f'title = "{title}"\n[[applications]]\npath = "/a"\nhandlers = [{{ file = "app.py" }}]\n'
        '[profiles.dev]\ntitle = "Dev"\n'
    )


def show(*args):
    answer = CliRunner().invoke(shown, args)
    return json.loads(answer.output) if answer.exit_code == 0 else answer


def test_without_an_argument_it_is_the_site_file_of_this_folder(folder):
    write_site(folder)

    assert show() == ["Site", "/a", "file", []]


def test_without_a_site_file_the_message_says_what_to_do(folder):
    answer = show()

    assert answer.exit_code == 2
    assert "there is no site.toml in this folder" in answer.stderr
    assert "docsync init" in answer.stderr


def test_what_is_not_there_is_told(folder):
    assert "nowhere.toml: there is no such file or folder" in show("nowhere.toml").stderr


def test_a_folder_with_a_site_file_is_that_site(folder):
    write_site(folder)

    assert find_site(folder) == folder / "site.toml"


def test_a_folder_without_one_is_an_application(folder):
    assert find_site(folder) == folder


def test_a_bare_application_gets_what_follows_the_dashes(folder):
    assert show("app.py", "--", "--points", "3", "--", "é") == [
        "",
        "/app",
        "file",
        ["--points", "3", "--", "é"],
    ]


def test_arguments_for_a_site_file_are_refused_with_the_place_to_write_them(folder):
    write_site(folder)

    answer = show("site.toml", "--", "--points")

    assert answer.exit_code == 2
    assert 'argv = ["..."]' in answer.stderr


def test_a_profile_and_a_key_can_be_chosen(folder):
    write_site(folder)

    assert show("--profile", "dev")[0] == "Dev"
    assert show("--profile", "dev", "--set", "title=Third")[0] == "Third"


def test_a_bare_application_has_no_profile(folder):
    answer = show("app.py", "--profile", "dev")

    assert answer.exit_code == 2
    assert "--profile is for a site file" in answer.stderr


def test_options_may_stand_behind_the_site(folder):
    assert show(str(Path("app.py")), "--set", "title=After")[0] == "After"
