"""What all tests share: how much time they may take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from sync.ledger import database


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


@pytest.fixture(scope="session", autouse=True)
def statements_are_understood_once() -> Iterator[None]:
    """Let all ledgers of SQLite share what was learned of statements.

    Each test has a ledger of its own, and would compile the same hundred statements.
    """
    make, first = create_engine, list[Engine]()

    def made(url: Any, **more: Any) -> Engine:
        engine = make(url, **more)
        if engine.dialect.name == "sqlite":
            first.append(engine)
            engine.dialect = first[0].dialect
            engine._compiled_cache = first[0]._compiled_cache
            del first[1:]
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_engine", made)
        yield
