"""nginx, HAProxy and Caddy really run with the files that `docsync proxy` prints.

How many requests go over the connections that a proxy keeps is for DOCSYNC_PROXY_REQUESTS to
say: `make proxies-long` makes 20,000 with each.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from playwright.sync_api import Browser, BrowserContext

from tests.whole.behind_proxies import site_behind_proxies
from tests.whole.bokeh_page import BokehPage
from tests.whole.conftest import SIZE
from tests.whole.many_requests import AT_ONCE, after_a_rest, ask, statuses
from tests.whole.processes import ROOT, Server, running
from tests.whole.reverse_proxies import KINDS, Proxy, proxy

pytestmark = [pytest.mark.whole, pytest.mark.browser]

REQUESTS = int(os.environ.get("DOCSYNC_PROXY_REQUESTS", "300"))
RESTS = 3
REST = 1.985
"""Seconds; the server keeps idle connections for 2, the proxy for 1."""

VISITOR = "127.0.0.2"
"""An address of this machine that is no trusted proxy's."""


@pytest.fixture(scope="module")
def site(
    guest_house: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Server]]:
    origin = guest_house.url.removeprefix("http://")
    with site_behind_proxies(tmp_path_factory.mktemp("site"), origin) as served:
        yield served


@pytest.fixture(scope="module", params=KINDS)
def front(
    request: pytest.FixtureRequest,
    site: tuple[Path, Server],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxy]:
    kind = request.param
    static = ["--static"] if kind != "haproxy" else []
    with proxy(kind, *site, tmp_path_factory.mktemp(kind), *static, tls=True) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=SIZE, ignore_https_errors=True)
    # Browsers look for it at the root, where the site is not.
    context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    yield context
    context.close()


def test_a_page_lives_behind_a_proxy(
    front: Proxy, context: BrowserContext, guest_house: Server
) -> None:
    big = [{"name": f"big{i}", "value": "x" * 3500, "url": front.url} for i in range(2)]
    context.add_cookies(big)  # type: ignore[arg-type] - as plain dicts
    page = BokehPage(context.new_page()).open(f"{front.url}/desk/visitor")
    told = json.loads(page.value("seen", "m.text"))
    assert told["url"] == f"{front.url}/desk/visitor"
    assert told["cookies"] > 7000
    opened = page.page.evaluate("performance.timeOrigin")

    sliders = BokehPage(context.new_page()).open(f"{front.url}/desk/sliders")
    sliders.step("amplitude", 10)
    sliders.until("wave", "Math.max(...m.data.y) > 1.8")
    sliders.settled()
    sliders.screenshot(f"behind-{front.kind}")

    # Meanwhile nothing is said on both websockets, for longer than the proxy would wait.
    # What a POST has met a proxy must not ask again, so that its failure is seen.
    paths = ["POST /desk/who", "GET /desk/sliders/metadata", "GET /desk/static/docsync/page.js"]
    assert statuses(front.url, paths, REQUESTS) == {200: REQUESTS}
    for _ in range(RESTS):
        assert after_a_rest(front.url, paths[0], rest=REST) == {200: 2 * AT_ONCE}

    page.step("speed", 3)
    page.until("answer", "m.text == '3'")
    assert page.page.evaluate("performance.timeOrigin") == opened
    assert page.page.get_by_role("status").count() == 0

    embedding = BokehPage(context.new_page())
    embedding.open(f"{guest_house.url}/document?app={front.url}/desk/sliders")
    embedding.step("amplitude", 10)
    embedding.until("wave", "Math.max(...m.data.y) > 1.8")
    assert [fault for tab in (page, sliders, embedding) for fault in tab.faults] == []


def test_the_site_knows_its_visitor_whatever_the_visitor_writes(front: Proxy) -> None:
    lies = {
        "X_Forwarded_For": "9.9.9.9",
        "X_Forwarded_Proto": "gopher",
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Port": "1",
        "X_Forwarded_Prefix": "/evil",
        "Forwarded": "for=8.8.8.8;proto=http;host=evil.example",
    }
    _, _, body = ask(f"{front.url}/desk/who", source=VISITOR, **lies)
    assert json.loads(body) == {"url": f"{front.url}/desk/who", "ip": VISITOR}
    status, head, _ = ask(f"{front.url}/desk/old", source=VISITOR, **lies)
    assert (status, b"\r\nlocation: /desk/sliders" in head) == (307, True)


def test_static_files_are_the_proxys_where_it_serves_them(
    front: Proxy, site: tuple[Path, Server]
) -> None:
    theirs, ours = (ask(f"{url}/desk/static/js/bokeh.min.js") for url in (front.url, site[1].url))
    assert theirs[2] == ours[2]
    served_by_itself = etag(theirs[1]) != etag(ours[1])
    assert served_by_itself == (front.kind != "haproxy")
    status, head, _ = ask(f"{front.url}/desk/static/docsync/page.js")
    assert (status, head.count(b"access-control-allow-origin")) == (200, 1)


def etag(head: bytes) -> bytes:
    return next(line for line in head.split(b"\r\n") if line.startswith(b"etag:"))


def test_a_proxy_that_passes_connections_on_says_whose_they_are(tmp_path: Path) -> None:
    on = ["--set", "server.proxy_protocol=true"]
    with (
        site_behind_proxies(tmp_path, "127.0.0.1", *on) as (site, server),
        proxy("haproxy", site, server, tmp_path, *on) as front,
    ):
        _, _, body = ask(f"{front.url}/desk/who", source=VISITOR, X_Forwarded_For="9.9.9.9")
        assert json.loads(body)["ip"] == VISITOR
        assert ask(f"{server.url}/desk/who")[0] == 400
        server.log.wait_for("server.proxy_protocol is on, and it does not begin")


def test_a_server_that_speaks_tls_has_to_show_its_certificate_to_the_proxy(tmp_path: Path) -> None:
    ca, stranger = trustme.CA(), trustme.CA()
    issued = ca.issue_cert("desk.example.org")
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "site.pem"))
    for name, authority in (("ca", ca), ("stranger", stranger)):
        authority.cert_pem.write_to_path(str(tmp_path / f"{name}.pem"))
    tls = json.dumps(str(tmp_path / "site.pem"))
    keys = [f"server.tls={{ certificate = {tls}, key = {tls} }}", 'server.bind="127.0.0.1:0"']
    options = [word for key in keys for word in ("--set", key)]
    site = ROOT / "configs/demo.toml"
    run = [sys.executable, "-m", "docsync_trio", "run", str(site), *options]
    with running(run, listening=r"https://127\.0\.0\.1:(?P<port>[1-9]\d*)") as server:
        for kind in KINDS:
            more = [*options[:2], "--server-name", "127.0.0.1", "--server-name", "desk.example.org"]
            known = [*more, "--ca", str(tmp_path / "ca.pem")]
            with proxy(kind, site, server, tmp_path, *known) as front:
                probe = command("probe", f"{front.url}/sliders")
                assert probe.returncode == 0, (kind, probe.stdout, front.log.text)
        unknown = [*more, "--ca", str(tmp_path / "stranger.pem")]
        with proxy("nginx", site, server, tmp_path, *unknown) as front:
            assert ask(f"{front.url}/sliders")[0] == 502


LATE_PINGS = ["--set", 'server.keep_alive.ping="20s"']


@pytest.fixture(scope="module")
def late_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Server]]:
    """The same site, whose pings come late."""
    with site_behind_proxies(tmp_path_factory.mktemp("late"), "127.0.0.1", *LATE_PINGS) as served:
        yield served


@pytest.mark.parametrize(
    ("kind", "change", "said", "bad"),
    [
        (
            "nginx",
            ("proxy_read_timeout 50s", "proxy_read_timeout 1s"),
            "nginx closes a silent websocket after 1s (proxy_read_timeout 1s)",
            "idle",
        ),
        (
            "haproxy",
            ("timeout tunnel 50s", "timeout tunnel 1s"),
            "HAProxy closes a silent websocket after 1s (timeout tunnel 1s)",
            "idle",
        ),
        (
            "caddy",
            ("response_header_timeout 50s", "read_timeout 1s"),
            "Caddy closes a silent websocket after 1s (read_timeout 1s)",
            "idle",
        ),
        (
            "nginx",
            ("proxy_set_header Connection $docsync_connection;", ""),
            "no websocket opens, as the header Connection is not passed on",
            "websocket",
        ),
        (
            "nginx",
            ("proxy_set_header Host $http_host;", ""),
            "nginx does not pass the Host header on",
            "origin",
        ),
    ],
)
def test_what_is_said_to_break_does(
    late_site: tuple[Path, Server],
    tmp_path: Path,
    kind: str,
    change: tuple[str, str],
    said: str,
    bad: str,
) -> None:
    site, server = late_site
    with proxy(kind, site, server, tmp_path, *LATE_PINGS, changes=dict([change])) as front:
        bind = f"server.bind={server.url.removeprefix('http://')}"
        told = command(
            "check", str(site), "--proxy", str(front.printed), "--set", bind, *LATE_PINGS
        )
        idle = ["--idle", "2500ms"] if bad == "idle" else []
        probe = command("probe", f"{front.url}/desk/sliders", "--format", "json", *idle)
    assert (said in told.stdout, told.returncode) == (True, 2)
    verdicts = {one["check"]: one["verdict"] for one in json.loads(probe.stdout)["checks"]}
    assert verdicts[bad] == "bad"


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "docsync_trio", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_a_site_below_a_prefix_that_the_proxy_takes_off(
    site: tuple[Path, Server], tmp_path: Path, context: BrowserContext
) -> None:
    changes = {
        'X-Forwarded-Prefix "";': "X-Forwarded-Prefix /outer;",
        "location /desk/ {\n        proxy_pass http://docsync;": (
            "location /outer/ {\n        proxy_pass http://docsync/;"
        ),
    }
    with proxy("nginx", *site, tmp_path, changes=changes) as front:
        status, head, _ = ask(f"{front.url}/outer/desk/old")
        assert (status, b"\r\nlocation: /outer/desk/sliders" in head) == (307, True)
        page = BokehPage(context.new_page()).open(f"{front.url}/outer/desk/visitor")
        assert json.loads(page.value("seen", "m.text"))["url"] == f"{front.url}/outer/desk/visitor"
        page.step("speed", 2)
        page.until("answer", "m.text == '2'")
        assert page.faults == []
