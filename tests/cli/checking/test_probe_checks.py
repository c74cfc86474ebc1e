"""What `docsync probe` finds at good and at bad addresses."""

import json

import pytest
import trio
from click.testing import CliRunner

from docsync_trio.cli.checking.probe_checks import Probe, origin_of
from docsync_trio.cli.checking.probe_report import Finding, as_json, as_line
from docsync_trio.cli.main import main
from tests.client.our_server import our_server
from tests.whole.network import line_to


async def findings(url, *, origin="", message=0, idle=0.0, headers=None):
    probe = Probe(url, origin, headers or {}, message, idle)
    with trio.fail_after(60):
        return {one.check: one async for one in probe.run()}


def verdicts(found):
    return {name: one.verdict for name, one in found.items()}


async def test_all_is_good_at_a_good_address(tmp_path):
    async with our_server(tmp_path) as server:
        found = await findings(f"{server.url}/app", message=300_000, idle=0.2)
        assert set(verdicts(found).values()) == {"good"}, found
        assert list(found) == [
            *("connection", "page", "origin", "token", "room", "document", "proxy"),
            *("head", "websocket", "ping", "content", "message", "idle"),
        ]


async def test_a_websocket_elsewhere_is_found(tmp_path):
    async with our_server(tmp_path, websocket_path="live") as server:
        found = await findings(f"{server.url}/app")
        assert found["websocket"].says == "open, /app/live"


async def test_an_origin_that_is_refused_is_told_twice_with_what_to_do(tmp_path):
    async with our_server(tmp_path) as server:
        found = await findings(f"{server.url}/app", origin="http://elsewhere.org")
        assert found["origin"].verdict == found["websocket"].verdict == "BAD"
        assert 'add "elsewhere.org" to server.allow_origins' in found["origin"].instead
        assert "status 403" in found["websocket"].says


@pytest.fixture
def line():
    with line_to("") as line:
        yield line


async def test_a_proxy_that_drops_upgrades_is_recognized(tmp_path, line):
    async with our_server(tmp_path) as server:
        line.to(server.url)
        line.drops_upgrades = True
        found = await findings(f"{line.url}/app")
    assert found["head"].verdict == "good"
    assert found["websocket"].verdict == "BAD"
    assert "proxy on the way does not pass websockets" in found["websocket"].says
    assert "Upgrade" in found["websocket"].instead


async def test_a_message_that_is_too_big_is_told_with_the_key(tmp_path):
    async with our_server(tmp_path, max_message_size=100_000) as server:
        found = await findings(f"{server.url}/app", message=200_000)
        assert found["content"].verdict == "good"
        assert found["message"].verdict == "BAD"
        assert "server.max_message_size" in found["message"].instead


async def test_what_comes_after_a_failure_is_not_tried(tmp_path):
    async with our_server(tmp_path) as server:
        assert verdicts(await findings(f"{server.url}/nothing")) == {
            "connection": "good",
            "page": "BAD",
        }
    assert verdicts(await findings(f"{server.url}/app")) == {"connection": "BAD"}


async def test_an_application_that_is_not_there_is_told_once(tmp_path):
    async with our_server(tmp_path) as server:
        found = await findings(f"{server.url}/nowhere")
    assert found["page"].verdict == "BAD"
    assert "there is no application at" in found["page"].says
    assert not found["page"].instead


async def test_headers_that_cannot_be_sent_are_told(tmp_path):
    async with our_server(tmp_path) as server:
        found = await findings(f"{server.url}/app", headers={"a b": "c"})
    assert "cannot be sent" in found["page"].says


def test_the_command_says_what_is_wrong_by_its_status():
    result = CliRunner().invoke(main, ["probe", "127.0.0.1:9/app", "--format", "json"])
    assert result.exit_code == 5
    told = json.loads(result.output)
    assert not told["good"]
    assert [one["verdict"] for one in told["checks"]] == ["bad"]


@pytest.mark.parametrize(
    "arguments",
    [["--message", "5"], ["--idle", "5"], ["--header", "nothing"], ["ftp://x.org/"]],
)
def test_what_makes_no_sense_is_a_usage_error(arguments):
    assert CliRunner().invoke(main, ["probe", "127.0.0.1:9", *arguments]).exit_code == 2


def test_a_line_says_what_to_do_only_where_something_is_wrong():
    bad = Finding("head", "BAD", "too little", "raise it")
    assert as_line(bad) == "BAD      head        too little; raise it"
    spoken = Finding("origin", "BAD", "It is refused.", "add it")
    assert as_line(spoken) == "BAD      origin      It is refused; add it"
    assert as_line(Finding("ping", "good", "answered", "x")) == "good     ping        answered"
    assert json.loads(as_json("u", [bad]))["checks"][0]["instead"] == "raise it"


def test_a_pages_origin_has_no_path_and_no_password():
    assert origin_of("https://me:secret@example.org:8443/app?x=1") == "https://example.org:8443"
