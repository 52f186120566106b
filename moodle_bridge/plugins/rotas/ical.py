"""A rota in a calendar: an iCalendar file, or the address of one (RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from zope.interface import implementer

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.interfaces import IRotaSource
from moodle_bridge.model.rota import DutyRole, Facilitator, RotaReading, RotaSpan
from moodle_bridge.plugins.rotas.ical_events import events_between, span_of
from moodle_bridge.plugins.rotas.names import named_in
from moodle_bridge.plugins.web import Manner, WebHost
from moodle_bridge.plugins.zones import Zone

_MOST_BYTES = 20_000_000
_BUSY = 500
_TOO_MANY = 429
_REFUSED = 400
_LAST_GOOD = "Nothing: the last good rota is used until it answers again."
_BEGINS = re.compile(rb"^(?:\xef\xbb\xbf)?\s*BEGIN:VCALENDAR", re.IGNORECASE)


class IcalRotaSettings(BaseModel):
    """Which calendar."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path | None = Field(default=None, description="An iCalendar file (.ics).")
    url: SecretStr | None = Field(
        default=None,
        description="The address of a calendar. Private addresses of Google and"
        " others let anybody read: keep it like a password.",
    )
    zone: Zone | None = Field(
        default=None,
        description="The zone of events that say none, and of whole days; that of"
        " [rota] if left out.",
    )
    role: DutyRole = Field(
        default=DutyRole.PRIMARY,
        description="The role of whom the calendar names; `(backup)` behind a name"
        " says otherwise.",
    )
    only: str | None = Field(
        default=None,
        min_length=1,
        description="Take only events whose title begins so; it is cut off.",
    )
    timeout: float = Field(default=20, gt=0, description="Seconds to wait.")

    @model_validator(mode="after")
    def _one_of_two(self) -> IcalRotaSettings:
        if (self.path is None) == (self.url is None):
            raise ValueError("give either `path` or `url`")
        if self.url is not None:
            scheme = urlsplit(self.url.get_secret_value()).scheme.lower()
            if scheme not in {"https", "http", "webcal", "webcals"}:
                raise ValueError("`url` must begin with https:// or webcal://")
        return self


@implementer(IRotaSource)
class IcalRota:
    """See `IRotaSource`; recurring events, exceptions and cancellations count."""

    def __init__(self, settings: IcalRotaSettings) -> None:
        self._settings = settings
        self._zone = settings.zone or "UTC"
        host = ""
        if settings.url is not None:
            host = urlsplit(settings.url.get_secret_value()).hostname or "?"
        self.name = f"calendar {settings.path or f'at {host}'}"

    def read(
        self, start: datetime, end: datetime, people: Sequence[Facilitator]
    ) -> RotaReading:
        """See `IRotaSource`."""
        content = self._content()
        if not _BEGINS.match(content):
            raise Permanent(
                "this is no calendar (perhaps a page that wants a login)",
                item=self.name,
                advice="Take the secret address in iCal format, not that of the page.",
            )
        spans: list[RotaSpan] = []
        unknown: dict[str, None] = {}
        problems: list[str] = []
        for event in self._events(content, start, end, problems):
            title = whole_title = str(event.get("SUMMARY", "")).strip()
            only = self._settings.only
            if only is not None:
                if not title.casefold().startswith(only.casefold()):
                    continue
                title = title[len(only) :].lstrip(" :-")
            span = span_of(event, self._zone)
            if span is None:
                problems.append(f"{title or 'an event'}: has no time in it")
                continue
            begins, ends = span
            found = named_in(title, people, self._settings.role)
            unknown |= dict.fromkeys(found.unknown)
            if not found.people and not found.unknown:
                what = title or whole_title or "an event without a title"
                problems.append(f"{what}: names nobody ({begins:%Y-%m-%d %H:%M} UTC)")
            uid = str(event.get("UID", "")) or title
            spans += [
                RotaSpan(
                    key=f"{uid} {begins.isoformat()} {person}",
                    person=person,
                    start=begins,
                    end=ends,
                    role=role,
                    title=whole_title,
                )
                for person, role in found.people
            ]
        spans.sort(key=lambda span: (span.start, span.key))
        return RotaReading(
            spans=tuple(spans), unknown=tuple(unknown), problems=tuple(problems)
        )

    def close(self) -> None:
        """See `IRotaSource`."""

    def _events(
        self, content: bytes, start: datetime, end: datetime, problems: list[str]
    ) -> Iterator[Any]:
        try:
            near = events_between(
                content,
                start,
                end,
                zone=self._zone,
                problems=problems,
                only=self._settings.only,
            )
        except ValueError as error:
            raise Permanent(
                f"the calendar cannot be understood ({error})",
                item=self.name,
                advice="Export it again; if it stays so, look at the event named.",
            ) from error
        for event in near:
            span = span_of(event, self._zone)
            if span is None or (span[0] < end and span[1] > start):
                yield event

    def _content(self) -> bytes:
        settings = self._settings
        if settings.path is not None:
            try:
                return settings.path.read_bytes()
            except OSError as error:
                raise Permanent(
                    f"the calendar cannot be read ({error.strerror or error})",
                    item=self.name,
                    advice="Look whether the file is there and may be read.",
                ) from error
        assert settings.url is not None
        return self._fetched(settings.url.get_secret_value())

    def _fetched(self, url: str) -> bytes:
        scheme, _, rest = url.partition("://")
        if scheme.lower() in {"webcal", "webcals"}:
            url = f"https://{rest}"
        manner = Manner(
            timeout=self._settings.timeout,
            most_bytes=_MOST_BYTES,
            larger="the calendar is larger than 20 MB",
            larger_advice="Keep the rota in a calendar of its own.",
            unreachable_advice=_LAST_GOOD,
        )
        with WebHost(self.name, manner, check=self._check) as host:
            return host.get(url).content

    def _check(self, answer: requests.Response) -> None:
        status = answer.status_code
        if status >= _BUSY or status == _TOO_MANY:
            raise Transient(
                f"answers with status {status}", item=self.name, advice=_LAST_GOOD
            )
        if status >= _REFUSED:
            raise Permanent(
                f"answers with status {status}",
                item=self.name,
                advice="Look whether the calendar is still shared under this address.",
            )
