"""What all tests share: how much time they may take."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine
from xdist.scheduler import LoadScopeScheduling

from sync.ledger import sqlite_files

# Tests of each have servers, a browser or a played day in common, which take long to
# begin.
_SHARED = (
    "tests/real_mail/",
    "tests/system/test_demo.py",
    "tests/system/test_report_page_in_a_browser.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak",
        action="store_true",
        default=False,
        help="run also what takes minutes, and try more examples",
    )


def pytest_configure(config: pytest.Config) -> None:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell lets what it starts behind itself ignore Ctrl-C, and all that this
        # starts as well, some of which is to be stopped by it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Each run tries other examples, so few of them are enough to find much in time.
    # How long one takes says how busy the machine is, and nothing of what is tried.
    for name, examples in (("test", 40), ("soak", 400)):
        settings.register_profile(
            name,
            max_examples=examples,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
    settings.load_profile("soak" if config.getoption("--soak") else "test")


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if config.getoption("--soak"):
        return
    left_out = {item for item in items if item.get_closest_marker("soak")}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


class Shared(LoadScopeScheduling):  # type: ignore[misc]
    """Gives tests out one by one, and those that share a server to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((place for place in _SHARED if path.startswith(place)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shared:
    return Shared(config, log)


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
        patch.setattr(sqlite_files, "create_engine", made)
        yield
