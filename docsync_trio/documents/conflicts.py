"""When a viewer and somebody else change the same property at the same time.

The server's order is the truth. A viewer that changes a property while another value
for it is still on its way ends with that other value, though the server took its own
after it; Bokeh's two ends then differ for ever. Nothing in Bokeh's protocol says what a
viewer had seen when it changed something. So a change that follows soon on a value from
elsewhere counts as contested, and once the viewer has let go of the property it is sent
the value that the server has. One that merely drags a slider is not disturbed.
"""

import math
from collections.abc import Hashable, Iterable

import attrs
from bokeh.core.types import ID

Property = tuple[ID, str]
"""What was changed: the id of a model, and the name of a property of it."""

ON_ITS_WAY = 5.0
"""Seconds for which a value that was sent may still be unseen: a slow line, a busy page."""

LET_GO = 0.5
"""Seconds without a change after which a viewer is done with a property."""


@attrs.define(eq=False)
class Conflicts:
    """What was sent to whom, and who changed it since. Pure: *now* is an argument, in seconds."""

    _told: dict[Property, list[tuple[float, frozenset[Hashable]]]] = attrs.field(
        factory=dict, init=False
    )
    _contested: dict[tuple[Hashable, Property], float] = attrs.field(factory=dict, init=False)
    _tidy: float = attrs.field(default=0.0, init=False)

    def told(self, viewers: Iterable[Hashable], properties: Iterable[Property], now: float) -> None:
        """*viewers* were sent the values of *properties*."""
        group = frozenset(viewers)
        entry = (now, group)
        for key in properties:
            recent = self._told.get(key)
            # The same viewers need no second entry: a stream at 60 Hz stays one.
            if recent is None or (len(recent) == 1 and recent[0][1] == group):
                self._told[key] = [entry]
                continue
            recent = [one for one in recent if now - one[0] < ON_ITS_WAY]
            if recent and recent[-1][1] == group:
                recent[-1] = entry
            else:
                recent.append(entry)
            self._told[key] = recent
        if now - self._tidy > ON_ITS_WAY:
            self._tidy = now
            self._forget(now)

    def edited(self, viewer: Hashable, properties: Iterable[Property], now: float) -> None:
        """*viewer* has changed *properties*."""
        for key in properties:
            recent = self._told.get(key)
            if (recent and self._may_be_unseen(viewer, recent, now)) or (
                self._contested and (viewer, key) in self._contested
            ):
                self._contested[viewer, key] = now + LET_GO

    def _may_be_unseen(
        self, viewer: Hashable, told: list[tuple[float, frozenset[Hashable]]], now: float
    ) -> bool:
        return any(now - at < ON_ITS_WAY and viewer in viewers for at, viewers in told)

    def left(self, viewer: Hashable) -> None:
        """*viewer* is gone."""
        for each in [each for each in self._contested if each[0] is viewer]:
            del self._contested[each]

    def next(self) -> float:
        """When `due` has something to give; infinity if there is no conflict."""
        return min(self._contested.values()) if self._contested else math.inf

    def due(self, now: float) -> list[tuple[Hashable, Property]]:
        """Who has to be sent which value again; they are settled with that."""
        due = [each for each, at in self._contested.items() if at <= now]
        for each in due:
            del self._contested[each]
        return due

    def _forget(self, now: float) -> None:
        self._told = {
            key: entries for key, entries in self._told.items() if now - entries[-1][0] < ON_ITS_WAY
        }
