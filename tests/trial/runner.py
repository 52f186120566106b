"""Lets the command line run over a course, to its end or until it is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.trial.course import Course
from tests.trial.moments import Blow

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How one run ended; `code` is below zero when it was killed.

    `passed` counts what it did, by kind; it is empty when it was killed.
    """

    code: int
    passed: dict[str, int] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    said: str = ""

    @property
    def killed(self) -> bool:
        return self.code < 0


class Runner:
    """Starts runs, each in a process of its own; close it at the end."""

    def __init__(self) -> None:
        self._starter = subprocess.Popen(
            [sys.executable, "-m", "tests.trial.starter"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            text=True,
        )
        self._answer()

    def close(self) -> None:
        assert self._starter.stdin is not None
        assert self._starter.stdout is not None
        self._starter.stdin.close()
        self._starter.wait(timeout=300)
        self._starter.stdout.close()

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def run(
        self,
        course: Course,
        *arguments: str,
        blow: Blow | None = None,
        blow_after: float | None = None,
    ) -> Ran:
        """Run `moodle-bridge sync` once.

        `blow` kills it then, `blow_after` after so many seconds.
        """
        return self.command(
            course.folder,
            "sync",
            *arguments,
            now=course.clock.now,
            blow=blow,
            blow_after=blow_after,
        )

    def command(
        self,
        folder: Path,
        *arguments: str,
        now: datetime,
        blow: Blow | None = None,
        blow_after: float | None = None,
    ) -> Ran:
        """Run `moodle-bridge ARGUMENTS` once, with the bridge.toml of a folder."""
        result = folder / "result.json"
        result.unlink(missing_ok=True)
        order = {
            "folder": str(folder),
            "arguments": ["--json", *arguments],
            "now": now.isoformat(),
            "blow": None if blow is None else asdict(blow),
            "blow_after": blow_after,
        }
        assert self._starter.stdin is not None
        self._starter.stdin.write(json.dumps(order) + "\n")
        self._starter.stdin.flush()
        code = self._answer()["code"]
        if code < 0 or not result.exists():
            return Ran(code=code)
        written = json.loads(result.read_text())
        said = written["stdout"] + written["stderr"]
        for fault in folder.glob(".local/state/moodle-bridge/*.log"):
            said += fault.read_text()
        try:
            data = json.loads(written["stdout"])
        except ValueError:
            data = {}
        return Ran(code=code, passed=written["passed"], data=data, said=said)

    def _answer(self) -> dict[str, Any]:
        assert self._starter.stdout is not None
        line = self._starter.stdout.readline()
        if not line:
            raise RuntimeError("the starter of runs has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer
