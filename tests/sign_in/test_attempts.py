"""A sign-in that has begun."""

import pytest

from docsync_trio.sign_in.attempts import (
    PATIENCE,
    attempt_in,
    cookie_of,
    is_attempt,
    new_attempt,
    safe_next,
)
from docsync_trio.sign_in.cookies import Seals

SEALS = Seals([b"key"])
NOW = 1_700_000_000.0


def test_an_attempt_comes_back_to_the_browser_that_began_it():
    attempt = new_attempt("/app", NOW)
    text = attempt.sealed(SEALS)

    assert attempt_in(SEALS, text, attempt.state, NOW) == attempt
    assert attempt_in(SEALS, text, "another", NOW) is None
    assert attempt_in(SEALS, text, "ä\udcff", NOW) is None
    assert attempt_in(SEALS, None, attempt.state, NOW) is None
    assert attempt_in(Seals([b"other"]), text, attempt.state, NOW) is None
    assert attempt_in(SEALS, SEALS.seal("attempt", {"state": "x"}), "x", NOW) is None
    assert attempt_in(SEALS, text, attempt.state, NOW + PATIENCE) is None


def test_each_attempt_has_a_cookie_of_its_own_and_nothing_in_it_repeats():
    one, other = new_attempt("/", NOW), new_attempt("/", NOW)

    assert one.cookie == cookie_of(one.state) != other.cookie
    assert is_attempt(one.cookie)
    assert len({one.state, one.nonce, one.verifier, other.state, other.nonce}) == 5


def test_the_challenge_is_that_of_rfc_7636():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    attempt = new_attempt("/", NOW)
    object.__setattr__(attempt, "verifier", verifier)

    assert attempt.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize("path", ["/", "/app", "/desk/app?a=1&b=//x", "/a%2F%2Fb", "/a:b@c"])
def test_a_link_leads_on_to_a_path_here(path):
    assert safe_next(path, "/home") == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("", "app", "https://evil.example", "//evil.example", "///evil.example"),
        *("/\\evil.example", "\\/evil.example", "/\t/evil.example", "/a\nb", " /app"),
        *("javascript:alert(1)", "/a b", "/" + "a" * 2000),
    ],
)
def test_a_link_to_sign_in_never_ends_elsewhere(elsewhere):
    assert safe_next(elsewhere, "/home") == "/home"
    assert safe_next(None, "/home") == "/home"
