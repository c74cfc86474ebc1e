"""What browsers keep for us."""

import pytest

from docsync_trio.sign_in.cookies import (
    MOST,
    Remembered,
    Seals,
    cookie_named,
    remembered,
    set_cookie,
)

SEALS = Seals([b"key"])
NOW = 1_700_000_000.0


def alice(**more):
    known = {"info": {"email": "alice@example.org"}, "expires_at": NOW + 60}
    return Remembered(name="alice", sign_in="s", way="users", stamp="t", **(known | more))


def test_who_has_signed_in_is_remembered_until_it_is_over():
    text = alice().sealed(SEALS)

    assert remembered(SEALS, text, NOW) == alice()
    assert remembered(SEALS, text, NOW + 60) is None


def test_nobody_else_can_have_written_it():
    text = alice().sealed(SEALS)
    payload, _, signature = text.rpartition(".")
    another = alice(info={"email": "root@example.org"}).sealed(SEALS).rpartition(".")[0]

    for forged in (text[:-1], f"{another}.{signature}", payload, "", "x" * (MOST + 1)):
        assert remembered(SEALS, forged, NOW) is None
    assert remembered(Seals([b"other"]), text, NOW) is None


def test_one_sort_of_cookie_does_not_pass_for_another():
    values = {"n": "root", "i": {}, "s": "", "w": "users", "t": "", "e": int(NOW + 60)}

    assert remembered(SEALS, SEALS.seal("attempt", values), NOW) is None
    assert remembered(SEALS, SEALS.seal("user", values), NOW).name == "root"


@pytest.mark.parametrize("values", [{}, {"n": 1}, {"n": "a", "i": [], "s": "", "w": ""}])
def test_a_cookie_of_another_shape_names_nobody(values):
    assert remembered(SEALS, SEALS.seal("user", values), NOW) is None


def test_the_key_before_is_still_good_to_read_with():
    text = alice().sealed(Seals([b"old"]))
    both = Seals([b"old", b"new"])

    assert remembered(both, text, NOW) == alice()
    assert remembered(Seals([b"new"]), alice().sealed(both), NOW) == alice()


def test_a_cookie_stays_as_small_as_browsers_want_it():
    groups = {f"group-{n * 7919 % 10_007}": hash(str(n)) for n in range(2000)}
    text = alice(info={**groups, "email": "alice@example.org"}).sealed(SEALS)

    assert len(text) <= MOST
    assert remembered(SEALS, text, NOW).info == {"email": "alice@example.org"}
    long = alice(info={"name": "".join(map(str, groups))}).sealed(SEALS)
    assert len(long) <= MOST
    assert remembered(SEALS, long, NOW).info == {}


def test_what_is_behind_the_gate_does_not_see_it():
    assert cookie_named("a=1; docsync_user=x.y; b=2", "docsync_user") == ("x.y", "a=1; b=2")
    assert cookie_named("docsync_user=x; docsync_user=z", "docsync_user") == ("x", "")
    assert cookie_named("a=1;b=2", "docsync_user") == (None, "a=1;b=2")


def test_neither_scripts_nor_other_sites_get_at_it():
    there = set_cookie("u", "v", path="/desk", secure=True, seconds=60)
    gone = set_cookie("u", "", path="/", secure=False, seconds=60)

    assert there == "u=v; Path=/desk; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
    assert gone == "u=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
