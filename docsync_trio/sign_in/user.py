"""Who a visitor is: what applications, endpoints and the log are told."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs


@attrs.define(eq=False)
class Tokens:
    """What a provider gave for a visitor, to ask others on their behalf.

    *expires_at* is when *access* ends, in seconds since the epoch; None where that is not told.
    A refresh changes the object, so whoever holds it has the newest.
    """

    access: str = attrs.field(repr=False)
    refresh: str | None = attrs.field(default=None, repr=False)
    expires_at: float | None = None


@attrs.frozen
class User:
    """A visitor who has signed in, under *name*.

    *info* is what else is known of them: claims of the provider, what the file of users or the
    site's function says. *sign_in* tells this sign-in from others of the same user, and *tokens*
    are there if the site keeps them. It has the names by which Starlette's endpoints know users.
    """

    name: str
    info: Mapping[str, Any] = MappingProxyType({})
    sign_in: str = attrs.field(default="", repr=False, eq=False)
    tokens: Tokens | None = attrs.field(default=None, repr=False, eq=False)

    @property
    def is_authenticated(self) -> bool:
        """True: it is somebody."""
        return True

    @property
    def display_name(self) -> str:
        """The name."""
        return self.name

    @property
    def identity(self) -> str:
        """The name."""
        return self.name


def is_same(one: User | None, other: User | None) -> bool:
    """Say whether both are the same person, or both nobody."""
    return (one and one.name) == (other and other.name)
