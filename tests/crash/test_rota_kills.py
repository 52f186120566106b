"""The rota and its alerts are killed at their work, and nothing is doubled or lost."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from moodle_bridge.practice.site_records import CalendarEvent
from tests.trial.course import Course, own_folder
from tests.trial.held import held
from tests.trial.moments import Blow
from tests.trial.runner import Ran, Runner

OUSMANE, BEN, FLORENCE = "ousmane@sn.example", "ben@nl.example", "florence@ug.example"
ROTA = """
[rota]
zone = "UTC"
publish_weeks = 1
[[rota.person]]
key = "florence"
name = "Florence"
user = "florence"
zone = "Africa/Kampala"
lead = true
[[rota.person]]
key = "ousmane"
name = "Ousmane"
user = "ousmane"
zone = "Africa/Dakar"
[[rota.person]]
key = "ben"
name = "Ben"
user = "ben"
zone = "Europe/Amsterdam"
[[rota.source]]
plugin = "rules"
[[rota.source.rule]]
name = "days"
people = ["florence"]
start = "06:00"
end = "20:00"
anchor = 2026-03-02
[[rota.source.rule]]
name = "reserve"
people = ["ben"]
days = "weekdays"
start = "06:00"
end = "20:00"
role = "backup"
anchor = 2026-03-02
[alerts]
"""
_LONGER_THAN_DOUBT = timedelta(minutes=6)
_CREATED, _CHANGED = 14, 5


@dataclass
class Team:
    """Three who share the watch of a course, and the command line."""

    course: Course
    runner: Runner

    def command(self, *arguments: str, blow: Blow | None = None) -> Ran:
        return self.runner.command(
            self.course.folder, *arguments, now=self.course.clock.now, blow=blow
        )

    def done(self, *arguments: str) -> Ran:
        ran = self.command(*arguments)
        assert ran.code == 0, ran.said
        return ran

    def wait(self, **by: float) -> None:
        self.course.clock.move(**by)

    def to_the_end(self, *arguments: str) -> None:
        """Repeat a command until it finds nothing to do any more."""
        said = ""
        for _ in range(8):
            self.wait(seconds=_LONGER_THAN_DOUBT.total_seconds())
            ran = self.command(*arguments)
            assert ran.code in {0, 3}, ran.said
            said = ran.said
            if not ran.data["counts"] and self.course.is_quiet():
                return
        raise AssertionError(said)

    def mails(self, address: str) -> list[EmailMessage]:
        return [
            message_from_bytes(raw, policy=policy.default)
            for raw in self.course.office.mails(address)
        ]

    def subjects(self, address: str) -> Counter[str]:
        """Return what the bridge itself wrote to an address, by subject, undated."""
        return Counter(
            re.sub(r":? 5 March .*", "", str(mail["Subject"]))
            for mail in self.mails(address)
            if mail["Auto-Submitted"] == "auto-generated"
        )


@pytest.fixture
def team(runner: Runner) -> Iterator[Team]:
    with own_folder() as folder, Course(folder, "direct") as course:
        for name, first, address in (
            ("ousmane", "Ousmane", OUSMANE),
            ("ben", "Ben", BEN),
        ):
            user = course.moodle.add_user(name, first, "Sow", address)
            course.moodle.enrol(user, course.course, "editingteacher")
            course.people[name] = user
            course.office.add_mailbox(address)
        course.config.write_text(course.config.read_text() + ROTA)
        found = Team(course, runner)
        found.done("sync", "--from", "now")
        found.wait(minutes=1)
        yield found


def blows(
    effects: int, commits: range, *, short: set[tuple[str, str, int]]
) -> list[object]:
    """Return a blow before and after each effect, and at commits; few in short."""
    every = [
        *(("effect", when, n) for n in range(1, effects + 1) for when in _WHEN),
        *(("commit", when, n) for n in commits for when in _WHEN),
    ]
    return [
        pytest.param(
            Blow(what=what, when=when, number=number),
            id=f"{when} {what} {number}",
            marks=() if (what, when, number) in short else pytest.mark.soak,
        )
        for what, when, number in every
    ]


_WHEN = ("before", "after")
Event = tuple[str, str, float]


def events(team: Team) -> list[Event]:
    """Return what stands in the calendar: beginning, name, hours."""
    return sorted(
        (
            datetime.fromtimestamp(one.timestart, UTC).strftime("%d %H:%M"),
            one.name,
            one.timeduration / 3600,
        )
        for one in team.course.moodle.state.events.values()
    )


def excursion(team: Team) -> Event:
    """Let somebody else write something of the same name into the calendar."""
    state = team.course.moodle.state
    at = datetime(2026, 3, 4, 6, tzinfo=UTC)
    event = CalendarEvent(
        id=state.next_id("event"),
        name="On duty: Florence",
        description="",
        format=1,
        eventtype="course",
        timestart=int(at.timestamp()),
        timeduration=3600,
        userid=team.course.people["ben"].id,
        timemodified=int(at.timestamp()),
        courseid=team.course.course.id,
        groupid=0,
        visible=1,
        sequence=1,
    )
    state.events[event.id] = event
    return ("04 06:00", "On duty: Florence", 1.0)


def test_an_unharmed_rota_is_published_in_this_many_effects(team: Team) -> None:
    theirs = excursion(team)
    first = team.done("rota", "publish")
    assert first.passed["effect"] == _CREATED
    published = events(team)
    assert len(published) == _CREATED + 1
    assert theirs in published
    change(team)
    second = team.done("rota", "publish")
    assert second.passed["effect"] == _CHANGED
    assert events(team) == changed(published)
    third = team.done("rota", "publish")
    assert (third.passed.get("effect", 0), third.data["counts"]) == (0, {})


def change(team: Team) -> None:
    """Put Ousmane in Florence's place for an afternoon, and let Ben be absent."""
    team.done(
        *("rota", "override", "--person", "florence", "--by", "ousmane"),
        *("--from", "2026-03-05 12:00", "--to", "2026-03-05 16:00"),
    )
    team.done(
        *("rota", "absent", "ben", "--from", "2026-03-06", "--to", "2026-03-07"),
    )


def changed(published: list[Event]) -> list[Event]:
    gone = {
        ("05 06:00", "On duty: Florence", 14.0),
        ("06 06:00", "On duty: Ben (backup)", 14.0),
    }
    assert gone <= set(published)
    return sorted(
        [
            *(one for one in published if one not in gone),
            ("05 06:00", "On duty: Florence", 6.0),
            ("05 12:00", "On duty: Ousmane", 4.0),
            ("05 16:00", "On duty: Florence", 4.0),
        ]
    )


@pytest.mark.parametrize(
    "blow",
    blows(
        _CREATED,
        range(5, 20, 3),
        short={("effect", "after", 4)},
    ),
)
def test_a_publishing_that_is_killed_makes_each_event_once(
    team: Team, blow: Blow
) -> None:
    theirs = excursion(team)
    assert team.command("rota", "publish", blow=blow).killed
    team.to_the_end("rota", "publish")
    found = events(team)
    assert len(found) == _CREATED + 1
    assert max(Counter(found).values()) == 1
    assert theirs in found


@pytest.mark.parametrize(
    "blow",
    blows(_CHANGED, range(4, 10), short={("effect", "before", 3)}),
)
def test_a_change_that_is_killed_replaces_its_own_and_nothing_else(
    team: Team, blow: Blow
) -> None:
    excursion(team)
    team.done("rota", "publish")
    published = events(team)
    change(team)
    assert team.command("rota", "publish", blow=blow).killed
    team.to_the_end("rota", "publish")
    assert events(team) == changed(published)


def test_a_killed_publishing_goes_on_by_itself_within_run(team: Team) -> None:
    config = team.course.config
    config.write_text(config.read_text().replace("[rota]", "[rota]\npublish = true"))
    blow = Blow(what="effect", when="after", number=3)
    assert team.command("rota", "publish", blow=blow).killed
    team.to_the_end("sync")
    assert len(events(team)) == len(set(events(team))) == _CREATED
    change(team)
    team.wait(minutes=10)
    assert team.command("sync", blow=replace(blow, number=2)).killed
    team.to_the_end("sync")
    assert len(events(team)) == len(set(events(team))) == _CREATED + 1


# Swaps.

SWAP = (
    *("rota", "swap", "ask", "florence"),
    *("--from", "2026-03-05 06:00", "--to", "2026-03-05 20:00"),
)


@pytest.mark.parametrize(
    "blow",
    blows(
        2,
        range(2, 16),
        short={("commit", "after", 9)},
    ),
)
def test_both_are_asked_once_however_the_asking_is_killed(
    team: Team, blow: Blow
) -> None:
    team.done(*SWAP)
    team.command("sync", blow=blow)
    team.to_the_end("sync")
    for address in (OUSMANE, BEN):
        assert team.subjects(address) == {"Can you take the watch of Florence?": 1}


@pytest.mark.parametrize(
    ("when", "number"),
    [
        pytest.param(
            when,
            number,
            marks=() if when == "after" and number == 2 else pytest.mark.soak,
        )
        for number in range(1, 5)
        for when in _WHEN
    ],
)
def test_a_swap_that_is_killed_as_it_is_asked_for_can_be_asked_for_again(
    team: Team, when: str, number: int
) -> None:
    killed = team.command(*SWAP, blow=Blow(what="commit", when=when, number=number))
    if killed.killed:
        team.wait(minutes=2)
        again = team.command(*SWAP)
        # Asked a second time, it says that it was asked already.
        assert again.code in {0, 2}, again.said
    team.to_the_end("sync")
    (kept,) = team.done("rota", "swap", "list").data["swaps"]
    assert kept["state"] == "asked"
    for address in (OUSMANE, BEN):
        assert sum(team.subjects(address).values()) == 1


@pytest.mark.parametrize(
    "blow",
    [
        *blows(
            3,
            range(2, 20),
            short={("effect", "after", 1), ("commit", "before", 7)},
        ),
        pytest.param(
            Blow(what="acknowledgement", when="before", number=1),
            id="before acknowledgement 1",
            marks=pytest.mark.soak,
        ),
    ],
)
def test_one_alone_takes_a_swap_and_all_are_told_once_however_it_is_killed(
    team: Team, blow: Blow
) -> None:
    team.done(*SWAP)
    team.to_the_end("sync")
    course = team.course
    for address, name in ((BEN, "ben"), (OUSMANE, "ousmane")):
        (asked,) = team.mails(address)
        course.answer(course.people[name], asked, "Yes")
    team.command("sync", blow=blow)
    team.to_the_end("sync")
    (kept,) = team.done("rota", "swap", "list").data["swaps"]
    assert (kept["state"], kept["takes_over"]) == ("accepted", "ben")
    asked_for = "Can you take the watch of Florence?"
    assert team.subjects(FLORENCE) == {"Ben takes your watch": 1}
    assert team.subjects(BEN) == {asked_for: 1, "You take the watch": 1}
    assert team.subjects(OUSMANE) == {
        asked_for: 1,
        "No longer needed": 1,
    }
    (on_duty,) = [
        shift["person"]
        for shift in team.done("rota", "who", "2026-03-05 12:00").data["on_duty"]
        if shift["role"] == "primary"
    ]
    assert on_duty == "ben"
    assert course.posts_by_bridge() == []


# Alerts.


@pytest.mark.parametrize(
    "blow",
    blows(1, range(2, 16), short={("effect", "before", 1), ("effect", "after", 1)}),
)
def test_an_alert_that_is_killed_comes_once(team: Team, blow: Blow) -> None:
    course = team.course
    course.begin(course.people["aminata"], course.word())
    team.done("sync")
    team.wait(minutes=20)
    team.command("sync", blow=blow)
    for _ in range(2):
        team.wait(seconds=_LONGER_THAN_DOUBT.total_seconds())
        assert team.command("sync").code == 0
    alerts = [
        mail
        for mail in team.mails(FLORENCE)
        if mail["From"].addresses[0].display_name == "Rota"
    ]
    assert len(alerts) == 1
    listed = team.done("alerts", "list").data["alerts"]
    assert [(one["person"], one["state"]) for one in listed] == [("florence", "sent")]


def test_two_runs_at_once_tell_somebody_once(team: Team) -> None:
    course = team.course
    course.begin(course.people["aminata"], course.word())
    team.done("sync")
    team.wait(minutes=20)
    ended: list[Ran] = []
    with Runner() as another:
        second = Team(course, another)
        first = threading.Thread(target=lambda: ended.append(team.command("sync")))
        with held(course.office, "accept", only=lambda *_: True) as mail:
            first.start()
            mail.wait()
            ended.append(second.command("sync"))
        first.join()
    assert [ran.code for ran in ended] == [0, 0]
    assert "another run does this just now" in ended[0].said
    team.wait(minutes=6)
    team.done("sync")
    listed = team.done("alerts", "list").data["alerts"]
    assert [(one["person"], one["state"]) for one in listed] == [("florence", "sent")]
    assert (
        len([one for one in team.mails(FLORENCE) if " asks: " in one["Subject"]]) == 1
    )
