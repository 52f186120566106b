from collections.abc import Iterator

import pytest

from moodle_bridge.moodle.soap import SoapTransport
from moodle_bridge.practice import running

from .scripted import TOKEN, ScriptedSite


@pytest.fixture
def site() -> ScriptedSite:
    return ScriptedSite()


@pytest.fixture
def url(site: ScriptedSite) -> Iterator[str]:
    with running(site) as address:
        yield f"{address}/moodle"


@pytest.fixture
def transport(url: str) -> Iterator[SoapTransport]:
    transport = SoapTransport(url, TOKEN)
    yield transport
    transport.close()
