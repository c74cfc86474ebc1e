import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from docsync_trio.base.errors import ConfigError, PlacedProblem, ServerError
from docsync_trio.cli.main import Commands, main

HEAVY = ("attrs", "bokeh", "cattrs", "numpy", "rich", "starlette", "structlog", "tomli", "trio")


def command_that_raises(error):
    group = Commands(name="docsync")

    @group.command()
    def fail():
        raise error

    return CliRunner().invoke(group, ["fail"])


def test_importing_the_commands_imports_nothing_but_click():
    program = "import json, sys, docsync_trio.cli.main; print(json.dumps(sorted(sys.modules)))"

    answer = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True
    )

    loaded = {name.partition(".")[0] for name in json.loads(answer.stdout)}
    assert sorted(loaded & set(HEAVY)) == []


def test_help_names_every_command_and_every_exit_status():
    answer = CliRunner().invoke(main, ["--help"])

    assert answer.exit_code == 0
    for word in ("run", "check", "init", "routes", "config", "schema", "secret", "Exit status"):
        assert word in answer.output


@pytest.mark.parametrize(
    "command",
    [
        ["run"],
        ["check"],
        ["init"],
        ["routes"],
        ["config", "show"],
        ["schema"],
        ["secret"],
        ["completion"],
    ],
)
def test_every_command_has_help(command):
    answer = CliRunner().invoke(main, [*command, "--help"])

    assert answer.exit_code == 0
    assert "Usage:" in answer.output


def test_the_version_names_all_that_matters():
    lines = CliRunner().invoke(main, ["--version"]).output.split()

    assert {"docsync-trio", "bokeh", "trio", "CPython"} <= set(lines)


def test_the_module_is_the_command():
    answer = subprocess.run(
        [sys.executable, "-m", "docsync_trio", "--help"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    assert answer.stdout.startswith("Usage: docsync ")


def test_every_line_of_a_configuration_error_is_printed():
    def at(key, line):
        return PlacedProblem("site.toml", key, "x", line, 1)

    answer = command_that_raises(ConfigError([at("a", 1), at("b", 2)]))

    assert answer.exit_code == 2
    assert answer.stderr == "site.toml:1:1: a: x\nsite.toml:2:1: b: x\n"


@pytest.mark.parametrize(("causes", "status"), [([KeyError()], 4), ([KeyError(), None], 2)])
def test_a_site_that_an_author_has_to_mend_first_has_a_status_of_its_own(causes, status):
    error = ConfigError([PlacedProblem("site.toml", "a", "x", cause=one) for one in causes])

    assert command_that_raises(error).exit_code == status


@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: ExceptionGroup("nursery", [e])])
def test_a_server_error_is_one_line_also_out_of_a_nursery(wrap):
    answer = command_that_raises(wrap(ServerError("the port is taken", status=3)))

    assert (answer.exit_code, answer.stderr) == (3, "the port is taken\n")


def test_what_is_raised_beside_a_server_error_is_not_hidden():
    both = ExceptionGroup("nursery", [ServerError("taken", status=3), KeyError("lost")])

    answer = command_that_raises(both)

    assert answer.exit_code == 1
    assert "KeyError: 'lost'" in answer.stderr


def test_ctrl_c_inside_a_nursery_is_ctrl_c():
    answer = command_that_raises(BaseExceptionGroup("nursery", [KeyboardInterrupt()]))

    assert "Aborted!" in answer.stderr
    assert "fault of docsync-trio" not in answer.stderr


def test_a_fault_of_ours_says_so_and_shows_the_traceback():
    answer = command_that_raises(ZeroDivisionError("oops"))

    assert answer.exit_code == 1
    assert answer.stderr.startswith("ZeroDivisionError: oops\nThis is a fault of docsync-trio")
    assert "Traceback (most recent call last)" in answer.stderr


def test_usage_errors_stay_with_click():
    answer = command_that_raises(click.UsageError("not like this"))

    assert answer.exit_code == 2
    assert "Error: not like this" in answer.stderr


def test_a_secret_is_long_and_never_the_same():
    one, other = (CliRunner().invoke(main, ["secret"]).output.strip() for _ in range(2))

    assert one != other
    assert min(len(one), len(other)) >= 43
