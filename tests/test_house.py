"""The rules of the house that neither ruff nor import-linter can say.

Each rule stands in CONTRIBUTING.md; a test here is what keeps it true.
"""

import ast
import io
import json
import re
import subprocess
import sys
import tokenize
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import docsync_trio

PACKAGE = Path(docsync_trio.__file__).parent
TESTS = Path(__file__).parent
# What `docsync init` writes is code of those who get it.
TEMPLATES = PACKAGE / "cli" / "templates"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if not path.is_relative_to(TEMPLATES))
FLOORS = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))
# Floors from which programs import, so that their __init__ hands on what is further inside.
PUBLIC = {"client", "django", "testing"}


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("floor", FLOORS, ids=name)
def test_the_init_of_a_floor_is_a_guide_and_nothing_else(floor):
    tree = ast.parse((floor / "__init__.py").read_text())

    assert ast.get_docstring(tree), "say what this floor knows, refuses to know, where to start"
    if floor.name not in PUBLIC:
        assert len(tree.body) == 1, "only docsync_trio/__init__.py and the public floors re-export"


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_begins_with_why_it_is_there(module):
    assert ast.get_docstring(ast.parse(module.read_text()))


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_can_be_read_in_one_go(module):
    assert len(module.read_text().splitlines()) <= 300


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_is_called_what_its_main_thing_is_called(module):
    vague = re.compile(r"util|helper|common|manager|misc", re.IGNORECASE)

    assert not vague.search(name(module))


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_comments_give_reasons_and_promise_nothing(module):
    promise_or_banner = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|[-=#*─═]{4}")
    tokens = tokenize.generate_tokens(io.StringIO(module.read_text()).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]

    assert [text for text in comments if promise_or_banner.search(text)] == []


def imported(module: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_bokehs_own_server_and_client_are_not_imported(module):
    # import-linter knows other packages by their first name only.
    theirs = re.compile(r"bokeh\.(server|client)(\.|$)")

    assert [name for name in imported(module) if theirs.match(name)] == []


def distribution(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def test_whatever_is_imported_is_a_declared_dependency():
    # What brings a package along today may leave it at home tomorrow.
    project = tomllib.loads((TESTS.parent / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    used = ("brotli", "django", "metrics", "notebook", "panel", "sign-in", "testing")
    declared = [*project["dependencies"], *(line for name in used for line in extras[name])]
    distributions = {distribution(line) for line in declared}
    # Only a document that holds something of pandas' gets there.
    known = {*sys.stdlib_module_names, "docsync_trio", "_typeshed", "pandas"}
    packages = {name.partition(".")[0] for module in MODULES for name in imported(module)} - known
    owners = packages_distributions()
    undeclared = {
        package
        for package in packages
        if distributions.isdisjoint(map(distribution, owners.get(package, ())))
    }

    assert undeclared == set()


def test_the_tests_mirror_the_house():
    rooms = {path.name for path in TESTS.iterdir() if path.is_dir() and path.name[0] not in "._"}

    assert rooms <= {floor.name for floor in FLOORS} | {"whole", "benchmarks"}


def test_the_public_api_is_what_we_promised():
    assert docsync_trio.__all__ == ["Application", "create_asgi", "for_trio"]
    for name in docsync_trio.__all__:
        assert getattr(docsync_trio, name).__name__ == name


def test_what_programs_import_for_sessions_elsewhere_is_there():
    program = """
import docsync_trio, docsync_trio.client as client
assert docsync_trio.client is client
missing = [name for name in client.__all__ if not hasattr(client, name)]
assert not missing, missing
assert {"Session", "pull_session", "push_session"} <= {*client.__all__}
assert [*docsync_trio.blocking.__all__] == ["Session", "pull_session", "push_session"]
assert all(callable(getattr(docsync_trio.blocking, name)) for name in docsync_trio.blocking.__all__)
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_neither_tornado_nor_bokehs_server_is_loaded_with_us():
    program = """
import importlib, json, pkgutil, sys
import docsync_trio
for module in pkgutil.walk_packages(docsync_trio.__path__, "docsync_trio."):
    # Panel imports Tornado, for those who use Panel.
    if not module.name.endswith("__main__") and ".panel." not in module.name:
        importlib.import_module(module.name)
print(json.dumps(sorted(sys.modules)))
"""
    answer = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, check=True, timeout=60
    )
    loaded = json.loads(answer.stdout)
    # Bokeh itself imports its package `bokeh.server` (which is empty but for a guide) on
    # the way to the name of its websocket header; its modules are what would matter.
    unwanted = re.compile(r"tornado(\.|$)|bokeh\.client(\.|$)|bokeh\.server\.")

    assert [module for module in loaded if unwanted.match(module)] == []
