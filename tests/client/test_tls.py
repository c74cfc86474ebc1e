"""A session by https: with a certificate authority of one's own, and without knowing it."""

from functools import partial

import pytest
import trio

import docsync_trio
from docsync_trio.cli.checking.probe_checks import Probe
from docsync_trio.client import CertificateUntrusted, Refused, pull_session
from docsync_trio.config.schema import TlsSettings
from tests.client.our_server import our_server
from tests.server.authority import Authority


@pytest.fixture
def authority(tmp_path):
    authority = Authority(tmp_path)
    authority.issue()
    return authority


@pytest.fixture
async def server(nursery, tmp_path, authority):
    tls = TlsSettings(certificate=authority.certificate, key=authority.key)
    async with our_server(tmp_path, tls=tls) as server:
        server.url = server.url.replace("http:", "https:")
        yield server


async def test_a_session_by_https_stays_in_step(server, authority):
    async with pull_session(f"{server.url}/app", tls=authority.trust()) as session:
        session.document.get_model_by_name("slider").value = 7
        await session.until(lambda: session.document.get_model_by_name("label").text == "at [7]")


async def test_a_session_in_a_thread_does_as_well(server, authority):
    def use():
        with docsync_trio.blocking.pull_session(f"{server.url}/app", tls=authority.trust()) as it:
            it.document.get_model_by_name("slider").value = 8
            it.force_roundtrip()
            return it.document.get_model_by_name("label").text

    assert await trio.to_thread.run_sync(use) == "at [8]"


async def test_a_certificate_that_is_not_trusted_is_told_with_what_to_do(server):
    with pytest.raises(CertificateUntrusted, match="certificate") as raised:
        async with pull_session(f"{server.url}/app"):
            pass

    assert "tls=" in str(raised.value)
    assert "is the server running" not in str(raised.value)


async def test_a_plain_address_of_a_server_with_tls_is_told(server):
    with pytest.raises(Refused, match="https://") as raised:
        async with pull_session(f"{server.url}/app".replace("https", "http")):
            pass

    assert raised.value.status == 400


async def test_a_probe_goes_by_https_where_it_knows_the_authority(server, authority):
    probe = partial(Probe, f"{server.url}/app", "", {}, 0, 0.0)

    findings = [finding async for finding in probe(tls=authority.trust()).run()]
    assert {finding.verdict for finding in findings} == {"good"}
    assert findings[0].says == "TCP and TLS"

    (refused,) = [finding async for finding in probe().run()]
    assert "--ca" in refused.instead
