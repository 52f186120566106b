"""Those who were alerted hear once, and quietly, that somebody else took care."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from moodle_bridge.errors import InDoubt, Permanent
from tests.unit.sync_jobs.bridged import BridgedCourse, text_of
from tests.unit.sync_jobs.on_watch import (
    ALERTS,
    ROTA,
    alerts_of,
    later,
    reply_to,
    rota,
    told,
    with_watchers,
)

GRACE, BEN, LEA = "grace@ug.example", "ben@nl.example", "lea@fr.example"


@pytest.fixture
def watched(course: BridgedCourse) -> BridgedCourse:
    """Grace is told after 20 minutes, Ben after 35, all after 50, Lea after 60."""
    return with_watchers(course)


def cleared(course: BridgedCourse) -> list[str]:
    return told(course, "all-clear")


def clears(course: BridgedCourse, address: str) -> list[EmailMessage]:
    words = ("has answered", "heeft geantwoord", "is on it", "is ermee bezig", "taken")
    return [
        mail
        for mail in course.mails(address)
        if any(word in str(mail["Subject"]) for word in words)
    ]


def test_an_answer_is_told_to_who_was_alerted_and_to_nobody_else(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata, "Blog")
    later(watched, 20)
    later(watched, 15)
    watched.reply(watched.grace, asked, "Like this.")
    later(watched, 1)
    assert cleared(watched) == [BEN]
    (mail,) = clears(watched, BEN)
    assert mail["Subject"] == "Grace Nakato heeft geantwoord: Blog (Aminata Diop)"
    assert "U hoeft niets meer te doen." in text_of(mail)
    for _ in range(3):
        later(watched, 5)
    assert cleared(watched) == [BEN]


def test_somebody_outside_the_rota_may_have_answered(watched: BridgedCourse) -> None:
    teacher = watched.moodle.add_user("eva", "Eva", "Blum", "eva@at.example")
    watched.moodle.enrol(teacher, watched.course, "editingteacher")
    asked = watched.post(watched.aminata)
    later(watched, 20)
    watched.reply(teacher, asked, "Like this.")
    later(watched, 1)
    assert str(clears(watched, GRACE)[0]["Subject"]).startswith("Eva Blum has answered")


def test_a_private_reply_is_an_answer_as_well(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 15)
    watched.reply(watched.grace, asked, "Only for you.", private=True)
    later(watched, 1)
    later(watched, 30)
    assert told(watched) == [GRACE, BEN]
    assert cleared(watched) == [BEN]


def test_who_takes_it_is_told_to_the_others_and_their_answer_is_not_told_again(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 15)
    reply_to(watched, "mine")
    later(watched, 1)
    (mail,) = clears(watched, BEN)
    assert str(mail["Subject"]).startswith("Grace Nakato is ermee bezig")
    assert "krijgt u opnieuw bericht" in text_of(mail)
    reply_to(watched, "Press the button Add.", who=GRACE)
    later(watched, 1)
    later(watched, 1)
    assert cleared(watched) == [BEN]


def test_an_answer_by_another_than_who_took_it_is_told(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 15)
    reply_to(watched, "mine")
    later(watched, 1)
    watched.reply(watched.moodle.state.users[_number(watched, "lea")], asked, "So.")
    later(watched, 1)
    assert cleared(watched)[0] == BEN
    assert sorted(cleared(watched)[1:]) == [BEN, GRACE]


def _number(course: BridgedCourse, username: str) -> int:
    return next(
        number
        for number, user in course.moodle.state.users.items()
        if user.username == username
    )


def test_several_at_once_are_one_message(watched: BridgedCourse) -> None:
    asked = [watched.post(watched.aminata, "Blog"), watched.post(watched.ha, "Photos")]
    later(watched, 20)
    later(watched, 15)
    for question in asked:
        watched.reply(watched.grace, question, "Like this.")
    later(watched, 1)
    (mail,) = clears(watched, BEN) or watched.mails(BEN)[-1:]
    assert cleared(watched) == [BEN]
    assert mail["Subject"] == "Voor 2 vragen wordt gezorgd"
    assert "* Grace Nakato heeft geantwoord: Photos" in text_of(mail)


def test_in_quiet_hours_it_is_dropped_for_good(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 15)
    quiet = ROTA.replace('user = "ben"', 'user = "ben"\nquiet = "09:00-11:00"')
    rota(watched, people=quiet)
    watched.reply(watched.grace, asked, "Like this.")
    later(watched, 1)
    assert told(watched) == [GRACE, BEN]
    watched.clock.now = watched.clock.now.replace(hour=10, minute=1)
    later(watched, 0)
    assert cleared(watched) == []


def test_it_is_told_to_nobody_where_it_is_not_wanted(watched: BridgedCourse) -> None:
    rota(watched, alerts=ALERTS + "all_clear = false\n")
    asked = watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 15)
    watched.reply(watched.grace, asked, "Like this.")
    later(watched, 1)
    assert cleared(watched) == []


def test_one_in_doubt_is_not_sent_twice(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 15)
    watched.reply(watched.grace, asked, "Like this.")
    later(watched, 0)
    watched.outbox.sent.clear()
    asked = watched.post(watched.ha, "Photos")
    later(watched, 20)
    later(watched, 15)
    watched.reply(watched.grace, asked, "Like this.")
    # The answer itself goes to the list after it.
    watched.outbox.troubles.append(InDoubt("the line went dead"))
    later(watched, 1)
    later(watched, 1)
    later(watched, 15)
    assert cleared(watched) == [BEN]


def test_one_that_is_refused_asks_nobody_to_decide(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 15)
    watched.reply(watched.grace, asked, "Like this.")
    watched.outbox.troubles.extend([Permanent("gone", code="550")] * 2)
    watched.clock.move(minutes=1)
    called = watched.sync()
    assert "Ben de Vries was not told by mail: gone" in called.said
    assert called.code == 0


def test_an_answer_to_it_is_no_post(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    later(watched, 15)
    watched.reply(watched.grace, asked, "Like this.")
    later(watched, 1)
    before = len(watched.posts())
    number = reply_to(watched, "Great, thanks!", who=BEN)
    later(watched, 1)
    assert watched.mail(number).reason == "rota-mail"
    assert len(watched.posts()) == before


def test_a_claim_that_runs_out_alerts_all_anew(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    for minutes in (20, 15, 15, 10):
        later(watched, minutes)
    before = told(watched)
    assert sorted(before) == [BEN, BEN, GRACE, GRACE, LEA, LEA]
    reply_to(watched, "mine", who=LEA)
    later(watched, 1)
    later(watched, 28)
    assert told(watched) == before
    later(watched, 2)
    assert sorted(told(watched)[len(before) :]) == [BEN, GRACE, LEA]
    later(watched, 5)
    assert len(told(watched)) == len(before) + 3
    keys = {one.key for one in alerts_of(watched, asked)}
    assert len(keys) == len(before) + 3


def test_an_answer_by_mail_that_is_not_posted_yet_counts_as_taken(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    later(watched, 20)
    reply_to(watched, "Press the button Add.")
    with watched.refusing("mod_forum_add_discussion_post", "dmlwriteexception"):
        later(watched, 1)
        with watched.reading() as transaction:
            claim = transaction.claims.everyone()["fo26", asked.firstpost]
        assert (claim.person, claim.source) == ("grace", "answering")
        later(watched, 14)
        assert told(watched) == [GRACE]
        assert len(watched.posts(asked)) == 1
        # What is stuck keeps nobody quiet for longer than a claim in words.
        later(watched, 16)
    assert BEN in told(watched)
    said = text_of(watched.mails(BEN)[-1])
    assert "Grace Nakato schreef om 09:42 een antwoord" in said


def test_an_answer_that_is_held_for_its_author_takes_nothing(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata)
    later(watched, 20)
    mail = watched.mails(GRACE)[-1]
    address = mail["Reply-To"].addresses[0].addr_spec
    watched.write("somebody@else.example", "Press the button.", to=address)
    later(watched, 1)
    with watched.reading() as transaction:
        assert transaction.claims.everyone() == {}
    later(watched, 14)
    assert told(watched) == [GRACE, BEN]


@pytest.mark.parametrize(("every", "mails"), [("1m", 1), ("5m", 2)])
def test_questions_close_together_are_one_message(
    watched: BridgedCourse, every: str, mails: int
) -> None:
    rota(watched, alerts=f'{ALERTS}[run]\nevery = "{every}"\n')
    watched.post(watched.aminata, "Blog")
    watched.clock.move(seconds=90)
    watched.post(watched.ha, "Photos")
    later(watched, 18.5)
    # With a run every minute the first waits for the second, and two minutes at most.
    assert len(told(watched)) == mails - 1
    later(watched, 1.5)
    assert told(watched) == [GRACE] * mails
    if mails == 1:
        subject = str(watched.mails(GRACE)[-1]["Subject"])
        assert subject.startswith("2 questions wait")


def test_a_question_alone_waits_for_nothing(watched: BridgedCourse) -> None:
    rota(watched, alerts=f'{ALERTS}[run]\nevery = "1m"\n')
    watched.post(watched.aminata, "Blog")
    watched.clock.move(minutes=3)
    watched.post(watched.ha, "Photos")
    later(watched, 17)
    assert told(watched) == [GRACE]
