from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from moodle_bridge.practice import PracticeMoodle, running
from moodle_bridge.practice.seed import PracticeCourse, practice_course
from sync.cli.frame import run
from sync.cli.invocation import Invocation
from tests.unit.sync_cli.cli_calls import Call, Called, Configured

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


@pytest.fixture
def moodle() -> PracticeMoodle:
    return PracticeMoodle.empty()


@pytest.fixture
def course(moodle: PracticeMoodle) -> PracticeCourse:
    return practice_course(moodle, discussions=0, replies=0)


@pytest.fixture
def site(moodle: PracticeMoodle) -> Iterator[str]:
    with running(moodle) as url:
        yield url


@pytest.fixture
def configured(  # noqa: PLR0917
    moodle: PracticeMoodle,
    course: PracticeCourse,
    site: str,
    tmp_path: Path,
    environ: dict[str, str],
    call: Call,
) -> Configured:
    """Writes a bridge.toml that is in order, with settings added or changed."""
    environ["TOKEN"] = moodle.token_for(course.bridge)
    for part in ("tmp", "new", "cur"):
        (tmp_path / "in" / part).mkdir(parents=True)

    def write(**changed: str) -> None:
        settings = {
            "moodle.url": site,
            "moodle.token": '{env = "TOKEN"}',
            "mail.address": "bridge@lists.example.org",
            "mail.authserv_id": "mx.example.org",
            "mail.out.plugin": "maildir",
            "mail.out.path": "out",
            "mail.in.plugin": "maildir",
            "mail.in.path": "in",
            "pair.name": "fo26",
            "pair.course": course.course.shortname,
            "pair.forum": str(course.questions.cmid),
            "pair.list.plugin": "remote",
            "pair.list.address": "fo26@lists.example.org",
            "pair.list.name": "FO26",
            **changed,
        }
        flags = [f"--set={key}={value}" for key, value in settings.items()]
        assert call("init", "--no-input", "--force", *flags).code == 0

    return write
