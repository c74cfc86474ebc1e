"""Session ids and the tokens that carry them: Bokeh's format, signed, short.

A token is what a page presents to open its session's websocket. Ours carries the
session id and the time it expires and nothing else: cookies, headers and arguments
stay on the server, so the token stays far below every limit on a request header and
gives nothing away in the page. Tokens that Bokeh makes carry those things too,
compressed; they are read, within bounds.

The format, which BokehJS and Bokeh's Python client read as well:
``base64url(JSON) [ "." base64url(HMAC-SHA256(key, what stands before)) ]``, without
padding; a signed session id is ``random "." base64url(HMAC-SHA256(key, random))``.

No error here, and nothing that is chained to it, holds any part of the token.
"""

import base64
import hmac
import json
import math
import secrets
import zlib
from typing import Any

import attrs

from docsync_trio.base.errors import ProtocolError, Refusal
from docsync_trio.protocol.json_text import parse_object

_MAX_TOKEN = 64 * 1024
"""Characters. Bokeh's tokens grow with the cookies; no server takes longer headers."""

_MAX_PAYLOAD = 1024 * 1024
"""Bytes of a Bokeh token's compressed part once inflated (zlib makes 1000 from 1)."""

_MAX_DEPTH = 100
_MAX_VALUES = 10_000
_MAX_ID = 200

_COMPRESSED = "__bk__zlib_"
_OTHER_KEY = "signed with another key, or not at all; see sessions.secret_key and sessions.sign"


@attrs.frozen
class TokenSettings:
    """How ids and tokens are made and checked.

    *signed* wants a *secret_key* (else ``ValueError``); *expiration* is in seconds,
    ``inf`` for tokens that never expire.
    """

    secret_key: bytes | None = attrs.field(repr=False)
    signed: bool
    expiration: float

    def __attrs_post_init__(self) -> None:
        if self.signed and not self.secret_key:
            raise ValueError("signed tokens need a secret key")


@attrs.frozen
class Claims:
    """What a token says. *expires_at* is in seconds since the epoch, None for never.

    *payload* is what else a token made by Bokeh carries (``headers``, ``cookies``,
    ``arguments``, what the application's ``process_request`` returned); empty in ours.
    """

    session_id: str
    expires_at: float | None
    payload: dict[str, Any] = attrs.field(repr=False)


def make_session_id(settings: TokenSettings) -> str:
    """Return a new session id that nobody can guess, signed where *settings* say so."""
    base = secrets.token_hex(22)
    return f"{base}.{_signature(base, settings)}" if settings.signed else base


def make_token(session_id: str, settings: TokenSettings, now: float) -> str:
    """Return a token for *session_id*, made at *now* (seconds since the epoch)."""
    claims: dict[str, Any] = {"session_id": session_id}
    if math.isfinite(settings.expiration):
        claims["session_expiry"] = int(now + settings.expiration)
    # BokehJS reads bytes as Latin-1, so the JSON has to be plain ASCII.
    text = _base64(json.dumps(claims, separators=(",", ":")).encode("ascii"))
    return f"{text}.{_signature(text, settings)}" if settings.signed else text


def check_session_id(session_id: str, settings: TokenSettings) -> bool:
    """Tell whether *session_id* may name a session: well-formed and, if need be, signed."""
    if not (0 < len(session_id) <= _MAX_ID and session_id.isprintable()):
        return False
    return not settings.signed or _has_signature(session_id, settings)


def read_token(token: str, settings: TokenSettings) -> Claims:
    """Return what *token* says, if it and the id in it are genuine.

    Its age is not looked at, see `is_expired`. Raises `Refusal` (403) for all else.
    """
    if len(token) > _MAX_TOKEN or not token.isascii():
        raise _refusal("too long, or not ASCII")
    if settings.signed and not _has_signature(token, settings):
        raise _refusal(_OTHER_KEY)
    claims = _parsed(_unbase64(token.partition(".")[0]))
    if claims is None:
        raise _refusal("not in Bokeh's format")
    session_id = claims.pop("session_id", None)
    if not isinstance(session_id, str) or not check_session_id(session_id, settings):
        raise _refusal(f"the session id in it is malformed, or {_OTHER_KEY}")
    expires_at = claims.pop("session_expiry", None)
    if expires_at is not None and type(expires_at) not in {int, float}:
        raise _refusal("its expiry is not a number")
    compressed = claims.pop(_COMPRESSED, None)
    return Claims(session_id, expires_at, claims | _inflated(compressed))


def is_expired(claims: Claims, now: float) -> bool:
    """Tell whether the token is too old, at *now*, to make a new session with."""
    return claims.expires_at is not None and now >= claims.expires_at


def _refusal(hint: str) -> Refusal:
    return Refusal(403, "Invalid token", hint=f"the token is refused: {hint}")


def _signature(text: str, settings: TokenSettings) -> str:
    return _base64(hmac.digest(settings.secret_key or b"", text.encode(), "sha256"))


def _has_signature(signed: str, settings: TokenSettings) -> bool:
    text, _, signature = signed.partition(".")
    return hmac.compare_digest(_signature(text, settings).encode(), signature.encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


# The three below give None for what they cannot read instead of raising: decoding
# errors keep their input, and here that is the token.


def _unbase64(text: Any) -> bytes | None:
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None


def _parsed(data: bytes | None) -> dict[str, Any] | None:
    if data is None:
        return None
    try:
        return parse_object(data.decode(), "token", _MAX_DEPTH, values=_MAX_VALUES)
    except (ProtocolError, UnicodeDecodeError):
        return None


def _unzipped(data: bytes | None) -> bytes | None:
    if data is None:
        return None
    stream = zlib.decompressobj()
    try:
        inflated = stream.decompress(data, _MAX_PAYLOAD)
    except zlib.error:
        return None
    return inflated if stream.eof else None


def _inflated(compressed: Any) -> dict[str, Any]:
    """Return the payload that Bokeh puts into its tokens compressed; empty without one."""
    if compressed is None:
        return {}
    payload = _parsed(_unzipped(_unbase64(compressed)))
    if payload is None:
        raise _refusal("its payload is malformed or too big")
    payload.pop("session_id", None)
    payload.pop("session_expiry", None)
    return {key: _with_bytes(value) for key, value in payload.items()}


def _with_bytes(value: Any) -> Any:
    """Return *value* with bytes where Bokeh wrote ``{"bytes": base64}`` for them."""
    if isinstance(value, list):
        return [_with_bytes(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != {"bytes"}:
        return {key: _with_bytes(item) for key, item in value.items()}
    data = _unbase64(value["bytes"])
    if data is None:
        raise _refusal("its payload holds malformed bytes")
    return data
