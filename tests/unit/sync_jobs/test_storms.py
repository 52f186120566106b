"""What could become a flood of mails, or silence: refused or limited each time."""

from __future__ import annotations

import pytest

from tests.unit.sync_jobs.bridged import BRIDGE, BridgedCourse
from tests.unit.sync_jobs.test_auditing import change


def test_what_a_restore_brings_at_once_stops_the_run_before_a_mail_goes(
    direct: BridgedCourse,
) -> None:
    for number in range(300):
        direct.post(direct.aminata, f"Restored {number}")
    assert direct.call("sync").code == 4
    assert direct.call("sync").code == 4
    assert direct.sent() == []


def test_a_person_with_the_bridges_address_gets_nothing_and_stops_nobody(
    direct: BridgedCourse,
) -> None:
    direct.jan.email = BRIDGE
    for subject in ("One", "Two"):
        direct.post(direct.aminata, subject)
        direct.sync()
        direct.sync()
    whom = {mail.recipients[0] for mail in direct.sent()}
    assert whom == {"grace@ug.example", "aminata@sn.example", "ha@vn.example"}
    assert len(direct.sent()) == 6


@pytest.mark.parametrize("days", [1, 366])
def test_a_clock_that_was_ahead_once_hides_no_post(
    direct: BridgedCourse, days: int
) -> None:
    direct.post(direct.aminata)
    direct.sync()
    sent = len(direct.sent())
    direct.clock.move(days=days)
    direct.sync()
    direct.clock.move(days=-days)
    direct.post(direct.aminata, "Seen all the same")
    for _ in range(3):
        direct.sync()
        direct.clock.move(minutes=5)
    # Each reader had both posts, each once.
    assert len(direct.sent()) == 2 * sent


def test_an_audit_comes_back_after_a_clock_that_was_ahead(
    direct: BridgedCourse,
) -> None:
    direct.configure(sync='audit_every = "1d"')
    direct.sync()
    direct.clock.move(days=366)
    direct.sync()
    direct.clock.move(days=-365)
    asked = direct.asked_by_sync()
    assert any("discussions" in name for name in asked)


def test_one_responder_without_a_sign_of_it_makes_no_circle(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.aminata)
    direct.sync()
    answered = 0
    for turn in range(20):
        mails = direct.mails(direct.jan.email)
        for mail in mails[answered:]:
            direct.box.lay(
                f"From: jan@nl.example\r\nTo: {BRIDGE}\r\n"
                f"Message-ID: <away-{turn}@nl.example>\r\n"
                f"In-Reply-To: {mail['Message-ID']}\r\n"
                f"Subject: Re: {mail['Subject']}\r\n\r\nI am not here.\r\n".encode()
            )
        answered = len(mails)
        direct.sync()
        direct.clock.move(minutes=5)
    assert len(direct.moodle.state.posts) == 2


def pretend_away(course: BridgedCourse, *, turns: int, words: str) -> None:
    """Let two readers answer each mail at once, as programs without a sign do."""
    answered = {course.jan.email: 0, course.ha.email: 0}
    for turn in range(turns):
        for who, seen in answered.items():
            mails = course.mails(who)
            for number, mail in enumerate(mails[seen:]):
                course.box.lay(
                    f"From: {who}\r\nTo: {BRIDGE}\r\n"
                    f"Message-ID: <{turn}.{number}.{who}>\r\n"
                    f"In-Reply-To: {mail['Message-ID']}\r\n"
                    f"Subject: Re: {mail['Subject']}\r\n\r\n"
                    f"{words.format(turn)}\r\n".encode()
                )
            answered[who] = len(mails)
        course.sync()
        course.clock.move(minutes=5)


def test_two_responders_that_say_the_same_to_each_other_are_held(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.aminata)
    direct.sync()
    pretend_away(direct, turns=15, words="I am not here.")
    assert len(direct.moodle.state.posts) == 1 + 2 * 4
    held = direct.call("held").data["held"]
    assert {one["reason"] for one in held} == {"circling"}
    direct.printed("held", "release", held[0]["id"])
    direct.sync()
    assert len(direct.moodle.state.posts) == 1 + 2 * 4 + 1


def test_who_says_something_else_in_between_is_not_held(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.aminata)
    direct.sync()
    mail = str(direct.mails(direct.jan.email)[-1]["Message-ID"])
    for words in ("Thanks", "Thanks", "Thanks", "Which ink?", "Thanks", "Thanks"):
        direct.write(direct.jan, words, answers=mail)
        direct.sync()
    assert len(direct.moodle.state.posts) == 7
    direct.clock.move(days=2)
    for _ in range(4):
        direct.write(direct.jan, "Thanks", answers=mail)
        direct.sync()
    assert len(direct.moodle.state.posts) == 11


def test_a_hundred_posts_by_mail_within_a_day_are_the_most(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.aminata)
    direct.sync()
    pretend_away(direct, turns=2, words="Ticket {} is open.")
    with direct.reading() as transaction:
        number = transaction.inbound.going_from("JAN@nl.example", direct.clock.now)
        assert number == []
    change(
        direct,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)"
        " INSERT INTO inbound (key, mailbox, size, received_at, sender, subject, copies,"
        " state, rule, reason, advice, detail, cut, released, authenticity, updated_at)"
        " SELECT 'k' || i, mailbox, size, received_at, sender, subject, 1, 'posted',"
        " rule, reason, advice, detail, cut, 0, authenticity, updated_at"
        " FROM n, (SELECT * FROM inbound WHERE sender = 'jan@nl.example' LIMIT 1)",
    )
    written = direct.write(direct.jan, "One more")
    direct.sync()
    assert direct.mail(written).reason == "circling"
