"""TLS as visitors meet it: Chromium by HTTP/2, and Bokeh's client.

Meanwhile the certificate is replaced, as somebody who renews one does it.
"""

import os
import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest
import trustme
from playwright.sync_api import Browser

from tests.whole.bokeh_page import BokehPage
from tests.whole.conftest import SIZE
from tests.whole.processes import ROOT, Server, running, started

pytestmark = [pytest.mark.whole, pytest.mark.browser]

CLIENT = Path(__file__).with_name("bokeh_client.py")
SITE = f"""
[server]
bind = "127.0.0.1:0"
http2_websockets = {{websockets}}
tls = {{{{ certificate = "cert.pem", key = "key.pem" }}}}
[sessions]
sign = false
[[applications]]
path = "/sliders"
handlers = [{{{{ file = "{ROOT}/examples/sliders/sliders.py" }}}}]
"""
PROTOCOLS = """
[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((one) => one.name.startsWith(location.origin)).map((one) => one.nextHopProtocol)
"""


@attrs.define
class Desk:
    """A site by https, in *folder*, whose certificates *ca* issues."""

    folder: Path
    ca: trustme.CA
    server: Server | None = None

    def renew(self) -> None:
        """Replace the certificate and then its key."""
        issued = self.ca.issue_cert("127.0.0.1")
        for name, pem in (
            ("cert.pem", b"".join(one.bytes() for one in issued.cert_chain_pems)),
            ("key.pem", issued.private_key_pem.bytes()),
        ):
            beside = self.folder / f"new-{name}"
            beside.write_bytes(pem)
            beside.replace(self.folder / name)

    @property
    def url(self) -> str:
        assert self.server is not None
        return self.server.url.replace("http:", "https:")

    def serial(self) -> str:
        """The number of the certificate that a new connection gets, and checks."""
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        address = urlsplit(self.url)
        with (
            socket.create_connection((address.hostname, address.port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=address.hostname) as secure,
        ):
            certificate = secure.getpeercert()
            assert certificate is not None
            return str(certificate["serialNumber"])


@contextmanager
def desk(folder: Path, *, websockets: bool) -> Iterator[Desk]:
    found = Desk(folder, trustme.CA())
    found.renew()
    site = folder / "site.toml"
    site.write_text(SITE.format(websockets=str(websockets).lower()), encoding="utf-8")
    command = [sys.executable, "-m", "docsync_trio", "run", str(site)]
    with running(command, listening=r"https://127\.0\.0\.1:(?P<port>[1-9]\d*)") as server:
        found.server = server
        yield found
    assert server.log.find(r"Traceback|^\S+ \S+ (error|critical|warning) ") is None, server.log.text


@contextmanager
def page_at(browser: Browser, url: str) -> Iterator[tuple[BokehPage, list[int]]]:
    """A page that takes any certificate, and the statuses with which websockets were opened."""
    context = browser.new_context(viewport=SIZE, ignore_https_errors=True)
    page = BokehPage(context.new_page())
    statuses: list[int] = []
    told = context.new_cdp_session(page.page)
    told.on(
        "Network.webSocketHandshakeResponseReceived",
        lambda event: statuses.append(event["response"]["status"]),
    )
    told.send("Network.enable")
    try:
        yield page.open(url), statuses
    finally:
        context.close()
    assert page.faults == []


def raise_the_wave(page: BokehPage, *, above: float) -> None:
    page.step("amplitude", 5)
    page.until("wave", f"Math.max(...m.data.y) > {above}")
    page.settled()


@pytest.mark.parametrize(
    "status", [pytest.param(101, id="websocket beside"), pytest.param(200, id="through it")]
)
def test_a_page_lives_by_http2_while_the_certificate_is_replaced(
    browser: Browser, tmp_path: Path, status: int
) -> None:
    with (
        desk(tmp_path, websockets=status == HTTPStatus.OK) as site,
        page_at(browser, f"{site.url}/sliders") as visit,
    ):
        page, statuses = visit
        raise_the_wave(page, above=1.2)
        protocols = page.page.evaluate(PROTOCOLS)
        assert len(protocols) > 2
        assert set(protocols) == {"h2"}
        assert statuses == [status]
        page.screenshot("tls")

        before = site.serial()
        site.renew()
        assert site.server is not None
        if status == HTTPStatus.OK:
            site.server.process.send_signal(signal.SIGHUP)
        site.server.log.wait_for(rf"TLS with the certificate (?!.*{before})", seconds=20)
        assert site.serial() != before
        raise_the_wave(page, above=1.7)
        assert statuses == [status]

        if status == HTTPStatus.OK:
            ca = tmp_path / "ca.pem"
            site.ca.cert_pem.write_to_path(str(ca))
            client = [sys.executable, str(CLIENT), "use", f"{site.url}/sliders"]
            with started(client, env={**os.environ, "SSL_CERT_FILE": str(ca)}) as (process, log):
                assert process.wait(60) == 0, log.whole_text()
                assert "three times as high: True" in log.whole_text()
