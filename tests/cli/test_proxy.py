"""`docsync proxy` and `docsync check --proxy`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from docsync_trio.cli.main import main
from docsync_trio.cli.proxy_static import closed_to_others

SITE = """
[server]
trusted_proxies = ["127.0.0.1"]
[[applications]]
path = "/a"
handlers = [{ directory = "a" }]
[[routes]]
path = "/files"
static = "public"
"""


@pytest.fixture
def docsync(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "a" / "static").mkdir(parents=True)
    (tmp_path / "a" / "main.py").write_text("raise SystemExit\n")
    (tmp_path / "public").mkdir()
    return lambda *args: CliRunner().invoke(main, args, catch_exceptions=False)


@pytest.mark.parametrize("kind", ["nginx", "haproxy", "caddy"])
def test_what_is_printed_fits_when_it_is_checked(docsync, tmp_path, kind):
    answer = docsync("proxy", kind, "--listen", "127.0.0.1:8080")
    (tmp_path / "proxy.conf").write_text(answer.stdout)
    checked = docsync("check", "--proxy", "proxy.conf")

    assert answer.stderr == ""
    assert (checked.exit_code, checked.output) == (0, "proxy.conf fits the site.\n")


def test_a_file_is_written_with_folders_and_names(docsync, tmp_path):
    options = ["--static", "--tls", "c.pem", "k.pem", "--server-name", "a.org", "-o", "p.conf"]
    answer = docsync("proxy", "nginx", *options)
    text = (tmp_path / "p.conf").read_text()

    assert answer.stdout == ""
    assert f'alias "{tmp_path}/a/static/";' in text
    assert f'alias "{tmp_path}/public/";' in text
    assert "location ^~ /static/ {" in text
    assert f"ssl_certificate_key {tmp_path}/k.pem;" in text
    assert "server_name a.org;" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--server-name", "a;b"], "is no name of a host"),
        (["--listen", "a b:80"], "is no port and no host:port"),
        (["-o", "nowhere/p.conf"], "No such file or directory"),
        (["-o", "public"], "is a directory"),
    ],
)
def test_a_mistake_is_its_makers(docsync, options, said):
    answer = docsync("proxy", "nginx", *options)

    assert answer.exit_code == 2
    assert said in answer.stderr


def test_folders_that_a_proxy_may_not_read_are_noted(docsync, tmp_path):
    (tmp_path / "public").chmod(0o750)
    notes = docsync("proxy", "nginx", "--static").stderr

    # What is outside of it is pytest's, and may be closed as well.
    assert " is closed to other users" in notes
    assert "chmod o+rx" in notes
    assert closed_to_others(tmp_path / "public") is not None
    assert closed_to_others(Path("/usr")) is None


def test_what_is_still_to_be_done_is_noted(docsync):
    more = ["--set", "server.trusted_proxies=[]", "--tls", "c.pem", "k.pem"]
    notes = docsync("proxy", "haproxy", *more).stderr.splitlines()

    assert "trusted_proxies in [server] does not name 127.0.0.1" in notes[0]
    assert "c.pem.key" in notes[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["haproxy", "--static"], "HAProxy serves no files"),
        (["nginx", "--set", "server.bind=127.0.0.1:0"], "a port of 0"),
        (["nginx", "--listen", "here"], "is no port"),
        (["apache"], "is not one of 'nginx', 'haproxy', 'caddy'"),
    ],
)
def test_what_cannot_be_printed_is_a_mistake_of_usage(docsync, arguments, says):
    answer = docsync("proxy", *arguments)

    assert answer.exit_code == 2
    assert says in answer.stderr


def test_what_will_break_is_told_with_its_place_and_a_status(docsync, tmp_path):
    text = docsync("proxy", "nginx").stdout.replace(
        "proxy_read_timeout 75s", "proxy_read_timeout 5s"
    )
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "docsync").write_text(text)
    (tmp_path / "nginx.conf").write_text("events {}\nhttp {\n    include sites/*;\n}\n")
    checked = docsync("check", "--proxy", "nginx.conf")
    for_programs = json.loads(docsync("check", "--proxy", "nginx.conf", "--format", "json").output)

    assert checked.exit_code == 2
    assert (
        'closes a silent websocket after 5s (proxy_read_timeout 5s); ping = "25s" is too late'
        in (checked.output.splitlines()[0])
    )
    assert for_programs["good"] is False
    line = text[: text.index("proxy_read_timeout 5s")].count("\n") + 1
    assert for_programs["findings"][0]["place"].endswith(f"sites/docsync:{line}")


def test_a_file_that_is_none_of_theirs_is_told(docsync):
    checked = docsync("check", "--proxy", "site.toml")

    assert checked.exit_code == 2
    assert "this is no configuration of nginx, HAProxy or Caddy" in checked.output


def test_files_that_are_not_here_are_named_and_circles_told(docsync, tmp_path):
    printed = docsync("proxy", "nginx").stdout
    (tmp_path / "n.conf").write_text(
        printed.replace("proxy_buffering off;", "include mime.types; include snippets/site;")
    )
    answer = docsync("check", "--proxy", "n.conf")
    assert "n.conf: advice: includes snippets/site, which is not here" in answer.output
    assert "mime.types" not in answer.output
    assert answer.exit_code == 0

    (tmp_path / "circle.conf").write_text("http { include circle.conf; }")
    answer = docsync("check", "--proxy", "circle.conf")
    assert "include each other without end" in answer.output
    assert answer.exit_code == 2
