"""How the property tests run: the same examples every time, and no stopwatch.

A test that fails by chance on a busy machine is ignored after the third time. To look for
new examples: ``pytest --hypothesis-profile=default``.
"""

import hypothesis
import pytest

hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole tests first: once trio-asyncio is imported, Playwright finds no event loop of its own.

    It is imported by the tests of applications that are written for asyncio, and changes
    asyncio for the rest of the process.
    """
    items.sort(key=lambda item: "whole" not in item.path.parts)
