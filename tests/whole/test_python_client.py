"""Every Python client with every server: Bokeh's and ours pass the same checks."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.client_checks import APPLICATION, CHECKS
from tests.whole.processes import Server, bokeh_serve, docsync, started

pytestmark = pytest.mark.whole

SITE = """
[sessions]
{sessions}
[[applications]]
path = "/app"
handlers = [{{ file = "app.py" }}]
"""
UNSIGNED = "sign = false"
PROGRAM = Path(__file__).with_name("client_checks.py")


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("site") / "app.py"
    file.write_text(APPLICATION, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def docsync_unsigned(application: Path) -> Iterator[Server]:
    site = application.with_name("unsigned.toml")
    site.write_text(SITE.format(sessions=UNSIGNED), encoding="utf-8")
    with docsync(site) as server:
        yield server


@pytest.fixture(scope="module")
def docsync_default(application: Path) -> Iterator[Server]:
    site = application.with_name("default.toml")
    site.write_text(SITE.format(sessions=""), encoding="utf-8")
    with docsync(site) as server:
        yield server


@pytest.fixture(scope="module")
def bokeh_default(application: Path) -> Iterator[Server]:
    with bokeh_serve([application]) as server:
        yield server


@pytest.fixture(scope="module")
def bokeh_signed(application: Path) -> Iterator[Server]:
    key = {"BOKEH_SECRET_KEY": "a key of the server alone", "BOKEH_SIGN_SESSIONS": "1"}
    with bokeh_serve([application], env=key) as server:
        yield server


@pytest.mark.parametrize(
    ("client", "server"),
    [
        ("bokeh", "bokeh_default"),
        ("bokeh", "docsync_unsigned"),
        ("trio", "bokeh_default"),
        ("trio", "bokeh_signed"),
        ("trio", "docsync_default"),
        ("trio", "docsync_unsigned"),
        ("blocking", "bokeh_default"),
        ("blocking", "docsync_default"),
    ],
)
def test_a_client_passes_all_checks_with_a_server(
    client: str, server: str, request: pytest.FixtureRequest
) -> None:
    url = f"{request.getfixturevalue(server).url}/app"
    with started([sys.executable, str(PROGRAM), client, url]) as (process, log):
        process.wait(110)
        said = log.whole_text()
    held = [line for line in said.splitlines() if line.startswith("holds")]
    assert held == [f"holds: {check.__name__}" for check in CHECKS], said
    assert process.returncode == 0, said
