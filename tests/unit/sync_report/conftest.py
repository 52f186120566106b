from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sync.ledger import Ledger
from tests.unit.sync_report.talking import Talking


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talking]:
    """A talk in a ledger of its own; nothing was said yet."""
    with ExitStack() as opened:
        made: list[Talking] = []
        ledger = Ledger.open(
            f"sqlite:///{tmp_path / 'ledger.db'}", clock=lambda: made[0].now
        )
        opened.callback(ledger.close)
        made.append(Talking(ledger))
        yield made[0]
