"""Real parts: one Mailman and one mail server for all tests here, an account for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from moodle_bridge.practice import PracticeMoodle, running
from tests.real_mail.hub import Hub
from tests.real_mail.mailman_core import ENVIRONMENT, MailmanCore
from tests.real_mail.real_town import LaterClock, RealTown


@pytest.fixture(scope="session")
def hub() -> Iterator[Hub]:
    hub = Hub()
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture(scope="session")
def mailman(
    hub: Hub, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MailmanCore]:
    if not (ENVIRONMENT / ".ready").exists():
        pytest.skip("there is no Mailman: `make .venv-mailman/.ready` installs one")
    core = MailmanCore(tmp_path_factory.mktemp("mailman"), smtp_port=hub.port)
    try:
        core.start()
        hub.lists["lists.example"] = core.lmtp_port
        yield core
    finally:
        core.stop()


@pytest.fixture
def clock() -> LaterClock:
    return LaterClock()


@pytest.fixture
def moodle(clock: LaterClock) -> PracticeMoodle:
    return PracticeMoodle.empty(now=clock.unix)


@pytest.fixture
def town(
    moodle: PracticeMoodle, hub: Hub, clock: LaterClock, tmp_path: Path
) -> Iterator[Callable[..., RealTown]]:
    """Make towns: a course, its people and a bridge; each with a name of its own."""
    with running(moodle) as url:

        def make(name: str) -> RealTown:
            folder = tmp_path / name
            folder.mkdir()
            return RealTown(folder, name, moodle, url, hub, clock)

        yield make
    hub.close_accounts()
