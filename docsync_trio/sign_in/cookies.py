"""What browsers keep for us, signed so that nobody else can have written it.

It can be read by whoever has the browser: nothing in it is a secret of ours. The signature has
a purpose in it, so that one sort of cookie never passes for another.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
from itsdangerous import BadData, URLSafeSerializer

MOST: Final = 3800
"""Characters of a cookie. Browsers refuse more than 4096, its name and attributes included."""

_ENOUGH: Final = frozenset(
    {"sub", "name", "email", "preferred_username", "given_name", "family_name", "user", "username"}
)
"""What is kept of the things known about a user if all of it does not fit."""


class Seals:
    """Signs and reads with the last of *keys*; reads with all of them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = list(keys)

    def seal(self, purpose: str, values: Mapping[str, Any]) -> str:
        """Return *values*, which are those of JSON, as the text of a cookie."""
        return str(self._serializer(purpose).dumps(dict(values)))

    def open(self, purpose: str, text: str) -> dict[str, Any] | None:
        """Return what was sealed; None for what was not sealed with one of the keys."""
        if len(text) > MOST:
            return None
        try:
            values = self._serializer(purpose).loads(text)
        except BadData:
            return None
        return values if isinstance(values, dict) else None

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        signer = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        return URLSafeSerializer(self._keys, salt=f"docsync.{purpose}", signer_kwargs=signer)


@attrs.frozen(kw_only=True)
class Remembered:
    """A sign-in as its cookie tells it.

    *way* is by which it came (``"users"``, ``"provider"``), *stamp* of what it depends on: who
    has another password since then is not signed in any more. *expires_at* is in seconds since
    the epoch.
    """

    name: str
    info: Mapping[str, Any]
    sign_in: str
    way: str
    stamp: str
    expires_at: float

    def sealed(self, seals: Seals) -> str:
        """Return the cookie; with as much of what is known of the user as fits into one."""
        brief = {key: value for key, value in self.info.items() if key in _ENOUGH}
        for info in (self.info, brief):
            text = seals.seal("user", self._values(info))
            if len(text) <= MOST:
                return text
        return seals.seal("user", self._values({}))

    def _values(self, info: Mapping[str, Any]) -> dict[str, Any]:
        known = json.loads(json.dumps(dict(info), default=str))
        values = {"n": self.name, "i": known, "s": self.sign_in, "w": self.way}
        return {**values, "t": self.stamp, "e": int(self.expires_at)}


def remembered(seals: Seals, text: str, now: float) -> Remembered | None:
    """Return whom the cookie *text* names; None where it is not ours, or too old at *now*."""
    match seals.open("user", text):
        case {"n": str(name), "i": dict(info), "s": str(sign_in), "w": str(way), **rest}:
            stamp, expires_at = rest.get("t"), rest.get("e")
        case _:
            return None
    if not isinstance(stamp, str) or not isinstance(expires_at, int) or now >= expires_at:
        return None
    return Remembered(
        name=name, info=info, sign_in=sign_in, way=way, stamp=stamp, expires_at=expires_at
    )


def cookie_named(header: str, name: str) -> tuple[str | None, str]:
    """Return the value of the cookie *name* in a ``Cookie`` header, and the header without it.

    Of several of that name the first counts, which browsers send for the longest path.
    """
    parts = [part.strip() for part in header.split(";")]
    own = [part for part in parts if part.partition("=")[0].strip() == name]
    if not own:
        return None, header
    rest = "; ".join(part for part in parts if part and part not in own)
    return own[0].partition("=")[2].strip(), rest


def set_cookie(name: str, value: str, *, path: str, secure: bool, seconds: float) -> str:
    """Return a ``Set-Cookie`` field; with an empty *value* it takes the cookie away.

    Scripts cannot read it, and other sites' pages cannot make browsers send it along, but for
    links that are followed.
    """
    age = int(seconds) if value else 0
    text = f"{name}={value}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Lax"
    return f"{text}; Secure" if secure else text
