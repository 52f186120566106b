from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sync.ledger import Ledger
from tests.unit.sync_report.talking import Talking


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talking]:
    """A talk in a ledger of its own; nothing was said yet.

    In memory where there is some, because a ledger waits for its disk.
    """
    memory = Path("/dev/shm")
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else tmp_path
    with ExitStack() as opened:
        folder = opened.enter_context(TemporaryDirectory(dir=where))
        made: list[Talking] = []
        ledger = Ledger.open(f"sqlite:///{folder}/ledger.db", clock=lambda: made[0].now)
        opened.callback(ledger.close)
        made.append(Talking(ledger))
        yield made[0]
