"""`docsync migrate` as it is typed."""

from click.testing import CliRunner

from docsync_trio.cli.main import main


def run(*words):
    return CliRunner().invoke(main, ["migrate", *words])


def test_the_site_file_is_printed_and_how_to_serve_it_is_said_beside_it():
    result = run("--", "bokeh", "serve", "a.py", "--dev")

    assert result.exit_code == 0
    assert 'file = "a.py"' in result.stdout
    assert result.stderr == "Serve it with: docsync run site.toml --reload\n"


def test_a_file_that_is_there_is_not_overwritten(tmp_path):
    there = tmp_path / "site.toml"

    assert run("-o", str(there), "--", "bokeh", "serve", "a.py").exit_code == 0
    before = there.read_text()
    again = run("-o", str(there), "--", "bokeh", "serve", "b.py")

    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert there.read_text() == before


def test_a_command_that_would_not_be_taken_is_a_usage_error():
    result = run("--", "bokeh", "serve", "--port", "x", "a.py")

    assert result.exit_code == 2
    assert "--port: expected a whole number" in result.stderr


def test_the_dashes_may_be_left_out():
    assert 'bind = "0.0.0.0:5100"' in run("bokeh", "serve", "a.py", "--port", "5100").stdout
