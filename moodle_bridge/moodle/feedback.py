"""Feedback activities: a form in Moodle, its questions, and what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forum_shapes import Seconds
from moodle_bridge.moodle.functions import (
    FEEDBACK_ITEMS,
    FEEDBACK_RESPONSES,
    FEEDBACKS_BY_COURSES,
)
from moodle_bridge.moodle.wire import unescaped
from moodle_bridge.runtime import from_unix

_PAGE = 100
_ANONYMOUS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A feedback activity; of an anonymous one Moodle does not tell who answered."""

    id: int
    cmid: int
    course_id: int
    name: str
    anonymous: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackQuestion:
    """A question; `label` is the short name that its maker gave it, "" without one.

    `kind` is Moodle's word (`textfield`, `multichoice`, `numeric`); `presentation`
    holds the choices as Moodle stores them.
    """

    id: int
    label: str
    name: str
    kind: str
    required: bool
    presentation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackAnswer:
    """An answer to one question: as it is shown, and as it is stored."""

    question_id: int
    question: str
    shown: str
    stored: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What somebody answered; `user_id`, `fullname`, `answered` None when anonymous.

    The `id` of an anonymous one is no key: Moodle shuffles them on every reading.
    """

    id: int
    user_id: int | None
    fullname: str | None
    answered: datetime | None
    answers: tuple[FeedbackAnswer, ...]


class _FeedbackRow(BaseModel):
    id: int
    coursemodule: int
    course: int
    name: str
    anonymous: int


class _Feedbacks(BaseModel):
    feedbacks: list[_FeedbackRow]


class _ItemRow(BaseModel):
    id: int
    label: str | None = ""
    name: str | None = ""
    typ: str
    required: bool = False
    hasvalue: int = 1
    presentation: str | None = ""


class _Items(BaseModel):
    items: list[_ItemRow]


class _AnswerRow(BaseModel):
    id: int
    name: str | None = ""
    printval: str | None = ""
    rawval: str | None = ""

    def answer(self) -> FeedbackAnswer:
        return FeedbackAnswer(
            question_id=self.id,
            question=self.name or "",
            shown=self.printval or "",
            stored=self.rawval or "",
        )


class _Attempt(BaseModel):
    id: int
    userid: int
    fullname: str | None = ""
    timemodified: Seconds
    responses: list[_AnswerRow]


class _Anonymous(BaseModel):
    id: int
    responses: list[_AnswerRow]


class _Responses(BaseModel):
    attempts: list[_Attempt]
    totalattempts: int
    anonattempts: list[_Anonymous]
    totalanonattempts: int


_FEEDBACKS, _ITEMS = TypeAdapter(_Feedbacks), TypeAdapter(_Items)
_RESPONSES = TypeAdapter(_Responses)


class Feedbacks:
    """The feedback activities that the account sees."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def of_courses(self, course_ids: Sequence[int]) -> tuple[Feedback, ...]:
        """Return the feedback activities of these courses; a closed one gives none.

        `mod_feedback_get_feedbacks_by_courses`.
        """
        if not course_ids:
            return ()
        found: _Feedbacks = self._client.read(
            FEEDBACKS_BY_COURSES, {"courseids": list(course_ids)}, _FEEDBACKS
        ).value
        return tuple(
            Feedback(
                id=row.id,
                cmid=row.coursemodule,
                course_id=row.course,
                name=unescaped(row.name),
                anonymous=row.anonymous == _ANONYMOUS,
            )
            for row in found.feedbacks
        )

    def questions(self, feedback_id: int) -> tuple[FeedbackQuestion, ...]:
        """Return what is asked, in order, without labels and page breaks.

        `mod_feedback_get_items`.
        """
        found: _Items = self._client.read(
            FEEDBACK_ITEMS, {"feedbackid": feedback_id}, _ITEMS
        ).value
        return tuple(
            FeedbackQuestion(
                id=row.id,
                label=row.label or "",
                name=unescaped(row.name or ""),
                kind=row.typ,
                required=row.required,
                presentation=row.presentation or "",
            )
            for row in found.items
            if row.hasvalue
        )

    def responses(self, feedback_id: int) -> Iterator[Response]:
        """Yield what was answered, a page at a time: with names, then anonymous ones.

        Needs `mod/feedback:viewreports`. Each that has a name comes once.
        `mod_feedback_get_responses_analysis`.
        """
        seen: set[int] = set()
        anonymous: dict[int, Response] = {}
        page = 0
        while True:
            found: _Responses = self._client.read(
                FEEDBACK_RESPONSES,
                {"feedbackid": feedback_id, "page": page, "perpage": _PAGE},
                _RESPONSES,
            ).value
            news = len(seen) + len(anonymous)
            for row in found.attempts:
                if row.id not in seen:
                    seen.add(row.id)
                    yield _named(row)
            page += 1
            if page * _PAGE - _PAGE < found.totalanonattempts:
                anonymous.update((row.id, _unnamed(row)) for row in found.anonattempts)
            over = page * _PAGE >= max(found.totalattempts, found.totalanonattempts)
            # Whatever the totals say, pages without news have come to an end.
            if over or len(seen) + len(anonymous) == news:
                break
        yield from anonymous.values()


def _named(row: _Attempt) -> Response:
    return Response(
        id=row.id,
        user_id=row.userid,
        fullname=unescaped(row.fullname or ""),
        answered=from_unix(row.timemodified),
        answers=tuple(answer.answer() for answer in row.responses),
    )


def _unnamed(row: _Anonymous) -> Response:
    return Response(
        id=row.id,
        user_id=None,
        fullname=None,
        answered=None,
        answers=tuple(answer.answer() for answer in row.responses),
    )
