"""`moodle-bridge metrics`: what reports are made from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from mappings.rota.wall_clock import moment
from moodle_bridge.errors import ConfigError
from sync.bridge import Bridge
from sync.cli.progress import bar
from sync.cli.result import ExitCode, Result, Table
from sync.report.backfill import Backfill, Backfilled
from sync.report.gathering import zone_of

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.pairs import Pair


def backfill(
    invocation: Invocation, *, pair: str | None, since: date | None, dry_run: bool
) -> Result:
    """Read the history of all pairs, or one, whose questions are watched.

    Raises ConfigError for a pair that is not there or not watched, RemoteError when
    the site does not answer. May be stopped and repeated.
    """
    with Bridge(
        invocation.settings(), invocation.registry(), clock=invocation.clock
    ) as bridge:
        dry_run = dry_run or bridge.settings.safety.dry_run
        watched = _watched(bridge, pair)
        reader = Backfill(
            bridge.moodle,
            bridge.ledger,
            account_id=lambda: bridge.account_id,
            facilitators=lambda course_id: frozenset(
                person.user_id
                for person in bridge.participants.of_course(course_id)
                if person.facilitator
            ),
        )
        done = []
        for one in watched:
            with bar(invocation, f"reading {one.name}") as progress:
                done.append(
                    reader.run(
                        one,
                        since=_since(bridge, since),
                        dry_run=dry_run,
                        progress=progress,
                    )
                )
        odd = tuple(bridge.participants.problems)
    return _shown(done, odd, dry_run=dry_run)


def _watched(bridge: Bridge, name: str | None) -> list[Pair]:
    pairs = [one for one in bridge.pairs() if name in {None, one.name}]
    if not pairs:
        known = ", ".join(one.name for one in bridge.settings.pairs)
        raise ConfigError(
            "no pair has this name", item=str(name), advice=f"There is: {known}."
        )
    watched = [one for one in pairs if one.settings.questions]
    if not watched:
        raise ConfigError(
            "its questions are not watched",
            item=f"pair {', '.join(one.name for one in pairs)}",
            advice="Set questions = true in its [[pair]].",
        )
    return watched


def _since(bridge: Bridge, day: date | None) -> datetime | None:
    return moment(day, time(), zone_of(bridge.settings)) if day else None


def _shown(done: Sequence[Backfilled], odd: Sequence[str], *, dry_run: bool) -> Result:
    problems = [problem for one in done for problem in one.problems] + list(odd)
    parts: list[str | Table] = [
        Table(
            title="This would be read" if dry_run else "History",
            columns=("pair", "discussions", "known already")
            if dry_run
            else ("pair", "discussions", "known already", "posts", "questions"),
            rows=[_row(one, dry_run=dry_run) for one in done],
        )
    ]
    if dry_run:
        number = sum(one.discussions for one in done)
        parts.append(f"Dry run: {number} discussions, a request each at most.")
    parts += problems
    parts += [f"{one.pair}: {note}" for one in done for note in one.notes]
    if problems and not dry_run:
        parts.append("Run the same command again for what could not be read.")
    return Result(
        exit_code=ExitCode.UNREACHABLE if problems else ExitCode.DONE,
        parts=parts,
        data={
            "dry_run": dry_run,
            "pairs": [
                {
                    "pair": one.pair,
                    "discussions": one.discussions,
                    "known": one.known,
                    "read": one.read,
                    "posts": one.posts,
                    "waits": one.waits,
                    "problems": list(one.problems),
                    "notes": list(one.notes),
                }
                for one in done
            ],
            "problems": problems,
        },
    )


def _row(one: Backfilled, *, dry_run: bool) -> tuple[str, ...]:
    told = (one.pair, str(one.discussions), str(one.known))
    return told if dry_run else (*told, str(one.posts), str(one.waits))
