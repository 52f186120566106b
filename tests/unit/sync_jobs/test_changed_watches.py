"""Whose coming watches change is told: what was, what is now, and why; once."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from tests.unit.sync_jobs.bridged import BridgedCourse, text_of
from tests.unit.sync_jobs.on_watch import ALERTS, ROTA, rota, with_watchers

GRACE, BEN, LEA = "grace@ug.example", "ben@nl.example", "lea@fr.example"


@pytest.fixture
def watched(course: BridgedCourse) -> BridgedCourse:
    """Grace watches from six to eight in the evening each day, Ben is her backup."""
    return with_watchers(course)


def changed(course: BridgedCourse, address: str) -> list[EmailMessage]:
    words = ("changed", "veranderd")
    return [
        mail
        for mail in course.mails(address)
        if any(word in str(mail["Subject"]) for word in words)
    ]


def settle(course: BridgedCourse) -> None:
    """Run until what is changed has stayed so for a while."""
    for _ in range(3):
        course.clock.move(minutes=6)
        assert course.sync().code == 0


def replace_grace(course: BridgedCourse, day: str = "2026-03-03", hour: int = 6) -> str:
    called = course.call(
        *("rota", "override", "--by", "lead", "--person", "grace"),
        *("--from", f"{day} {hour:02}:00", "--to", f"{day} 12:00"),
        *("--reason", "a wedding"),
    )
    assert called.code == 0, called.said
    key = called.data["id"]
    assert isinstance(key, str)
    return key


def test_an_override_is_told_to_both_with_its_reason(watched: BridgedCourse) -> None:
    replace_grace(watched)
    settle(watched)
    (grace,), (lea,) = changed(watched, GRACE), changed(watched, LEA)
    assert grace["Subject"] == "Your watch has changed: 3 March 2026, 09:00"
    text = text_of(grace)
    assert "It was: Tuesday 3 March 2026, 09:00 - 23:00" in text
    assert "It is now: Tuesday 3 March 2026, 15:00 - 23:00" in text
    assert "Lea Dumont is on duty in your place." in text
    assert "The reason: a wedding" in text
    assert "It was: not on duty" in text_of(lea)
    assert "You are on duty in place of Grace Nakato." in text_of(lea)
    assert changed(watched, BEN) == []
    settle(watched)
    assert len(changed(watched, GRACE)) == 1


def test_however_many_changes_are_one_mail(watched: BridgedCourse) -> None:
    for day in ("2026-03-03", "2026-03-05", "2026-03-09"):
        replace_grace(watched, day)
    settle(watched)
    (mail,) = changed(watched, GRACE)
    assert mail["Subject"] == (
        "3 of your watches have changed, from 3 March 2026, 09:00 on"
    )


def test_what_is_undone_again_is_never_told(watched: BridgedCourse) -> None:
    key = replace_grace(watched)
    watched.clock.move(minutes=1)
    watched.sync()
    assert watched.call("rota", "cancel", key).code == 0
    settle(watched)
    assert changed(watched, GRACE) == []


def test_what_is_taken_back_later_is_told_as_that(watched: BridgedCourse) -> None:
    key = replace_grace(watched)
    settle(watched)
    assert watched.call("rota", "cancel", key).code == 0
    settle(watched)
    first, second = changed(watched, GRACE)
    assert "in your place" in text_of(first)
    assert "A change of the rota was taken back." in text_of(second)
    assert "It is now: Tuesday 3 March 2026, 09:00 - 23:00" in text_of(second)


def test_what_begins_within_the_hour_is_told_at_once(watched: BridgedCourse) -> None:
    replace_grace(watched, "2026-03-01", 9)
    watched.clock.move(minutes=1)
    watched.sync()
    assert len(changed(watched, GRACE)) == 1


def test_an_absence_is_confirmed(watched: BridgedCourse) -> None:
    day = ("--from", "2026-03-04", "--to", "2026-03-05")
    assert watched.call("rota", "absent", "grace", *day).code == 0
    settle(watched)
    text = text_of(changed(watched, GRACE)[0])
    assert "It is now: not on duty" in text
    assert "You are noted as away." in text


def test_a_rota_that_is_written_anew_is_told(watched: BridgedCourse) -> None:
    rota(watched, people=ROTA.replace('start = "06:00"', 'start = "07:00"'))
    settle(watched)
    (mail,) = changed(watched, BEN)
    assert "14 van uw diensten zijn veranderd" in str(mail["Subject"])
    assert "Het rooster zelf is veranderd." in text_of(mail)
    assert "(reserve)" in text_of(mail)


def test_what_lies_beyond_two_weeks_is_not_told(watched: BridgedCourse) -> None:
    replace_grace(watched, "2026-03-20")
    settle(watched)
    watched.clock.move(days=8)
    settle(watched)
    assert changed(watched, GRACE) == []


def test_the_first_look_tells_nothing(watched: BridgedCourse) -> None:
    settle(watched)
    watched.clock.move(days=1)
    settle(watched)
    for address in (GRACE, BEN, LEA):
        assert changed(watched, address) == []


def test_a_source_that_is_down_changes_nothing(watched: BridgedCourse) -> None:
    table = watched.folder / "rota.csv"
    table.write_text("start,end,person\n2026-03-05 06:00,2026-03-05 12:00,Lea Dumont\n")
    source = '[[rota.source]]\nplugin = "table"\npath = "rota.csv"\n'
    rota(watched, people=ROTA, alerts=source + ALERTS)
    settle(watched)
    assert len(changed(watched, LEA)) == 1
    table.unlink()
    watched.clock.move(minutes=11)
    called = watched.sync()
    assert "cannot be read, so what it said last counts" in called.said
    for _ in range(3):
        watched.clock.move(minutes=11)
        watched.sync()
    assert len(changed(watched, LEA)) == 1


def test_a_swap_that_was_confirmed_is_not_told_again(watched: BridgedCourse) -> None:
    asked = watched.call(
        *("rota", "swap", "ask", "grace", "--with", "lead"),
        *("--from", "2026-03-03 06:00", "--to", "2026-03-03 20:00"),
    )
    key = asked.data["id"]
    assert watched.call("rota", "swap", "accept", key).code == 0
    settle(watched)
    assert changed(watched, GRACE) == []
    assert changed(watched, LEA) == []


def test_nothing_is_told_where_it_is_not_wanted(watched: BridgedCourse) -> None:
    rota(watched, alerts=ALERTS + "changes = false\n")
    replace_grace(watched)
    settle(watched)
    rota(watched)
    settle(watched)
    assert changed(watched, GRACE) == []
