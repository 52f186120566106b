from __future__ import annotations

import pytest

from tests.practice.course import Site


@pytest.fixture
def site() -> Site:
    return Site()
