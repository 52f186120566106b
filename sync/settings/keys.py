"""What is said of each key, from the models themselves: the schema is the manual."""

from __future__ import annotations

import inspect
import types
import typing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sync.settings import intake_questions, values
from sync.settings.recurrence import recurrence
from sync.settings.values import size_text
from sync.settings.written import written

_BY_CHECK = {
    values.duration: "duration",
    values.size: "size",
    values.day: "date",
    values.quiet_span: "hours",
    recurrence: "day and hour",
    values.address: "address",
    values.bridge_address: "address",
    values.domain_name: "domain",
    values.cmids: 'number, list of numbers, or "all"',
    values.number_or_name: "number or name",
    intake_questions.asked: "question, list of questions, or table",
    intake_questions.courses: "number or name, or list of them",
}
_BY_TYPE: dict[object, str] = {
    SecretStr: "secret",
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
}
_NAMED = {
    "address": "list@example.org",
    "host": "mail.example.org",
    "name": "List",
    "path": "Maildir",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a table: its name, what may stand there, and what it means.

    `default` is TOML, None when there is none; `example` is TOML of the right kind.
    """

    name: str
    kind: str
    required: bool
    default: str | None
    example: str
    description: str


def keys_of(model: type[BaseModel]) -> tuple[Key, ...]:
    """Return the keys of a model that stand in its own table, in their order."""
    return tuple(
        _key(info.alias or name, info)
        for name, info in model.model_fields.items()
        if not _is_table(info)
    )


def summary(model: type[BaseModel]) -> str:
    """Return what the docstring of a model says, as one paragraph."""
    return " ".join((inspect.getdoc(model) or "").split())


def _key(name: str, info: FieldInfo) -> Key:
    kind = _kind(info)
    default = None
    if not info.is_required() and info.default not in (None, "", (), PydanticUndefined):
        sized = _check_of(info) is values.size and isinstance(info.default, int)
        default = (
            None
            if isinstance(info.default, SecretStr)
            else written(size_text(info.default) if sized else info.default)
        )
    example = written(info.examples[0]) if info.examples else default
    if example is None:
        example = _blank(name, kind)
    return Key(
        name=name,
        kind=kind,
        required=info.is_required(),
        default=default,
        example=example,
        description=info.description or "",
    )


def _blank(name: str, kind: str) -> str:
    """Return something of the right kind for a key that has no example."""
    if kind == "secret":
        return written({"file": f"mail-{name}"})
    if "number" in kind:
        return "1"
    if kind.startswith("list of"):
        return "[]"
    return written(_NAMED.get(name, ""))


def _check_of(info: FieldInfo) -> object:
    for part in info.metadata:
        if getattr(part, "func", None) in _BY_CHECK:
            return part.func
    for part in typing.get_args(info.annotation):
        for check in getattr(part, "__metadata__", ()):
            if getattr(check, "func", None) in _BY_CHECK:
                return check.func
    return None


def _kind(info: FieldInfo) -> str:
    check = _check_of(info)
    if check is not None:
        return _BY_CHECK[check]  # type: ignore[index]
    return _kind_of(info.annotation)


def _kind_of(annotation: Any) -> str:
    origin = typing.get_origin(annotation)
    parts = [part for part in typing.get_args(annotation) if part is not type(None)]
    if origin is typing.Annotated:
        return _kind_of(parts[0])
    if origin is typing.Literal:
        return " or ".join(map(written, parts))
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(dict.fromkeys(map(_kind_of, parts)))
    if origin in {tuple, list, set, frozenset}:
        return f"list of {_kind_of(parts[0])}s"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(written(member.value) for member in annotation)
    return _BY_TYPE.get(annotation, "value")


def _is_table(info: FieldInfo) -> bool:
    waiting: list[Any] = [info.annotation]
    while waiting:
        kind = waiting.pop()
        waiting.extend(typing.get_args(kind))
        if isinstance(kind, type) and (
            issubclass(kind, BaseModel) or kind.__name__ == "PluginChoice"
        ):
            return True
    return False
