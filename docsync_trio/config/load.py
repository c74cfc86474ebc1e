"""The way in: from a site file, or a bare application, to settings."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Final

import attrs

from docsync_trio.base.errors import ConfigError, Path, PlacedProblem, Problem
from docsync_trio.config.checks import check, secrets_of
from docsync_trio.config.kind import Surroundings
from docsync_trio.config.layers import Layers, Tree
from docsync_trio.config.origins import Explainer, Origin, nearest_origin
from docsync_trio.config.overrides import doubtful_variables, environment_overrides, parse_setting
from docsync_trio.config.profiles import Profiles
from docsync_trio.config.schema import SiteSettings
from docsync_trio.config.structure import structure
from docsync_trio.config.text import SiteText
from docsync_trio.config.usable import UsablePart, usable_part

_BARE: Final = MappingProxyType({".py": "file", ".md": "file", ".ipynb": "notebook"})
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.~-]+")


@attrs.frozen
class LoadedSite:
    """A site that can be served as far as its description goes.

    *source* is the site file, None for a bare application. *origins* tells where every
    value that is no default came from. *explain* makes an error, with places, of
    problems that are found later. *doubts* are what is allowed and yet probably not meant.
    """

    settings: SiteSettings
    source: FilePath | None
    origins: Mapping[Path, Origin]
    explain: Callable[[Iterable[Problem]], ConfigError] = attrs.field(repr=False)
    doubts: tuple[PlacedProblem, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The doubts as finished lines."""
        return tuple(map(str, self.doubts))


@attrs.frozen
class ExaminedSite:
    """A site whose description was read to its end, whatever is wrong with it.

    *problems* are all of its mistakes, in the order of the file. *usable* is the site
    without them, and *part* tells what of it was left out; None where nothing is left.
    """

    problems: tuple[PlacedProblem, ...]
    usable: LoadedSite | None = None
    part: UsablePart | None = None


def load_site(
    path: FilePath,
    *,
    profile: str | None = None,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str],
) -> LoadedSite:
    """Read the site file at *path*.

    *profile* names one of its profiles, *overrides* are ``key=value`` from the command
    line. Raises ConfigError with everything that is wrong.
    """
    text = SiteText.read(path)
    return _layered(text, path, profile, overrides, environ).finish()


def examine_site(
    path: FilePath,
    *,
    profile: str | None = None,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str],
) -> ExaminedSite:
    """Read the site file at *path* as `load_site` does; never raise for what is wrong with it."""
    try:
        text = SiteText.read(path)
    except ConfigError as error:
        return ExaminedSite(error.problems)
    return _layered(text, path, profile, overrides, environ).examine()


def load_text(
    text: str,
    path: FilePath,
    *,
    profile: str | None = None,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str],
) -> LoadedSite:
    """Take *text* for the site file at *path*, which need not be there; see `load_site`."""
    parsed = SiteText.parse(text, str(path))
    return _layered(parsed, path, profile, overrides, environ).finish()


def load_tree(
    tree: Tree,
    path: FilePath,
    *,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str],
) -> LoadedSite:
    """Take *tree*, tables and arrays as TOML has them, for the site file at *path*.

    It need not be there: what *tree* names is found from its folder. Raises ConfigError.
    """
    around = Surroundings(path.absolute().parent, environ)
    layers = Layers()
    layers.lay(tree, lambda _: Origin("command line", path.name))
    explainer = Explainer(path.name, None, layers.origins)
    return _Layered(layers, explainer, around, path, overrides).finish()


def _layered(
    text: SiteText,
    path: FilePath,
    profile: str | None,
    overrides: Sequence[str],
    environ: Mapping[str, str],
) -> "_Layered":
    profiles = Profiles.split(text)
    around = Surroundings(path.absolute().parent, environ)
    layers = Layers()
    layers.lay(profiles.site, text.origin)
    if profile is not None:
        layers.lay(profiles.chosen(profile), profiles.origin_of(profile))
    explainer = Explainer(text.name, text.positions, layers.origins)
    found = tuple(profiles.check(profile, around))
    return _Layered(layers, explainer, around, path, overrides, found)


def load_bare(
    path: FilePath,
    *,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str],
) -> LoadedSite:
    """Make a site of one application: a .py, .md or .ipynb file, or a directory.

    It is served at its own name. Raises ConfigError with everything that is wrong.
    """
    return _bare(path, overrides, environ).finish()


def examine_bare(
    path: FilePath,
    *,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str],
) -> ExaminedSite:
    """Make a site as `load_bare` does; never raise for what is wrong with it."""
    try:
        return _bare(path, overrides, environ).examine()
    except ConfigError as error:
        return ExaminedSite(error.problems)


def _bare(path: FilePath, overrides: Sequence[str], environ: Mapping[str, str]) -> "_Layered":
    kind = "directory" if path.is_dir() else _BARE.get(path.suffix)
    if kind is None or not path.exists():
        what = "there is no such file or directory"
        if path.exists():
            what = "no application; expected a .py, .md, .ipynb or .toml file or a directory"
        raise ConfigError([PlacedProblem(str(path), "", what)])
    place = path.resolve()
    around = Surroundings(place.parent, environ)
    layers = Layers()
    layers.lay(_bare_site(kind, place), lambda _: Origin("command line", str(path)))
    explainer = Explainer(str(path), None, layers.origins)
    return _Layered(layers, explainer, around, None, overrides)


def _bare_site(kind: str, place: FilePath) -> Tree:
    name = place.name if kind == "directory" else place.stem
    path = f"/{re.sub(_UNFIT, '-', name)}"
    return {"applications": [{"path": path, "handlers": [{kind: str(place)}]}]}


@attrs.frozen
class _Layered:
    """A site of which only the overrides are still to come."""

    layers: Layers
    explainer: Explainer
    around: Surroundings
    source: FilePath | None
    overrides: Sequence[str]
    found: tuple[Problem, ...] = ()

    def finish(self) -> LoadedSite:
        settings, problems = self._read()
        if settings is None or problems:
            raise self.explainer.error(problems)
        return self._loaded(settings)

    def examine(self) -> ExaminedSite:
        _, problems = self._read()
        part = usable_part(self.layers.tree, self.around)
        usable = None
        if part is not None:
            usable = attrs.evolve(self._loaded(part.settings), explain=self._moved_back(part))
        return ExaminedSite(self.explainer.error(problems).problems, usable, part)

    def _moved_back(self, part: UsablePart) -> Callable[[Iterable[Problem]], ConfigError]:
        def explain(problems: Iterable[Problem]) -> ConfigError:
            there = (attrs.evolve(one, path=part.place(one.path)) for one in problems)
            return self.explainer.error(there)

        return explain

    def _read(self) -> tuple[SiteSettings | None, list[Problem]]:
        found = [*self.found, *self._override(self.overrides)]
        settings, wrong = structure(self.layers.tree, self.around)
        return settings, [*found, *wrong, *check(self.layers.tree)]

    def _loaded(self, settings: SiteSettings) -> LoadedSite:
        origins, explain = self.layers.origins, self.explainer.error
        return LoadedSite(settings, self.source, origins, explain, tuple(self._doubts()))

    def _override(self, overrides: Sequence[str]) -> Iterator[Problem]:
        for variable in environment_overrides(self.around.environ):
            if (problem := self.layers.override(variable)) is not None:
                yield problem
        for setting in overrides:
            override = parse_setting(setting)
            if override is None:
                self.layers.origins[(setting,)] = Origin("command line", "--set")
                yield Problem((setting,), "no key with a value; write key=value")
            elif (problem := self.layers.override(override)) is not None:
                yield problem

    def _doubts(self) -> Iterator[PlacedProblem]:
        variables: list[str] = []
        for path, value in secrets_of(self.layers.tree):
            if isinstance(value, dict):
                variables.append(value.get("env", ""))
            elif nearest_origin(self.layers.origins, path).source != "environment":
                text = 'a secret in plain sight; write { env = "NAME" } or { file = "path" }'
                yield self.explainer.placed(Problem(path, text))
        yield from doubtful_variables(self.around.environ, variables)
