"""`docsync run` and `docsync check` as people start them: real processes."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

pytestmark = pytest.mark.whole

APP = """
from bokeh.io import curdoc
from bokeh.models import Div
curdoc().add_root(Div(text="hello"))
"""
SITE = """
title = "Desk"
[server]
bind = "127.0.0.1:0"
[[applications]]
path = "/one"
title = "One"
handlers = [{ file = "one.py" }]
[[applications]]
path = "/bad"
handlers = [{ file = "bad.py" }]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "one.py").write_text(APP)
    (tmp_path / "bad.py").write_text("x = 1\nraise ValueError('no data')\n")
    return tmp_path


def docsync(folder, *args, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "docsync_trio", *args],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def finished(folder, *args):
    process = docsync(folder, *args)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@contextlib.contextmanager
def running(folder, *args, urls=1, **options):
    """Start a server; give the process and its URLs, which come last in the banner."""
    process = docsync(folder, *args, **options)
    try:
        found = []
        while len(found) < urls:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            found += re.findall(r"^http://\S+/\S*$", line.strip())
        yield process, found
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_site_is_served_until_it_is_asked_to_stop(folder, number):
    with running(folder, "run", urls=2) as (process, (one, bad)):
        assert one.endswith("/one")
        assert get(one)[0] == 200
        assert get(bad)[0] == 500

        process.send_signal(number)
        out, err = process.communicate(timeout=30)

    assert process.returncode == 0
    assert out.endswith("goodbye.\n")
    assert "session opened" in err
    assert f"ValueError: no data at {folder / 'bad.py'}:2" in err
    assert "Traceback" not in err


def test_a_bare_application_is_served_at_its_name(folder):
    with running(folder, "run", "one.py", "--bind", "127.0.0.1:0") as (_, (url,)):
        assert url.endswith("/one")
        assert get(url)[0] == 200


def test_a_bare_application_gets_its_arguments(folder):
    (folder / "args.py").write_text("import sys\nraise ValueError(str(sys.argv[1:]))\n")

    args = ("run", "args.py", "--bind", "127.0.0.1:0", "--", "--points", "3")
    with running(folder, *args) as (process, (url,)):
        get(url)
        process.terminate()
        _, err = process.communicate(timeout=30)

    assert "['--points', '3']" in err


def test_the_browser_is_opened_at_the_first_application(folder):
    (folder / "browser.py").write_text("import sys\nprint('opened', sys.argv[1], flush=True)\n")
    browser = f"{sys.executable} {folder / 'browser.py'} %s"

    environment = os.environ | {"BROWSER": browser}
    with running(folder, "run", "--open", urls=2, env=environment) as (process, (one, _)):
        assert process.stdout.readline() == f"opened {one}\n"


def test_a_taken_port_is_one_line(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        code, out, err = finished(folder, "run", "--bind", address)

    assert (code, out) == (3, "")
    assert len(err.splitlines()) == 1
    assert address in err


def test_all_mistakes_of_a_site_are_told_before_anything_listens(folder):
    (folder / "site.toml").write_text(f"{SITE}\nasync = 'maybe'\ncolour = 1\n")

    code, out, err = finished(folder, "run")

    assert (code, out) == (2, "")
    assert [line.split(":")[0] for line in err.splitlines()] == ["site.toml"] * 2


def test_what_cannot_be_imported_is_told_with_its_place(folder):
    (folder / "one.py").write_text("x = = 1\n")

    code, out, err = finished(folder, "run")

    assert (code, out) == (4, "")
    assert re.match(r"site.toml:8:\d+: applications\[0\]", err), err


def test_a_json_log_is_nothing_but_json(folder):
    process = docsync(folder, "run", "--log-format", "json")
    try:
        first = json.loads(process.stderr.readline())
        while first["event"] != "serving":
            first = json.loads(process.stderr.readline())
        assert get(first["urls"][1])[0] == 500
        process.terminate()
        out, err = process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()

    entries = [json.loads(line) for line in err.splitlines()]
    (failure,) = [entry for entry in entries if entry["level"] == "error"]
    assert failure["application"] == "/bad"
    assert len(failure["session"]) > 8
    assert failure["exception"][0]["exc_type"] == "ValueError"
    assert out == ""


def test_a_server_that_nobody_listens_to_still_serves_and_still_stops(folder):
    (folder / "one.py").write_text(f"print('x' * 100_000)\n{APP}")
    with running(folder, "run", urls=2) as (process, (one, bad)):
        process.stdout.close()
        process.stderr.close()
        for _ in range(3):
            assert get(one)[0] == 200
            assert get(bad)[0] == 500

        process.terminate()

        assert process.wait(timeout=30) == 0
        process.stdout = process.stderr = None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_imports_in_their_middle(folder, number):
    (folder / "slow.py").write_text(
        "import os, time\nos.write(1, b'importing\\n')\ntime.sleep(600)\ndef build(doc): ...\n"
    )
    (folder / "site.toml").write_text(
        '[[applications]]\npath = "/slow"\nhandlers = [{ function = "slow:build" }]\n'
    )
    process = docsync(folder, "run")
    assert process.stdout.readline() == "importing\n"

    process.send_signal(number)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, out, err) == (0, "interrupted: goodbye.\n", "")


def test_the_second_signal_ends_a_server_whose_application_hangs(folder):
    (folder / "one.py").write_text("print('hanging', flush=True)\nwhile True:\n    pass\n")

    with running(folder, "run", "one.py", "--bind", "127.0.0.1:0") as (process, (url,)):
        address = re.match(r"http://([\d.]+):(\d+)", url).groups()
        with socket.create_connection(address) as visitor:
            visitor.sendall(b"GET /one HTTP/1.1\r\nHost: x\r\n\r\n")
            assert process.stdout.readline() == "hanging\n"

            process.send_signal(signal.SIGINT)
            while process.poll() is None:
                process.send_signal(signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.2)

    assert process.returncode == -signal.SIGINT


def test_a_terminal_gets_a_table_unless_it_wants_no_colour(folder):
    pty = pytest.importorskip("pty")
    for environment, sign in (({}, "╭"), ({"NO_COLOR": "1"}, "application")):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "docsync_trio", "run"],
            cwd=folder,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            env={k: v for k, v in os.environ.items() if k != "NO_COLOR"}
            | {"TERM": "xterm"}
            | environment,
        )
        os.close(theirs)
        seen = ""
        while not re.search(r"http://\S+/bad\b", seen):
            seen += os.read(ours, 10_000).decode(errors="replace")
        process.terminate()
        assert process.wait(timeout=30) == 0
        os.close(ours)
        assert sign in seen
        assert ("\x1b[" in seen) == (not environment)


def test_check_tells_of_all_that_is_wrong_and_what_to_mend_first(folder):
    code, out, err = finished(folder, "check")
    assert (code, err) == (4, "")
    assert re.search(r"^/one: One; file one.py; .*; built in \d+\.\d\d s$", out, re.MULTILINE)
    assert f"ValueError: no data at {folder / 'bad.py'}:2" in out

    (folder / "one.py").write_text("x = = 1\n")
    code, out, err = finished(folder, "check", "--format", "github")
    assert (code, err) == (4, "")
    assert out.startswith("::error file=one.py,line=1::site.toml:8:")
    assert "::error file=bad.py,line=2::/bad: " in out


def test_check_for_programs_is_json_whatever_the_application_prints(folder):
    (folder / "one.py").write_text(f"print('noise')\n{APP}")

    code, out, err = finished(folder, "check", "one.py", "--format", "json")

    assert code == 0
    assert json.loads(out)["applications"][0]["path"] == "/one"
    assert "noise" in err


def test_check_fills_in_the_parameters_of_a_path(folder):
    site = SITE.replace('"/one"', '"/one/{station}/{year:int}"')
    (folder / "site.toml").write_text(site.partition('[[applications]]\npath = "/bad"')[0])
    (folder / "one.py").write_text(
        "from bokeh.io import curdoc\n"
        "params = curdoc().session_context.request.path_params\n"
        "assert params == {'station': 'station', 'year': 1}, params\n"
    )

    code, out, _ = finished(folder, "check")

    assert code == 0, out
