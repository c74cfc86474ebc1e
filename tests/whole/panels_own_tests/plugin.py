"""A plugin of pytest that puts our server behind Panel's own tests.

It belongs into a process of its own: ``pytest -p tests.whole.panels_own_tests.plugin --pyargs
panel.tests.test_server``. Where Panel's tests exist for several servers, one of them is run.
"""

import asyncio
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from types import ModuleType

import panel as pn
import pytest
from panel import io
from panel.io import server as panels_server
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.whole.conftest import FLAGS, chromium
from tests.whole.panels_own_tests.reasons import NOT_OURS
from tests.whole.panels_own_tests.server import serve

_PARAMETER = "server_implementation"
_PLACE = "fastapi"
"""The server whose place ours takes: its addresses are templates (``{name}``), as ours are."""

_PLACES = {"test_server_dynamic_ws_endpoint_resolution": "tornado"}
"""Tests in which ours answers as another one does."""


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Take the place of Panel's servers before anything of its tests imports them."""
    stand_in = ModuleType("panel.io.fastapi")
    stand_in.serve = serve
    sys.modules["panel.io.fastapi"] = stand_in
    for needed in ("bokeh_fastapi", "uvicorn"):
        if importlib.util.find_spec(needed) is None:
            sys.modules[needed] = ModuleType(needed)
    for module in (pn, io, panels_server):
        module.serve = serve


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take each test once, and skip those that have a reason."""
    chosen = [item for item in items if _is_ours(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen
    for item in items:
        name = _name_of(item)
        if name in NOT_OURS:
            item.add_marker(pytest.mark.skip(reason=f"not ours: {NOT_OURS[name]}"))


def _name_of(item: pytest.Item) -> str:
    return item.name.partition("[")[0]


def _is_ours(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    server = None if parameters is None else parameters.params.get(_PARAMETER)
    return server in {None, _PLACES.get(_name_of(item), _PLACE)}


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run tests that are coroutines; Panel has another plugin for that."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(pyfuncitem.obj(**arguments))
    return True


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of our own tests; Panel's ask another plugin for one."""
    executable = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile, which reaches nobody but this machine."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab of it."""
    return context.new_page()
