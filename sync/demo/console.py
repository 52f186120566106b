"""The admin's console: the real commands, each run as if it had been typed."""

from __future__ import annotations

import io
import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moodle_bridge.errors import BridgeError
from sync.cli.frame import run
from sync.cli.invocation import Invocation
from sync.cli.result import ExitCode

if TYPE_CHECKING:
    from sync.demo.clock import DayClock
    from sync.demo.telling import Telling

_FINE = (ExitCode.DONE, ExitCode.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One command of the day and how it ended."""

    time: str
    line: str
    exit_code: int
    out: str
    err: str


class Console:
    """Runs commands in the demo's folder, by the demo's clock.

    Settings of the person's own environment are kept out.
    """

    def __init__(self, folder: Path, clock: DayClock, telling: Telling) -> None:
        self.typed: list[Typed] = []
        self.config = folder / "bridge.toml"
        self._folder = folder
        self._clock = clock
        self._telling = telling

    def type(self, *arguments: str, expect: tuple[ExitCode, ...] = _FINE) -> Typed:
        """Run a command and show what it printed; BridgeError if it ends otherwise."""
        self._telling.command(shlex.join(("moodle-bridge", *arguments)))
        done = self.run(*arguments)
        self._telling.answer(done.err)
        self._telling.answer(done.out)
        if done.exit_code not in expect:
            raise _failed(done.line, done.exit_code, done.err or done.out)
        self.typed.append(done)
        return done

    def run(self, *arguments: str) -> Typed:
        """Run a command unseen, however it ends."""
        code, out, err = self._run(arguments)
        return Typed(
            time=f"{self._clock():%H:%M}",
            line=shlex.join(("moodle-bridge", *arguments)),
            exit_code=code,
            out=out,
            err=err,
        )

    def ask(self, *arguments: str) -> dict[str, Any]:
        """Run a command unseen and return its JSON object; BridgeError as above."""
        code, out, _ = self._run((*arguments, "--json"))
        if code not in _FINE:
            raise _failed(shlex.join(arguments), code, out)
        answer: dict[str, Any] = json.loads(out)
        return answer

    def ask_or_none(self, *arguments: str) -> dict[str, Any] | None:
        """Return what `ask` does, None when what is asked for is not known."""
        code, out, _ = self._run((*arguments, "--json"))
        if code == ExitCode.CONFIGURATION:
            return None
        answer: dict[str, Any] = json.loads(out)
        return answer

    def _run(self, arguments: tuple[str, ...]) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        invocation = Invocation(
            environ={},
            folder=self._folder,
            home=self._folder,
            stdout=out,
            stderr=err,
            clock=self._clock,
        )
        code = run(("--config", str(self.config), *arguments), invocation)
        if code == ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        return code, out.getvalue(), err.getvalue()


def _failed(line: str, code: int, said: str) -> BridgeError:
    return BridgeError(
        f"the demo cannot go on: the command ended with {code} and said: {said.strip()}",
        item=line,
        advice="This should not happen. Please report it, with this message.",
    )
