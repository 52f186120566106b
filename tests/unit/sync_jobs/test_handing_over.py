"""Who comes on duty gets one mail: what is open, who is quiet, who comes after."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from moodle_bridge.errors import InDoubt, Transient
from tests.unit.sync_jobs.bridged import BridgedCourse, text_of
from tests.unit.sync_jobs.on_watch import ALERTS, ROTA, reply_to, rota, with_watchers

GRACE, BEN, LEA = "grace@ug.example", "ben@nl.example", "lea@fr.example"
# Nobody is told of single questions, so that only the watch speaks.
SILENT = ALERTS + '[[alerts.step]]\nafter = "30d"\nto = "all"\n'
TURNS = (
    ROTA.split("[[rota.source]]")[0]
    + """
[[rota.source]]
plugin = "rules"
[[rota.source.rule]]
name = "early"
people = ["grace"]
start = "06:00"
end = "12:00"
[[rota.source.rule]]
name = "late"
people = ["ben"]
start = "12:00"
end = "20:00"
[[rota.source.rule]]
name = "learning"
people = ["lead"]
start = "12:00"
end = "20:00"
role = "shadow"
"""
)


@pytest.fixture
def watched(course: BridgedCourse) -> BridgedCourse:
    """Grace watches until noon, Ben after her; Lea looks on."""
    with_watchers(course)
    rota(course, people=TURNS, alerts=SILENT)
    assert course.sync().code == 0
    return course


def clock(course: BridgedCourse, hour: int, minute: int = 0, *, day: int = 1) -> None:
    course.clock.now = datetime(2026, 3, day, hour, minute, tzinfo=UTC)
    assert course.sync().code in {0, 3}


def handovers(course: BridgedCourse, address: str) -> list[EmailMessage]:
    return [
        mail
        for mail in course.mails(address)
        if mail["Auto-Submitted"] and "rota swap ask" in text_of(mail)
    ]


def test_who_comes_on_duty_gets_what_is_open_in_their_language_and_zone(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata, "Blog")
    clock(watched, 11)
    watched.post(watched.ha, "Photos")
    clock(watched, 11, 55)
    assert handovers(watched, BEN) == []
    clock(watched, 12, 3)
    (mail,) = handovers(watched, BEN)
    text = text_of(mail)
    assert mail["Subject"] == "U hebt dienst, en 2 vragen staan open"
    assert "begon op 1 maart 2026, 13:00" in text
    assert "tot 1 maart 2026, 21:00 UTC+1" in text
    assert text.index("Blog: Aminata Diop") < text.index("Photos: Thị Hà Nguyễn")
    assert "De eerste wacht het langst, 3 uur" in text
    assert text.count("/mod/forum/discuss.php?d=") == 2
    assert "tot 2 maart 2026, 07:00; dan Grace Nakato" in text
    assert 'rota swap ask ben --from "2026-03-01 12:00" --to "2026-03-01 20:00"' in text
    assert handovers(watched, GRACE) == []
    assert handovers(watched, LEA) == []


def test_it_is_told_once_whatever_runs(watched: BridgedCourse) -> None:
    watched.post(watched.aminata)
    for minute in (0, 1, 10, 59):
        clock(watched, 12, minute)
    assert len(handovers(watched, BEN)) == 1


def test_nothing_open_and_nobody_quiet_is_no_mail_unless_it_is_wanted(
    watched: BridgedCourse,
) -> None:
    clock(watched, 12, 1)
    # What is asked later in the watch is no handover.
    watched.post(watched.aminata)
    clock(watched, 12, 30)
    assert handovers(watched, BEN) == []
    always = SILENT.replace("[alerts]\n", '[alerts]\nhandover = "always"\n')
    rota(watched, people=TURNS, alerts=always)
    with watched.reading() as transaction:
        (wait,) = transaction.waits.open()
    asked = next(iter(watched.moodle.state.discussions.values()))
    watched.reply(watched.grace, asked, "Like this.")
    assert wait.discussion_id == asked.id
    clock(watched, 6, 1, day=2)
    (mail,) = handovers(watched, GRACE)
    assert mail["Subject"] == "You are on duty until 2 March 2026, 15:00"
    assert "No question is open." in text_of(mail)
    assert "After you: Ben de Vries." in text_of(mail)


def test_nothing_is_handed_over_where_it_is_not_wanted(watched: BridgedCourse) -> None:
    never = SILENT.replace("[alerts]\n", "[alerts]\nhandover = false\n")
    rota(watched, people=TURNS, alerts=never)
    watched.post(watched.aminata)
    clock(watched, 12, 1)
    assert handovers(watched, BEN) == []


def test_a_run_that_comes_late_hands_nothing_over(watched: BridgedCourse) -> None:
    watched.post(watched.aminata)
    clock(watched, 13, 1)
    assert handovers(watched, BEN) == []


def test_a_crash_in_the_middle_of_the_mail_sends_it_once(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata)
    clock(watched, 11, 59)
    watched.outbox.troubles.append(InDoubt("the line went dead"))
    clock(watched, 12)
    clock(watched, 12, 1)
    clock(watched, 12, 30)
    assert len(handovers(watched, BEN)) == 1


def test_what_could_not_be_sent_for_an_hour_is_not_sent_any_more(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata)
    clock(watched, 11, 59)
    for minute in (0, 20, 40):
        watched.outbox.troubles.append(Transient("busy", code="451"))
        clock(watched, 12, minute)
    watched.outbox.troubles.clear()
    clock(watched, 15)
    clock(watched, 15, 1)
    assert handovers(watched, BEN) == []


def test_a_question_that_somebody_is_on_says_so(watched: BridgedCourse) -> None:
    asked = watched.post(watched.aminata)
    clock(watched, 11, 50)
    claimed = watched.call("question", "claim", str(asked.firstpost), "--by", "grace")
    assert claimed.code == 0
    clock(watched, 12, 1)
    assert "Grace Nakato is ermee bezig." in text_of(handovers(watched, BEN)[0])


def test_quiet_hours_that_hold_on_duty_hold_it_to_their_end(
    watched: BridgedCourse,
) -> None:
    quiet = TURNS.replace('user = "ben"', 'user = "ben"\nquiet = "09:00-14:00"')
    rota(watched, people=quiet, alerts=SILENT)
    watched.post(watched.aminata)
    # On duty nobody is quiet, unless the admin says so.
    clock(watched, 12, 1)
    assert len(handovers(watched, BEN)) == 1
    quieter = SILENT.replace("[alerts]\n", "[alerts]\nquiet_on_duty = true\n")
    rota(watched, people=quiet, alerts=quieter)
    watched.clock.now = datetime(2026, 3, 2, 12, 1, tzinfo=UTC)
    clock(watched, 12, 1, day=2)
    clock(watched, 12, 59, day=2)
    assert len(handovers(watched, BEN)) == 1
    clock(watched, 13, 0, day=2)
    assert len(handovers(watched, BEN)) == 2


def test_who_has_gone_quiet_is_named(watched: BridgedCourse) -> None:
    watched.post(watched.aminata)
    clock(watched, 9)
    clock(watched, 12, day=14)
    text = text_of(handovers(watched, BEN)[-1])
    assert "3 deelnemers hebben al 10 dagen of langer niets gezegd" in text
    assert "* Aminata Diop, het laatst op 1 maart" in text
    assert "* Jan de Wit, nog niets in 13 dagen" in text
    assert "Lea Dumont, " not in text


def test_an_answer_to_a_handover_is_no_post(watched: BridgedCourse) -> None:
    watched.post(watched.aminata)
    clock(watched, 12)
    posts = len(watched.posts())
    number = reply_to(watched, "Thanks, I will look at it.", who=BEN)
    clock(watched, 12, 5)
    kept = watched.mail(number)
    assert (kept.state.value, kept.reason) == ("held", "rota-mail")
    assert len(watched.posts()) == posts


def test_mine_to_the_address_below_a_question_claims_it(
    watched: BridgedCourse,
) -> None:
    asked = watched.post(watched.aminata)
    clock(watched, 12)
    text = text_of(handovers(watched, BEN)[0])
    (address,) = {word for word in text.split() if word.startswith("bridge+")}
    watched.write(BEN, "ik neem deze", to=address)
    clock(watched, 12, 5)
    assert len(watched.posts(asked)) == 1
    with watched.reading() as transaction:
        claim = transaction.claims.everyone()["fo26", asked.firstpost]
    assert claim.person == "ben"


def test_who_may_not_read_a_question_is_not_handed_it(watched: BridgedCourse) -> None:
    apart = TURNS.replace('user = "ben"', 'address = "ben@nl.example"')
    rota(watched, people=apart, alerts=SILENT)
    watched.post(watched.aminata)
    clock(watched, 12)
    assert handovers(watched, BEN) == []
