"""Editors complete and check a site file with the schema that `docsync schema` writes.

Proven with the two language servers for TOML that there are, Tombi and Taplo: VS Code,
Neovim, Helix and Zed run one of them.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docsync_trio.config.json_schema import schema_text
from tests.cli.language_server import language_server, tool
from tests.config.every_key import every_key_commented_out

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parent.parent.parent
SITES = sorted([*ROOT.glob("configs/*.toml"), *ROOT.glob("examples/*/site.toml")])
TEMPLATES = sorted(ROOT.glob("docsync_trio/cli/templates/*/site.toml"))
LINTERS = {
    "tombi": ["lint", "--offline", "--no-cache", "--error-on-warnings"],
    "taplo": ["lint", "--colors", "never", "--no-auto-config"],
}

GOOD = """\
#:schema ./site.schema.json
title = "Desk"

[server]
bind = "127.0.0.1:5006"

[sessions]
unused_lifetime = "25s"

[[applications]]
path = "/a"
handlers = [{ file = "app.py", argv = ["1"] }]
page = "built"

[profiles.dev]
server.bind = ":5106"
"""
MISTAKES = {
    "a misspelled key": ("title =", "titel =", 2, "titel"),
    "a misspelled key of an application": ("page =", "pgae =", 13, "pgae"),
    "a misspelled key of a handler": ("argv", "agrv", 12, "agrv"),
    "a misspelled key of a profile": ("server.bind", "server.bnd", 16, "bnd"),
    "a wrong type": ('"Desk"', "3", 2, "(?i)string"),
    "a wrong unit": ('"25s"', '"25 seconds"', 8, "25 seconds"),
    "a wrong word": ('"built"', '"buillt"', 13, "buil"),
    "two kinds of one handler": ('"app.py"', '"app.py", json = "a.json"', 12, "schemas"),
    "no unit": ('"25s"', "25", 8, "(?i)string"),
}


def lint(linter, *files, cwd):
    run = subprocess.run(
        [tool(linter), *LINTERS[linter], *map(str, files)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return run.returncode, re.sub(r"\x1b\[[0-9;]*m", "", run.stdout)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site.schema.json").write_text(schema_text())
    return tmp_path


@pytest.mark.parametrize("linter", LINTERS)
def test_all_site_files_of_ours_are_good(linter, folder):
    """Those of the repository, with the schema that they name, and those of `docsync init`."""
    made = [folder / f"{path.parent.name}.toml" for path in TEMPLATES]
    for path, copy in zip(TEMPLATES, made, strict=True):
        shutil.copy(path, copy)
    made.append(folder / "template.toml")
    made[-1].write_text(every_key_commented_out(title="T", path="/a", file="a.py"))

    assert SITES
    assert all(path.read_text().startswith("#:schema ") for path in (*SITES, *made))
    code, told = lint(linter, *SITES, *made, cwd=folder)

    assert code == 0, told


@pytest.mark.parametrize("linter", LINTERS)
def test_mistakes_are_found_where_they_are(linter, folder):
    (folder / "good.toml").write_text(GOOD)
    names = {}
    for number, (what, (old, new, *_)) in enumerate(MISTAKES.items()):
        assert old in GOOD
        names[what] = f"mistake{number}.toml"
        (folder / names[what]).write_text(GOOD.replace(old, new, 1))

    code, told = lint(linter, "good.toml", *names.values(), cwd=folder)

    assert code != 0
    assert "good.toml:" not in told
    for what, (*_, line, word) in MISTAKES.items():
        assert re.search(rf"{names[what]}:{line}:", told), (what, told)
        assert re.search(word, told), what


def taplo():
    modules = Path(sys.prefix, "taplo-lsp", "node_modules")
    if not (modules / "@taplo" / "lsp").is_dir() or shutil.which("node") is None:
        pytest.skip("Taplo's language server is not here: `make taplo-lsp` installs it with npm")
    return ["node", str(Path(__file__).with_name("taplo_lsp.cjs")), str(modules)]


SERVERS = {"tombi": lambda: [tool("tombi"), "lsp", "--offline"], "taplo": taplo}


@pytest.mark.parametrize("server", SERVERS)
def test_an_editor_completes_keys_shows_what_they_mean_and_underlines_mistakes(server, folder):
    with language_server(SERVERS[server](), folder) as editor:
        good = editor.open(folder / "site.toml", f"{GOOD}sessions.unused_lifetime = ")
        of_server = good.complete(5, 0, with_="prefix")
        assert "bind" not in of_server  # it is there already
        assert "largest message" in of_server["max_message_size"]
        assert "reverse proxy" in of_server["prefix"]

        of_application = good.complete(13, 0, with_="title")
        assert {"title", "hooks", "threads"} <= set(of_application)
        assert "path" not in of_application
        assert "async def" in of_application["async"]

        assert good.complete(16, len("sessions.unused_lifetime = "), with_='"15s"')
        assert good.complete(12, len('page = "'), with_='"built"')

        bad = editor.open(folder / "bad.toml", GOOD.replace('"25s"', '"25 seconds"'))
        ((line, text),) = bad.mistakes()
        assert line == 7
        assert '"25 seconds"' in text

        assert "index of applications" in bad.hover(1, 2)
        assert "last tab" in bad.hover(7, 3)
        assert "When a document is built" in bad.hover(12, len('page = "b'))
