"""A rota as rules: who takes turns in which window, on which days."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IRotaSource
from moodle_bridge.model.rota import DutyRole, Facilitator, RotaReading, RotaRule
from moodle_bridge.plugins.zones import Zone

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS = {
    "every day": range(7),
    "weekdays": range(5),
    "weekend": range(5, 7),
}
_TURNS = {"daily": 1, "weekly": 7, "fortnightly": 14}


def _weekdays(raw: object) -> object:
    if isinstance(raw, str):
        raw = [raw]
    if not isinstance(raw, list):
        return raw
    days: set[int] = set()
    for word in raw:
        text = str(word).strip().lower()
        hits = [
            at for at, day in enumerate(_DAYS) if len(text) > 1 and day.startswith(text)
        ]
        if text in _GROUPS:
            days.update(_GROUPS[text])
        elif len(hits) == 1:
            days.add(hits[0])
        else:
            raise ValueError(f"{word!r} is no weekday; write monday, weekdays, weekend")
    return frozenset(days)


def _clock(raw: object) -> object:
    if raw == "24:00":
        return time(0)
    return time.fromisoformat(raw) if isinstance(raw, str) else raw


def _turn(raw: object) -> object:
    return _TURNS.get(raw, raw) if isinstance(raw, str) else raw


Clock = Annotated[time, BeforeValidator(_clock)]


class RuleSettings(BaseModel):
    """One rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="What the rule is called.")
    people: tuple[str, ...] = Field(
        min_length=1, description="Keys of people, in the order of their turns."
    )
    zone: Zone | None = Field(
        default=None,
        description="The zone of its clock; that of the source if left out.",
    )
    days: Annotated[frozenset[int], BeforeValidator(_weekdays)] = Field(
        default=frozenset(range(7)),
        description="Weekdays, `weekdays`, `weekend`, or `every day`.",
    )
    start: Clock = Field(default=time(0), description="When the watch begins.")
    end: Clock = Field(
        default=time(0),
        description="When it ends; on the day after where it is not later than start.",
    )
    turn: Annotated[int, BeforeValidator(_turn)] = Field(
        default=7,
        ge=1,
        description="`daily`, `weekly`, `fortnightly`, or a number of days.",
    )
    anchor: date = Field(
        default=date(2024, 1, 1),
        description="A day on which the first person's turn begins.",
    )
    at_once: int = Field(default=1, ge=1, description="How many watch together.")
    role: DutyRole = Field(default=DutyRole.PRIMARY, description="In which role.")
    first: date | None = Field(default=None, description="Its first day.")
    last: date | None = Field(default=None, description="Its last day.")

    def rule(self, zone: str) -> RotaRule:
        """Return it as the rota is compiled from."""
        return RotaRule(
            name=self.name,
            people=self.people,
            zone=self.zone or zone,
            weekdays=self.days,
            start=self.start,
            end=self.end,
            anchor=self.anchor,
            turn_days=self.turn,
            at_once=self.at_once,
            role=self.role,
            first=self.first,
            last=self.last,
        )


class RulesRotaSettings(BaseModel):
    """Rules, written here or in a file of their own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zone: Zone | None = Field(
        default=None,
        description="The zone of the rules' clocks; that of [rota] if left out.",
    )
    path: Path | None = Field(
        default=None, description="A TOML file with [[rule]] tables."
    )
    rule: tuple[RuleSettings, ...] = Field(default=(), description="The rules.")

    @model_validator(mode="after")
    def _somewhere(self) -> RulesRotaSettings:
        if (self.path is None) == (not self.rule):
            raise ValueError("give either `path` or [[rule]] tables")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    zone: Zone | None = None
    rule: tuple[RuleSettings, ...] = ()
    format: Literal["rota"] | None = None


@implementer(IRotaSource)
class RulesRota:
    """See `IRotaSource`."""

    def __init__(self, settings: RulesRotaSettings) -> None:
        self._settings = settings
        self.name = f"rules in {settings.path or 'bridge.toml'}"

    def read(
        self,
        start: datetime,  # noqa: ARG002 - rules hold for all time
        end: datetime,  # noqa: ARG002
        people: Sequence[Facilitator],
    ) -> RotaReading:
        """See `IRotaSource`; a rule's people who are not known are left out of it."""
        settings = self._settings
        zone, rules = settings.zone or "UTC", settings.rule
        if settings.path is not None:
            file = self._file(settings.path)
            zone, rules = file.zone or zone, file.rule
        known = {person.key for person in people}
        unknown = {
            key: None for rule in rules for key in rule.people if key not in known
        }
        found = []
        for settings_of_rule in rules:
            keys = tuple(key for key in settings_of_rule.people if key in known)
            if keys:
                rule = settings_of_rule.model_copy(update={"people": keys})
                found.append(rule.rule(zone))
        return RotaReading(rules=tuple(found), unknown=tuple(unknown))

    def close(self) -> None:
        """See `IRotaSource`."""

    def _file(self, path: Path) -> _File:
        try:
            raw: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
            return _File.model_validate(raw)
        except OSError as error:
            raise Permanent(
                f"the rota cannot be read ({error.strerror or error})",
                item=str(path),
                advice="Look whether the file is there and may be read.",
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Permanent(
                f"the rota is no TOML ({error})",
                item=str(path),
                advice="Mend the line that is named.",
            ) from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise Permanent(
                f"{where}: {first['msg']}",
                item=str(path),
                advice="Mend this key of the rota; docs/how-to-rota.md shows them all.",
            ) from error
