"""`moodle-bridge rota suggest`: a fair rota for some weeks, and why it is as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mappings.rota.explanation import HARD, Explanation, Why, explained
from mappings.rota.fairness import balance
from mappings.rota.slots import Coverage, period_of, slots_of
from mappings.rota.suggested_files import rota_csv, rota_toml
from mappings.rota.suggestion import Limits, Task, Wishes
from mappings.rota.wall_clock import local_day
from moodle_bridge.errors import ConfigError
from moodle_bridge.model.rota import LayerKind
from sync.cli.result import ExitCode, Result, Table
from sync.commands.rota import opened, when_text
from sync.rota.coverage import coverage_file, coverage_said
from sync.rota.people import facilitators
from sync.rota.suggesting import Solved, solved

if TYPE_CHECKING:
    from mappings.rota.slots import Slot
    from sync.bridge import Bridge
    from sync.cli.invocation import Invocation
    from sync.ledger.shifts import KeptLayer

_SHOWN_MOST = 20
_REMEDIES = {
    Why.AWAY: "if {name} were there",
    Why.MOST_HOURS: "if {name} took more hours a week (most_hours)",
    Why.ON_DUTY: "if {name} had less rest between shifts (--rest)",
    Why.DAYS_IN_A_ROW: "if {name} were on duty on more days in a row (--most-days)",
}


def suggest(
    invocation: Invocation,
    *,
    first: date,
    weeks: int,
    file: Path | None,
    windows: Sequence[str],
    shift: timedelta | None,
    turn_days: int,
    at_once: int,
    limits: Limits,
    out: Path | None,
) -> Result:
    """Suggest a rota for `weeks` from the day `first` on; writes nothing but `out`.

    What is to be covered is said by `file` or by `windows`. The same people, wishes,
    absences and windows give the same rota.
    """
    with opened(invocation, sources=False) as bridge:
        zone = bridge.settings.rota.zone
        passed = _passed(first, weeks, now=bridge.clock(), zone=zone)
        coverages = _coverages(
            file,
            coverage_said(
                windows, zone=zone, shift=shift, turn_days=turn_days, at_once=at_once
            ),
            zone,
        )
        target = None if out is None else _writable(invocation, out)
        task = Task(
            slots=slots_of(coverages, first, weeks),
            wishes=_wishes(bridge, first, weeks),
            zone=zone,
            limits=limits,
        )
        if not task.slots:
            raise ConfigError(
                "nothing is to be covered in these weeks",
                item="rota suggest",
                advice="Look at the days of the windows.",
            )
        invocation.progress(f"looking for who takes {len(task.slots)} shifts")
        answer = solved(task)
        found = explained(task, answer.taken)
        if target is not None:
            _write(target, task, answer)
        return _result(task, found, answer, target, passed=passed)


def _passed(first: date, weeks: int, *, now: datetime, zone: str) -> bool:
    """Say whether the period begins before today; ConfigError when it is over."""
    _, end = period_of(zone, first, weeks)
    if end <= now:
        last = first + timedelta(weeks=weeks, days=-1)
        raise ConfigError(
            f"these days have passed, from {first} to {last}, and what has passed does"
            " not change",
            item="rota suggest",
            advice=f"Give --from {local_day(now, zone)} or a later day.",
        )
    return first < local_day(now, zone)


def _coverages(
    file: Path | None, said: Sequence[Coverage], zone: str
) -> tuple[Coverage, ...]:
    if (file is None) == (not said):
        raise ConfigError(
            "nobody said what is to be covered"
            if file is None
            else "what is to be covered is said twice",
            item="rota suggest",
            advice='Give either --cover "weekdays 08:00-22:00" (several times for'
            " several windows), or --coverage FILE.",
        )
    return tuple(said) if file is None else coverage_file(file, zone=zone)


def _wishes(bridge: Bridge, first: date, weeks: int) -> tuple[Wishes, ...]:
    start, end = period_of(bridge.settings.rota.zone, first, weeks)
    # A shift over midnight belongs to the day on which it begins.
    margin = timedelta(days=1)
    with bridge.ledger.reading() as transaction:
        kept = transaction.layers.between(start - margin, end + margin)
    settings = bridge.settings.rota
    return tuple(
        Wishes(
            person=person,
            prefers=one.prefers,
            avoids=one.avoids,
            most_hours=one.most_hours,
            share=one.share,
            away=_away(kept, person.key),
        )
        for one, person in zip(settings.people, facilitators(settings), strict=True)
    )


def _away(kept: Sequence[KeptLayer], key: str) -> tuple[Any, ...]:
    return tuple(
        (one.layer.start, one.layer.end)
        for one in kept
        if one.layer.kind is LayerKind.ABSENCE and one.layer.person == key
    )


def _writable(invocation: Invocation, out: Path) -> Path:
    target = invocation.folder / out
    if target.suffix.lower() not in {".csv", ".toml"}:
        raise ConfigError(
            "it is written as a table or as rules, and the name does not say which",
            item=str(out),
            advice="End the name in .csv (for the source `table`) or .toml (for"
            " `rules`).",
        )
    if target.exists():
        raise ConfigError(
            "there is such a file already, and it is not written over",
            item=str(out),
            advice="Give another name, or move that file away.",
        )
    return target


def _write(target: Path, task: Task, answer: Solved) -> None:
    found = explained(task, answer.taken)
    keys = [[task.wishes[who].person.key for who in people] for people in answer.taken]
    as_table = target.suffix.lower() == ".csv"
    text = rota_csv(found.spans) if as_table else rota_toml(task.slots, keys)
    try:
        with target.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(
            f"it cannot be written ({error.strerror or error})",
            item=str(target),
            advice="Name a place where files may be written.",
        ) from error


def _result(
    task: Task,
    found: Explanation,
    answer: Solved,
    target: Path | None,
    *,
    passed: bool,
) -> Result:
    names = {one.person.key: one.person.name for one in task.wishes}
    even = balance([one.hours for one in found.carried if one.fair])
    parts: list[str | Table] = [
        _shifts(task, found, names),
        Table(
            title="What each carries, by the clock where they live",
            columns=(
                *("who", "hours", "fair share", "nights", "weekends", "backup"),
                *("as preferred", "to be spared"),
            ),
            rows=[
                (
                    names[one.person],
                    f"{one.hours:g}",
                    f"{one.fair:g}",
                    f"{one.nights:g}",
                    f"{one.weekends:g}",
                    f"{one.backup:g}",
                    f"{one.preferred:g}",
                    f"{one.avoided:g}",
                )
                for one in found.carried
            ],
        ),
    ]
    if passed:
        parts.insert(
            0,
            "It begins before today: what it says of days that have passed changes"
            " nothing any more.",
        )
    if even is not None:
        parts.append(f"Evenly shared (100 % = all carry the same): {even:.0%}.")
    parts += _unmet_lines(task, found, names)
    parts += _open_lines(task, found, names)
    if not answer.best:
        parts.append(_ended(answer))
    if target is not None:
        plugin = "table" if target.suffix.lower() == ".csv" else "rules"
        parts.append(
            f"Written to {target}. To use it: [[rota.source]] with"
            f' plugin = "{plugin}" and path = "{target}".'
        )
    return Result(
        exit_code=ExitCode.HELD if found.open else ExitCode.DONE,
        parts=parts,
        data={**_data(task, found, answer, target), "begins_in_the_past": passed},
    )


def _ended(answer: Solved) -> str:
    if answer.by_clock:
        return (
            "It was looked for no longer than five minutes: a fairer one may be there,"
            " and another machine may find another."
        )
    return "A fairer one may be there; this is the best after a long search."


def _shifts(task: Task, found: Explanation, names: dict[str, str]) -> Table:
    return Table(
        title=f"Suggested ({task.zone})",
        columns=("from", "to", "who", "as"),
        rows=[
            (
                when_text(span.start, task.zone),
                when_text(span.end, task.zone),
                names[span.person],
                str(span.role),
            )
            for span in found.spans
        ],
    )


def _unmet_lines(task: Task, found: Explanation, names: dict[str, str]) -> list[str]:
    if not found.unmet:
        return []
    lines = ["", "Wishes that could not be met, and why:"]
    lines += [
        f"  {_slot_text(task, one.slot)}: {names[one.person]} asked to be spared"
        f" for {one.hours:g} hours of it; {_others(one.others, names)}."
        for one in found.unmet[:_SHOWN_MOST]
    ]
    if len(found.unmet) > _SHOWN_MOST:
        lines.append(f"  and {len(found.unmet) - _SHOWN_MOST} more (--json has all).")
    return lines


def _open_lines(task: Task, found: Explanation, names: dict[str, str]) -> list[str]:
    if not found.open:
        return []
    lines = ["", f"Nobody can take {len(found.open)} of {len(task.slots)} shifts:"]
    lines += [
        f"  {_slot_text(task, one.slot)}: {one.missing} missing;"
        f" {_others(one.others, names)}."
        for one in found.open[:_SHOWN_MOST]
    ]
    if len(found.open) > _SHOWN_MOST:
        lines.append(f"  and {len(found.open) - _SHOWN_MOST} more (--json has all).")
    lines += ["", "What would help:"]
    for remedy in found.remedies:
        if remedy.person is None or remedy.why is None:
            lines.append(f"  {remedy.slots} need another person.")
            continue
        how = _REMEDIES[remedy.why].format(name=names[remedy.person])
        lines.append(f"  {remedy.slots} could be covered {how}.")
    return lines


def _others(others: Sequence[tuple[str, Why]], names: dict[str, str]) -> str:
    """Return why the others do not take it: the same reason once, with all names."""
    if not others:
        return "there is nobody else"
    order = [*HARD, *(why for why in Why if why not in HARD)]
    by_reason = Counter(why for _, why in others)
    return "; ".join(
        f"{', '.join(names[key] for key, said in others if said is why)}: {why.value}"
        for why in order
        if by_reason[why]
    )


def _slot_text(task: Task, slot: Slot) -> str:
    return (
        f"{when_text(slot.start, task.zone)} to {when_text(slot.end, task.zone)}"
        f" ({slot.coverage.role})"
    )


def _data(
    task: Task, found: Explanation, answer: Solved, target: Path | None
) -> dict[str, Any]:
    return {
        "zone": task.zone,
        "best": answer.best,
        "file": None if target is None else str(target),
        "shifts": [
            {
                "person": span.person,
                "role": str(span.role),
                "start": span.start,
                "end": span.end,
            }
            for span in found.spans
        ],
        "people": [
            {
                "person": one.person,
                "hours": one.hours,
                "fair_hours": one.fair,
                "nights": one.nights,
                "weekends": one.weekends,
                "backup": one.backup,
                "shifts": one.shifts,
                "preferred_hours": one.preferred,
                "avoided_hours": one.avoided,
            }
            for one in found.carried
        ],
        "unmet": [
            {
                "person": one.person,
                "start": one.slot.start,
                "end": one.slot.end,
                "hours": one.hours,
                "others": {key: why.value for key, why in one.others},
            }
            for one in found.unmet
        ],
        "open": [
            {
                "start": one.slot.start,
                "end": one.slot.end,
                "role": str(one.slot.coverage.role),
                "missing": one.missing,
                "others": {key: why.value for key, why in one.others},
            }
            for one in found.open
        ],
        "remedies": [
            {
                "person": one.person,
                "why": None if one.why is None else one.why.value,
                "shifts": one.slots,
            }
            for one in found.remedies
        ],
    }
