"""`moodle-bridge demo`: a day of a course, on parts that are all on this machine."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moodle_bridge.errors import ConfigError
from sync.cli.printing import show_result
from sync.cli.result import Result, Table
from sync.demo.account import Outcome, Written, facts, table
from sync.demo.clock import DayClock
from sync.demo.console import Console
from sync.demo.day import Day
from sync.demo.folder import fresh_folder, mail_folder
from sync.demo.people import EVERYBODY
from sync.demo.scenes import SCENES
from sync.demo.serving import page_of
from sync.demo.serving import serve as go_on
from sync.demo.stage import set_up
from sync.demo.telling import Telling

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation

_EXPLAINED = "moussa"


def run(
    invocation: Invocation, *, folder: Path | None, serve: bool, port: int
) -> Result:
    """Play the day in a folder, and say what went where; `serve` goes on afterwards.

    `folder` None is a new one under the system's temporary folder; ConfigError for
    one that holds something else. `port` is that of the practice Moodle, 0 a free
    one. With `serve` it returns when it is told to stop.
    """
    if serve and invocation.as_json:
        raise ConfigError(
            "--serve is for a person, and --json for a program",
            item="moodle-bridge demo",
            advice="Leave one of the two out.",
        )
    place = fresh_folder(
        None if folder is None else invocation.folder / folder.expanduser()
    )
    clock, telling = DayClock(invocation.clock), Telling(invocation)
    console = Console(place, clock, telling)
    try:
        with set_up(mail_folder(place), clock, port=port) as stage:
            day = Day(stage, console, telling)
            for scene in SCENES:
                scene(day)
            result = _shown(day, served=serve)
            if serve:
                show_result(
                    result,
                    command=invocation.command,
                    as_json=False,
                    quiet=invocation.quiet,
                    stdout=invocation.stdout,
                )
                invocation.stdout.flush()
                go_on(day, program=_program())
                result = Result()
    except OSError as error:
        if not port:
            raise
        raise ConfigError(
            f"the practice Moodle cannot use port {port}: {error.strerror}",
            item="--port",
            advice="Name another port, or leave it out for a free one.",
        ) from error
    return result


def _shown(day: Day, *, served: bool) -> Result:
    outcomes = day.outcomes()
    mail = next(one for one, _ in outcomes if one.author.key == _EXPLAINED)
    explained = day.console.run("explain", str(mail.message_id))
    config, program = day.console.config, _program()
    own = f"{program} --config {config}"
    mailboxes = {
        person.address: str(day.stage.office.path(person.address))
        for person in EVERYBODY
    }
    parts: list[str | Table] = [
        "",
        table(outcomes),
        "",
        f"Why, for one of them: {explained.line}",
        *(f"  {line}" for line in explained.out.splitlines()),
        "",
        "Where it all is",
        f"  settings   {config}",
        f"  ledger     {config.with_name('ledger.db')}",
        f"  report     {config.with_name('report.html')}",
        f"  mailboxes  {mail_folder(config.parent)}/DOMAIN/NAME/new, such as",
        f"             {mailboxes['ha@song-hong-xanh.example']}/new",
        "",
        "To look on",
        f"  {own} held",
        f"  {own} explain 2",
        f"  {own} runs",
        f"  {own} report now",
    ]
    parts.append(
        f"  in a browser: {page_of(day.stage)}"
        if served
        else f"  {program} demo --serve   (leaves the practice Moodle open)"
    )
    return Result(parts=parts, data=_data(day, outcomes, mailboxes, explained.out))


def _data(
    day: Day,
    outcomes: list[tuple[Written, Outcome]],
    mailboxes: dict[str, str],
    explained: str,
) -> dict[str, Any]:
    config = day.console.config
    return {
        "config": str(config),
        "ledger": str(config.with_name("ledger.db")),
        "report": str(config.with_name("report.html")),
        "mailboxes": mailboxes,
        "written": facts(outcomes),
        "explained": explained.splitlines(),
        "commands": [
            {"at": one.time, "command": one.line, "exit_code": one.exit_code}
            for one in day.console.typed
        ],
    }


def _program() -> str:
    """Return how this program can be started again from a shell."""
    typed = Path(sys.argv[0])
    if shutil.which("moodle-bridge") is None and typed.stem == "moodle-bridge":
        return str(typed)
    return "moodle-bridge"
