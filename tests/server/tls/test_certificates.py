"""When changed files of a certificate are taken over, and what is said."""

import pytest

from docsync_trio.base.tls_events import CertificateRefused, CertificateTaken
from docsync_trio.config.schema import ServerSettings
from docsync_trio.server.tls.certificates import Certificates, stamp_of
from tests.server.authority import Authority


class Looked:
    """The certificates of *authority*, at which somebody looks."""

    def __init__(self, authority):
        self.authority = authority
        authority.issue()
        self.events = []
        self.settings = ServerSettings(tls=authority.settings())
        self.certificates = Certificates.open(self.settings, observe=self.events.append)

    def look(self):
        """Look once; return what was said."""
        before = len(self.events)
        self.certificates.look(stamp_of(self.settings))
        return [type(event) for event in self.events[before:]]


@pytest.fixture
def looked(tmp_path):
    return Looked(Authority(tmp_path))


def test_the_first_one_is_told(looked):
    (taken,) = looked.events
    assert isinstance(taken, CertificateTaken)
    assert taken.is_valid
    assert looked.look() == []


def test_new_files_are_taken_over_when_they_have_settled(looked):
    before = looked.certificates.context
    looked.authority.issue()

    assert looked.look() == []
    assert looked.certificates.context is before
    assert looked.look() == [CertificateTaken]
    assert looked.certificates.context is not before
    assert looked.look() == []


def test_who_asks_for_it_says_that_they_have_settled(looked):
    looked.authority.issue()
    looked.certificates.look_now()
    assert [type(event) for event in looked.events] == [CertificateTaken] * 2

    looked.certificates.look_now()
    assert looked.look() == []
    assert len(looked.events) == 2


def test_a_certificate_that_waits_for_its_key_is_no_mistake(looked):
    key = looked.authority.key.read_bytes()
    looked.authority.issue()
    new = looked.authority.key.read_bytes()
    looked.authority.key.write_bytes(key)
    assert looked.look() == []

    looked.authority.key.write_bytes(new)

    assert looked.look() == []
    assert looked.look() == [CertificateTaken]


def test_what_cannot_be_used_is_told_once_and_the_one_before_stays(looked):
    before = looked.certificates.context
    looked.authority.key.write_text("nothing")

    said = [looked.look() for _ in range(4)]

    assert said == [[], [CertificateRefused], [], []]
    assert looked.certificates.context is before
    assert "server.tls.key" in looked.events[-1].problem
    looked.authority.issue()
    assert [looked.look(), looked.look()] == [[], [CertificateTaken]]


def test_files_that_are_gone_are_told(looked):
    looked.authority.key.unlink()
    looked.look()

    assert looked.look() == [CertificateRefused]
    assert "No such file" in looked.events[-1].problem
