"""What is wrong with the files of a certificate, in one line each and at the right key."""

import ssl
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from docsync_trio.base.errors import ConfigError
from docsync_trio.config.schema import ServerSettings, SiteSettings
from docsync_trio.server.site import load_applications
from docsync_trio.server.tls.certificate_facts import facts_of
from docsync_trio.server.tls.certificate_files import (
    BadCertificate,
    in_words,
    open_certificate,
    tls_doubts,
    tls_problems,
)
from tests.server.authority import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def issued(authority):
    return authority.issue()


def opened(authority, **tls):
    return open_certificate(ServerSettings(tls=authority.settings(**tls)))


def wrong(authority, **tls):
    """Return the key that is at fault, and what is said of it."""
    (problem,) = tls_problems(ServerSettings(tls=authority.settings(**tls)))
    assert "\n" not in problem.text
    return problem.path[-1], problem.text.replace(f"{authority.folder}/", "")


def encrypt(authority, password=b"sesame"):
    key = serialization.load_pem_private_key(authority.key.read_bytes(), None)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )
    authority.key.write_bytes(text)


def test_authorities_of_visitors_are_certificates(authority, issued, tmp_path):
    nothing, some = tmp_path / "nothing.pem", tmp_path / "some.pem"
    nothing.write_text("nothing")
    some.write_bytes(b"In plain words: \xc3\xa9\n" + authority.ca.cert_pem.bytes())

    key, text = wrong(authority, client_ca=nothing)
    assert key == "client_ca"
    assert "nothing.pem has no certificates in PEM format" in text
    assert wrong(authority, client_ca=tmp_path / "missing.pem")[0] == "client_ca"
    assert opened(authority, client_ca=some).context.verify_mode == ssl.CERT_REQUIRED
    assert opened(authority, client_ca=some).brief.verify_mode == ssl.CERT_REQUIRED
    assert opened(authority).context.verify_mode == ssl.CERT_NONE


def test_a_certificate_says_what_it_is(authority, issued):
    real = x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes())

    facts = opened(authority).facts

    assert int(facts.serial, 16) == real.serial_number
    assert (facts.begins, facts.ends) == (real.not_valid_before_utc, real.not_valid_after_utc)


@pytest.mark.parametrize(("number", "written"), [(0xABC, "0ABC"), (0xFE01, "FE01"), (1, "01")])
def test_the_number_is_written_as_openssl_writes_it(number, written):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "desk")])
    today = datetime(2030, 1, 1, tzinfo=UTC)
    building = x509.CertificateBuilder(name, name, key.public_key(), number, today, today)
    certificate = building.sign(key, hashes.SHA256())

    assert facts_of(certificate.public_bytes(serialization.Encoding.PEM)).serial == written


def test_a_time_after_2049_is_read(authority):
    ends = datetime(2061, 1, 2, 3, 4, 5, tzinfo=UTC)
    pem = authority.issue(not_after=ends).cert_chain_pems[0].bytes()

    assert facts_of(pem).ends == ends


def test_every_cut_of_a_certificate_is_no_certificate(issued):
    lines = issued.cert_chain_pems[0].bytes().splitlines(keepends=True)

    for end in range(1, len(lines) - 2):
        with pytest.raises(ValueError, match="certificate"):
            facts_of(b"".join([*lines[:end], lines[-1]]))


def test_one_file_may_hold_both(authority, issued):
    authority.certificate.write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    both = attrs.evolve(authority.settings(), key=authority.certificate)

    open_certificate(ServerSettings(tls=both))


def test_an_encrypted_key_needs_its_password(authority, issued):
    encrypt(authority)

    assert opened(authority, password="sesame").context
    at, text = wrong(authority)
    assert at == "key"
    assert text.startswith("key.pem is encrypted; write password = {")
    assert wrong(authority, password="other") == ("password", "does not open key.pem")


def test_the_key_of_another_certificate_is_told(authority, issued):
    other = authority.ca.issue_cert("localhost")
    authority.key.write_bytes(other.private_key_pem.bytes())

    assert wrong(authority) == ("key", "key.pem is not the key of cert.pem")


def test_a_file_that_cannot_be_read_is_told(authority, issued):
    authority.certificate.unlink()

    assert wrong(authority) == ("certificate", "cannot read cert.pem: No such file or directory")
    with pytest.raises(BadCertificate) as raised:
        opened(authority)
    assert raised.value.status == 2
    assert str(raised.value).startswith("server.tls.certificate: cannot read ")


def test_the_two_files_in_each_others_place_are_told(authority, issued):
    certificate, key = authority.certificate.read_bytes(), authority.key.read_bytes()
    authority.certificate.write_bytes(key)
    at, text = wrong(authority)
    assert at == "certificate"
    assert text.startswith("cert.pem has no certificate in PEM format")

    authority.certificate.write_bytes(certificate)
    authority.key.write_bytes(certificate)
    at, text = wrong(authority)
    assert at == "key"
    assert text.startswith("key.pem has no private key in PEM format")


def test_a_key_that_is_rubbish_is_told(authority, issued):
    authority.key.write_text("-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----\n")

    assert wrong(authority) == ("key", "key.pem and its certificate cannot be used")


def test_without_tls_nothing_is_wrong():
    assert tls_problems(ServerSettings()) == []
    assert list(tls_doubts(ServerSettings(), datetime.now(UTC))) == []


def test_a_certificate_that_is_not_valid_now_is_doubtful(authority, issued):
    settings = ServerSettings(tls=authority.settings())
    facts = open_certificate(settings).facts
    day = timedelta(days=1)

    def doubt(now):
        return [problem.text.rpartition("/")[2] for problem in tls_doubts(settings, now)]

    assert doubt(facts.begins + day) == []
    (text,) = doubt(facts.ends + day)
    assert text == f"cert.pem has expired at {in_words(facts.ends)}: browsers warn of it"
    (text,) = doubt(facts.begins - day)
    assert text.startswith(f"cert.pem is valid from {in_words(facts.begins)} on")
    (text,) = doubt(facts.ends - day)
    assert text == f"cert.pem expires at {in_words(facts.ends)}"


def test_a_site_with_a_bad_certificate_is_told_before_anything_listens(authority, issued):
    authority.key.write_text("nothing")
    settings = SiteSettings(server=ServerSettings(tls=authority.settings()))

    with pytest.raises(ConfigError) as raised:
        load_applications(settings)

    (line,) = raised.value.lines
    assert line.startswith("server.tls.key: ")
