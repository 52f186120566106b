"""Which posts wait for an answer, and since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mappings.response.waits import peer_answers, waits_of
from moodle_bridge.model.waits import Mark, Medium, Tone, Utterance, WaitState

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AMINA, BAO, CLARA, FACILITATOR, OTHER_FACILITATOR = 11, 12, 13, 1, 2


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def said(
    post_id: int,
    author: int | None,
    at: float,
    *,
    answers: int | None = None,
    asks: bool = False,
    **more: Any,
) -> Utterance:
    values: dict[str, Any] = {
        "pair": "sm25",
        "post_id": post_id,
        "discussion_id": 5,
        "forum_id": 3,
        "parent_post_id": answers,
        "author_id": author,
        "facilitator": author in {FACILITATOR, OTHER_FACILITATOR},
        "medium": Medium.MOODLE,
        "at": minute(at),
        "tone": Tone.ASKS if asks else Tone.PLAIN,
    }
    return Utterance(**{**values, **more})


def test_a_new_discussion_waits_until_a_facilitator_answers_below_it() -> None:
    (wait,) = waits_of(
        [
            said(1, AMINA, 0),
            said(2, BAO, 10, answers=1),
            said(3, FACILITATOR, 40, answers=2),
        ]
    )
    assert wait.state is WaitState.ANSWERED
    assert (wait.began, wait.ended) == (minute(0), minute(40))
    assert (wait.first_answer, wait.first_answer_post) == (minute(10), 2)
    assert (wait.facilitator_answer_post, wait.answered_by) == (3, FACILITATOR)


def test_a_facilitators_own_question_opens_nothing() -> None:
    assert waits_of([said(1, FACILITATOR, 0, asks=True), said(2, AMINA, 5)]) != ()
    assert (
        waits_of([said(1, FACILITATOR, 0, asks=True), said(2, AMINA, 5, answers=1)])
        == ()
    )


def test_thanks_open_nothing_and_end_nothing() -> None:
    waits = waits_of(
        [
            said(1, AMINA, 0),
            said(2, FACILITATOR, 5, answers=1),
            said(3, AMINA, 6, answers=2, tone=Tone.THANKS),
        ]
    )
    assert [wait.state for wait in waits] == [WaitState.ANSWERED]


def test_each_asker_in_a_thread_has_a_wait_of_their_own() -> None:
    waits = waits_of(
        [
            said(1, AMINA, 0),
            said(2, BAO, 5, answers=1, asks=True),
            said(3, CLARA, 6, answers=1, asks=True),
            said(4, FACILITATOR, 20, answers=2),
        ]
    )
    ended = {wait.asker_id: wait.ended for wait in waits}
    # The answer stands below Amina's and Bao's, not below Clara's.
    assert ended == {AMINA: minute(20), BAO: minute(20), CLARA: None}


def test_in_a_flat_thread_an_answer_anywhere_counts() -> None:
    waits = waits_of(
        [
            said(1, AMINA, 0),
            said(2, BAO, 5, answers=1, asks=True),
            said(3, FACILITATOR, 20, answers=1),
        ],
        whole_thread=True,
    )
    assert [wait.ended for wait in waits] == [minute(20), minute(20)]


def test_who_asks_again_still_waiting_waits_since_the_first_time() -> None:
    (wait,) = waits_of(
        [
            said(1, AMINA, 0),
            said(2, AMINA, 30, answers=1, asks=True),
            said(3, FACILITATOR, 50, answers=2),
        ]
    )
    assert (wait.post_id, wait.began, wait.ended) == (1, minute(0), minute(50))


def test_when_the_only_answer_is_deleted_the_question_waits_again() -> None:
    (wait,) = waits_of(
        [
            said(1, AMINA, 0),
            said(2, FACILITATOR, 5, answers=1, deleted_at=minute(8)),
        ]
    )
    assert (wait.state, wait.began) == (WaitState.OPEN, minute(0))


def test_a_question_taken_back_is_censored_then() -> None:
    (wait,) = waits_of([said(1, AMINA, 0, deleted_at=minute(12))])
    assert (wait.state, wait.ended) == (WaitState.WITHDRAWN, minute(12))


def test_what_was_answered_before_it_was_taken_back_was_answered() -> None:
    (wait,) = waits_of(
        [
            said(1, AMINA, 0, deleted_at=minute(12)),
            said(2, FACILITATOR, 5, answers=1),
        ]
    )
    assert (wait.state, wait.ended) == (WaitState.ANSWERED, minute(5))


def test_an_edit_that_makes_a_question_of_it_begins_the_wait() -> None:
    (_, wait) = waits_of(
        [
            said(1, AMINA, 0),
            said(2, BAO, 1, answers=1, asks=True, asks_since=minute(30)),
            said(3, FACILITATOR, 40, answers=2),
        ]
    )
    assert (wait.began, wait.ended) == (minute(30), minute(40))


@pytest.mark.parametrize(("parent", "counts"), [(1, True), (2, False)])
def test_a_private_reply_counts_for_whom_it_answers(parent: int, counts: bool) -> None:
    (wait,) = waits_of(
        [
            said(1, AMINA, 0),
            said(2, BAO, 1, answers=1),
            said(3, FACILITATOR, 9, answers=parent, private=True),
        ]
    )
    assert (wait.state is WaitState.ANSWERED) is counts


def test_the_bridges_and_moodles_own_posts_neither_ask_nor_answer() -> None:
    waits = waits_of(
        [
            said(1, AMINA, 0),
            said(2, FACILITATOR, 1, answers=1, automatic=True),
            said(3, None, 2, answers=1),
        ]
    )
    assert [wait.first_answer for wait in waits] == [None]


def test_what_a_facilitator_says_of_a_post_wins_over_the_rule() -> None:
    posts = [said(1, AMINA, 0), said(2, BAO, 5, answers=1)]
    marks = {
        ("sm25", 1): Mark.NO_ANSWER_NEEDED,
        ("sm25", 2): Mark.NEEDS_ANSWER,
    }
    states = {wait.post_id: wait.state for wait in waits_of(posts, marks)}
    assert states == {1: WaitState.NOT_NEEDED, 2: WaitState.OPEN}


def test_an_answer_that_the_clocks_put_before_its_question_took_no_time() -> None:
    (wait,) = waits_of([said(1, AMINA, 0), said(2, FACILITATOR, -0.5, answers=1)])
    assert (wait.state, wait.ended) == (WaitState.ANSWERED, minute(0))


def test_of_two_answers_in_one_second_the_lower_number_is_first() -> None:
    (wait,) = waits_of(
        [
            said(1, AMINA, 0),
            said(3, OTHER_FACILITATOR, 7, answers=1),
            said(2, FACILITATOR, 7, answers=1),
        ]
    )
    assert (wait.facilitator_answer_post, wait.answered_by) == (2, FACILITATOR)


def test_who_was_no_facilitator_then_does_not_end_a_wait() -> None:
    (wait,) = waits_of(
        [said(1, AMINA, 0), said(2, FACILITATOR, 5, answers=1, facilitator=False)]
    )
    assert (wait.state, wait.first_answer) == (WaitState.OPEN, minute(5))


def test_the_first_answer_of_another_participant_is_found() -> None:
    said_here = [
        said(1, AMINA, 0),
        said(2, BAO, 10, answers=1),
        said(3, CLARA, 12, answers=1),
    ]
    found = peer_answers(said_here)
    assert {number: one.post_id for number, one in found.items()} == {1: 2}
    (wait,) = waits_of(said_here)
    assert wait.state is WaitState.OPEN


@pytest.mark.parametrize(
    "answer",
    [
        said(2, BAO, 10, answers=1, asks=True),
        said(2, BAO, 10, answers=1, tone=Tone.THANKS),
        said(2, BAO, 10, answers=1, deleted_at=minute(15)),
        said(2, BAO, 10, answers=1, private=True),
        said(2, BAO, 10, answers=1, automatic=True),
        said(2, AMINA, 10, answers=1),
        said(2, BAO, 10, answers=None),
    ],
)
def test_what_asks_thanks_or_is_gone_is_no_answer_of_a_participant(
    answer: Utterance,
) -> None:
    assert 1 not in peer_answers([said(1, AMINA, 0), answer])


def test_who_asks_again_has_no_answer_of_a_participant_yet() -> None:
    first = [said(1, AMINA, 0), said(2, BAO, 10, answers=1)]
    again = said(3, AMINA, 20, answers=2, asks=True)
    assert peer_answers([*first, again]) == {}
    edited = said(3, AMINA, 5, answers=1, asks=True, asks_since=minute(20))
    assert peer_answers([*first, edited]) == {}
    taken_back = said(3, AMINA, 20, answers=2, asks=True, deleted_at=minute(21))
    assert set(peer_answers([*first, taken_back])) == {1}
    more = said(4, CLARA, 30, answers=3)
    assert peer_answers([*first, again, more])[1].post_id == 4


def test_only_a_facilitators_answer_will_do_where_one_is_asked_for() -> None:
    marks = {("sm25", 1): Mark.NEEDS_ANSWER}
    assert peer_answers([said(1, AMINA, 0), said(2, BAO, 10, answers=1)], marks) == {}
