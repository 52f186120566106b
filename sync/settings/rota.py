"""The section [rota]: who shares the watch, and where it stands who is on when."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from sync.settings.base import PluginChoice, Section
from sync.settings.recurrence import RecurrenceText
from sync.settings.values import (
    Address,
    Language,
    NumberOrName,
    QuietSpan,
    ShortName,
    ZoneName,
)
from sync.settings.windows import WindowText


class RotaPersonSettings(Section):
    """Somebody who shares the watch."""

    key: ShortName = Field(
        description="A short name for the rota and the command line. Never change it:"
        " the history knows people by it.",
        examples=["ana"],
    )
    name: str = Field(
        min_length=1, description="What people call them.", examples=["Ana Kato"]
    )
    user: NumberOrName | None = Field(
        default=None,
        description="Their account in Moodle: username, address or user id. By it their"
        " answers are known.",
        examples=["ana.kato"],
    )
    address: Address | None = Field(
        default=None,
        description="Where mail reaches them; that of their account if left out.",
        examples=["ana@example.org"],
    )
    zone: ZoneName = Field(
        description="The time zone they live in.", examples=["Africa/Kampala"]
    )
    language: Language = Field(
        default="en", description="The language in which the bridge writes to them."
    )
    names: tuple[str, ...] = Field(
        default=(),
        strict=False,
        description="What calendars and tables call them beside that.",
        examples=[["Ana K."]],
    )
    prefers: tuple[WindowText, ...] = Field(
        default=(),
        strict=False,
        description="When they like to be on duty, by their own clock; `rota suggest`"
        " thinks of it.",
        examples=[["weekdays 18:00-22:00"]],
    )
    avoids: tuple[WindowText, ...] = Field(
        default=(),
        strict=False,
        description="When they are rather not on duty, by their own clock; `rota"
        " suggest` spares them if somebody else can.",
        examples=[["sunday", "22:00-07:00"]],
    )
    most_hours: float | None = Field(
        default=None,
        gt=0,
        description="The most hours a week that `rota suggest` gives them.",
        examples=[12],
    )
    share: float = Field(
        default=1.0,
        ge=0,
        description="How much `rota suggest` gives them beside the others: 0.5 is half"
        " as much, 0 only what nobody else can take.",
        examples=[0.5],
    )
    lead: bool = Field(
        default=False, description="Whether they are told when nobody is on duty."
    )
    quiet: QuietSpan | None = Field(
        default=None,
        description="The hours of their clock in which no alert is sent to them; it"
        " waits until they end. Who is on duty is alerted all the same.",
        examples=["22:00-07:00"],
    )
    most_an_hour: int | None = Field(
        default=12,
        gt=0,
        description="How many alerts an hour they get at most; what is more waits, and"
        " comes as one.",
        examples=[6],
    )


class RotaSettings(Section):
    """Who is on duty when.

    It may stand in several places at once: what they hold is laid together.
    """

    zone: ZoneName = Field(
        default="UTC",
        description="The zone in which weeks and tables of the rota are shown, and"
        " times of its sources are read, where nobody says another.",
        examples=["Europe/Amsterdam"],
    )
    people: tuple[RotaPersonSettings, ...] = Field(
        default=(),
        alias="person",
        strict=False,
        description="Who shares the watch: one [[rota.person]] for each.",
    )
    sources: tuple[PluginChoice, ...] = Field(
        default=(),
        alias="source",
        strict=False,
        description="Where the rota stands: any number of plug-ins with their keys.",
    )
    max_events: int = Field(
        default=500,
        ge=1,
        description="`rota publish` stops and asks where it would change more events"
        " of calendars.",
    )
    publish: bool | RecurrenceText = Field(
        default=False,
        description="Whether `run` and `sync` publish the rota by themselves, once"
        " `rota publish` was done by hand: true for every change of it, or a day and an"
        ' hour by the clock of [rota], as "daily 05:00".',
        examples=["daily 05:00"],
    )
    publish_calendar: bool = Field(
        default=True,
        description="Whether the rota is published into the Moodle calendars of the"
        " pairs' courses.",
    )
    publish_folder: Path | None = Field(
        default=None,
        description="The folder into which the rota is published as iCalendar files:"
        " one for each person, and all.ics.",
        examples=["rota"],
    )
    publish_weeks: int = Field(
        default=4,
        ge=1,
        le=8,
        description="For how many weeks from now the rota is published.",
    )
