"""Real shells complete `docsync`, with the scripts that it prints."""

import os
import pty
import re
import shutil
import subprocess
import sys
import sysconfig

import pytest

pytestmark = [pytest.mark.whole, pytest.mark.skipif(sys.platform == "win32", reason="no shells")]

SITE = "[profiles.development]\ntitle = 'Dev'\n"
START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], ""),
    "zsh": (["zsh", "-f", "-i"], "autoload -Uz compinit && compinit -u -D; "),
}
LINES = {
    "docsync comp": "docsync completion ",
    "docsync run --prof": "docsync run --profile ",
    "docsync run --profile dev": "docsync run --profile development ",
    "docsync run --profile=dev": "docsync run --profile=development ",
    "docsync run ap": "docsync run apps/",
    "docsync run --set server.keep_alive.pi": "docsync run --set server.keep_alive.ping=",
    "docsync run --set logging.level=w": "docsync run --set logging.level=warning ",
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "one.py").touch()
    return tmp_path


def needs(shell):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")


def environment():
    places = [sysconfig.get_path("scripts"), os.environ["PATH"]]
    return os.environ | {"PATH": os.pathsep.join(places), "TERM": "dumb"}


def shown(output):
    """Return what a terminal shows: a shell steps back and writes over what is there."""
    cells, at = [], 0
    for character in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|[\r\a]", "", output):
        if character == "\b":
            at -= 1
        else:
            cells[at : at + 1] = character
            at += 1
    return "".join(cells)


@pytest.mark.parametrize("shell", START)
def test_the_tabulator_completes_a_line(shell, folder):
    needs(shell)
    command, setup = START[shell]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment() | {"PS1": "> "},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)

    def typed(keys, until):
        os.write(ours, keys.encode())
        seen = ""
        while until not in shown(seen):
            seen += os.read(ours, 10_000).decode(errors="replace")

    try:
        typed(f"{setup}source <(docsync completion {shell}); echo re''ady\n", "ready")
        for line, completed in LINES.items():
            # The letter shows where the completed word ends; the line is never run.
            typed(f"{line}\tX", f"{completed}X")
            typed("\x15", "")
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_fish_offers_words_with_what_they_mean(folder):
    needs("fish")
    asked = "; ".join(f"complete -C '{line}'" for line in LINES)
    run = subprocess.run(
        ["fish", "--no-config", "-c", f"docsync completion fish | source; {asked}"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )

    offered = [line.split("\t")[0] for line in run.stdout.splitlines()]
    last = [
        completed.split(" ")[-2 if completed[-1] == " " else -1] for completed in LINES.values()
    ]
    assert offered == last
    assert "How often a quiet websocket is pinged" in run.stdout
