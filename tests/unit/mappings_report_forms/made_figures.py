"""Figures of small courses, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from mappings.participation.activity import Active, Quiet
from mappings.participation.exchange import Exchange
from mappings.report.facts import Phase, ReportNames
from mappings.report.figures import (
    RESPONSE_BUCKETS,
    ActiveRow,
    Comparison,
    CurvePoint,
    Estimate,
    Figures,
    FirstResponses,
    HourOfWeek,
    HourRow,
    OpenQuestion,
    Participation,
    ResponseCurve,
    Row,
)
from mappings.report.hours import in_blocks
from mappings.response.causes import Cause, WhatIf
from mappings.response.survival import Share
from moodle_bridge.model.waits import Medium, Wait, WaitState

MADE_AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
GOOD = Estimate(
    within=Share(share=0.58, low=0.53, high=0.63), median=44 * MINUTE, p90=None
)
BETTER = Estimate(
    within=Share(share=0.81, low=0.74, high=0.88), median=21 * MINUTE, p90=3.5 * HOUR
)
UNKNOWN = Estimate(within=None, median=None, p90=None)


def row(
    key: str,
    title: str = "",
    *,
    asked: int = 40,
    askers: int = 12,
    open_: int = 0,
    felt: Estimate = GOOD,
    provisional: bool = False,
    watched: Estimate | None = BETTER,
) -> Row:
    return Row(
        key=key,
        title=title or key,
        asked=asked,
        askers=askers,
        open=open_,
        withdrawn=2,
        not_needed=3,
        delayed=1,
        oldest_open=3 * HOUR if open_ else None,
        felt=felt,
        anyone=BETTER,
        watched=watched,
        provisional=provisional,
    )


def few(key: str, title: str = "") -> Row:
    """Return a row of two people, with numbers that nobody may see."""
    secret = Estimate(
        within=Share(share=0.4242, low=0.4141, high=0.4343),
        median=4242 * MINUTE,
        p90=4343 * MINUTE,
    )
    return replace(
        row(key, title, asked=3, askers=2, felt=secret, watched=secret),
        anyone=secret,
        open=4242,
        withdrawn=4243,
        not_needed=4244,
        delayed=4245,
        oldest_open=4246.0,
    )


def active(
    key: str,
    said: int = 12,
    enrolled: int = 30,
    *,
    title: str = "",
    provisional: bool = False,
) -> ActiveRow:
    counted = Active(active=said, enrolled=enrolled, by_mail=4, posts=77)
    return ActiveRow(
        key=key, title=title or key, active=counted, provisional=provisional
    )


def still_open(
    asker: int,
    began: datetime,
    *,
    post: int = 900_000_001,
    medium: Medium = Medium.MOODLE,
    forum: int = 7,
) -> OpenQuestion:
    return OpenQuestion.of(wait(asker, began, post=post, medium=medium, forum=forum))


def wait(
    asker: int,
    began: datetime,
    *,
    post: int = 900_000_001,
    medium: Medium = Medium.MOODLE,
    state: WaitState = WaitState.OPEN,
    answer: datetime | None = None,
    ended: datetime | None = None,
    forum: int = 7,
) -> Wait:
    return Wait(
        pair="course",
        post_id=post,
        discussion_id=post + 1,
        forum_id=forum,
        asker_id=asker,
        medium=medium,
        began=began,
        state=state,
        why="starts a discussion",
        first_answer=answer,
        facilitator_answer=answer,
        ended=ended or answer,
    )


def with_hours(figures: Figures, hours: Mapping[HourOfWeek, HourRow]) -> Figures:
    """Return figures with these hours, in each of which other people asked."""
    week = in_blocks(hours, lambda some: sum(hours[one].people for one in some))
    return replace(figures, hours=week.hours, blocks=week.blocks)


AMINA, BRIGITTE, CHEN, SALMA = 700_001, 700_002, 700_003, 700_004

NAMES = ReportNames(
    course="Open data for libraries",
    forums={7: "Questions", 8: "開放資料與圖書館的討論區"},
    groups={3: "Kampala"},
    people={
        AMINA: "Amina Nakato",
        BRIGITTE: "Brigitte Étienne",
        CHEN: "陳美玲",
        SALMA: "سلمى حداد",
    },
)


def figures() -> Figures:
    """Return a course with something in every section."""
    told = Figures(
        made_at=MADE_AT,
        zone="Africa/Kampala",
        promise=timedelta(hours=1),
        names=NAMES,
        first=date(2026, 11, 2),
        last=date(2026, 11, 23),
        whole=row("all", asked=412, askers=61, open_=4),
        weeks=(
            few("2026-W45"),
            row("2026-W46", asked=1206, felt=BETTER),
            row("2026-W47", asked=96, open_=1),
            row("2026-W48", asked=21, open_=3, felt=UNKNOWN, provisional=True),
        ),
        phases=(
            row("online"),
            row("face-to-face", felt=BETTER),
            row("coaching"),
            few("Field work"),
        ),
        forums=(
            row("7", "Questions", open_=2),
            row("8", "開放資料與圖書館的討論區開放資料與圖書館的討論區", felt=BETTER),
            few("9", "Small talk"),
        ),
        media=(row("mail", open_=3), row("moodle", felt=BETTER, open_=1)),
        groups=(row("3", "Kampala"), row("4", "مجموعة القاهرة")),
        hours={},
        curves=(
            ResponseCurve(
                key="all",
                title="all",
                n=412,
                points=(
                    CurvePoint(
                        seconds=HOUR, share=Share(share=0.58, low=0.53, high=0.63)
                    ),
                ),
            ),
        ),
        comparisons=(
            Comparison(kind="media", first="mail", second="moodle", p_value=0.011),
            Comparison(kind="phases", first="online", second="coaching", p_value=None),
            Comparison(
                kind="phases", first="coaching", second="face-to-face", p_value=0.4
            ),
            Comparison(
                kind="phases", first="online", second="face-to-face", p_value=0.0002
            ),
        ),
        missed={Cause.NOBODY: 30, Cause.LATE: 10, Cause.LAG: 2},
        what_if=(
            WhatIf(
                weekdays=frozenset(range(7)), since=18, until=22, caught=22, missed=30
            ),
            WhatIf(
                weekdays=frozenset(range(7)), since=6, until=10, caught=20, missed=30
            ),
            WhatIf(
                weekdays=frozenset(range(5)), since=20, until=24, caught=14, missed=30
            ),
            WhatIf(weekdays=frozenset({5, 6}), since=9, until=13, caught=5, missed=30),
        ),
        waiting=(
            still_open(AMINA, MADE_AT - timedelta(hours=3), medium=Medium.MAIL),
            still_open(SALMA, MADE_AT - timedelta(minutes=70)),
            still_open(CHEN, MADE_AT - timedelta(minutes=12), forum=8),
        ),
        bias=0.67,
        participation=Participation(
            weeks=(
                active("2026-W46"),
                active("2026-W47", 18),
                active("2026-W48", 5, provisional=True),
            ),
            phases=(active("online", 21), active("Field work", 3, 4)),
            traits={
                "bandwidth": (
                    active("low", 6, 12, title="low"),
                    active("high", 9, 14, title="high"),
                    active("none", 1, 4, title="none"),
                ),
                "country": (
                    active("UG", 9, 14, title="UG"),
                    active("CO", 9, 14, title="CO"),
                ),
                "language": (active("fr", 9, 14), active("es_mx", 9, 14)),
                "channel": (active("digest", 9, 14), active("moodle", 9, 14)),
            },
            exchange=Exchange(
                peer_share=0.35, star=0.72, isolates=frozenset({BRIGITTE, CHEN})
            ),
            quiet=(
                Quiet(person=CHEN, last_day=None, days=21),
                Quiet(person=AMINA, last_day=date(2026, 11, 11), days=12),
            ),
            front_runners=((SALMA, 4), (AMINA, 2)),
        ),
        plan=(
            Phase(name="online", first=date(2026, 11, 2), last=date(2026, 11, 13)),
            Phase(
                name="face-to-face", first=date(2026, 11, 14), last=date(2026, 11, 30)
            ),
        ),
        history_until=datetime(2026, 11, 9, 8, 0, tzinfo=UTC),
        first_responses=FirstResponses(
            within=dict(zip(RESPONSE_BUCKETS, (90, 170, 240, 330, 380), strict=True)),
            number=390,
            seconds=2_345_678.5,
        ),
    )
    hours = {
        (day, hour): HourRow(
            asked=(day * 5 + hour) % 9,
            missed=int((day * 24 + hour) % 4 == 0),
            watched=1.0 if 8 <= hour < 18 and day < 5 else 0.0,
            askers=(day * 5 + hour) % 9,
        )
        for day in range(7)
        for hour in range(24)
    }
    return with_hours(told, hours)


def empty() -> Figures:
    """Return a course in which nothing happened yet."""
    nothing = replace(
        row("all", asked=0, askers=0, felt=UNKNOWN, watched=None),
        withdrawn=0,
        not_needed=0,
        delayed=0,
        anyone=UNKNOWN,
    )
    return replace(
        figures(),
        names=ReportNames(course=""),
        first=None,
        last=None,
        whole=nothing,
        weeks=(),
        phases=(),
        forums=(),
        media=(),
        groups=(),
        hours={},
        curves=(),
        comparisons=(),
        missed={},
        what_if=(),
        waiting=(),
        bias=None,
        participation=Participation(
            weeks=(),
            phases=(),
            traits={},
            exchange=Exchange(peer_share=None, star=None, isolates=frozenset()),
            quiet=(),
            front_runners=(),
        ),
        plan=(),
        history_until=None,
        first_responses=None,
    )


def hostile() -> Figures:
    """Return a large course whose people named everything to break a page."""
    names = (
        "<script>alert('x')</script>",
        "</td></table><h1>[[Start]] {mlang en}",
        "𒐫𒐫𒐫 " * 30,
        "\u202egnihtyna\u202c\x00\x1b[31m",
        '=HYPERLINK("http://evil.example")',
        "אבגדה «وهز»",
        "漢字" * 60,
        "&amp;&lt;b&gt;" * 20,
        "\ud800 broken",
        "one\nline\r\ntwo",
    )
    told = figures()
    people = {800_000 + n: f"{names[n % len(names)]} {n}" for n in range(120)}
    forums = {n: f"{names[n % len(names)]} {n}" for n in range(40)}
    first = date(2025, 9, 1)
    weeks = []
    for number in range(60):
        year, week, _ = (first + timedelta(weeks=number)).isocalendar()
        weeks.append(f"{year}-W{week:02}")
    return replace(
        told,
        names=ReportNames(course=names[1], forums=forums, people=people),
        weeks=tuple(row(key, asked=123_456, open_=1234) for key in weeks),
        phases=tuple(row(name) for name in names),
        forums=tuple(row(str(n), name) for n, name in forums.items()),
        groups=tuple(row(str(n), names[n % len(names)]) for n in range(30)),
        comparisons=tuple(
            Comparison(kind="phases", first=one, second=two, p_value=0.02)
            for one in names
            for two in names
        ),
        waiting=tuple(
            still_open(person, MADE_AT - timedelta(hours=n), forum=n)
            for n, person in enumerate(people)
        ),
        participation=replace(
            told.participation,
            weeks=tuple(active(key) for key in weeks),
            traits={
                name: tuple(active(str(n), title=names[n % 9]) for n in range(40))
                for name in names
            },
            exchange=Exchange(peer_share=0.1, star=0.5, isolates=frozenset(people)),
            quiet=tuple(Quiet(person=one, last_day=None, days=11) for one in people),
            front_runners=tuple((one, 3) for one in people),
        ),
    )


def tiny() -> Figures:
    """Return a course in which so few take part that nothing may be told."""
    told = figures()
    return replace(
        told,
        whole=few("all"),
        weeks=(few("2026-W47"),),
        phases=(few("online"),),
        forums=(few("7", "Questions"),),
        media=(few("mail"),),
        groups=(),
        missed={Cause.NOBODY: 4247, Cause.LATE: 4248},
        bias=0.4242,
        first_responses=FirstResponses(within={900.0: 4249}, number=4250, seconds=1.0),
        participation=replace(
            told.participation,
            weeks=(active("2026-W47", 4251, 4),),
            phases=(active("online", 4251, 4),),
            traits={"country": (active("UG", 4251, 3),)},
        ),
    )
