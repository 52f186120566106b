"""A plan as tables for a person, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mappings.enrolment.plan import EnrolmentPlan, Held, Step, StepKind
from mappings.enrolment.plan_file import plan_text
from mappings.enrolment.planned import entry_name
from sync.cli.result import Table

_TITLES = {
    StepKind.CREATE_GROUP: "Groups to make",
    StepKind.CREATE_USER: "Accounts to make",
    StepKind.CHANGE_USER: "Accounts to change",
    StepKind.ENROL: "To enrol",
    StepKind.REACTIVATE: "Suspended enrolments to make active again",
    StepKind.SUSPEND: "Enrolments to suspend",
    StepKind.ADD_TO_COHORT: "To add to a cohort",
    StepKind.REMOVE_FROM_COHORT: "To take out of a cohort",
    StepKind.REMOVE_FROM_GROUP: "To take out of a group",
    StepKind.ADD_TO_GROUP: "To add to a group",
    StepKind.SUBSCRIBE: "To subscribe to a list",
    StepKind.UNSUBSCRIBE: "To take off a list",
    StepKind.SET_CHANNEL: "Ways of taking part",
    StepKind.WELCOME: "To welcome by mail",
    StepKind.TELL_REFUSED: "To tell by mail what is wrong with their entry",
}
_CHANNELS = {
    "each": "each post",
    "digest": "digest",
    "bundle": "bundle",
    "moodle": "Moodle alone",
}


def plan_parts(plan: EnrolmentPlan, *, everybody: bool) -> list[str | Table]:
    """Return a plan as tables, one for each kind of step, and what is held.

    `everybody` lists who is left alone too; else they are counted.
    """
    parts: list[str | Table] = []
    for kind in _TITLES:
        steps = [step for step in plan.steps if step.kind is kind]
        if steps:
            parts += [_table(kind, steps), ""]
    if plan.held:
        parts += [_held(plan.held), ""]
        parts += ["What to do:"]
        parts += dict.fromkeys(
            f"  {entry_name(one.source, one.entry)}: {one.advice}" for one in plan.held
        )
        parts.append("")
    if plan.left_alone and everybody:
        parts += [
            Table(
                title="Left alone",
                columns=("who", "why"),
                rows=[(one.shown, one.why) for one in plan.left_alone],
            ),
            "",
        ]
    return [*parts, _summary(plan, everybody=everybody)]


def plan_data(plan: EnrolmentPlan) -> Mapping[str, Any]:
    """Return a plan as plain JSON values, as its file has them."""
    data: dict[str, Any] = json.loads(plan_text(plan))
    return data


def _table(kind: StepKind, steps: Sequence[Step]) -> Table:
    columns, row = _SHAPES.get(kind, _WHERE)
    return Table(
        title=f"{_TITLES[kind]} ({len(steps)})",
        columns=columns,
        rows=[cells for step in steps for cells in row(step)],
    )


def _account(step: Step) -> Iterator[tuple[str, ...]]:
    sets = step.sets
    more = ", ".join(
        f"{name.removeprefix('custom:')} {value}"
        for name, value in sets.items()
        if name not in {"username", "first_name", "last_name", "email"}
    )
    yield step.shown, str(sets["username"]), str(sets["email"]), more


def _changes(step: Step) -> Iterator[tuple[str, ...]]:
    for at, (name, value) in enumerate(step.sets.items()):
        yield (
            step.shown if at == 0 else "",
            step.target if at == 0 else "",
            name.removeprefix("custom:"),
            _value(step.expects.get(name)),
            _value(value),
        )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "-")


def _enrolment(step: Step) -> Iterator[tuple[str, ...]]:
    yield step.shown, step.target, str(step.sets.get("role", ""))


def _channel(step: Step) -> Iterator[tuple[str, ...]]:
    before, after = step.expects.get("channel"), step.sets["channel"]
    yield step.shown, _way(before) if before else "-", _way(after)


def _on_list(step: Step) -> Iterator[tuple[str, ...]]:
    yield step.shown, str(step.sets.get("email", "")), step.target


def _group(step: Step) -> Iterator[tuple[str, ...]]:
    yield step.shown, step.target.removesuffix(f"/{step.shown}")


def _where(step: Step) -> Iterator[tuple[str, ...]]:
    yield step.shown, step.target


def _way(channel: Mapping[str, Any]) -> str:
    kind = str(channel["kind"])
    words = _CHANNELS.get(kind, kind)
    if kind in {"digest", "bundle"}:
        words += f" {channel['every']} at {channel['at']}"
    return words


_Shape = tuple[tuple[str, ...], Callable[[Step], Iterator[tuple[str, ...]]]]
_WHERE: _Shape = (("who", "where"), _where)
_SHAPES: Mapping[StepKind, _Shape] = {
    StepKind.CREATE_GROUP: (("group", "course"), _group),
    StepKind.CREATE_USER: (("who", "username", "address", "and"), _account),
    StepKind.CHANGE_USER: (("who", "username", "field", "is", "becomes"), _changes),
    StepKind.ENROL: (("who", "course", "role"), _enrolment),
    StepKind.REACTIVATE: (("who", "course", "role"), _enrolment),
    StepKind.SUSPEND: (("who", "course", "role"), _enrolment),
    StepKind.SUBSCRIBE: (("who", "address", "list"), _on_list),
    StepKind.UNSUBSCRIBE: (("who", "address", "list"), _on_list),
    StepKind.SET_CHANNEL: (("who", "is", "becomes"), _channel),
    StepKind.WELCOME: (("who", "address"), _where),
    StepKind.TELL_REFUSED: (("who", "address"), _where),
}


def _held(held: Sequence[Held]) -> Table:
    return Table(
        title=f"Held for you to decide ({len(held)})",
        columns=("entry", "row", "who", "why", "may be"),
        rows=[
            (
                f"{one.source}:{one.entry}",
                "" if one.row is None else str(one.row),
                one.shown,
                one.what,
                "; ".join(map(_candidate, one.candidates)),
            )
            for one in held
        ],
    )


def _candidate(one: Mapping[str, Any]) -> str:
    if "entry" in one:
        row = f" (row {one['row']})" if one.get("row") is not None else ""
        return f"{one['entry']}{row} {one.get('name', '')}".strip()
    told = [
        f"user {one['user_id']}" if one.get("user_id") else "",
        str(one.get("username") or ""),
        str(one.get("name") or ""),
        str(one.get("address") or ""),
    ]
    return " ".join(filter(None, told))


def _summary(plan: EnrolmentPlan, *, everybody: bool) -> str:
    counted = [
        f"{_TITLES[kind][:1].lower()}{_TITLES[kind][1:]}: {number}"
        for kind in _TITLES
        if (number := sum(step.kind is kind for step in plan.steps))
    ]
    said = [f"In all: {', '.join(counted)}." if counted else "Nothing is to be done."]
    if plan.held:
        said.append(f"{len(plan.held)} held.")
    if plan.left_alone:
        more = "" if everybody else " (--all lists them)"
        said.append(f"{len(plan.left_alone)} left alone{more}.")
    return " ".join(said)
