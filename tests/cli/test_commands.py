"""The commands that only read a site, in this process."""

import json

import jsonschema
import pytest
import tomli
from click.testing import CliRunner

from docsync_trio.cli.main import main

SITE = """
title = "Site"
[sessions]
secret_key = { env = "SITE_KEY" }
[[applications]]
path = "/a"
handlers = [{ file = "app.py" }]
"""


@pytest.fixture
def docsync(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SITE_KEY", "hunter2")
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "app.py").write_text("x = 1\n")
    return lambda *args: CliRunner().invoke(main, args, catch_exceptions=False)


def test_config_show_has_every_value_with_its_origin_and_no_secret(docsync):
    answer = docsync("config", "show", "--set", "server.prefix=/desk")

    lines = {line.split()[0]: line for line in answer.output.splitlines()}
    assert "site.toml:2:" in lines["title"]
    assert "--set" in lines["server.prefix"]
    assert "default" in lines["server.keep_alive.ping"]
    assert "hunter2" not in answer.output


def test_config_show_for_programs(docsync):
    rows = json.loads(docsync("config", "show", "--format", "json").output)

    assert {"key", "value", "origin"} == set(rows[0])


def test_routes_for_people_and_programs(docsync):
    assert "/a/ws" in docsync("routes").output
    assert json.loads(docsync("routes", "--format", "json").output)[0]["path"] == "/a"


def test_routes_of_a_broken_site_are_its_mistakes(docsync, tmp_path):
    (tmp_path / "site.toml").write_text(f"{SITE}\nasync = 'maybe'\ncolour = 1\n")

    answer = docsync("routes")

    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 2
    assert answer.stderr.startswith("site.toml:9:")


def test_the_schema_goes_to_a_file_or_to_standard_output(docsync, tmp_path):
    printed = json.loads(docsync("schema").output)
    answer = docsync("schema", "-o", "site.schema.json")

    assert json.loads((tmp_path / "site.schema.json").read_text()) == printed
    assert answer.stdout == ""
    jsonschema.validate(tomli.loads(SITE), printed)
