"""Sessions made by the views of a Flask site behind gunicorn, with a server that signs them."""

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import attrs
import pytest

from tests.whole.bokeh_page import Visit
from tests.whole.processes import ROOT, Server, docsync, running

pytestmark = pytest.mark.whole

SITE = f"""
[server]
allow_origins = ["127.0.0.1:{{port}}"]
[sessions]
unclaimed_lifetime = "{{unclaimed}}"
[[applications]]
path = "/sliders"
handlers = [{{{{ file = "{ROOT}/examples/sliders/sliders.py" }}}}]
"""


GUNICORN = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0"]


@attrs.frozen
class Both:
    flask: Server
    server: Server

    def page(self, name: str) -> str:
        return f"{self.flask.url}/{name}?app={self.server.url}/sliders"


@contextmanager
def both(folder: Path, unclaimed: str) -> Iterator[Both]:
    command = [*GUNICORN, "--workers", "2", "--threads", "4", "tests.whole.flask_sessions:site"]
    with running(command, listening=r"Listening at: http://[\d.]+:(?P<port>\d+)") as flask:
        site = folder / "site.toml"
        port = flask.url.rpartition(":")[2]
        site.write_text(SITE.format(port=port, unclaimed=unclaimed), encoding="utf-8")
        with docsync(site) as server:
            yield Both(flask, server)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with both(tmp_path_factory.mktemp("site"), "20s") as sites:
        yield sites


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[Both]:
    with both(tmp_path, "3s") as impatient:
        yield impatient


@pytest.mark.browser
def test_the_session_that_a_view_has_prepared_is_in_the_page(visit: Visit, sites: Both) -> None:
    page = visit(sites.page("session"))
    assert page.value("amplitude", "m.value") == 2.5
    assert page.value("wave", "Math.max(...m.data.base)") > 2.4
    page.choose("shape", "Saw tooth")
    page.until("wave", "Math.max(...m.data.y) > 4")
    page.settled()


def test_many_visitors_and_many_threads_get_a_session_each(sites: Both) -> None:
    with ThreadPoolExecutor(4) as visitors:
        pages = list(visitors.map(read, [sites.page("many")] * 4))
    assert sites.flask.log.find("Traceback") is None, sites.flask.log.text
    assert pages == ["4"] * 4


def test_a_session_that_nobody_opens_ends_with_one_calm_line(impatient: Both) -> None:
    assert "<script" in read(impatient.page("session"))
    impatient.server.log.wait_for("info .* session ended: never opened in a browser")
    said = re.findall(r"info +/sliders \w+ +(.*)", impatient.server.log.text)
    assert [line.partition(",")[0] for line in said] == [
        "session opened",
        "session ended: never opened in a browser",
    ]


def read(url: str) -> str:
    with urlopen(url, timeout=60) as answer:
        text: str = answer.read().decode()
        return text
