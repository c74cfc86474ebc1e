"""Passwords, of which only hashes are kept: scrypt, from Python's own library.

The hash says itself how it was made, so that a later version may ask for more effort and still
check what is there.
"""

import base64
import hashlib
import hmac
import secrets
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import attrs

COST: Final = 2**15
BLOCK: Final = 8
PARALLEL: Final = 3
"""With these a check takes 32 MB and a quarter of a second (OWASP's recommendation of 2024)."""

_MOST_MEMORY: Final = 2**28
_MOST_OF: Final = 64
_LONGEST: Final = 1000
_FIELDS: Final = 6


@attrs.frozen
class Account:
    """A user of the file: the *hash* of their password, and what else is said of them."""

    hash: str = attrs.field(repr=False)
    info: Mapping[str, Any] = MappingProxyType({})

    @property
    def stamp(self) -> str:
        """What changes with the password."""
        return hashlib.sha256(self.hash.encode()).hexdigest()[:16]


def hash_password(password: str, *, cost: int = COST) -> str:
    """Return a hash of *password* with a salt of its own; takes a quarter of a second."""
    salt = secrets.token_bytes(16)
    digest = _digest(password, salt, cost, BLOCK, PARALLEL)
    return f"scrypt${cost}${BLOCK}${PARALLEL}${_text(salt)}${_text(digest)}"


def fits(password: str, stored: str) -> bool:
    """Say whether *stored* is the hash of *password*; takes as long as making one.

    Raises ``ValueError`` for what is no such hash.
    """
    cost, block, parallel, salt, digest = _parts(stored)
    if len(password) > _LONGEST:
        password = ""
    return hmac.compare_digest(_digest(password, salt, cost, block, parallel), digest)


@cache
def nobodys_hash() -> str:
    """Return a hash that fits nothing known: for names that are not there, which take as long."""
    return hash_password(secrets.token_urlsafe())


def read_users(text: str) -> dict[str, Account]:
    """Return the users of a file, by name. Raises ``ValueError`` with what is wrong.

    Each is ``name = "hash"``, or ``name = { password = "hash", groups = [...] }`` with whatever
    else applications should find.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(str(error)) from None
    return {name: _account(name, value) for name, value in table.items()}


def _account(name: str, value: Any) -> Account:
    info = dict(value) if isinstance(value, dict) else {}
    stored = info.pop("password", None) if isinstance(value, dict) else value
    try:
        _parts(stored if isinstance(stored, str) else "")
    except ValueError:
        raise ValueError(f"{name}: no hash of a password; docsync password makes one") from None
    return Account(str(stored), info)


def _parts(stored: str) -> tuple[int, int, int, bytes, bytes]:
    fields = stored.split("$")
    if len(fields) != _FIELDS or fields[0] != "scrypt":
        raise ValueError("no hash of scrypt")
    cost, block, parallel = map(int, fields[1:4])
    if not (1 < cost <= 2**20 and 0 < block <= _MOST_OF and 0 < parallel <= _MOST_OF):
        raise ValueError("a hash that takes too long")
    return cost, block, parallel, _bytes(fields[4]), _bytes(fields[5])


def _digest(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    # Keyboards differ in how they send what looks the same.
    secret = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(
        secret, salt=salt, n=cost, r=block, p=parallel, maxmem=_MOST_MEMORY, dklen=32
    )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
