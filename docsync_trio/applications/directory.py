"""Applications that are a folder: code, theme, template, static files and hooks in one.

What is looked for, and its names, are Bokeh's: ``main.py`` or ``main.ipynb``,
``__init__.py`` (then the folder is a package, and relative imports work), ``theme.yaml``
or ``theme.json``, ``templates/index.html``, ``static/``, and hooks in ``app_hooks.py`` or
one of the older names ``server_lifecycle.py`` and ``request_handler.py``.
"""

import pathlib
from collections.abc import Sequence
from types import ModuleType

import jinja2
import yaml  # type: ignore[import-untyped]  # what Bokeh reads themes with
from bokeh.document import Document
from bokeh.themes import Theme

from docsync_trio.applications.async_kind import common_kind
from docsync_trio.applications.file import FileHandler, ScriptHandler
from docsync_trio.applications.handler import Handler
from docsync_trio.applications.hooks import Hooks, hooks_in, joined
from docsync_trio.applications.load_error import LoadError, missing_file, shown
from docsync_trio.applications.loop_needs import tree_needs_loop
from docsync_trio.applications.notebook import NotebookHandler
from docsync_trio.applications.script import Script


class DirectoryHandler(Handler):
    """Runs the main file of a folder for each document, which has its theme and template.

    *argv* becomes ``sys.argv[1:]`` while the folder's code runs. Package, hooks, theme and
    template are loaded here, once; raises `LoadError` for whatever is wrong with them.
    """

    def __init__(self, folder: pathlib.Path | str, *, argv: Sequence[str] = ()) -> None:
        self.folder = pathlib.Path(folder).absolute()
        if not self.folder.is_dir():
            raise missing_file(self.folder)
        main = _one_of(self.folder, "main.py", "main.ipynb")
        if main is None:
            raise LoadError(f"{shown(self.folder)}: has neither main.py nor main.ipynb; add one")
        package = _load_package(self.folder, argv)
        self._main: ScriptHandler = (
            FileHandler(main, argv=argv, package=package)
            if main.suffix == ".py"
            else NotebookHandler(main, argv=argv, package=package)
        )
        self._theme = _load_theme(_one_of(self.folder, "theme.yaml", "theme.yml", "theme.json"))
        self._template = _load_template(self.folder / "templates")
        self.static_path = static if (static := self.folder / "static").is_dir() else None
        hook_scripts = [
            Script.read(path, argv=argv, package=package) for path in _hook_files(self.folder)
        ]
        self.hooks = joined([*(_hooks_of(script) for script in hook_scripts), self._main.hooks])
        kinds = [self._main.async_kind, *(script.async_kind for script in hook_scripts)]
        self.async_kind = common_kind(kinds) if any(kinds) else None
        self.framework = self._main.framework
        self.needs_loop = self._main.needs_loop or any(
            tree_needs_loop(script.tree) for script in hook_scripts
        )
        self.files = frozenset(path for path in _candidates(self.folder) if path.is_file())

    def modify_document(self, document: Document) -> None:
        """Set theme and template, then run the main file; raises what it raises."""
        if self._theme is not None:
            document.theme = self._theme
        if self._template is not None:
            document.template = self._template
        self._main.modify_document(document)

    def __repr__(self) -> str:
        return f"DirectoryHandler({str(self.folder)!r})"


def _candidates(folder: pathlib.Path) -> list[pathlib.Path]:
    names = ("__init__.py", "main.py", "main.ipynb", "theme.yaml", "theme.yml", "theme.json")
    hooks = ("app_hooks.py", "server_lifecycle.py", "request_handler.py")
    return [folder / name for name in (*names, *hooks)] + [*(folder / "templates").rglob("*")]


def _one_of(folder: pathlib.Path, *names: str) -> pathlib.Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _load_package(folder: pathlib.Path, argv: Sequence[str]) -> ModuleType | None:
    init = folder / "__init__.py"
    return Script.read(init, argv=argv).load() if init.is_file() else None


def _hook_files(folder: pathlib.Path) -> list[pathlib.Path]:
    current, older = folder / "app_hooks.py", folder / "server_lifecycle.py"
    if current.is_file() and older.is_file():
        raise LoadError(
            f"{shown(folder)}: has app_hooks.py and server_lifecycle.py; "
            "keep app_hooks.py, the other is its older name"
        )
    files = (current, older, folder / "request_handler.py")
    return [path for path in files if path.is_file()]


def _hooks_of(script: Script) -> Hooks:
    return hooks_in(vars(script.load()))


def _load_theme(path: pathlib.Path | None) -> Theme | None:
    if path is None:
        return None
    try:
        return Theme(filename=str(path))  # JSON is YAML
    except (yaml.YAMLError, OSError, ValueError, TypeError, AttributeError) as error:
        mark = getattr(error, "problem_mark", None)
        text = getattr(error, "problem", None) or error
        place = f"{shown(path)}:{mark.line + 1}:{mark.column + 1}" if mark else shown(path)
        raise LoadError(f"{place}: {text}") from error


def _load_template(folder: pathlib.Path) -> jinja2.Template | None:
    if not (folder / "index.html").is_file():
        return None
    # What Bokeh passes to templates is finished HTML.
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder))  # noqa: S701
    try:
        return environment.get_template("index.html")
    except jinja2.TemplateSyntaxError as error:
        place = f"{shown(error.filename or folder)}:{error.lineno}"
        raise LoadError(f"{place}: {error.message}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise LoadError(f"{shown(folder / 'index.html')}: {error}") from error
