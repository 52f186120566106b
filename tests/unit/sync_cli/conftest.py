from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_calls import Call, Called

from sync.cli.frame import run
from sync.cli.invocation import Invocation

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def call(tmp_path: Path, environ: dict[str, str]) -> Call:
    """Runs a command line in a folder of its own, and says how it ended."""

    def called(*arguments: str, now: datetime = NOW) -> Called:
        out, err = io.StringIO(), io.StringIO()
        invocation = Invocation(
            environ=environ,
            folder=tmp_path,
            home=tmp_path / "home",
            stdout=out,
            stderr=err,
            clock=lambda: now,
        )
        code = run(arguments, invocation)
        return Called(code=code, out=out.getvalue(), err=err.getvalue())

    return called
