from __future__ import annotations

import shutil
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with bridge.toml (the good one) and its secret file."""
    shutil.copy(FIXTURES / "good.toml", tmp_path / "bridge.toml")
    secret = tmp_path / "reply-secret"
    secret.write_text("a-secret-from-a-file\n", encoding="utf-8")
    secret.chmod(0o600)
    return tmp_path
