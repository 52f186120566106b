"""The sections [report] and [[phase]]: what is reported back, where, and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from pydantic import Field, field_validator, model_validator

from sync.settings.base import PluginChoice, Section
from sync.settings.recurrence import RecurrenceText
from sync.settings.values import Day, Duration, Language, ShortName, ZoneName


class PhaseSettings(Section):
    """A part of the course: intake, online, face-to-face, coaching, or your own."""

    name: ShortName = Field(
        description="What it is called: intake, online, face-to-face and coaching are"
        " shown in the reader's language, any other as it stands here.",
        examples=["online"],
    )
    first: Day = Field(description="Its first day.", examples=[date(2026, 3, 2)])
    last: Day = Field(
        description="Its last day, which is part of it.", examples=[date(2026, 3, 22)]
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.last < self.first:
            raise ValueError("ends (`last`) before it begins (`first`)")
        return self


class ReportSinkSettings(Section):
    """One place where the report goes."""

    name: ShortName = Field(
        description="What `report --to` calls it. Never change it: by it the bridge"
        " finds what it wrote there.",
        examples=["forum"],
    )
    every: RecurrenceText | None = Field(
        default=None,
        description="When `run` writes it, by the clock of [report]: a day and an hour"
        " (`monday 07:00`), or an hour of every day (`daily 06:00`). Left out, only"
        " `report` writes it.",
        examples=["monday 07:00"],
    )
    language: Language | None = Field(
        default=None,
        description="The language of what is written there; that of [report] if left"
        " out.",
    )
    pairs: tuple[ShortName, ...] = Field(
        default=(),
        strict=False,
        description="Of which pairs it tells: their names; all of them if left out.",
        examples=[["course"]],
    )
    to: PluginChoice = Field(description="Where: a plug-in and its settings.")


class ReportSettings(Section):
    """How response times and participation are reported back."""

    zone: ZoneName | None = Field(
        default=None,
        description="The zone of the course, in which weeks and hours are cut; that of"
        " [rota] if left out.",
        examples=["Africa/Kampala"],
    )
    language: Language = Field(
        default="en", description="The language of reports where nothing else is said."
    )
    promise: Duration | None = Field(
        default=None,
        gt=timedelta(),
        description="Within what time every question is to be answered; that of"
        " [alerts] if left out, an hour if that says nothing.",
        examples=["1h"],
    )
    quiet_after: Duration = Field(
        default=timedelta(days=10),
        gt=timedelta(),
        description="Who says nothing for so long has gone quiet; only facilitators"
        " are told.",
    )
    sinks: tuple[ReportSinkSettings, ...] = Field(
        default=(),
        alias="sink",
        strict=False,
        description="Where reports go: [[report.sink]] with [report.sink.to].",
    )

    @field_validator("sinks")
    @classmethod
    def _have_names_of_their_own(
        cls, sinks: tuple[ReportSinkSettings, ...]
    ) -> tuple[ReportSinkSettings, ...]:
        names = [sink.name for sink in sinks]
        if len(set(names)) != len(names):
            raise ValueError("two sinks have the same name")
        return sinks
