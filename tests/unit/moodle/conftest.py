from collections.abc import Callable

import pytest

from moodle_bridge.moodle.client import ClientSettings, MoodleClient

from .fakes import FakeClock, FakeTransport


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client_of(clock: FakeClock) -> Callable[..., MoodleClient]:
    def build(
        transport: FakeTransport, settings: ClientSettings | None = None
    ) -> MoodleClient:
        return MoodleClient(
            transport,
            clock=clock,
            sleep=clock.sleep,
            jitter=lambda: 0.0,
            settings=settings,
        )

    return build


@pytest.fixture
def client(
    client_of: Callable[..., MoodleClient], transport: FakeTransport
) -> MoodleClient:
    return client_of(transport)
