"""A real server whose files are changed while people are on it."""

import sys
import urllib.error
import urllib.request

import pytest

from docsync_trio.blocking import pull_session
from tests.whole.processes import running

pytestmark = pytest.mark.whole

SITE = """
[[applications]]
path = "/changing"
handlers = [{ function = "apps.changing:make" }]

[[applications]]
path = "/counting"
handlers = [{ file = "apps/counting.py" }]
"""
MORE = """
[[applications]]
path = "/more"
handlers = [{ function = "apps.changing:make" }]
"""
CHANGING = """
import trio
from bokeh.models import Div
from apps.words import WORD

def make(document):
    document.add_root(Div(text=WORD))
"""
COUNTING = """
import trio
from bokeh.io import curdoc
from bokeh.models import Div

count = Div(text="0", name="count")
curdoc().add_root(count)
curdoc().add_periodic_callback(lambda: count.update(text=str(int(count.text) + 1)), 50)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "apps").mkdir()
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "apps/changing.py").write_text(CHANGING)
    (tmp_path / "apps/words.py").write_text("WORD = 'first'\n")
    (tmp_path / "apps/counting.py").write_text(COUNTING)
    return tmp_path


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def text_of(url):
    with pull_session(url) as session:
        return session.document.roots[0].text


def test_files_are_changed_while_a_session_of_another_application_counts(folder):
    command = [sys.executable, "-m", "docsync_trio", "run", str(folder / "site.toml")]
    listening = r"http://127\.0\.0\.1:(?P<port>[1-9]\d*)"
    serving = running([*command, "--bind", "127.0.0.1:0", "--reload"], listening=listening)
    with serving as server, pull_session(f"{server.url}/counting") as bystander:
        count = bystander.document.get_model_by_name("count")
        assert text_of(f"{server.url}/changing") == "first"

        (folder / "apps/words.py").write_text("WORD = 'second'\n")
        server.log.wait_for(r"reloaded /changing in .* \(.*words\.py changed\)")
        assert text_of(f"{server.url}/changing") == "second"

        (folder / "apps/words.py").write_text("WORD = \n")
        server.log.wait_for(r"/changing: not loaded, what runs goes on")
        server.log.wait_for(r"words\.py:1")
        assert text_of(f"{server.url}/changing") == "second"

        (folder / "apps/words.py").write_text("WORD = 'mended'\n")
        (folder / "site.toml").write_text(SITE + MORE)
        server.log.wait_for("added /more")
        assert text_of(f"{server.url}/more") == "mended"
        assert text_of(f"{server.url}/changing") == "mended"

        (folder / "site.toml").write_text(SITE)
        server.log.wait_for("retired /more")
        assert status(f"{server.url}/more") == 404

        seen = int(count.text)
        bystander.until(lambda: int(count.text) > seen, timeout=20)
    assert server.process.returncode == 0
