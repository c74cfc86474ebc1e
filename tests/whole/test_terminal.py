"""`docsync run` in a real terminal, started from a real shell with job control."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request

import pytest

from tests.whole.processes import STOPPING, started

pytestmark = pytest.mark.whole

SITE = """
title = "Desk"
server.bind = "127.0.0.1:0"
[[applications]]
path = "/one"
handlers = [{ file = "one.py" }]
[[applications]]
path = "/buoys/{station}"
handlers = [{ file = "one.py" }]
"""
ONE = """
import time
from bokeh.io import curdoc
if curdoc().session_context.request.arguments.get("hang"):
    print("it hangs", flush=True)
    while True:
        time.sleep(0.01)
from bokeh.models import Div
curdoc().add_root(Div(text="hello"))
"""
LOGIN = "import os, sys; os.login_tty(int(sys.argv[1])); os.execvp('bash', sys.argv[2:])"
BY_HAND = """
import os, sys
shown = os.dup(1)
os.login_tty(int(sys.argv[1]))
os.dup2(shown, 1)
os.dup2(shown, 2)
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x1b]*\x1b\\|[\r\a]")


class Terminal:
    """A terminal in which bash runs, and what it has shown since it was asked last."""

    def __init__(self, folder):
        self.screen, theirs = pty.openpty()
        command = [sys.executable, "-c", LOGIN, str(theirs), "bash", "--norc", "--noprofile", "-i"]
        environment = os.environ | {"PS1": "ready> ", "TERM": "xterm", "NO_COLOR": "1"}
        self.shell = subprocess.Popen(command, cwd=folder, env=environment, pass_fds=[theirs])
        os.close(theirs)

    def type(self, keys):
        os.write(self.screen, keys.encode())

    def until(self, pattern):
        """Return what is shown, up to what fits *pattern*."""
        seen = ""
        while not (found := re.search(pattern, seen)):
            seen += ESCAPES.sub("", os.read(self.screen, 10_000).decode(errors="replace"))
        return seen[: found.end()]

    def mode(self):
        """Return whether it hands over whole lines, and whether it shows what is typed."""
        self.type("stty -a | tr ' ;' '\\n' | grep -xE -e '-?(icanon|echo)' | xargs echo mode\n")
        return self.until(r"\nmode [^\n]*").split()[-2:]

    def close(self):
        self.shell.kill()
        self.shell.wait()
        os.close(self.screen)


@pytest.fixture
def terminal(tmp_path):
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "one.py").write_text(ONE)
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.close()


def visit(url):
    def get():
        with urllib.request.urlopen(url, timeout=60) as answer:
            answer.read()

    visitor = threading.Thread(target=get, daemon=True)
    visitor.start()
    return visitor


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_keys_work_while_it_is_in_front_and_the_terminal_is_given_back(terminal):
    terminal.until("ready> ")
    usual = terminal.mode()
    assert usual == ["icanon", "echo"]

    terminal.type(f"{sys.executable} -m docsync_trio run --reload\n")
    banner = terminal.until("press h[^\n]*")
    assert "reload on" in banner
    assert not re.search(r"http://\S+/buoys", banner)
    (one,) = re.findall(r"http://\S+/one", banner)

    terminal.type("h")
    assert "q  quit" in terminal.until("show this")
    visit(one).join()
    assert "session opened" in terminal.until(r"built in [\d.]+ s")
    terminal.type("s")
    assert "/one" in terminal.until(r"none for \d+s")
    terminal.type("r")
    assert "reloaded /one" in terminal.until(r"\(r was pressed\)")

    terminal.type("\x1a")
    terminal.until("Stopped.*\n.*ready> ")
    assert terminal.mode() == usual
    terminal.type("bg\n")
    terminal.until("&\n.*ready> ")
    terminal.type("echo still the sh''ell\n")
    terminal.until("still the shell")
    assert terminal.mode() == usual
    terminal.type("fg\n")
    terminal.until("docsync_trio run --reload\n")
    # Until it has noticed, keys would be lines of the terminal.
    shown = ""
    while "show this" not in shown:
        terminal.type("h\n")
        shown = terminal.until("show this|h\n")

    visit(f"{one}?hang=1")
    terminal.until("it hangs")
    terminal.type("q")
    terminal.until("once more ends at once")
    terminal.type("\x03")
    terminal.until("ready> ")
    assert terminal.mode() == usual


def test_without_its_terminal_it_ends_in_peace(tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    hook = "\ndef on_server_unloaded(context):\n    print('goodbye from the hook', flush=True)\n"
    (tmp_path / "one.py").write_text(ONE + hook)
    screen, theirs = pty.openpty()
    site = str(tmp_path / "site.toml")
    command = [sys.executable, "-c", BY_HAND, str(theirs), "-m", "docsync_trio", "run", site]
    with started(command, pass_fds=[theirs]) as (process, log):
        os.close(theirs)
        log.wait_for("http://.*/one")
        process.send_signal(signal.SIGHUP)
        log.wait_for("SIGHUP: looks at the certificate")
        os.close(screen)
        assert process.wait(STOPPING) == 0
        assert "stopping (the terminal is gone)" in log.whole_text()
        assert "goodbye from the hook" in log.whole_text()
