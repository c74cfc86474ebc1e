"""The fixture `docsync_site` for pytest: the site beside the test, open, in virtual time.

pytest loads this module in every project whose environment has us, so it imports next to
nothing before a test asks for the fixture.
"""

import inspect
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from docsync_trio.testing.site_under_test import SiteUnderTest

FIXTURE: Final = "docsync_site"
_MARKER: Final = (
    f"{FIXTURE}(*what, port=None, virtual_time=True, **options): what the fixture {FIXTURE} "
    "opens, as for docsync_trio.testing.open_site; paths are looked for beside the test. By "
    "default it is the nearest site.toml."
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have tests that use the fixture run by pytest-trio, without any setting of theirs."""
    users = [item for item in items if FIXTURE in getattr(item, "fixturenames", ())]
    if users and not config.pluginmanager.hasplugin("trio"):
        raise pytest.UsageError(
            f"the fixture {FIXTURE} needs pytest-trio: pip install 'docsync-trio[testing]'"
        )
    for item in users:
        if not inspect.iscoroutinefunction(getattr(item, "obj", None)):
            raise pytest.UsageError(
                f"{item.nodeid} uses {FIXTURE}, so it has to be written `async def`"
            )
        if _options(item).pop("virtual_time", True):
            item.add_marker(pytest.mark.trio(run=_in_virtual_time), append=False)
        else:
            item.add_marker("trio")


@pytest.fixture
async def docsync_site(request: pytest.FixtureRequest) -> "AsyncIterator[SiteUnderTest]":
    """The site that stands beside the test, open for its length; see docs/testing.md."""
    from docsync_trio.testing.opening import open_site

    folder, options = request.path.parent, _options(request.node)
    options.pop("virtual_time", None)
    marker = request.node.get_closest_marker(FIXTURE)
    what = marker.args if marker is not None else ()
    if not what:
        site = _nearest_site(folder, request.config.rootpath)
        folder, what = site.parent, (site,)
    async with open_site(*what, **{"folder": folder, **options}) as opened:
        yield opened


def _options(item: pytest.Item) -> dict[str, Any]:
    marker = item.get_closest_marker(FIXTURE)
    return {} if marker is None else dict(marker.kwargs)


def _nearest_site(folder: Path, root: Path) -> Path:
    for each in (folder, *folder.parents):
        if (each / "site.toml").is_file():
            return each / "site.toml"
        if each == root:
            break
    raise pytest.UsageError(
        f"{FIXTURE}: there is no site.toml in {folder} or above; name what is to be opened: "
        f'@pytest.mark.{FIXTURE}("app.py")'
    )


def _in_virtual_time(test: Any, *, clock: Any = None, **more: Any) -> Any:
    import trio
    from trio.testing import MockClock

    return trio.run(test, clock=clock or MockClock(autojump_threshold=0), **more)
