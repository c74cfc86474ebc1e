import pathlib

import pytest

from docsync_trio.cli.site_summary import handlers_texts, site_name, site_warnings
from docsync_trio.config.load import load_bare, load_site

HERE = "127.0.0.1:0"
EVERYWHERE = "0.0.0.0:0"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "a.py").write_text("")
    return tmp_path


def site(folder, bind=HERE, sessions=""):
    (folder / "site.toml").write_text(f"""
[server]
bind = "{bind}"
[sessions]
{sessions}
[[applications]]
path = "/a"
handlers = [{{ file = "apps/a.py" }}, {{ function = "apps.c:d" }}]
[[applications]]
path = "/b"
handlers = [{{ directory = "{folder.parent}" }}]
""")
    return load_site(pathlib.Path("site.toml"), environ={})


def test_handlers_are_named_relative_to_the_site_file(folder):
    assert handlers_texts(site(folder)) == (
        "file apps/a.py, function apps.c:d",
        f"directory {folder.parent}",
    )


def test_a_site_is_called_by_its_file_and_a_bare_application_by_its_path(folder):
    assert site_name(site(folder)).endswith("site.toml")
    assert site_name(load_bare(pathlib.Path("apps/a.py"), environ={})) == "/a"


def test_on_this_machine_alone_nothing_is_warned_of(folder):
    assert site_warnings(site(folder, HERE, "sign = false")) == ()


@pytest.mark.parametrize("bind", [EVERYWHERE, "unix:site.sock", ":0"])
def test_a_key_of_its_own_is_missed_where_others_may_come(folder, bind):
    (warning,) = site_warnings(site(folder, bind))

    assert "sessions.secret_key" in warning


def test_unsigned_tokens_are_warned_of_once(folder):
    (warning,) = site_warnings(site(folder, EVERYWHERE, "sign = false"))

    assert "sessions.sign" in warning


def test_what_was_found_while_loading_comes_first(folder):
    (warning,) = site_warnings(site(folder, EVERYWHERE, 'secret_key = "hunter2"'))

    assert "a secret in plain sight" in warning
    assert "hunter2" not in warning
