"""The ``[profiles.NAME]`` tables of a site file: each a partial site to lay over it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from docsync_trio.base.errors import Path, Problem
from docsync_trio.config.checks import check
from docsync_trio.config.kind import Surroundings, nearest, shown
from docsync_trio.config.layers import Layers, Tree
from docsync_trio.config.origins import Origin, OriginOf, nearest_origin
from docsync_trio.config.structure import structure
from docsync_trio.config.text import SiteText

KEY = "profiles"

BUILT_IN: Final[Mapping[str, Tree]] = MappingProxyType({"dev": {"reload": {"enabled": True}}})
"""What profiles of these names say though no site file has them; one that has may differ."""


@attrs.frozen
class Profiles:
    """The profiles of the site in *text*, whose own keys are *site*."""

    text: SiteText
    site: Tree
    tables: Mapping[str, Tree]
    problems: tuple[Problem, ...]

    @classmethod
    def split(cls, text: SiteText) -> "Profiles":
        """Take the profiles of a site file apart from the rest."""
        site = {name: value for name, value in text.tree.items() if name != KEY}
        found = text.tree.get(KEY, {})
        if not isinstance(found, dict):
            problem = Problem((KEY,), f"expected a table of profiles, not {shown(found)}")
            return cls(text, site, {}, (problem,))
        tables = {name: table for name, table in found.items() if isinstance(table, dict)}
        problems = [
            Problem((KEY, name), f"expected a table of changed keys, not {shown(value)}")
            for name, value in found.items()
            if name not in tables
        ]
        return cls(text, site, tables, tuple(problems))

    def chosen(self, name: str | None) -> Tree:
        """Return the profile *name*, empty where there is none of that name."""
        if name is None:
            return {}
        chosen: Tree = _laid_over(BUILT_IN.get(name, {}), self.tables.get(name, {}))
        return chosen

    def origin_of(self, name: str) -> OriginOf:
        """Return what tells the origins of the values of the profile *name*."""
        return lambda path: Origin("profile", name, self.text.place((KEY, name, *path)))

    def check(self, chosen: str | None, around: Surroundings) -> Iterator[Problem]:
        """Yield what is wrong with the profiles that are not *chosen*, or with the choice.

        Files and secrets of the others are not looked for: they may be meant for
        another machine.
        """
        yield from self.problems
        known = dict.fromkeys((*self.tables, *BUILT_IN))
        if chosen is not None and chosen not in known:
            names = f"there {'are' if len(known) > 1 else 'is'} {', '.join(known)}"
            instead = nearest(chosen, known) or f"; {names}"
            yield Problem((KEY,), f"no profile is called {shown(chosen)}{instead}", on_key=True)
        for name in self.tables.keys() - {chosen}:
            yield from self._check_one(name, attrs.evolve(around, look=False))

    def _check_one(self, name: str, around: Surroundings) -> Iterator[Problem]:
        layers = Layers()
        layers.lay(self.site, self.text.origin)
        layers.lay(self.tables[name], self.origin_of(name))
        for problem in [*structure(layers.tree, around)[1], *check(layers.tree)]:
            if nearest_origin(layers.origins, problem.path).source == "profile":
                place: Path = (KEY, name, *problem.path)
                yield attrs.evolve(problem, path=place)


def _laid_over(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **above, **{k: _laid_over(below[k], above[k]) for k in below.keys() & above}}
