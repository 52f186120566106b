"""What few people stand for can neither be read in a report nor be worked out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.participation.activity import LEAST_SHOWN, Active, Member, Said
from mappings.report.calendar import week_key
from mappings.report.column_figures import figures_of_columns
from mappings.report.columns import (
    NONE,
    STATES,
    TALK_COLUMNS,
    WAIT_COLUMNS,
    Columns,
    microseconds,
)
from mappings.report.facts import ReportFacts
from mappings.report.figures import ActiveRow, Figures, HourRow, Row
from mappings.report.hours import BLOCK, in_blocks
from mappings.report.reckoning import figures_of
from mappings.report.small_cells import left_out_beside
from mappings.response.clocks import counts
from moodle_bridge.model.waits import DEFINITION, Medium, Wait, WaitState
from tests.unit.mappings_report.histories import MONDAY, asked, facts, phase

PHASES = [phase("online", 0, 6), phase("face-to-face", 7, 9), phase("coaching", 12, 40)]


@st.composite
def crowds(draw: st.DrawFn) -> list[Wait]:
    """Questions of a course with forums and groups of all sizes, and of no group."""
    size = draw(st.integers(5, 12))
    found = []
    for post in range(1, draw(st.integers(5, 40)) + 1):
        wait = asked(
            post,
            draw(st.integers(0, 20) | st.integers(0, 20 * 24 * 60)),
            draw(st.none() | st.integers(0, 120)),
            asker=draw(st.integers(1, size)),
            forum_id=draw(st.sampled_from([1, 1, 1, 2, 2, 3])),
            group_id=draw(st.sampled_from([4, 4, 4, 5, 5, None])),
            medium=draw(st.sampled_from([*Medium, Medium.MOODLE])),
        )
        if draw(st.integers(0, 9)) == 0:
            wait = replace(wait, state=WaitState.NOT_NEEDED)
        found.append(wait)
    return found


def assert_nothing_found(
    rows: Iterable[Row], waits: Sequence[Wait], cell: Callable[[Wait], str | None]
) -> None:
    shown = {row.key for row in rows if row.shown}
    rest = [wait for wait in waits if cell(wait) not in shown]
    askers = {wait.asker_id for wait in rest if counts(wait, wait.began)}
    assert not rest or len(askers) >= LEAST_SHOWN or not shown


def phase_of(wait: Wait) -> str | None:
    day = wait.began.date()
    return next((one.name for one in PHASES if one.holds(day)), None)


@given(crowds())
def test_what_is_shown_leaves_no_rest_of_fewer_than_five_people(
    waits: list[Wait],
) -> None:
    figures = figures_of(facts(waits, phases=PHASES))

    assert_nothing_found(figures.weeks, waits, lambda one: week_key(one.began.date()))
    assert_nothing_found(figures.phases, waits, phase_of)
    assert_nothing_found(figures.forums, waits, lambda one: str(one.forum_id))
    assert_nothing_found(figures.media, waits, lambda one: one.medium.value)
    assert_nothing_found(
        figures.groups,
        waits,
        lambda one: None if one.group_id is None else str(one.group_id),
    )


@given(crowds())
def test_as_much_as_can_be_shown_is_shown(waits: list[Wait]) -> None:
    figures = figures_of(facts(waits, phases=PHASES))

    for rows in (figures.weeks, figures.phases, figures.forums, figures.groups):
        hidden = [row for row in rows if row.hidden]
        assert len(hidden) <= 1
        for row in hidden:
            assert row.askers >= LEAST_SHOWN
            assert row.askers <= min(
                (one.askers for one in rows if one.shown), default=99
            )


@given(crowds())
def test_no_hour_is_found_by_subtraction_from_the_week_or_from_its_block(
    waits: list[Wait],
) -> None:
    figures = figures_of(facts(waits))
    known = [wait for wait in waits if counts(wait, wait.began)]

    def hour(wait: Wait) -> tuple[int, int]:
        return wait.began.weekday(), wait.began.hour

    def block(wait: Wait) -> tuple[int, int]:
        day, at = hour(wait)
        return day, at - at % BLOCK

    blocks = {key for key, row in figures.blocks.items() if row.shown}
    hours = {key for key, row in figures.hours.items() if row.shown}
    # What the numbers that are shown leave to be guessed: of the week, of each block.
    rests = [[wait for wait in known if block(wait) not in blocks]]
    rests += [
        [wait for wait in known if block(wait) == one and hour(wait) not in hours]
        for one in blocks
    ]
    if figures.whole.shown:
        for rest in rests:
            assert not rest or len({wait.asker_id for wait in rest}) >= LEAST_SHOWN
    assert all((day, at - at % BLOCK) in blocks for day, at in hours)


@given(crowds())
def test_columns_hide_the_same(waits: list[Wait]) -> None:
    known = facts(waits, phases=PHASES)

    assert of_columns(known) == figures_of(known)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 12)), max_size=14),
    st.sets(st.tuples(st.integers(1, 14), st.integers(0, 20)), max_size=30),
)
def test_columns_hide_the_same_of_those_who_take_part(
    stays: list[tuple[int, int]], spoken: set[tuple[int, int]]
) -> None:
    members = [
        replace(
            member(person, country="UG" if person % 3 else "RW"),
            since=MONDAY + timedelta(days=came),
            until=MONDAY + timedelta(days=came + stayed) if stayed else None,
        )
        for person, (came, stayed) in enumerate(stays, start=1)
    ]
    said = [one for person, day in sorted(spoken) for one in spoke(person, day=day)]
    known = facts([], members=members, said=said, phases=PHASES)

    assert of_columns(known).participation == figures_of(known).participation


def of_columns(known: ReportFacts) -> Figures:
    """Return the figures of the same questions, put into columns."""
    rows = [
        (
            0, one.post_id, one.discussion_id, one.forum_id, number(one.group_id),
            one.asker_id, int(one.medium is Medium.MAIL), microseconds(one.began),
            microseconds(one.sent_at), STATES.index(one.state), 0,
            microseconds(one.first_answer), NONE,
            microseconds(one.facilitator_answer), NONE, NONE,
            microseconds(one.ended), NONE,
        )
        for one in known.waits
    ]  # fmt: skip
    columns = np.array(rows, dtype=np.int64).reshape(-1, len(WAIT_COLUMNS)).T
    spoken = [
        (one.person, one.day.toordinal(), one.in_moodle, one.by_mail)
        for one in known.said
    ]
    said = np.array(spoken, dtype=np.int64).reshape(-1, 4).T
    nothing = np.empty(0, dtype=np.int64)
    return figures_of_columns(
        known,
        Columns(
            waits=dict(zip(WAIT_COLUMNS, columns, strict=True)),
            talk={
                table: dict.fromkeys(names, nothing)
                for table, names in TALK_COLUMNS.items()
            }
            | {"said": dict(zip(TALK_COLUMNS["said"], said, strict=True))},
            pairs=("course",),
            whys=("asks",),
        ),
        definition=DEFINITION,
    )


def number(value: int | None) -> int:
    return NONE if value is None else value


def test_beside_one_forum_of_few_the_smallest_other_is_left_out() -> None:
    # Twelve in the first forum, six in the second, and two in the third.
    sizes = {1: 12, 2: 6, 3: 2}
    waits = [
        asked(forum * 100 + person, person, 5, asker=person, forum_id=forum)
        for forum, size in sizes.items()
        for person in range(1, size + 1)
    ]
    figures = figures_of(facts(waits))

    assert [row.askers for row in figures.forums] == [12, 6, 2]
    assert [row.shown for row in figures.forums] == [True, False, False]
    assert [row.hidden for row in figures.forums] == [False, True, False]


def test_two_cells_of_few_hide_each_other_when_they_are_five_people_together() -> None:
    waits = [asked(person, person, 5, asker=person) for person in range(1, 13)]
    three = [asked(20 + one, one, 5, asker=one, forum_id=4) for one in (1, 2, 3)]
    two = [asked(30 + one, one, 5, asker=one, forum_id=5) for one in (4, 5)]
    same = [asked(30 + one, one, 5, asker=one, forum_id=5) for one in (2, 3)]

    apart = figures_of(facts([*waits, *three, *two])).forums
    alike = figures_of(facts([*waits, *three, *same])).forums

    assert {row.key: row.shown for row in apart} == {"3": True, "4": False, "5": False}
    # Three people in two forums are three people.
    assert not any(row.shown for row in alike)


def test_a_question_of_no_group_is_not_found_by_subtraction() -> None:
    waits = [
        asked(group * 100 + person, person, 5, asker=person, group_id=group)
        for group in (1, 2)
        for person in range(1, 5 + group)
    ]
    with_one = [*waits, asked(1, 3, asker=40)]

    assert [row.shown for row in figures_of(facts(waits)).groups] == [True, True]
    assert [row.shown for row in figures_of(facts(with_one)).groups] == [False, True]


def test_a_week_in_which_nobody_asked_hides_nothing() -> None:
    waits = [asked(person, person, 5, asker=person) for person in range(1, 8)]
    weeks = figures_of(facts(waits)).weeks

    assert [(row.asked, row.shown) for row in weeks[:2]] == [(7, True), (0, False)]
    assert not any(row.hidden for row in weeks)


@pytest.mark.parametrize(
    ("people", "together", "chosen"),
    [
        ({"a": 9, "b": 5, "c": 5}, None, None),
        ({"a": 9, "b": 5, "c": 5}, 5, None),
        ({"a": 9, "b": 5, "c": 5}, 4, "b"),
        ({"a": 9, "b": 5, "c": 5}, 0, "b"),
        ({}, 4, None),
    ],
)
def test_the_first_of_the_smallest_is_left_out(
    people: dict[str, int], together: int | None, chosen: str | None
) -> None:
    assert left_out_beside(people, together) == chosen


def test_a_block_is_left_out_with_its_hours() -> None:
    askers = {(0, 0): {1, 2}, (0, 5): {1, 2, 3, 4, 5}, (0, 9): set(range(9))}
    rows = {
        hour: HourRow(asked=len(people), askers=len(people))
        for hour, people in askers.items()
    }
    week = in_blocks(
        rows, lambda hours: len(set().union(*(askers[one] for one in hours)))
    )

    assert [row.shown for row in week.blocks.values()] == [False, False, True]
    assert [row.shown for row in week.hours.values()] == [False, False, True]


def member(person: int, **traits: str) -> Member:
    return Member(
        person=person,
        since=MONDAY - timedelta(days=1),
        traits=tuple(traits.items()),
    )


def spoke(*people: int, day: int = 0) -> list[Said]:
    on = (MONDAY + timedelta(days=day)).date()
    return [Said(person=one, day=on, in_moodle=1) for one in people]


def shown(rows: Sequence[ActiveRow]) -> dict[str, bool]:
    return {row.key: row.shown for row in rows}


def test_answers_of_few_are_not_found_by_subtraction() -> None:
    members = [
        *(member(one, country="UG") for one in range(1, 10)),
        *(member(one, country="RW") for one in range(10, 16)),
        *(member(one, country="TZ") for one in (20, 21)),
    ]
    taken = figures_of(facts([], members=members, said=spoke(1, 20))).participation

    assert shown(taken.traits["country"]) == {"RW": False, "TZ": False, "UG": True}


def test_who_gave_no_answer_is_not_found_by_subtraction() -> None:
    members = [
        *(member(one, country="UG") for one in range(1, 10)),
        *(member(one, country="RW") for one in range(10, 16)),
    ]
    silent = [member(one) for one in range(20, 25)]

    def rows(more: list[Member]) -> dict[str, bool]:
        known = facts([], members=[*members, *more], said=spoke(1, 20))
        return shown(figures_of(known).participation.traits["country"])

    assert rows([]) == {"RW": True, "UG": True}
    assert rows(silent) == {"RW": True, "UG": True}
    assert rows(silent[:4]) == {"RW": False, "UG": True}


def test_a_week_of_few_is_not_found_by_subtraction() -> None:
    early = [replace(member(one), since=MONDAY) for one in (1, 2, 3)]
    later = [
        replace(member(one), since=MONDAY + timedelta(days=7)) for one in range(4, 10)
    ]
    said = [*spoke(1, 2), *spoke(*range(1, 10), day=8), *spoke(2, 5, day=15)]
    taken = figures_of(facts([], members=[*early, *later], said=said)).participation

    assert [row.active.enrolled for row in taken.weeks] == [3, 9, 9, 9]
    assert [row.shown for row in taken.weeks] == [False, False, True, True]


def test_the_days_between_phases_are_not_found_by_subtraction() -> None:
    first = [
        replace(member(one), until=MONDAY + timedelta(days=9)) for one in range(1, 10)
    ]
    between = [replace(member(20), since=MONDAY + timedelta(days=10))]
    later = [
        replace(member(one), since=MONDAY + timedelta(days=12)) for one in range(30, 37)
    ]
    members = [*first, *between, *later]

    def rows(said: list[Said]) -> dict[str, bool]:
        known = facts(
            [], members=members, said=said, phases=PHASES, first=MONDAY.date()
        )
        return shown(figures_of(known).participation.phases)

    everywhere = [*spoke(1, 2), *spoke(3, day=8), *spoke(31, day=13)]
    alone = spoke(20, day=11)
    assert all(rows(everywhere).values())
    assert list(rows([*everywhere, *alone]).values()) == [True, True, False]


@given(
    st.lists(
        st.tuples(st.sampled_from(["UG", "UG", "RW", "TZ", ""]), st.integers(0, 20)),
        max_size=25,
    )
)
def test_of_no_answer_fewer_than_five_are_left(given: list[tuple[str, int]]) -> None:
    members = [
        replace(
            member(number, **({"country": country} if country else {})),
            since=MONDAY + timedelta(days=day),
        )
        for number, (country, day) in enumerate(given, start=1)
    ]
    rows = figures_of(facts([], members=members)).participation.traits.get(
        "country", ()
    )
    seen = {row.key for row in rows if row.shown}
    rest = [country for country, _ in given if country not in seen]

    assert not rest or len(rest) >= LEAST_SHOWN or not seen


def test_what_is_hidden_is_so_whatever_its_number() -> None:
    row = ActiveRow(
        key="a", title="a", active=Active(active=3, enrolled=9), hidden=True
    )

    assert not row.shown
    assert row.active.shown
