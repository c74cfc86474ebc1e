"""How the site of `docsync run` is opened: as it is, or so that it follows its files."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, TypeAlias

from docsync_trio.base.events import Observer
from docsync_trio.config.load import LoadedSite
from docsync_trio.server.site import Site, load_applications, open_site, shows_errors

if TYPE_CHECKING:
    from docsync_trio.reload.running_site import RunningSite

Load = Callable[[], LoadedSite]
"""Loads a site; raises `ConfigError`."""

ServedNow: TypeAlias = "Site | RunningSite"
"""A site that is open."""

Opening: TypeAlias = "Callable[[Observer], AbstractAsyncContextManager[Site | RunningSite]]"
"""Opens a site, of which everything is imported already."""


def site_opening(loaded: LoadedSite, again: Load) -> Opening:
    """Import what *loaded* names, and return what opens it; *again* loads it anew.

    Raises `ConfigError`.
    """
    if not loaded.settings.reload.enabled:
        imported = load_applications(loaded)
        return lambda observe: open_site(loaded, observe=observe, imported=imported)
    # Only who works on a site has to wait for these imports.
    from docsync_trio.reload.imports import import_site
    from docsync_trio.reload.open_site import open_reloading_site
    from docsync_trio.server.development.following import Following
    from docsync_trio.sessions.state_keeper import carry_over

    beginning = import_site(loaded)

    def opening(observe: Observer) -> "AbstractAsyncContextManager[RunningSite]":
        settings = loaded.settings
        following = Following(
            observe,
            show_errors=shows_errors(settings),
            keep_state=settings.reload.keep_state,
        )
        return open_reloading_site(
            loaded,
            beginning,
            load=again,
            observe=following.observe,
            prepare=following.followed,
            carry_over=carry_over,
        )

    return opening
