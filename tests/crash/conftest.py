"""One starter of runs for all kill tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.trial.runner import Runner


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    with Runner() as found:
        yield found
