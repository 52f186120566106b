"""Makes what TOML gave ready for a model: unknown keys, secrets, relative paths.

It walks a pydantic model and the raw table side by side, so that plug-ins' settings
get the same treatment as our own: a field that is a SecretStr is fetched from where
the file says it is, a Path is taken relative to bridge.toml.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from moodle_bridge.errors import ConfigError, Problem
from sync import secrets
from sync.settings.problems import Location, key_path, unknown

PLACEHOLDER = SecretStr("a secret that could not be fetched")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a file stands in: its folder, the environment; and what is wrong so far."""

    folder: Path
    environ: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, location: Location, what: str, advice: str = "") -> None:
        """Note one thing that is wrong at a place."""
        self.problems.append(
            Problem(where=key_path(location), what=what, advice=advice)
        )


def prepared(
    model: type[BaseModel], raw: Mapping[str, Any], base: Location, around: Surroundings
) -> dict[str, Any]:
    """Return the table as the model wants it; what is wrong goes to `around`.

    Unknown keys are left out (each is a problem), secrets are fetched, paths are made
    absolute, tables of tables likewise. Everything else is left for the model.
    """
    fields = {info.alias or name: info for name, info in model.model_fields.items()}
    ready: dict[str, Any] = {
        key: around.folder / info.default
        for key, info in fields.items()
        if isinstance(info.default, Path)
    }
    for key, value in raw.items():
        location = (*base, key)
        if key not in fields:
            if model.model_config.get("extra") == "allow":
                ready[key] = value
            else:
                around.problems.append(unknown(location, fields))
            continue
        ready[key] = _ready(fields[key].annotation, value, location, around)
    return ready


def _ready(
    annotation: object, value: object, location: Location, around: Surroundings
) -> object:
    kinds = _kinds(annotation)
    if SecretStr in kinds:
        return _secret(value, location, around)
    if Path in kinds and isinstance(value, str):
        return around.folder / Path(value).expanduser()
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if isinstance(value, Mapping):
                return prepared(kind, value, location, around)
            if isinstance(value, list):
                return [
                    prepared(kind, row, (*location, index), around)
                    if isinstance(row, Mapping)
                    else row
                    for index, row in enumerate(value)
                ]
    return value


def _secret(value: object, location: Location, around: Surroundings) -> SecretStr:
    try:
        return secrets.resolve(value, folder=around.folder, environ=around.environ)
    except ConfigError as error:
        advice = "" if error.advice == ConfigError.advice_default else error.advice
        around.refuse(location, error.what, advice)
        return PLACEHOLDER


def _kinds(annotation: object) -> tuple[Any, ...]:
    """Return the types that an annotation is made of, without None and Ellipsis."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _kinds(typing.get_args(annotation)[0])
    if origin in {typing.Union, types.UnionType, list, tuple}:
        return tuple(
            kind
            for part in typing.get_args(annotation)
            if part is not type(None) and part is not Ellipsis
            for kind in _kinds(part)
        )
    return (annotation,)
