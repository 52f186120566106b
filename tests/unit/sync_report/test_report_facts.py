"""What is gathered for a report: from the ledger, each origin once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.enrolment.people import Decision, Owned, Verdict
from mappings.participation.activity import Said
from mappings.report.facts import ReportFacts
from moodle_bridge.model.channels import Channel, ChannelKind
from moodle_bridge.model.intake import EntryState
from moodle_bridge.model.rota import DutyRole, Shift
from moodle_bridge.model.waits import Medium, WaitState
from sync.ledger.cursors import ROTA_FROZEN
from sync.ledger.entries import SeenEntry
from sync.ledger.report_facts import Spoken, moment_text
from sync.report.gathering import facts, talk_of
from tests.unit.sync_report.talking import (
    ANA,
    BEN,
    CHI,
    DIA,
    GRACE,
    START,
    Talking,
    settings_of,
)

HOUR = timedelta(hours=1)
KAMPALA = '[report]\nzone = "Africa/Kampala"\n'


def gathered(
    talk: Talking,
    folder: Path,
    more: str = "",
    *,
    pairs: tuple[str, ...] = ("one",),
    first: date | None = None,
    last: date | None = None,
) -> ReportFacts:
    settings = settings_of(folder, more, pairs)
    with talk.ledger.reading() as transaction:
        return facts(transaction, settings, first=first, last=last)


def test_a_question_and_its_answer_are_a_wait(talk: Talking, tmp_path: Path) -> None:
    talk.begin()
    talk.enrol(ANA, GRACE)
    asked = talk.say(ANA)
    talk.move(minutes=40)
    talk.say(GRACE, asked)
    found = gathered(talk, tmp_path)
    (wait,) = found.waits
    assert (wait.asker_id, wait.state) == (ANA, WaitState.ANSWERED)
    assert wait.facilitator_answer == wait.ended == START + timedelta(minutes=40)
    assert wait.first_answer == wait.ended
    assert (found.now, found.promise, found.history_until) == (talk.now, HOUR, None)


def test_the_waits_are_those_of_the_ledger(talk: Talking, tmp_path: Path) -> None:
    talk.begin()
    one = talk.say(ANA, medium=Medium.MAIL, sent_at=START - HOUR)
    talk.move(minutes=5)
    talk.say(BEN, one)
    two = talk.say(BEN)
    talk.move(minutes=5)
    talk.delete(two)
    found = gathered(talk, tmp_path)
    with talk.ledger.reading() as transaction:
        assert list(found.waits) == [
            wait for post in (one, two) for wait in transaction.waits.get(post)
        ]


def test_days_bound_when_a_question_began_by_the_clock_of_the_course(
    talk: Talking, tmp_path: Path
) -> None:
    talk.begin()
    late = talk.say(ANA, at=datetime(2026, 3, 2, 20, 59, tzinfo=UTC))
    after = talk.say(BEN, at=datetime(2026, 3, 2, 21, 0, tzinfo=UTC))
    day = date(2026, 3, 3)
    found = gathered(talk, tmp_path, KAMPALA, first=day, last=day)
    assert [wait.post_id for wait in found.waits] == [after]
    found = gathered(talk, tmp_path, KAMPALA, last=day - timedelta(days=1))
    assert [wait.post_id for wait in found.waits] == [late]


def test_what_was_seen_at_once_was_not_found_late(
    talk: Talking, tmp_path: Path
) -> None:
    talk.begin(at=START - 2 * HOUR)
    talk.say(ANA, at=START - timedelta(minutes=14))
    late = talk.say(BEN, at=START - HOUR)
    talk.say(CHI, at=START - 3 * HOUR)
    found = gathered(talk, tmp_path)
    assert found.found_at == {("one", late): START}


def test_what_nobody_said_does_not_count(talk: Talking, tmp_path: Path) -> None:
    talk.begin()
    asked = talk.say(ANA)
    talk.say(50, automatic=True)
    talk.say(None, asked)
    talk.say(50, asked, automatic=True)
    gone = talk.say(BEN, asked)
    talk.delete(gone)
    found = gathered(talk, tmp_path)
    assert found.said == [Said(person=ANA, day=START.date(), in_moodle=1)]
    assert found.answered == []


def test_days_and_media_of_what_was_said_are_counted(
    talk: Talking, tmp_path: Path
) -> None:
    talk.begin()
    evening = datetime(2026, 3, 2, 20, 59, tzinfo=UTC)
    talk.say(ANA, at=evening)
    talk.say(ANA, at=evening, medium=Medium.MAIL)
    talk.say(ANA, at=evening + timedelta(minutes=1), medium=Medium.MAIL)
    found = gathered(talk, tmp_path, KAMPALA)
    assert found.said == [
        Said(person=ANA, day=date(2026, 3, 2), in_moodle=1, by_mail=1),
        Said(person=ANA, day=date(2026, 3, 3), by_mail=1),
    ]


def test_who_answered_whom_is_counted_and_nobody_answers_themselves(
    talk: Talking, tmp_path: Path
) -> None:
    talk.begin()
    asked = talk.say(ANA)
    talk.say(ANA, asked)
    talk.move(minutes=1)
    talk.say(BEN, asked)
    talk.move(minutes=1)
    talk.say(BEN, asked)
    talk.say(GRACE, asked, private=True)
    found = gathered(talk, tmp_path)
    assert [
        (one.person, one.other, one.answers, one.first_at) for one in found.answered
    ] == [
        (BEN, ANA, 2, START + timedelta(minutes=1)),
        (GRACE, ANA, 1, START + timedelta(minutes=2)),
    ]


def test_a_post_that_two_pairs_hear_counts_once(talk: Talking, tmp_path: Path) -> None:
    talk.begin("one")
    talk.begin("two")
    both = talk.say(ANA)
    talk.say(ANA, pair="two", post=both)
    alone = talk.say(BEN, pair="two")
    with talk.ledger.writing() as transaction:
        for pair in ("one", "two"):
            transaction.connection.exec_driver_sql(
                "INSERT INTO discussion (pair, discussion_id, forum_id, first_post_id,"
                " name, created_at, active_at, listed_at, checked_at)"
                f" VALUES ('{pair}', 1, 11, 1, '', '', '', '', '')"
            )
    found = gathered(talk, tmp_path, pairs=("one", "two"))
    assert [(wait.pair, wait.post_id) for wait in found.waits] == [
        ("one", both),
        ("two", alone),
    ]
    assert [one.in_moodle for one in found.said] == [1, 1]


def test_a_report_may_be_of_one_pair(talk: Talking, tmp_path: Path) -> None:
    talk.begin("one")
    talk.begin("two")
    talk.say(ANA, pair="one")
    talk.say(BEN, pair="two")
    settings = settings_of(tmp_path, pairs=("one", "two"))
    with talk.ledger.reading() as transaction:
        found = facts(transaction, settings, pairs=["two"])
    assert [wait.asker_id for wait in found.waits] == [BEN]
    assert [one.person for one in found.said] == [BEN]


def test_an_empty_ledger_has_nothing_to_report(talk: Talking, tmp_path: Path) -> None:
    found = gathered(talk, tmp_path)
    assert (found.waits, found.said, found.members) == ([], [], [])
    assert (found.watched, found.rota_since, found.history_until) == (None, None, None)


def test_members_keep_the_roles_that_they_had(talk: Talking, tmp_path: Path) -> None:
    talk.begin()
    talk.enrol(ANA, BEN, GRACE)
    talk.move(hours=1)
    talk.enrol(ANA, GRACE, teaching=(ANA, GRACE))
    found = gathered(talk, tmp_path)
    assert [
        (one.person, one.facilitator, one.since, one.until) for one in found.members
    ] == [
        (ANA, False, START, START + HOUR),
        (BEN, False, START, START + HOUR),
        (GRACE, True, START, None),
        (ANA, True, START + HOUR, None),
    ]


def test_who_was_there_when_the_bridge_came_counts_from_the_first_word(
    talk: Talking, tmp_path: Path
) -> None:
    talk.begin()
    talk.say(ANA, at=START - 5 * HOUR)
    talk.say(DIA, at=START - 4 * HOUR)
    talk.say(DIA, at=START - 3 * HOUR)
    talk.enrol(ANA, BEN)
    talk.move(hours=2)
    talk.enrol(ANA, BEN, CHI)
    talk.say(CHI, at=START + HOUR)
    found = gathered(talk, tmp_path)
    times = {one.person: (one.since - START, one.until) for one in found.members}
    assert times == {
        ANA: (-5 * HOUR, None),
        BEN: (-5 * HOUR, None),
        CHI: (HOUR, None),
        DIA: (-4 * HOUR, START - 3 * HOUR),
    }
    assert found.history_until == START


def test_the_service_account_is_nobody(talk: Talking, tmp_path: Path) -> None:
    talk.begin()
    talk.enrol(ANA, 50)
    with talk.ledger.writing() as transaction:
        transaction.cursors.move("site:account", "abc 50")
    assert [one.person for one in gathered(talk, tmp_path).members] == [ANA]


def test_names_are_those_of_the_last_run(talk: Talking, tmp_path: Path) -> None:
    talk.begin()
    talk.enrol(ANA)
    names = gathered(talk, tmp_path).names
    assert names.course == "Facilitation"
    assert names.forums == {11: "Questions"}
    assert names.groups == {70: "Reds"}
    assert names.people == {ANA: "Person 1"}


def test_the_watch_is_that_of_the_primaries_as_frozen(
    talk: Talking, tmp_path: Path
) -> None:
    talk.begin()
    with talk.ledger.writing() as transaction:
        transaction.shifts.freeze(
            Shift(
                start=START + at * HOUR,
                end=START + (at + 1) * HOUR,
                person="ana",
                role=role,
                why="rule",
            )
            for at, role in ((0, DutyRole.PRIMARY), (2, DutyRole.BACKUP))
        )
        transaction.cursors.move(ROTA_FROZEN, (START + 4 * HOUR).isoformat())
    talk.move(hours=5)
    found = gathered(talk, tmp_path)
    assert found.watched is not None
    assert found.rota_until == START + 4 * HOUR
    assert found.watched.periods == ((START, START + HOUR),)
    assert found.rota_since == START


def test_phases_and_promise_are_those_of_the_settings(
    talk: Talking, tmp_path: Path
) -> None:
    more = (
        '[report]\npromise = "2h"\nquiet_after = "5d"\n'
        '[[phase]]\nname = "intake"\nfirst = 2026-03-02\nlast = 2026-03-08\n'
    )
    found = gathered(talk, tmp_path, more)
    assert (found.promise, found.quiet_after) == (2 * HOUR, timedelta(days=5))
    (phase,) = found.phases
    assert (phase.name, phase.first) == ("intake", date(2026, 3, 2))
    assert gathered(talk, tmp_path, '[alerts]\npromise = "3h"\n').promise == 3 * HOUR


def test_traits_are_what_form_and_site_say(talk: Talking, tmp_path: Path) -> None:
    more = """
[[intake]]
name = "form"
course = "FO26"
[intake.source]
plugin = "csv"
path = "form.csv"
[intake.questions]
name = "Name"
email = "Mail"
bandwidth = "How is your internet?"
"""
    talk.begin()
    talk.enrol(ANA, BEN)
    with talk.ledger.writing() as transaction:
        transaction.participants.add("mb-1", address="ana@x.example", source="form")
        transaction.participants.has_account(
            "mb-1", user_id=ANA, username="u1", owned=Owned.CREATED
        )
        transaction.entries.keep(
            "form",
            [
                SeenEntry(
                    key=key,
                    fingerprint=key,
                    answers={"How is your  internet? *": said, "Name": "Somebody"},
                    state=EntryState.COMPLETE,
                )
                for key, said in (("1", "Slow"), ("2", "Good"))
            ],
        )
        # Ben's account was there before the form: the admin said that it is his.
        transaction.participants.add("mb-2", address="ben@y.example", source="form")
        transaction.decisions.decide(
            "form", "2", Decision(verdict=Verdict.ADOPT, user_id=BEN)
        )
        transaction.connection.exec_driver_sql(
            "UPDATE entry SET participant_id='mb-' || key"
        )
        transaction.channels.set(BEN, Channel(kind=ChannelKind.DIGEST), by="mail")
    members = gathered(talk, tmp_path, more).members
    assert {one.person: dict(one.traits) for one in members} == {
        ANA: {"bandwidth": "Slow", "channel": "each", "country": "SN"},
        BEN: {"bandwidth": "Good", "channel": "digest", "country": "SN"},
    }


@pytest.mark.parametrize(
    "zone",
    ["UTC", "Asia/Kathmandu", "Europe/London", "America/Lima", "Pacific/Apia"],
)
@given(st.lists(st.integers(0, 100 * 86400), max_size=9))
def test_days_are_those_of_the_zone(zone: str, seconds: list[int]) -> None:
    start = datetime(2011, 12, 25, tzinfo=UTC)
    moments = [start + timedelta(seconds=after) for after in seconds]
    # Around a day that a zone left out, and around changes of its clock.
    moments += [
        datetime(2011, 12, 30, 9, 59, 59, tzinfo=UTC),
        datetime(2011, 12, 30, 10, tzinfo=UTC),
        datetime(2012, 3, 25, 0, tzinfo=UTC),
        datetime(2012, 3, 25, 23, tzinfo=UTC),
    ]
    rows = [Spoken(1, False, moment_text(at), None) for at in moments]
    days = [at.astimezone(ZoneInfo(zone)).date() for at in moments]
    assert talk_of(rows, zone).said() == [
        Said(person=1, day=day, in_moodle=days.count(day)) for day in sorted(set(days))
    ]


def test_what_a_place_was_stays_known_while_it_is_looked_for_anew(
    talk: Talking, tmp_path: Path
) -> None:
    talk.begin()
    with talk.ledger.writing() as transaction:
        kept = transaction.cursors.get("pair:one:place")
        from sync.places import forget_place

        forget_place(transaction, "one")
        assert json.loads(kept or "{}")["forums"]
    assert gathered(talk, tmp_path).names.forums == {11: "Questions"}
