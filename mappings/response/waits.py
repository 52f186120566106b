"""Which posts wait for an answer, and since when: "facilitation-response v1".

A wait opens at the post of a participant that begins a discussion, or that asks; it
belongs to one asker. It ends at the first answer of a facilitator below it, or when it
is withdrawn. Everything is worked out anew from what was said, so that an answer that
is deleted lets its question wait again, from its old beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from moodle_bridge.model.waits import Mark, Tone, Utterance, Wait, WaitState

Place = tuple[str, int]
"""Pair and post id."""


@dataclass(slots=True)
class _Question:
    first: Utterance
    began: datetime
    why: str
    posts: set[int] = field(default_factory=set)
    marked: Mark | None = None
    withdrawn: datetime | None = None
    any_answer: Utterance | None = None
    answer: Utterance | None = None
    peers: list[Utterance] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)

    def is_open(self, at: datetime) -> bool:
        taken_back = self.withdrawn is not None and self.withdrawn <= at
        return self.answer is None and not taken_back


def waits_of(
    said: Iterable[Utterance],
    marks: Mapping[Place, Mark] | None = None,
    *,
    whole_thread: bool = False,
) -> tuple[Wait, ...]:
    """Return the waits of one discussion, in order of their beginning.

    `said` is all that was said in it, in any order, by origin (no copies). `marks` are
    what facilitators said of posts; they win over the rule. With `whole_thread` an
    answer anywhere in the discussion counts, for lists whose members answer at the
    end of a thread; else it must stand below the question. The same input gives the
    same waits.
    """
    questions = _questions(said, marks or {}, whole_thread=whole_thread)
    return tuple(_wait(question) for question in questions)


def peer_answers(
    said: Iterable[Utterance],
    marks: Mapping[Place, Mark] | None = None,
    *,
    whole_thread: bool = False,
) -> dict[int, Utterance]:
    """Return which answer of another participant each question has, by its post.

    It is the first since its asker asked last. What asks or thanks itself is none, nor
    is a private reply. A question that a facilitator marked as one that needs an answer
    is left out: none but a facilitator's will do. Parameters as for `waits_of`.
    """
    return {
        question.first.post_id: peers[0]
        for question in _questions(said, marks or {}, whole_thread=whole_thread)
        if question.marked is None
        if (peers := [one for one in question.peers if one.at >= max(question.asked)])
    }


def _questions(
    said: Iterable[Utterance],
    marks: Mapping[Place, Mark],
    *,
    whole_thread: bool,
) -> list[_Question]:
    ordered = sorted(said, key=lambda one: (one.at, one.post_id))
    parents = {one.post_id: one.parent_post_id for one in ordered}
    questions: list[_Question] = []
    for one in ordered:
        _note_answers(one, questions, parents, whole_thread=whole_thread)
        mark = marks.get((one.pair, one.post_id))
        why = _opens(one, mark)
        if why is None:
            continue
        earlier = None if mark else _unanswered_of(one, questions)
        if earlier is not None:
            # Who asks again, still waiting, has waited since the first time.
            earlier.posts.add(one.post_id)
            if one.deleted_at is None:
                earlier.asked.append(one.asks_since or one.at)
            continue
        questions.append(
            _Question(
                first=one,
                began=one.asks_since or one.at if why == "asks" else one.at,
                why=why,
                posts={one.post_id},
                asked=[one.asks_since or one.at],
                marked=mark,
                withdrawn=one.deleted_at,
            )
        )
    _note_early_answers(ordered, questions, parents)
    return questions


def _opens(one: Utterance, mark: Mark | None) -> str | None:
    """Return why a post opens a wait, None when it does not."""
    if one.author_id is None or one.automatic or one.facilitator or one.private:
        return None
    if mark is not None:
        return "marked"
    if one.parent_post_id is None:
        return None if one.tone is Tone.THANKS else "new discussion"
    return "asks" if one.tone is Tone.ASKS else None


def _unanswered_of(one: Utterance, questions: list[_Question]) -> _Question | None:
    for question in questions:
        if (
            question.first.author_id == one.author_id
            # Of one that is taken back at some time, nothing later is a part.
            and question.withdrawn is None
            and question.is_open(one.at)
            and question.marked is not Mark.NO_ANSWER_NEEDED
        ):
            return question
    return None


def _note_answers(
    one: Utterance,
    questions: list[_Question],
    parents: Mapping[int, int | None],
    *,
    whole_thread: bool,
) -> None:
    if one.automatic or one.deleted_at is not None or one.author_id is None:
        return
    above = _above(one, parents)
    for question in questions:
        asker = question.first.author_id
        if one.author_id == asker or one.at < question.began:
            continue
        if not question.is_open(one.at):
            continue
        below = not question.posts.isdisjoint(above)
        if not (below or (whole_thread and not one.private)):
            continue
        if one.private and one.parent_post_id not in question.posts:
            # Only whom it answers can read it.
            continue
        if question.any_answer is None:
            question.any_answer = one
        if one.facilitator:
            question.answer = one
        elif one.tone is Tone.PLAIN and not one.private:
            question.peers.append(one)


def _note_early_answers(
    ordered: list[Utterance],
    questions: list[_Question],
    parents: Mapping[int, int | None],
) -> None:
    """Count an answer that the clocks put before its question.

    Moodle, the mail servers and the bridge have a clock each.
    """
    for question in questions:
        if question.answer is not None:
            continue
        for one in ordered:
            early = one.at < question.first.at and one.post_id != question.first.post_id
            if not early or one.automatic or one.deleted_at is not None:
                continue
            if one.author_id in {None, question.first.author_id}:
                continue
            if question.posts.isdisjoint(_above(one, parents)):
                continue
            question.any_answer = question.any_answer or one
            if one.facilitator:
                question.answer = one
                break


def _above(one: Utterance, parents: Mapping[int, int | None]) -> set[int]:
    found: set[int] = set()
    at = one.parent_post_id
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found


def _wait(question: _Question) -> Wait:
    first = question.first
    answer, any_answer = question.answer, question.any_answer
    if question.marked is Mark.NO_ANSWER_NEEDED:
        state, ended = WaitState.NOT_NEEDED, None
    elif answer is not None:
        state, ended = WaitState.ANSWERED, max(answer.at, question.began)
    elif question.withdrawn is not None:
        state, ended = WaitState.WITHDRAWN, max(question.withdrawn, question.began)
    else:
        state, ended = WaitState.OPEN, None
    assert first.author_id is not None
    return Wait(
        pair=first.pair,
        post_id=first.post_id,
        discussion_id=first.discussion_id,
        forum_id=first.forum_id,
        group_id=first.group_id,
        asker_id=first.author_id,
        medium=first.medium,
        began=question.began,
        sent_at=first.sent_at,
        state=state,
        why=question.why,
        first_answer=max(any_answer.at, question.began) if any_answer else None,
        first_answer_post=any_answer.post_id if any_answer else None,
        facilitator_answer=max(answer.at, question.began) if answer else None,
        facilitator_answer_post=answer.post_id if answer else None,
        answered_by=answer.author_id if answer else None,
        ended=ended,
    )
