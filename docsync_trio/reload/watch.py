"""Notices that something has changed in folders; what, others find out.

Editors write a file next to the one that is meant and rename it, leave backups behind and
save several files at once. So it is only told that something has happened, when it has been
quiet for a moment.
"""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import attrs
import trio

STEP: Final = 30
"""Milliseconds without a change after which a burst of them is over."""

LONGEST_BURST: Final = 400
"""Milliseconds after which changes are told though they go on."""

POLL: Final = 1.0
"""Seconds between two looks where the system does not tell of changes."""

log = logging.getLogger("docsync_trio.reload")
logging.getLogger("watchfiles").setLevel(logging.WARNING)


WatchFolders = Callable[[frozenset[Path], Callable[[], None]], Awaitable[None]]
"""Calls its second argument whenever something may have changed in the folders; runs for ever."""


async def watch_folders(folders: frozenset[Path], tell: Callable[[], None]) -> None:
    """Call *tell* when something has changed in *folders*, not below them; runs for ever.

    It is called once at the beginning, for what happened until then.
    """
    # Only who wants to watch has to wait for this import.
    from watchfiles import awatch

    # Whoever is told looks when this task waits, and then the folders are watched.
    tell()
    try:
        async for _ in awatch(*folders, step=STEP, debounce=LONGEST_BURST, recursive=False):
            tell()
    except OSError as error:  # a folder is gone already, or the system watches no more of them
        log.info("looking for changes once a second: %s", error)
        while True:
            await trio.sleep(POLL)
            tell()


@attrs.define(eq=False)
class Watch:
    """Calls *tell* when something has changed, as a task of *nursery*."""

    nursery: trio.Nursery
    tell: Callable[[], None]
    watch_folders: WatchFolders
    _folders: frozenset[Path] = attrs.field(default=frozenset(), init=False)
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)

    def over(self, folders: frozenset[Path]) -> None:
        """Watch *folders* from now on, and no others."""
        if folders != self._folders:
            self._folders = folders
            self._scope.cancel()
            self._scope = trio.CancelScope()
            self.nursery.start_soon(self._watch, folders, self._scope)

    async def _watch(self, folders: frozenset[Path], scope: trio.CancelScope) -> None:
        with scope:
            await self.watch_folders(folders, self.tell)
