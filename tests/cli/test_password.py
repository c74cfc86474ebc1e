"""`docsync password`."""

import tomllib

import pytest
from click.testing import CliRunner

from docsync_trio.cli.main import main
from docsync_trio.sign_in.passwords import fits


def test_a_line_for_the_file_of_users_is_printed():
    output = CliRunner().invoke(main, ["password", "ann o'hara"], input="geheim\n").output
    ((name, stored),) = tomllib.loads(output).items()

    assert name == "ann o'hara"
    assert fits("geheim", stored)
    assert "geheim" not in output


@pytest.mark.parametrize(("name", "typed"), [("alice", "\n"), (" ", "x\n"), ("a\nb", "x\n")])
def test_nobody_gets_an_empty_password_or_name(name, typed):
    result = CliRunner().invoke(main, ["password", name], input=typed)

    assert result.exit_code == 2
    assert "=" not in result.output
