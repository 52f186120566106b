"""A Google form, read through the Forms API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from zope.interface import implementer

from moodle_bridge.errors import ConfigError
from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.intake import Entry, Form, Question
from moodle_bridge.plugins.intake.entries import moment, oldest_first
from moodle_bridge.plugins.intake.files import content_of
from moodle_bridge.plugins.intake.google_login import google_token
from moodle_bridge.plugins.intake.table import one_line
from moodle_bridge.plugins.intake.web import (
    FormHost,
    HttpsAddress,
    cut_short,
    understood,
)
from moodle_bridge.runtime import Sleep, sleep

_PAGE = 5000
_ADDRESS = "respondentEmail"
_ADDRESS_TEXT = "Address that Google collected"
_SCOPES = (
    "https://www.googleapis.com/auth/forms.body.readonly",
    "https://www.googleapis.com/auth/forms.responses.readonly",
)


class GoogleFormsIntakeSettings(BaseModel):
    """Which form, and who reads it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: str = Field(
        min_length=1,
        pattern=r"^[\w-]+$",
        description="The id of the form: what stands between /d/ and /edit in its"
        " address.",
        examples=["1FAIpQLSexample"],
    )
    key_file: Path = Field(
        description="The JSON key of a Google service account with which the form is"
        " shared. Who has the file can read the form: keep it like a password.",
        examples=["google-key.json"],
    )
    subject: str | None = Field(
        default=None,
        description="The person in whose name the service account reads, where your"
        " organisation has given it that right for its domain.",
        examples=["forms@example.org"],
    )
    url: HttpsAddress = Field(
        default="https://forms.googleapis.com", description="The Forms API."
    )


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Option(_Model):
    value: str = ""


class _Choices(_Model):
    type: str = ""
    options: list[_Option] = Field(default_factory=list)


class _Row(_Model):
    title: str = ""


class _Question(_Model):
    questionId: str  # noqa: N815 (their name)
    choiceQuestion: _Choices | None = None  # noqa: N815
    rowQuestion: _Row | None = None  # noqa: N815


class _QuestionItem(_Model):
    question: _Question


class _Grid(_Model):
    columns: _Choices = Field(default_factory=_Choices)


class _Group(_Model):
    questions: list[_Question] = Field(default_factory=list)
    grid: _Grid | None = None


class _Item(_Model):
    title: str = ""
    questionItem: _QuestionItem | None = None  # noqa: N815
    questionGroupItem: _Group | None = None  # noqa: N815


class _Info(_Model):
    title: str = ""
    documentTitle: str = ""  # noqa: N815


class _Form(_Model):
    info: _Info = Field(default_factory=_Info)
    items: list[_Item] = Field(default_factory=list)


class _Text(_Model):
    value: str = ""


class _Texts(_Model):
    answers: list[_Text] = Field(default_factory=list)


class _Answer(_Model):
    textAnswers: _Texts | None = None  # noqa: N815


class _Response(_Model):
    responseId: str = Field(min_length=1)  # noqa: N815
    createTime: str | None = None  # noqa: N815
    lastSubmittedTime: str | None = None  # noqa: N815
    respondentEmail: str | None = None  # noqa: N815
    answers: dict[str, _Answer] = Field(default_factory=dict)


class _Page(_Model):
    responses: list[_Response] = Field(default_factory=list)
    nextPageToken: str | None = None  # noqa: N815


_FORM, _PAGES = TypeAdapter(_Form), TypeAdapter(_Page)


@implementer(IIntakeSource)
class GoogleFormsIntake:
    """See `IIntakeSource`.

    Questions are known by their id, which stays when their words change; entries by
    their response id, which stays when somebody changes their answers. The address
    that Google collects is a question of its own. Responses that were deleted are not
    there.
    """

    stable_keys = True

    def __init__(
        self, settings: GoogleFormsIntakeSettings, *, pause: Sleep = sleep
    ) -> None:
        self._settings = settings
        self._pause = pause
        self.name = f"Google form {settings.form}"
        self._form = f"{settings.url}/v1/forms/{quote(settings.form)}"

    def probe(self) -> None:
        """See `IIntakeSource`."""
        with self._let_in() as host:
            host.get(self._form)
            host.get(f"{self._form}/responses", params={"pageSize": 1})

    def read(self) -> Form:
        """See `IIntakeSource`."""
        with self._let_in() as host:
            form = understood(_FORM, host.json_of("GET", self._form), item=self.name)
            responses = list(self._responses(host))
        questions = {each.key: each for each in _questions(form)}
        several = _several(form)
        entries = [_entry(each, several) for each in responses]
        for entry in entries:
            for key in entry.answers:
                # The address, and questions that were asked once and are no more.
                text = _ADDRESS_TEXT if key == _ADDRESS else key
                questions.setdefault(key, Question(key=key, text=text))
        return Form(
            name=form.info.title or form.info.documentTitle or self.name,
            questions=tuple(questions.values()),
            entries=oldest_first(entries),
        )

    def close(self) -> None:
        """See `IIntakeSource`; between two readings nothing is open."""

    def _let_in(self) -> FormHost:
        settings = self._settings
        content = content_of(settings.key_file, self.name)
        try:
            key: Any = json.loads(content)
        except ValueError:
            key = None
        if not isinstance(key, dict):
            raise ConfigError(
                "key_file is no JSON key of a service account",
                item=self.name,
                advice="Make one in the Google Cloud console: IAM > Service accounts >"
                " Keys > Add key > JSON.",
            )
        token = google_token(
            key, _SCOPES, settings.subject, item=self.name, pause=self._pause
        )
        login = {"Authorization": f"Bearer {token}"}
        return FormHost(self.name, login=login, pause=self._pause)

    def _responses(self, host: FormHost) -> Iterator[_Response]:
        params: dict[str, str | int] = {"pageSize": _PAGE}
        seen: set[str] = set()
        while True:
            answer = host.json_of("GET", f"{self._form}/responses", params=params)
            page = understood(_PAGES, answer, item=self.name)
            yield from page.responses
            token = page.nextPageToken
            if not token:
                return
            if token in seen:
                raise cut_short(self.name)
            seen.add(token)
            params["pageToken"] = token


def _questions(form: _Form) -> Iterator[Question]:
    for item in form.items:
        title = one_line(item.title)
        if item.questionItem is not None:
            asked = item.questionItem.question
            yield Question(
                key=asked.questionId,
                text=title or asked.questionId,
                choices=_words(asked.choiceQuestion),
            )
        elif item.questionGroupItem is not None:
            grid = item.questionGroupItem.grid
            for asked in item.questionGroupItem.questions:
                row = one_line(asked.rowQuestion.title) if asked.rowQuestion else ""
                yield Question(
                    key=asked.questionId,
                    text=" - ".join(filter(None, (title, row))) or asked.questionId,
                    choices=_words(grid.columns if grid else None),
                )


def _words(choices: _Choices | None) -> dict[str, str]:
    # Google knows its choices by their words alone.
    options = choices.options if choices else []
    return {each.value: each.value for each in options if each.value}


def _several(form: _Form) -> frozenset[str]:
    found: set[str] = set()
    for item in form.items:
        if item.questionItem is not None:
            asked = item.questionItem.question
            if asked.choiceQuestion and asked.choiceQuestion.type == "CHECKBOX":
                found.add(asked.questionId)
        group = item.questionGroupItem
        if group is not None and group.grid and group.grid.columns.type == "CHECKBOX":
            found |= {each.questionId for each in group.questions}
    return frozenset(found)


def _entry(response: _Response, several: frozenset[str]) -> Entry:
    answers: dict[str, str | tuple[str, ...]] = {}
    for key, answer in response.answers.items():
        given = answer.textAnswers.answers if answer.textAnswers else []
        texts = tuple(text for each in given if (text := each.value.strip()))
        if texts:
            answers[key] = texts if key in several or len(texts) > 1 else texts[0]
    if response.respondentEmail:
        answers[_ADDRESS] = response.respondentEmail
    sent, last = moment(response.createTime), moment(response.lastSubmittedTime)
    changed = (
        sent is not None and last is not None and (last - sent).total_seconds() >= 1
    )
    return Entry(
        key=response.responseId,
        answers=answers,
        submitted=sent or last,
        edited=last if changed else None,
    )
