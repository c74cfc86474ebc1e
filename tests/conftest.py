"""How the property tests run: the same examples every time, and no stopwatch.

A test that fails by chance on a busy machine is ignored after the third time. To look for
new examples: ``pytest --hypothesis-profile=default``.
"""

from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole tests first: once trio-asyncio is imported, Playwright finds no event loop of its own.

    It is imported by the tests of applications that are written for asyncio, and changes
    asyncio for the rest of the process. And those that import Panel last: from then on
    its models and scripts are in every document and page of the process.
    """
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if "whole" in item.path.parts:
        return 0
    tests = item.path.relative_to(Path(__file__).parent)
    return 2 if "panel" in str(tests) or tests.stem == "test_markdown" else 1
