"""What all tests share: how much time they may take."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak",
        action="store_true",
        default=False,
        help="run also what takes minutes, and try more examples",
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    _group(config, items)
    if config.getoption("--soak"):
        return
    left_out = [item for item in items if item.get_closest_marker("soak")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _group(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let tests of one group run in one place, so that each server starts only once.

    pytest-xdist does it itself, but its hook is not called by every pytest.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        if mark is not None and not item.nodeid.endswith(f"@{mark.args[0]}"):
            # There is no public way to give a test another name.
            item._nodeid = f"{item.nodeid}@{mark.args[0]}"  # type: ignore[attr-defined]
