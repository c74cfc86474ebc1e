"""What a site file may say of TLS."""

import pytest

from docsync_trio.config.schema import TlsSettings


@pytest.fixture
def certified(folder):
    (folder.path / "cert.pem").touch()
    (folder.path / "key.pem").touch()
    return folder


def test_a_certificate_and_its_key_are_files_beside_the_site_file(certified):
    text = """
        [server]
        http2 = false
        tls = { certificate = "cert.pem", key = "key.pem", password = { env = "TLS" } }
    """

    server = certified.load(text, environ={"TLS": "sesame"}).settings.server

    here = certified.path
    assert server.tls == TlsSettings(
        certificate=here / "cert.pem", key=here / "key.pem", password="sesame"
    )
    assert (server.http2, server.http2_websockets) == (False, False)
    assert "sesame" not in repr(server)


def test_without_a_certificate_there_is_no_tls(folder):
    assert folder.load("").settings.server.tls.certificate is None


@pytest.mark.parametrize(
    ("tls", "line"),
    [
        (
            'certificate = "cert.pem"',
            'site.toml:1:9: server.tls.key: is missing beside certificate; write key = "key.pem"',
        ),
        (
            'key = "key.pem"',
            (
                "site.toml:1:9: server.tls.certificate: is missing beside key; "
                'write certificate = "cert.pem"'
            ),
        ),
        (
            'certificate = "cert.pem"\nkey = "kay.pem"',
            (
                'site.toml:3:7: server.tls.key: there is no file "kay.pem" in .; did you mean '
                '"key.pem"?'
            ),
        ),
        (
            'password = "sesame"',
            "site.toml:2:1: server.tls.password: means something only beside key; remove it",
        ),
        (
            'certificate = "cert.pem"\nkey = "key.pem"\nminimum_version = "1.1"',
            (
                'site.toml:4:19: server.tls.minimum_version: expected "1.2" or "1.3", not "1.1"; '
                'did you mean "1.3"?'
            ),
        ),
    ],
)
def test_half_of_it_is_a_mistake_at_its_place(certified, tls, line):
    (wrong,) = certified.wrong(f"[server.tls]\n{tls}\n")

    assert wrong.replace(str(certified.path), ".") == line
