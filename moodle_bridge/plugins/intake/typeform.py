"""A form of Typeform, read through its API."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter
from zope.interface import implementer

from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.intake import Form, Question
from moodle_bridge.plugins.intake.entries import all_there, oldest_first
from moodle_bridge.plugins.intake.typeform_answers import (
    TypeformField,
    TypeformResponse,
    typeform_entry,
    typeform_questions,
)
from moodle_bridge.plugins.intake.web import FormHost, HttpsAddress, understood
from moodle_bridge.runtime import Sleep, sleep

_PAGE = 1000


class TypeformIntakeSettings(BaseModel):
    """Which form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: HttpsAddress = Field(
        default="https://api.typeform.com",
        description="The API: https://api.typeform.com, or"
        " https://api.eu.typeform.com for accounts in the European data centre.",
    )
    form: str = Field(
        min_length=1,
        pattern=r"^[\w-]+$",
        description="The id of the form: what stands in its address after /to/.",
        examples=["u6nXL7"],
    )
    token: SecretStr = Field(
        description="A personal token with the scopes Forms: Read and Responses: Read:"
        " where it is to be found.",
        examples=[{"env": "TYPEFORM_TOKEN"}],
    )


class _Definition(BaseModel):
    title: str = ""
    fields: list[TypeformField] = Field(default_factory=list)
    hidden: list[str] = Field(default_factory=list)


class _Page(BaseModel):
    total_items: int
    items: list[TypeformResponse]


_DEFINITION, _PAGES = TypeAdapter(_Definition), TypeAdapter(_Page)


@implementer(IIntakeSource)
class TypeformIntake:
    """See `IIntakeSource`.

    Questions are known by their `ref`, which stays when their words change; entries
    by their token. Nobody can edit what they sent. Responses that were deleted are not
    there; one that is a few minutes old may not be there yet.
    """

    stable_keys = True

    def __init__(
        self, settings: TypeformIntakeSettings, *, pause: Sleep = sleep
    ) -> None:
        self.name = f"Typeform {settings.form}"
        token = settings.token.get_secret_value()
        self._host = FormHost(
            self.name, login={"Authorization": f"Bearer {token}"}, pause=pause
        )
        self._form = f"{settings.url}/forms/{quote(settings.form)}"

    def probe(self) -> None:
        """See `IIntakeSource`."""
        self._definition()
        self._host.get(f"{self._form}/responses", params={"page_size": 1})

    def read(self) -> Form:
        """See `IIntakeSource`. What was begun and not sent is not asked for."""
        definition = self._definition()
        questions = {
            each.key: each
            for each in typeform_questions(definition.fields, definition.hidden)
        }
        entries = [typeform_entry(each) for each in self._responses()]
        for entry in entries:
            for key in entry.answers:
                # A question that was asked once and is no more.
                questions.setdefault(key, Question(key=key, text=key))
        return Form(
            name=definition.title or self.name,
            questions=tuple(questions.values()),
            entries=oldest_first(entries),
        )

    def close(self) -> None:
        """See `IIntakeSource`."""
        self._host.close()

    def _definition(self) -> _Definition:
        answer = self._host.json_of("GET", self._form)
        return understood(_DEFINITION, answer, item=self.name)

    def _responses(self) -> Iterator[TypeformResponse]:
        """Give the responses, newest first, each once."""
        params: dict[str, str | int] = {"page_size": _PAGE}
        seen: set[str] = set()
        total: int | None = None
        while True:
            answer = self._host.json_of("GET", f"{self._form}/responses", params=params)
            page = understood(_PAGES, answer, item=self.name)
            total = page.total_items if total is None else total
            news = [each for each in page.items if each.token not in seen]
            yield from news
            seen |= {each.token for each in news}
            if len(page.items) < _PAGE or not news:
                break
            params["before"] = page.items[-1].token
        all_there(total, len(seen), item=self.name)
