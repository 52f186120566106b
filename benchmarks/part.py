"""A part that runs in a process of its own and answers questions over its pipes.

Both sides speak JSON, an object a line: the part says first where it is, then answers
each line that it gets; it ends when its standard input does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

_FOLDER = Path(__file__).parents[1]


class Part:
    """Starts `python -m MODULE ARGUMENTS` and talks with it; use as a context.

    `python` is the interpreter to start, None for the one that runs.
    """

    def __init__(self, module: str, *arguments: str, python: str | None = None) -> None:
        self._running = subprocess.Popen(
            [python or sys.executable, "-m", module, *arguments],
            cwd=_FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.about = self._heard()

    def ask(self, **question: object) -> dict[str, Any]:
        """Return the answer of the part; raises RuntimeError when it has ended."""
        pipe = _pipe(self._running.stdin)
        pipe.write(json.dumps(question) + "\n")
        pipe.flush()
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        line = _pipe(self._running.stdout).readline()
        if not line:
            msg = f"a part of the benchmark ended early: {self._running.args!r}"
            raise RuntimeError(msg)
        heard: dict[str, Any] = json.loads(line)
        return heard

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._running:
            _pipe(self._running.stdin).close()


def answer(about: object, to: Callable[[dict[str, Any]], object]) -> None:
    """Be a part: say where one is, then answer every question until there is none."""
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        print(json.dumps(to(json.loads(line))), flush=True)


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
