"""What a rota is to cover, out of a file or the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from mappings.rota.slots import Coverage
from mappings.rota.windows import Window, read_window
from moodle_bridge.errors import ConfigError
from moodle_bridge.model.rota import DutyRole
from sync.settings.values import Duration, ZoneName

_TURNS = {"daily": 1, "weekly": 7, "fortnightly": 14}
_HOUR = timedelta(hours=1)


def _turn(raw: object) -> object:
    return _TURNS.get(raw, raw) if isinstance(raw, str) else raw


def _window(raw: object) -> object:
    return read_window(raw) if isinstance(raw, str) else raw


class _WindowRow(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    when: Annotated[Window, BeforeValidator(_window)]
    name: str | None = Field(default=None, min_length=1)
    zone: ZoneName | None = None
    shift: Duration | None = Field(default=None, ge=_HOUR)
    turn: Annotated[int, BeforeValidator(_turn)] = Field(default=1, ge=1, le=31)
    at_once: int = Field(default=1, ge=1)
    role: DutyRole = DutyRole.PRIMARY


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    zone: ZoneName | None = None
    window: tuple[_WindowRow, ...] = Field(min_length=1)


def coverage_file(path: Path, *, zone: str) -> tuple[Coverage, ...]:
    """Return the windows of a TOML file; `zone` is theirs where none is said.

    Raises ConfigError that names the key to mend.
    """
    try:
        read = _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ConfigError(
            f"it cannot be read ({error.strerror or error})",
            item=str(path),
            advice="Look whether the file is there and may be read.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"it is no TOML ({error})",
            item=str(path),
            advice="Mend the line that is named.",
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{where}: {first['msg']}",
            item=str(path),
            advice="It holds [[window]] tables with `when`, and perhaps name, zone,"
            " shift, turn, at_once, role.",
        ) from error
    return tuple(
        Coverage(
            name=row.name or f"window {number}",
            window=row.when,
            zone=row.zone or read.zone or zone,
            shift=row.shift,
            turn_days=row.turn,
            at_once=row.at_once,
            role=row.role,
        )
        for number, row in enumerate(read.window, 1)
    )


def coverage_said(
    windows: Sequence[str],
    *,
    zone: str,
    shift: timedelta | None,
    turn_days: int,
    at_once: int,
) -> tuple[Coverage, ...]:
    """Return the windows of a command line; raises ConfigError for one that is none."""
    found = []
    for text in windows:
        try:
            window = read_window(text)
        except ValueError as error:
            raise ConfigError(
                str(error),
                item=f"--cover {text}",
                advice="Write it as `weekdays 08:00-22:00`, or `weekend`.",
            ) from None
        found.append(
            Coverage(
                name=text,
                window=window,
                zone=zone,
                shift=shift,
                turn_days=turn_days,
                at_once=at_once,
            )
        )
    return tuple(found)
