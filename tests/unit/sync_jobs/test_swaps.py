"""A swap is asked by mail, taken by the first yes, and told to both, once."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from moodle_bridge.errors import Transient
from sync.cli.result import ExitCode
from sync.ledger.inbound import InboundState
from tests.unit.sync_jobs.bridged import BridgedCourse, text_of

ROTA = """
[rota]
zone = "UTC"

[[rota.person]]
key = "grace"
name = "Grace"
user = "grace"
zone = "Africa/Kampala"

[[rota.person]]
key = "ben"
name = "Ben"
address = "ben@nl.example"
zone = "Europe/Amsterdam"
language = "nl"

[[rota.person]]
key = "chi"
name = "Chi"
address = "chi@vn.example"
zone = "Asia/Ho_Chi_Minh"
language = "fr"

[[rota.source]]
plugin = "rules"

[[rota.source.rule]]
name = "days"
people = ["grace"]
start = "08:00"
end = "18:00"
"""
GRACE, BEN, CHI = "grace@ug.example", "ben@nl.example", "chi@vn.example"


@pytest.fixture
def rota(course: BridgedCourse) -> BridgedCourse:
    path = course.folder / "bridge.toml"
    path.write_text(path.read_text() + ROTA)
    course.begin()
    return course


def ask(course: BridgedCourse, *more: str, day: int = 2) -> str:
    date = course.clock.now.date()
    when = date.fromordinal(date.toordinal() + day).isoformat()
    called = course.call(
        *("rota", "swap", "ask", "grace", "--from", f"{when} 08:00"),
        *("--to", f"{when} 18:00", *more),
    )
    assert called.code == 0, called.said
    key = called.data["id"]
    assert isinstance(key, str)
    return key


def about(course: BridgedCourse, address: str) -> list[EmailMessage]:
    return [
        mail for mail in course.mails(address) if mail["Auto-Submitted"] is not None
    ]


def answer(
    course: BridgedCourse,
    question: EmailMessage,
    text: str,
    sender: str,
    **more: str,
) -> str:
    course.clock.move(minutes=1)
    message_id = course.write(
        sender,
        text,
        to=str(question["Reply-To"]),
        subject=f"Re: {question['Subject']}",
        answers=str(question["Message-ID"]),
        headers=more or None,
    )
    assert course.sync().code in {ExitCode.DONE, ExitCode.HELD}
    return message_id


def state(course: BridgedCourse, key: str) -> tuple[str, str | None]:
    swaps = course.call("rota", "swap", "list").data["swaps"]
    (found,) = [swap for swap in swaps if swap["id"] == key]
    return found["state"], found["takes_over"]


def test_the_others_are_asked_in_their_language_and_zone(rota: BridgedCourse) -> None:
    ask(rota, "--reason", "dentist")
    assert about(rota, BEN) == []
    rota.sync()
    (ben,), (chi,) = about(rota, BEN), about(rota, CHI)
    assert "Kunt u de dienst van Grace overnemen?" in str(ben["Subject"])
    assert "Pouvez-vous remplacer Grace" in str(chi["Subject"])
    assert "De reden: dentist" in text_of(ben)
    assert about(rota, GRACE) == []
    assert ben["Reply-To"] != chi["Reply-To"]
    # Asked once, however often it runs.
    rota.sync()
    assert len(about(rota, BEN)) == 1


def test_the_first_yes_takes_it_and_both_are_told(rota: BridgedCourse) -> None:
    key = ask(rota)
    rota.sync()
    (ben,), (chi,) = about(rota, BEN), about(rota, CHI)
    posts = len(rota.posts())
    kept = rota.mail(answer(rota, ben, "Ja\n\n> Kunt u?", BEN))
    assert (kept.state, kept.reason) == (InboundState.ANSWERED, "swap-taken")
    assert state(rota, key) == ("accepted", "ben")
    assert "U neemt de dienst over" in str(about(rota, BEN)[-1]["Subject"])
    (grace,) = about(rota, GRACE)
    assert "Ben takes your watch" in str(grace["Subject"])
    day = rota.call("rota", "changes").data["changes"][0]["start"][:10]
    on = rota.call("rota", "who", f"{day} 09:00").data["on_duty"]
    assert [shift["person"] for shift in on] == ["ben"]
    # The second is thanked, and changes nothing.
    answer(rota, chi, "oui", CHI)
    assert state(rota, key) == ("accepted", "ben")
    assert "Ce n'est plus nécessaire" in str(about(rota, CHI)[-1]["Subject"])
    assert len(rota.posts()) == posts


def test_two_who_say_yes_in_one_run_are_told_apart(rota: BridgedCourse) -> None:
    key = ask(rota)
    rota.sync()
    (ben,), (chi,) = about(rota, BEN), about(rota, CHI)
    for question, sender in ((chi, CHI), (ben, BEN)):
        rota.write(sender, "yes", to=str(question["Reply-To"]))
    rota.sync()
    assert state(rota, key) == ("accepted", "chi")
    assert "Niet meer nodig" in str(about(rota, BEN)[-1]["Subject"])


def test_when_all_say_no_the_one_who_asked_is_told(rota: BridgedCourse) -> None:
    key = ask(rota)
    rota.sync()
    (ben,), (chi,) = about(rota, BEN), about(rota, CHI)
    answer(rota, ben, "nee", BEN)
    assert state(rota, key) == ("asked", None)
    assert about(rota, GRACE) == []
    answer(rota, chi, "non merci", CHI)
    assert state(rota, key) == ("refused", None)
    (told,) = about(rota, GRACE)
    assert "Nobody takes your watch" in str(told["Subject"])


def test_one_alone_can_be_asked(rota: BridgedCourse) -> None:
    key = ask(rota, "--with", "ben")
    rota.sync()
    assert about(rota, CHI) == []
    answer(rota, about(rota, BEN)[0], "nee", BEN)
    assert state(rota, key)[0] == "refused"


def test_what_nobody_took_is_over_when_it_begins(rota: BridgedCourse) -> None:
    key = ask(rota)
    rota.sync()
    (ben,) = about(rota, BEN)
    rota.clock.move(days=2, hours=12)
    rota.sync()
    rota.sync()
    assert state(rota, key)[0] == "expired"
    (told,) = about(rota, GRACE)
    assert "You stay on duty" in text_of(told)
    answer(rota, ben, "ja", BEN)
    assert state(rota, key)[0] == "expired"
    assert "Niet meer nodig" in str(about(rota, BEN)[-1]["Subject"])


def test_an_answer_that_is_neither_is_asked_again_once_and_then_held(
    rota: BridgedCourse,
) -> None:
    key = ask(rota)
    rota.sync()
    (ben,) = about(rota, BEN)
    posts = len(rota.posts())
    answer(rota, ben, "Misschien wel, als de trein rijdt en het niet te laat is.", BEN)
    again = about(rota, BEN)[-1]
    assert "Ja of nee?" in str(again["Subject"])
    kept = rota.mail(answer(rota, ben, "Ik moet eerst nog even thuis vragen.", BEN))
    assert (kept.state, kept.reason) == (InboundState.HELD, "unclear-answer")
    answer(rota, again, "ja", BEN)
    assert state(rota, key) == ("accepted", "ben")
    assert len(rota.posts()) == posts


def test_an_absence_note_is_no_answer_and_starts_no_loop(rota: BridgedCourse) -> None:
    key = ask(rota)
    rota.sync()
    (ben,) = about(rota, BEN)
    before = len(rota.sent())
    note = {"Auto-Submitted": "auto-replied"}
    kept = rota.mail(answer(rota, ben, "ja", BEN, **note))
    assert (kept.state, kept.reason) == (InboundState.IGNORED, "automatic")
    assert state(rota, key)[0] == "asked"
    assert len(rota.sent()) == before


def test_who_took_it_cannot_give_it_back_by_a_word(rota: BridgedCourse) -> None:
    key = ask(rota)
    rota.sync()
    (ben,) = about(rota, BEN)
    answer(rota, ben, "ja", BEN)
    kept = rota.mail(answer(rota, ben, "nee", BEN))
    assert (kept.state, kept.reason) == (InboundState.HELD, "swap-takes-back")
    assert state(rota, key) == ("accepted", "ben")


def test_an_admin_answers_for_somebody(rota: BridgedCourse) -> None:
    key = ask(rota)
    assert rota.call("rota", "swap", "accept", key).code == ExitCode.CONFIGURATION
    assert rota.call("rota", "swap", "refuse", key, "--by", "chi").code == 0
    assert rota.call("rota", "swap", "accept", key, "--by", "ben").code == 0
    assert state(rota, key) == ("accepted", "ben")
    again = rota.call("rota", "swap", "accept", key, "--by", "chi")
    assert again.code == ExitCode.CONFIGURATION
    rota.sync()
    assert len(about(rota, GRACE)) == 1


def test_the_same_time_is_asked_for_once_until_it_is_taken_back(
    rota: BridgedCourse,
) -> None:
    key = ask(rota)
    date = rota.clock.now.date()
    when = date.fromordinal(date.toordinal() + 2).isoformat()
    again = ("rota", "swap", "ask", "grace", "--from", f"{when} 08:00")
    called = rota.call(*again, "--to", f"{when} 12:00")
    assert called.code == ExitCode.CONFIGURATION
    assert rota.call("rota", "cancel", key).code == 0
    rota.clock.move(minutes=5)
    assert ask(rota) != key


def test_who_is_not_on_duty_has_nothing_to_swap(rota: BridgedCourse) -> None:
    called = rota.call(
        *("rota", "swap", "ask", "ben", "--from", "2099-01-01", "--to", "2099-01-02")
    )
    assert called.code == ExitCode.CONFIGURATION
    assert "not on duty" in called.said


def test_a_mail_that_could_not_go_is_sent_later_and_once(rota: BridgedCourse) -> None:
    ask(rota, "--with", "ben")
    rota.outbox.troubles.append(Transient("busy", code="451"))
    rota.sync()
    rota.clock.move(hours=1)
    rota.sync()
    rota.sync()
    assert len(about(rota, BEN)) == 1


def absent(course: BridgedCourse, who: str, *, day: int = 2) -> str:
    date = course.clock.now.date()
    when = date.fromordinal(date.toordinal() + day).isoformat()
    times = ("--from", f"{when} 12:00", "--to", f"{when} 13:00")
    key = course.call("rota", "absent", who, *times).data["id"]
    assert isinstance(key, str)
    return key


def test_who_is_absent_then_is_not_asked(rota: BridgedCourse) -> None:
    absent(rota, "ben")
    key = ask(rota)
    rota.sync()
    assert about(rota, BEN) == []
    (chi,) = about(rota, CHI)
    answer(rota, chi, "Non", CHI)
    # Nobody else was asked, so it is not waited for anybody.
    assert state(rota, key) == ("refused", None)
    assert len(about(rota, GRACE)) == 1


def test_nobody_takes_a_watch_in_which_they_are_absent(rota: BridgedCourse) -> None:
    key = ask(rota)
    rota.sync()
    (ben,) = about(rota, BEN)
    gone = absent(rota, "ben")
    taken = rota.mail(answer(rota, ben, "Ja", BEN))
    assert (taken.state, taken.reason) == (InboundState.HELD, "swap-absent")
    assert state(rota, key) == ("asked", None)
    assert about(rota, GRACE) == []
    refused = rota.call("rota", "swap", "accept", key, "--by", "ben")
    assert "Ben is absent then" in refused.said
    assert rota.call("rota", "cancel", gone).code == 0
    assert rota.call("rota", "swap", "accept", key, "--by", "ben").code == 0
    assert state(rota, key) == ("accepted", "ben")


def test_one_who_is_absent_cannot_be_asked_alone(rota: BridgedCourse) -> None:
    absent(rota, "ben")
    with pytest.raises(AssertionError, match="Ben is absent then"):
        ask(rota, "--with", "ben")
    absent(rota, "chi")
    with pytest.raises(AssertionError, match="nobody else who is not absent"):
        ask(rota)


def test_of_two_overrides_in_one_place_the_later_counts(rota: BridgedCourse) -> None:
    date = rota.clock.now.date()
    when = date.fromordinal(date.toordinal() + 2).isoformat()
    times = ("--from", f"{when} 08:00", "--to", f"{when} 18:00")
    for by in ("ben", "chi", "ben"):
        rota.clock.move(minutes=1)
        laid = rota.call("rota", "override", "--person", "grace", "--by", by, *times)
        assert laid.code == 0, laid.said
        who = rota.call("rota", "who", f"{when} 12:00")
        assert [one["person"] for one in who.data["on_duty"]] == [by]
