"""A feedback activity in Moodle as the form."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IIntakeSource, IUsesMoodle
from moodle_bridge.model.intake import Entry, Form, Question
from moodle_bridge.plugins.intake.entries import oldest_first
from moodle_bridge.plugins.intake.table import one_line

_FULLNAME = "moodle:fullname"
_USER_ID = "moodle:userid"
_CHOICES = "multichoice"
_RATED = "multichoicerated"
_BEFORE, _AFTER, _BETWEEN, _RATING = ">>>>>", "<<<<<", "|", "####"
_SEVERAL = "c"
_OWN = (
    Question(key=_FULLNAME, text="Name of the account in Moodle"),
    Question(key=_USER_ID, text="Number of the account in Moodle"),
)


class MoodleFeedbackIntakeSettings(BaseModel):
    """Which feedback activity."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    course: str = Field(
        min_length=1, description="The short name of its course.", examples=["INTAKE"]
    )
    feedback: str = Field(
        min_length=1,
        description="Its name, or the number in its address (id=...).",
        examples=["Intake form"],
    )


@implementer(IIntakeSource, IUsesMoodle)
class MoodleFeedbackIntake:
    """See `IIntakeSource`.

    Questions are known by the label that their maker gave them, else by `item` and
    their number; entries by the number of the attempt. Who answered is in Moodle
    already: their full name and user id are questions too. Where people may answer
    again, each attempt is an entry. Anonymous answers have no lasting number and are
    refused.
    """

    stable_keys = True

    def __init__(self, settings: MoodleFeedbackIntakeSettings) -> None:
        self._settings = settings
        self._moodle: Any = None
        self.name = f"Moodle feedback {settings.feedback}"

    def use_moodle(self, moodle: Any) -> None:
        """See `IUsesMoodle`."""
        self._moodle = moodle

    def probe(self) -> None:
        """See `IIntakeSource`."""
        self._asked(self._feedback().id)

    def read(self) -> Form:
        """See `IIntakeSource`. Raises Permanent for anonymous answers."""
        feedback = self._feedback()
        asked = self._asked(feedback.id)
        entries = []
        for response in self._moodle.feedbacks.responses(feedback.id):
            if response.user_id is None:
                raise self._anonymous()
            answers = {
                _FULLNAME: response.fullname or "",
                _USER_ID: str(response.user_id),
            } | {
                asked[answer.question_id].key: asked[answer.question_id].given(
                    unescape(answer.stored).strip()
                )
                for answer in response.answers
                if answer.question_id in asked
            }
            entries.append(
                Entry(
                    key=str(response.id),
                    answers={key: given for key, given in answers.items() if given},
                    submitted=response.answered,
                )
            )
        return Form(
            name=feedback.name,
            questions=(*(each.question for each in asked.values()), *_OWN),
            entries=oldest_first(entries),
        )

    def close(self) -> None:
        """See `IIntakeSource`."""

    def _feedback(self) -> Any:
        settings = self._settings
        course = self._moodle.courses.by_shortname(settings.course)
        if course is None:
            raise Permanent(
                f"there is no course {settings.course}, or the account may not see it",
                item=self.name,
                advice="Look at the short name, and who the service account is.",
            )
        known = self._moodle.feedbacks.of_courses([course.id])
        found = [
            each for each in known if settings.feedback in {each.name, str(each.cmid)}
        ]
        if len(found) != 1:
            names = ", ".join(f"{each.name} (id={each.cmid})" for each in known)
            raise Permanent(
                "there is no such feedback in the course"
                if not found
                else "there are two feedbacks of this name in the course",
                item=self.name,
                advice=f"The account sees: {names or 'none'}.",
            )
        if found[0].anonymous:
            raise self._anonymous()
        return found[0]

    def _anonymous(self) -> Permanent:
        return Permanent(
            "its answers are anonymous, so nobody can be told apart",
            item=self.name,
            advice="Set 'Record user names' in the settings of the activity to 'User's"
            " name will be logged and shown with answers'.",
        )

    def _asked(self, feedback_id: int) -> dict[int, _Asked]:
        asked = {
            each.id: _asked(each)
            for each in self._moodle.feedbacks.questions(feedback_id)
        }
        keys = [each.key for each in asked.values()]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise Permanent(
                f"two of its questions have the label {min(twice)!r}",
                item=self.name,
                advice="Give each question a label of its own in Moodle.",
            )
        return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question; `options` are the words of its choices by their place."""

    key: str
    text: str
    options: tuple[str, ...] = ()
    several: bool = False

    @property
    def question(self) -> Question:
        """The question as all sources give it."""
        choices = {text: text for text in self.options}
        return Question(key=self.key, text=self.text, choices=choices)

    def given(self, stored: str) -> str | tuple[str, ...]:
        """Return an answer: of choices Moodle keeps the places, from 1 on."""
        if not self.options:
            return stored
        words = tuple(
            self.options[int(part) - 1]
            for part in stored.split(_BETWEEN)
            if part.isdecimal() and 0 < int(part) <= len(self.options)
        )
        return words if self.several or not words else words[0]


def _asked(question: Any) -> _Asked:
    key = question.label or f"item {question.id}"
    text = one_line(question.name) or key
    if question.kind not in {_CHOICES, _RATED}:
        return _Asked(key=key, text=text)
    subtype, mark, inner = question.presentation.partition(_BEFORE)
    words = (inner if mark else subtype).partition(_AFTER)[0].split(_BETWEEN)
    if question.kind == _RATED:
        # The points of a choice stand before it.
        words = [each.rpartition(_RATING)[2] for each in words]
    return _Asked(
        key=key,
        text=text,
        options=tuple(unescape(one_line(each)) for each in words),
        several=subtype == _SEVERAL,
    )
