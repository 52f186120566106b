"""A form in KoboToolbox, read through its API (version 2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter
from zope.interface import implementer

from moodle_bridge.errors import Permanent
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
from moodle_bridge.plugins.intake.kobo_form import (
    KoboContent,
    kobo_questions,
    several_in,
)
from moodle_bridge.plugins.intake.web import (
    FormHost,
    HttpsAddress,
    cut_short,
    same_host,
    understood,
)
from moodle_bridge.runtime import Sleep, sleep

# More than this the servers do not give at once.
_PAGE = 1000
_OWN = ("_", "meta/", "formhub/")
_VERDICTS = {
    "validation_status_approved": EntryState.COMPLETE,
    "validation_status_not_approved": EntryState.REJECTED,
    "validation_status_on_hold": EntryState.AWAITED,
}


class KoboIntakeSettings(BaseModel):
    """Which form on which server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: HttpsAddress = Field(
        default="https://kf.kobotoolbox.org",
        description="The server: https://kf.kobotoolbox.org, or"
        " https://eu.kobotoolbox.org, or your own.",
    )
    form: str = Field(
        min_length=1,
        pattern=r"^[A-Za-z0-9]+$",
        description="The id of the form: what stands in its address after /forms/.",
        examples=["aBcDeFgHiJkLmNoPqRsTuV"],
    )
    token: SecretStr = Field(
        description="The API key of an account that may see the submissions"
        " (Account settings > Security): where it is to be found.",
        examples=[{"env": "KOBO_TOKEN"}],
    )
    language: str | None = Field(
        default=None,
        description="Of a form in several languages: whose words the questions have."
        " The first when left out.",
        examples=["Français (fr)"],
    )
    approved_only: bool = Field(
        default=False,
        description="Take only entries that are approved in KoboToolbox; others wait.",
    )


class _Asset(BaseModel):
    name: str = ""
    content: KoboContent
    version_id: str | None = None
    deployed_version_id: str | None = None


class _Version(BaseModel):
    content: KoboContent


class _Page(BaseModel):
    count: int
    next: str | None = None
    results: list[dict[str, Any]]


_ASSET, _VERSION = TypeAdapter(_Asset), TypeAdapter(_Version)
_PAGES = TypeAdapter(_Page)


@implementer(IIntakeSource)
class KoboIntake:
    """See `IIntakeSource`.

    Questions are known by their name with its groups (`person/email`), entries by
    `_id`, which an edit does not change. KoboToolbox does not tell when an entry was
    edited; that it was is seen by its answers. An entry that was deleted there is not
    there. Answers in repeated groups are left out.
    """

    stable_keys = True

    def __init__(self, settings: KoboIntakeSettings, *, pause: Sleep = sleep) -> None:
        self._settings = settings
        self.name = f"KoboToolbox form {settings.form}"
        token = settings.token.get_secret_value()
        self._host = FormHost(
            self.name, login={"Authorization": f"Token {token}"}, pause=pause
        )
        self._form = f"{settings.url}/api/v2/assets/{quote(settings.form)}"

    def probe(self) -> None:
        """See `IIntakeSource`."""
        self._asset()
        next(self._rows(1), None)

    def read(self) -> Form:
        """See `IIntakeSource`. The questions are those of the form as it is deployed."""
        asset = self._asset()
        questions = {
            each.key: each
            for each in kobo_questions(
                asset.content, self._settings.language, item=self.name
            )
        }
        several = several_in(asset.content)
        entries: dict[str, Entry] = {}
        for row in self._rows(_PAGE):
            entry = self._entry(row, several)
            entries[entry.key] = entry
            for key in entry.answers:
                # A question that was asked once and is no more.
                questions.setdefault(key, Question(key=key, text=key))
        return Form(
            name=asset.name or self.name,
            questions=tuple(questions.values()),
            entries=oldest_first(entries.values()),
        )

    def close(self) -> None:
        """See `IIntakeSource`."""
        self._host.close()

    def _asset(self) -> _Asset:
        answer = self._host.json_of("GET", f"{self._form}/", params={"format": "json"})
        asset = understood(_ASSET, answer, item=self.name)
        deployed = asset.deployed_version_id
        if not deployed or deployed == asset.version_id:
            return asset
        # Changes that are saved and not deployed are not what people are asked.
        try:
            answer = self._host.json_of(
                "GET",
                f"{self._form}/versions/{quote(deployed, safe='')}/",
                params={"format": "json"},
            )
        except Permanent as error:
            if error.code != "404":
                raise
            return asset
        version = understood(_VERSION, answer, item=self.name)
        return asset.model_copy(update={"content": version.content})

    def _rows(self, limit: int) -> Iterator[dict[str, Any]]:
        url: str | None = f"{self._form}/data.json"
        params: dict[str, Any] | None = {"limit": limit, "sort": '{"_id": 1}'}
        seen: set[str] = set()
        known: set[str] = set()
        count = 0
        while url is not None:
            seen.add(url)
            page = understood(
                _PAGES, self._host.json_of("GET", url, params=params), item=self.name
            )
            known |= {key_of(row.get("_id"), item=self.name) for row in page.results}
            yield from page.results
            count = page.count
            url, params = page.next, None
            if url is not None:
                same_host(url, self._settings.url, item=self.name)
                if url in seen or not page.results:
                    raise cut_short(self.name)
        all_there(count, len(known), item=self.name)

    def _entry(self, row: dict[str, Any], several: frozenset[str]) -> Entry:
        answers: dict[str, str | tuple[str, ...]] = {}
        for key, value in row.items():
            text = plain(value)
            if not text or key.startswith(_OWN):
                continue
            answers[key] = tuple(text.split()) if key in several else text
        status = row.get("_validation_status") or {}
        verdict = status.get("uid") if isinstance(status, dict) else None
        return Entry(
            key=plain(row.get("_id")),
            answers=answers,
            state=reviewed(
                _VERDICTS.get(str(verdict)), approved_only=self._settings.approved_only
            ),
            submitted=moment(plain(row.get("_submission_time"))),
        )
