"""What each viewer has of a document, so that nothing is sent in full twice or never.

A model is sent whole to those who lack it and as a bare reference to those who have
it. Mostly all viewers have the same; they differ when one brought a model itself, or
pulled the document while the application held changes back.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence

import attrs
from bokeh.core.types import ID
from bokeh.document import Document
from bokeh.model import Model

from docsync_trio.documents.bokeh_private import model_table, new_models
from docsync_trio.documents.incoming import Patch

Viewer = Hashable
"""Whoever has pulled the document and is kept in step; compared by identity."""


@attrs.define(eq=False)
class View:
    """What a viewer has: all models of a table but those that it is *lacking*.

    *leaving* are roots that it has and that have been removed from the document.
    """

    table: Mapping[ID, Model]
    lacking: frozenset[Model] = frozenset()
    leaving: frozenset[Model] = frozenset()

    def has(self, model: Model) -> bool:
        """Whether the viewer has *model*."""
        return self.table.get(model.id) is model and model not in self.lacking


@attrs.define(eq=False)
class Views:
    """All viewers of one document, and what each of them has.

    *same* is what all of them have, lacking nothing of its table, while that is so.

    Bokeh's table of models is replaced, never changed, when models come or go. So the
    table that was current when a viewer was last told something is what it has.
    """

    _document: Document
    _views: dict[Viewer, View] = attrs.field(factory=dict, init=False)
    same: View | None = attrs.field(default=None, init=False)

    def __bool__(self) -> bool:
        return bool(self._views)

    def __iter__(self) -> Iterator[Viewer]:
        return iter(self._views)

    def __contains__(self, viewer: Viewer) -> bool:
        return viewer in self._views

    def only(self) -> Viewer | None:
        """The viewer, if there is just one."""
        return next(iter(self._views)) if len(self._views) == 1 else None

    def join(self, viewer: Viewer) -> None:
        """*viewer* has the whole document as it is now."""
        table = model_table(self._document)
        if self.same is None or self.same.table is not table:
            self.same = None if self._views.keys() - {viewer} else View(table)
        self._views[viewer] = self.same or View(table)
        if len(self._views) == 1:
            self.settle()

    def leave(self, viewer: Viewer) -> None:
        """Forget *viewer*."""
        self._views.pop(viewer, None)

    def clear(self) -> None:
        """Forget all."""
        self._views.clear()

    def anybody_has(self, model: Model) -> bool:
        """Whether there is a viewer that has *model*."""
        return any(view.has(model) for view in set(self._views.values()))

    def returned(self) -> list[Model]:
        """Models that were taken out of the document and put back since viewers were told.

        They have them still, but nobody heard what happened to them outside.
        """
        new, table = new_models(self._document), model_table(self._document)
        if not new:
            return []
        old = [view for view in set(self._views.values()) if view.table is not table]
        return [model for model in new if any(view.has(model) for view in old)]

    def catch_up(
        self, removed: Collection[Model] = (), patch: Patch | None = None, *, is_held: bool = False
    ) -> None:
        """From now on measure what viewers have by the document as it is.

        *removed* are roots that were removed, *patch* is what one of them did itself; *is_held*
        says that the application holds changes back.
        """
        table = model_table(self._document)
        new = self._new() if new_models(self._document) else []
        if not new and not removed and not is_held:
            if self.same is None or self.same.table is not table:
                self.same = View(table)
                self._views = dict.fromkeys(self._views, self.same)
            return
        self.same = None
        caught_up: dict[tuple[View, bool], View] = {}
        same: dict[tuple[frozenset[Model], frozenset[Model]], View] = {}
        for viewer, view in self._views.items():
            own = patch if patch is not None and viewer is patch.author else None
            key = (view, own is not None)
            if key not in caught_up:
                found = self._caught_up(view, new, removed, own)
                caught_up[key] = same.setdefault((found.lacking, found.leaving), found)
            self._views[viewer] = caught_up[key]

    def author_catches_up(self, patch: Patch) -> None:
        """The same for the author of *patch* alone."""
        view = self._views.get(patch.author)
        if view is not None:
            self.same = None
            self._views[patch.author] = self._caught_up(view, self._new(), (), patch)

    def _caught_up(
        self, view: View, new: list[Model], removed: Collection[Model], own: Patch | None
    ) -> View:
        def has(model: Model) -> bool:
            if own is None:
                return view.has(model)
            return own.brought(model) or (view.has(model) and own.keeps(model))

        table = model_table(self._document)
        return View(
            # What the application holds back has not been taken away from anybody yet.
            {**view.table, **table} if self._is_held() else table,
            frozenset(model for model in new if not has(model)),
            frozenset(m for m in removed if _knew(view, m, own)),
        )

    def _is_held(self) -> bool:
        return self._document.callbacks.hold_value is not None

    def groups(self, viewers: Sequence[Viewer]) -> list[tuple[View, Sequence[Viewer]]]:
        """*viewers*, those together who have the same, while not all of them do."""
        groups: dict[View, list[Viewer]] = {}
        for viewer in viewers:
            groups.setdefault(self._views[viewer], []).append(viewer)
        return list(groups.items())

    def told(self, viewers: Sequence[Viewer], was_told: Callable[[Model], bool]) -> None:
        """*viewers*, who all had the same, have been sent some of what they lacked."""
        view = self._views[viewers[0]]
        lacking = frozenset(model for model in view.lacking if not was_told(model))
        if len(lacking) != len(view.lacking):
            told = View(view.table, lacking, view.leaving)
            self._views.update(dict.fromkeys(viewers, told))

    def settle(self) -> None:
        """Let Bokeh's record of new models hold what somebody lacks, and nothing else."""
        new = new_models(self._document)
        if self.same is not None and self._views:
            if new:
                new.clear()
        elif self._views:
            views = set(self._views.values())
            for view in views:
                view.leaving = frozenset()
            new.intersection_update(frozenset[Model]().union(*(view.lacking for view in views)))
        elif len(new) > 2 * len(model_table(self._document)):
            new.intersection_update(self._new())

    def _new(self) -> list[Model]:
        table = model_table(self._document)
        return [model for model in new_models(self._document) if model.id in table]


def _knew(view: View, model: Model, own: Patch | None) -> bool:
    """Whether the viewer has *model*, a root that was removed, and did not remove it itself."""
    if own is None:
        return view.has(model)
    return (view.has(model) or own.brought(model)) and not own.removes(model)
