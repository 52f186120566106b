"""An alert says how an answer reaches who asked, and when it does not."""

from __future__ import annotations

import pytest

from mappings.bounce_score import AddressState, Standing
from tests.unit.sync_jobs.bridged import BridgedCourse, text_of
from tests.unit.sync_jobs.on_watch import later, with_watchers
from tests.unit.sync_jobs.test_digests import DIGEST, chooses, writing


@pytest.fixture
def watched(course: BridgedCourse) -> BridgedCourse:
    """The course with a rota: Grace on duty by day, Ben her backup, Lea the lead."""
    return with_watchers(course)


def alert(watched: BridgedCourse) -> str:
    later(watched, 20)
    (mail,) = (
        mail
        for mail in watched.mails("grace@ug.example")
        if " asks: " in mail["Subject"]
    )
    return " ".join(text_of(mail).split())


def test_who_asked_by_mail_gets_the_answer_by_mail(watched: BridgedCourse) -> None:
    watched.write(watched.aminata, "How do I begin a blog?", subject="Blog")
    watched.sync()
    assert "They asked by mail: your answer in the forum goes to them" in alert(watched)


def test_who_asked_by_mail_and_reads_digests_gets_the_answer_with_the_next(
    watched: BridgedCourse,
) -> None:
    chooses(watched, watched.aminata, DIGEST)
    watched.write(watched.aminata, "How do I begin a blog?", subject="Blog")
    watched.sync()
    assert "your answer reaches them with that mail" in alert(watched)


def test_whose_mails_come_back_is_not_reached_by_an_answer(
    watched: BridgedCourse,
) -> None:
    watched.post(watched.aminata)
    watched.sync()
    with writing(watched) as transaction:
        transaction.bounces.put(
            watched.aminata.email, Standing(state=AddressState.DEAD)
        )
    assert "No mail reaches them at present" in alert(watched)
