"""Passwords, of which only hashes are kept."""

import pytest

from docsync_trio.sign_in.passwords import fits, hash_password, read_users

QUICK = hash_password("geheim", cost=16)


def test_a_hash_fits_its_password_and_no_other():
    assert fits("geheim", QUICK)
    assert not fits("Geheim", QUICK)
    assert not fits("", QUICK)
    assert not fits("x" * 100_000, QUICK)


def test_hashes_of_one_password_differ_and_say_how_they_were_made():
    assert hash_password("geheim", cost=16) != QUICK
    assert QUICK.startswith("scrypt$16$8$3$")
    assert "geheim" not in QUICK


def test_it_does_not_matter_how_a_keyboard_sends_a_letter():
    assert fits("u\u0308ber", hash_password("\u00fcber", cost=16))


def test_the_file_has_users_and_what_is_known_of_them():
    text = f'alice = "{QUICK}"\nbob = {{ password = "{QUICK}", groups = ["desk"] }}\n'
    users = read_users(text)

    assert list(users) == ["alice", "bob"]
    assert users["bob"].info == {"groups": ["desk"]}
    assert users["alice"].stamp == users["bob"].stamp
    assert read_users(f'alice = "{hash_password("new", cost=16)}"')["alice"].stamp != (
        users["alice"].stamp
    )


@pytest.mark.parametrize(
    "line",
    [
        *('alice = "geheim"', "alice = 5", "alice = {}", "alice = ", 'alice = "scrypt$16$8$3$x"'),
        f'alice = "{QUICK.replace("$16$", "$1073741824$")}"',
        f'alice = "{QUICK.replace("$8$", "$x$")}"',
    ],
    ids=lambda _: "",
)
def test_what_is_no_hash_is_told_without_being_repeated(line):
    with pytest.raises(ValueError, match=r"alice|Invalid|Expected") as caught:
        read_users(line)
    assert "geheim" not in str(caught.value)
