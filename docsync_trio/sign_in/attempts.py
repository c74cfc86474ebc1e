"""A sign-in that has begun: what has to come back, and to the same browser.

For a form it is a secret beside the one in the form, so that no page of others can sign a
visitor in; for a provider also what its answer has to fit (state, nonce, PKCE). A cookie keeps
it, one for each attempt, as a browser that restores its tabs makes several at once.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import urlsplit

import attrs

from docsync_trio.sign_in.cookies import Seals

PATIENCE: Final = 600.0
"""Seconds that an attempt may take."""

_LONGEST_NEXT: Final = 1500
_PREFIX: Final = "docsync_attempt_"


@attrs.frozen
class Attempt:
    """A sign-in under way. *state* names it, *next* is the path that its visitor wanted.

    *nonce* comes back in the provider's token, *verifier* proves that the code is ours to
    redeem.
    """

    state: str
    next: str
    expires_at: float
    nonce: str = attrs.field(factory=lambda: secrets.token_urlsafe(24), repr=False)
    verifier: str = attrs.field(factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier (RFC 7636, S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    @property
    def cookie(self) -> str:
        """The name of its cookie."""
        return cookie_of(self.state)

    def sealed(self, seals: Seals) -> str:
        """Return its cookie."""
        return seals.seal("attempt", attrs.asdict(self))


def new_attempt(wanted: str, now: float) -> Attempt:
    """Return an attempt of a visitor who wants the path *wanted*."""
    return Attempt(secrets.token_urlsafe(24), wanted[:_LONGEST_NEXT], int(now + PATIENCE))


def cookie_of(state: str) -> str:
    """Return the name of the cookie of the attempt that *state* names."""
    short = hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{_PREFIX}{short}"


def is_attempt(name: str) -> bool:
    """Say whether *name* is that of such a cookie."""
    return name.startswith(_PREFIX)


def attempt_in(seals: Seals, text: str | None, state: str, now: float) -> Attempt | None:
    """Return the attempt that the cookie *text* keeps, if *state* names it and it is in time."""
    values = None if text is None else seals.open("attempt", text)
    if values is None:
        return None
    try:
        attempt = Attempt(**values)
    except TypeError:
        return None
    same = hmac.compare_digest(attempt.state.encode(), state.encode("utf-8", "replace"))
    return attempt if same and now < attempt.expires_at else None


def safe_next(text: str | None, otherwise: str) -> str:
    r"""Return *text* if it is a path on this very server, else *otherwise*.

    A link to our page must not end elsewhere: browsers take ``//host`` and, as they read
    backslashes as slashes, ``/\host`` for other servers.
    """
    if not text or len(text) > _LONGEST_NEXT or not text.startswith("/"):
        return otherwise
    if text.startswith("//") or "\\" in text or not text.isprintable() or " " in text:
        return otherwise
    try:
        parts = urlsplit(text)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else text
