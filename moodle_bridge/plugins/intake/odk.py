"""A form in ODK Central, read through its OData feed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter
from zope.interface import implementer

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.interfaces import IIntakeSource
from moodle_bridge.model.intake import Entry, EntryState, Form, Question
from moodle_bridge.plugins.intake.entries import (
    all_there,
    key_of,
    moment,
    oldest_first,
    plain,
    reviewed,
)
from moodle_bridge.plugins.intake.odk_form import Wording, wordings
from moodle_bridge.plugins.intake.web import (
    FormHost,
    HttpsAddress,
    cut_short,
    same_host,
    understood,
)
from moodle_bridge.runtime import Sleep, sleep

_PAGE = 500
_OWN = ("meta/", "__")
_NO_ANSWERS = frozenset({"structure", "repeat", "binary"})
_VERDICTS = {
    "approved": EntryState.COMPLETE,
    "rejected": EntryState.REJECTED,
    "hasIssues": EntryState.AWAITED,
}


class OdkIntakeSettings(BaseModel):
    """Which form on which server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: HttpsAddress = Field(
        description="The server.", examples=["https://odk.example.org"]
    )
    project: int = Field(
        ge=1, description="The number of the project: it stands in its address."
    )
    form: str = Field(
        min_length=1,
        description="The id of the form, as it stands below its name.",
        examples=["intake"],
    )
    email: str = Field(
        min_length=1,
        description="The login of a web user who is a viewer of the project.",
        examples=["bridge@example.org"],
    )
    password: SecretStr = Field(
        description="Its password: where it is to be found.",
        examples=[{"env": "ODK_PASSWORD"}],
    )
    language: str | None = Field(
        default=None,
        description="Of a form in several languages: whose words the questions have."
        " The form's default when left out.",
        examples=["French (fr)"],
    )
    approved_only: bool = Field(
        default=False,
        description="Take only submissions that are approved in Central; others wait.",
    )


class _Session(BaseModel):
    token: str = Field(min_length=1)


class _Field(BaseModel):
    path: str
    name: str
    type: str
    selectMultiple: bool | None = None  # noqa: N815 (their name)


class _Page(BaseModel):
    value: list[dict[str, Any]]
    count: int | None = Field(default=None, alias="@odata.count")
    next: str | None = Field(default=None, alias="@odata.nextLink")


class _About(BaseModel):
    name: str | None = None


class _System(BaseModel):
    submissionDate: str  # noqa: N815
    updatedAt: str | None = None  # noqa: N815
    reviewState: str | None = None  # noqa: N815
    status: str | None = None
    edits: int | None = None


_SESSION, _FIELDS = TypeAdapter(_Session), TypeAdapter(list[_Field])
_PAGES, _ABOUT, _SYSTEM = TypeAdapter(_Page), TypeAdapter(_About), TypeAdapter(_System)


@implementer(IIntakeSource)
class OdkIntake:
    """See `IIntakeSource`.

    Questions are known by their name with its groups (`person/email`), entries by
    their instance id, which an edit does not change. Submissions that were deleted
    are not there. Answers in repeated groups are left out.
    """

    stable_keys = True

    def __init__(self, settings: OdkIntakeSettings, *, pause: Sleep = sleep) -> None:
        self._settings = settings
        self._pause = pause
        self.name = f"ODK form {settings.form}"
        project = f"{settings.url}/v1/projects/{settings.project}"
        self._form = f"{project}/forms/{quote(settings.form, safe='')}"

    def probe(self) -> None:
        """See `IIntakeSource`."""
        with self._let_in() as host:
            self._questions(host)
            host.get(f"{self._form}.svc/Submissions", params={"$top": 1})

    def read(self) -> Form:
        """See `IIntakeSource`. Raises Permanent for entries that are encrypted."""
        with self._let_in() as host:
            about = understood(_ABOUT, host.json_of("GET", self._form), item=self.name)
            questions, several = self._questions(host)
            entries = [self._entry(row, several) for row in self._rows(host)]
        return Form(
            name=about.name or self._settings.form,
            questions=questions,
            entries=oldest_first(entries),
        )

    def close(self) -> None:
        """See `IIntakeSource`; between two readings nothing is open."""

    @contextmanager
    def _let_in(self) -> Iterator[FormHost]:
        settings = self._settings
        sessions = f"{settings.url}/v1/sessions"
        with FormHost(self.name, pause=self._pause) as host:
            password = settings.password.get_secret_value()
            answer = host.json_of(
                "POST", sessions, json={"email": settings.email, "password": password}
            )
            session = understood(_SESSION, answer, item=self.name)
            host.login({"Authorization": f"Bearer {session.token}"})
            try:
                yield host
            finally:
                # It would end by itself in a day.
                with suppress(RemoteError):
                    host.delete(f"{sessions}/current")

    def _questions(self, host: FormHost) -> tuple[tuple[Question, ...], frozenset[str]]:
        answer = host.json_of("GET", f"{self._form}/fields", params={"odata": "true"})
        fields = [
            (key, field)
            for field in understood(_FIELDS, answer, item=self.name)
            if not (key := field.path.lstrip("/")).startswith(_OWN)
        ]
        repeats = [f"{key}/" for key, field in fields if field.type == "repeat"]
        definition = host.get(f"{self._form}.xml").content
        words = wordings(definition, self._settings.language, item=self.name)
        questions = []
        for key, field in fields:
            if field.type in _NO_ANSWERS or key.startswith(tuple(repeats)):
                continue
            worded = words.get(key, Wording(text=""))
            questions.append(
                Question(key=key, text=worded.text or key, choices=worded.choices)
            )
        several = frozenset(key for key, field in fields if field.selectMultiple)
        return tuple(questions), several

    def _rows(self, host: FormHost) -> Iterator[dict[str, Any]]:
        url: str | None = f"{self._form}.svc/Submissions"
        params: dict[str, Any] | None = {"$top": _PAGE, "$count": "true"}
        seen: set[str] = set()
        known: set[str] = set()
        count: int | None = None
        while url is not None:
            seen.add(url)
            page = understood(
                _PAGES, host.json_of("GET", url, params=params), item=self.name
            )
            for row in page.value:
                key = key_of(row.get("__id"), item=self.name)
                if key not in known:
                    known.add(key)
                    yield row
            count = page.count if count is None else count
            url, params = page.next, None
            if url is not None:
                same_host(url, self._settings.url, item=self.name)
                if url in seen or not page.value:
                    raise cut_short(self.name)
        all_there(count, len(known), item=self.name)

    def _entry(self, row: dict[str, Any], several: frozenset[str]) -> Entry:
        system = understood(_SYSTEM, row.get("__system"), item=self.name)
        if system.status == "notDecrypted":
            raise Permanent(
                "its submissions are encrypted, and OData gives no answers of such",
                item=self.name,
                advice="Export them in Central with the passphrase, and read the file"
                " with the plug-in `csv`.",
            )
        answers: dict[str, str | tuple[str, ...]] = {}
        for key, text in _flat(row):
            if key.startswith(_OWN):
                continue
            answers[key] = tuple(text.split()) if key in several else text
        # A review moves `updatedAt` as well; only an edit is counted.
        changed = system.edits is None or system.edits > 0
        return Entry(
            key=plain(row["__id"]),
            answers=answers,
            state=reviewed(
                _VERDICTS.get(system.reviewState or ""),
                approved_only=self._settings.approved_only,
            ),
            submitted=moment(system.submissionDate),
            edited=moment(system.updatedAt) if changed else None,
        )


def _flat(row: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Give the answers by path; groups are objects in objects."""
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}/")
        elif text := plain(value):
            yield f"{before}{name}", text
