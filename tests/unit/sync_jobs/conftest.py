from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from moodle_bridge.practice import running
from sync.commands import sync as sync_command
from sync.ledger import Ledger
from tests.unit.sync_jobs.bridged import (
    DIRECT,
    BridgedCourse,
    MakeCourse,
    TriedBridge,
)


@pytest.fixture(scope="session")
def new_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which nothing stands yet; to make one takes longer than to copy it."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    Ledger.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def folder(tmp_path: Path, new_ledger: Path) -> Iterator[Path]:
    """A folder in memory where there is one, because a ledger waits for its disk."""
    memory = Path("/dev/shm")
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else tmp_path
    with TemporaryDirectory(dir=where) as made:
        # With its mode, which is for its owner alone.
        shutil.copy(new_ledger, made)
        yield Path(made)


@pytest.fixture
def make_course(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeCourse]:
    """Makes a course with a bridge.toml; it has not begun yet."""
    with ExitStack() as opened:

        def make(*, lists: str | None = None, kind: str = "general") -> BridgedCourse:
            given = {} if lists is None else {"lists": lists}
            course = BridgedCourse(folder, kind=kind, **given)
            course.url = opened.enter_context(running(course))
            course.configure()

            def bridged(*arguments: Any, **named: Any) -> TriedBridge:
                bridge = TriedBridge(*arguments, **named)
                bridge.course = course
                return bridge

            monkeypatch.setattr(sync_command, "Bridge", bridged)
            return course

        yield make


@pytest.fixture
def unbegun(make_course: MakeCourse) -> BridgedCourse:
    return make_course()


@pytest.fixture
def course(unbegun: BridgedCourse) -> BridgedCourse:
    """A course with a list that another machine keeps; the bridge has begun."""
    unbegun.begin()
    return unbegun


@pytest.fixture
def direct(make_course: MakeCourse) -> BridgedCourse:
    """A course without list software; the bridge has begun."""
    made = make_course(lists=DIRECT)
    made.begin()
    return made
