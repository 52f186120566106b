"""Why a post is no question, in agreement with the rule that says which are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.response.reasons import NoQuestion, no_question
from mappings.response.waits import waits_of
from moodle_bridge.model.waits import Mark, Tone, Utterance
from tests.unit.mappings_response.test_waits import (
    AMINA,
    BAO,
    FACILITATOR,
    OTHER_FACILITATOR,
    said,
)


@pytest.mark.parametrize(
    ("post", "why"),
    [
        (said(2, None, 5, answers=1, asks=True), NoQuestion.UNKNOWN_AUTHOR),
        (said(2, BAO, 5, answers=1, asks=True, automatic=True), NoQuestion.AUTOMATIC),
        (said(2, FACILITATOR, 5, answers=1, asks=True), NoQuestion.FACILITATOR),
        (said(2, BAO, 5, answers=1, asks=True, private=True), NoQuestion.PRIVATE),
        (said(2, BAO, 5, answers=1, tone=Tone.THANKS), NoQuestion.THANKS),
        (said(2, BAO, 5, answers=1), NoQuestion.PLAIN),
        (said(2, AMINA, 5, answers=1, asks=True), NoQuestion.AGAIN),
    ],
)
def test_a_post_that_is_no_question_has_a_reason(
    post: Utterance, why: NoQuestion
) -> None:
    part = no_question(post, waits_of([said(1, AMINA, 0), post]))
    assert part is not None
    assert part.why is why


def test_a_question_has_no_reason_to_be_none() -> None:
    asked = said(1, AMINA, 0)
    assert no_question(asked, waits_of([asked])) is None


def test_who_asks_again_is_told_of_which_wait_it_is_part() -> None:
    first, again = said(1, AMINA, 0), said(2, AMINA, 9, answers=1, asks=True)
    part = no_question(again, waits_of([first, again]))
    assert part is not None
    assert part.of is not None
    assert part.of.post_id == 1


TONES = st.sampled_from(list(Tone))
AUTHORS = st.sampled_from([None, AMINA, BAO, FACILITATOR, OTHER_FACILITATOR])


@st.composite
def discussions(draw: st.DrawFn) -> list[Utterance]:
    posts = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        more: dict[str, Any] = {
            "tone": draw(TONES),
            "private": draw(st.booleans()) and number > 1,
            "automatic": draw(st.integers(0, 5)) == 0,
        }
        answers = None if number == 1 else draw(st.integers(1, number - 1))
        at = draw(st.integers(0, 60))
        posts.append(said(number, draw(AUTHORS), at, answers=answers, **more))
    return posts


@given(discussions(), st.dictionaries(st.integers(1, 8), st.sampled_from(list(Mark))))
def test_a_post_has_a_reason_or_a_wait_and_never_both(
    posts: list[Utterance], marked: dict[int, Mark]
) -> None:
    marks = {("sm25", number): mark for number, mark in marked.items()}
    waits = waits_of(posts, marks)
    asked = {wait.post_id for wait in waits}
    for post in posts:
        part = no_question(post, waits, mark=marked.get(post.post_id))
        assert (part is None) == (post.post_id in asked)
        if part is not None and part.why is NoQuestion.AGAIN:
            assert part.of is not None
            assert part.of.asker_id == post.author_id
