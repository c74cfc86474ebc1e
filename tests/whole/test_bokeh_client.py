"""Bokeh's Python client, from processes of their own, with the sessions of our server."""

import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tests.whole.processes import ROOT, docsync, started

pytestmark = pytest.mark.whole

CLIENT = Path(__file__).with_name("bokeh_client.py")
SITE = f"""
[sessions]
{{sessions}}
[[applications]]
path = "/sliders"
handlers = [{{{{ file = "{ROOT}/examples/sliders/sliders.py" }}}}]
"""
UNSIGNED = "sign = false"
SHARED_KEY = 'secret_key = { env = "BOKEH_SECRET_KEY" }'
KEY = {"BOKEH_SECRET_KEY": "a key for the server and its friends", "BOKEH_SIGN_SESSIONS": "1"}
SITES = {"unsigned": (UNSIGNED, {}), "signed": (SHARED_KEY, KEY)}


@attrs.frozen
class Shared:
    """An application, and the environment that its clients need."""

    url: str
    env: dict[str, str]

    def command(self, what: str, *arguments: str) -> list[str]:
        return [sys.executable, str(CLIENT), what, self.url, *arguments]

    def client(self, what: str, *arguments: str) -> list[str]:
        """What a client prints, line by line; fails when it does."""
        with started(self.command(what, *arguments), env=self.env) as (process, log):
            assert process.wait(60) == 0, log.whole_text()
            return log.whole_text().splitlines()


@pytest.fixture(scope="module", params=SITES)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shared]:
    sessions, env = SITES[request.param]
    site = tmp_path_factory.mktemp("site") / "site.toml"
    site.write_text(SITE.format(sessions=sessions), encoding="utf-8")
    with docsync(site, env=env) as server:
        yield Shared(f"{server.url}/sliders", env)


def test_a_pulled_session_stays_in_step_both_ways(shared: Shared) -> None:
    version, higher = shared.client("use")
    assert version.startswith("bokeh 3.")
    assert higher == "three times as high: True"


def test_a_pushed_document_is_shared_with_who_joins_it(shared: Shared) -> None:
    with started(shared.command("push"), env=shared.env) as (_, log):
        session = log.wait_for(r"session (\S+)")[1]
        assert shared.client("join", session) == ["Pushed: moved from 1 to 7"]


@pytest.mark.parametrize("shared", ["signed"], indirect=True)
def test_a_client_with_another_key_gets_no_session(shared: Shared) -> None:
    another = "a key that the server has never heard of"
    stranger = attrs.evolve(shared, env={**shared.env, "BOKEH_SECRET_KEY": another})
    with started(stranger.command("use"), env=stranger.env) as (process, log):
        assert process.wait(60) != 0
        assert "error code: 403" in log.whole_text()
