"""What a web service function accepts, declared; and the one check of it.

The kinds are those of Moodle's external_description: a value of a PARAM type, an
object with named fields, a list. Missing, unknown and ill-typed parameters are all
refused here, with `invalidparameter`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from moodle_bridge.practice.refusals import Refusal, invalid_parameter


class Presence(Enum):
    """Whether a parameter must be sent, may be left out, or has a default."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One scalar of a PARAM type; `null` says whether a JSON null is taken."""

    type: str
    presence: Presence = Presence.REQUIRED
    default: Any = None
    null: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An object with named fields, in the order of the function's parameters."""

    fields: Mapping[str, Description]
    presence: Presence = Presence.REQUIRED
    default: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list whose items all look alike."""

    item: Description
    presence: Presence = Presence.REQUIRED
    default: Any = field(default_factory=list)


Description = Value | Record | Items


def value(
    kind: str, *, null: bool = True, presence: Presence = Presence.REQUIRED
) -> Value:
    """Describe a required scalar, or an optional one."""
    return Value(type=kind, null=null, presence=presence)


def optional(kind: str, *, null: bool = True) -> Value:
    """Describe a scalar that may be left out and then stays out."""
    return Value(type=kind, null=null, presence=Presence.OPTIONAL)


def default(kind: str, preset: object, *, null: bool = True) -> Value:
    """Describe a scalar with a default."""
    return Value(type=kind, null=null, presence=Presence.DEFAULT, default=preset)


def record(**fields: Description) -> Record:
    """Describe an object by its fields."""
    return Record(fields=fields)


def items(item: Description, *, presence: Presence = Presence.REQUIRED) -> Items:
    """Describe a list; with `Presence.DEFAULT` an absent one is empty."""
    return Items(item=item, presence=presence)


def checked(description: Description, sent: object) -> Any:
    """Return what was sent, typed and with defaults, or raise `invalidparameter`."""
    match description:
        case Value():
            return _checked_value(description, sent)
        case Items():
            if isinstance(sent, Mapping):
                sent = list(sent.values())
            if not isinstance(sent, list):
                raise invalid_parameter(
                    f"Only arrays accepted. The bad value is: {sent!r}"
                )
            return [checked(description.item, item) for item in sent]
        case Record():
            return _checked_record(description, sent)


def _checked_record(description: Record, sent: object) -> dict[str, Any]:
    if isinstance(sent, list):
        sent = {str(index): item for index, item in enumerate(sent)}
    if not isinstance(sent, Mapping):
        raise invalid_parameter(f"Only arrays accepted. The bad value is: {sent!r}")
    result: dict[str, Any] = {}
    for key, expected in description.fields.items():
        if key in sent:
            result[key] = _checked_field(key, expected, sent[key])
        elif expected.presence is Presence.REQUIRED:
            raise invalid_parameter(f"Missing required key in single structure: {key}")
        elif expected.presence is Presence.DEFAULT:
            result[key] = _checked_field(key, expected, expected.default)
    unexpected = [key for key in sent if key not in description.fields]
    if unexpected:
        raise invalid_parameter(
            f"Unexpected keys ({', '.join(unexpected)}) detected in parameter array."
        )
    return result


def _checked_field(key: str, expected: Description, sent: object) -> Any:
    try:
        return checked(expected, sent)
    except Refusal as refusal:
        raise invalid_parameter(f"{key} => {refusal.debuginfo}") from None


def _checked_value(description: Value, sent: object) -> Any:
    kind = description.type
    if sent is None:
        if description.null:
            return None
        raise invalid_parameter("Null is not allowed")
    if isinstance(sent, (Mapping, list)):
        raise invalid_parameter("Scalar type expected, array or object received.")
    text = _php_text(sent)
    if kind == "bool":
        if isinstance(sent, bool) or text in {"0", "1"}:
            return text == "1"
        raise invalid_parameter(f'the value is "{text}", expected "bool"')
    if kind == "float":
        if not _FLOAT.fullmatch(text):
            raise invalid_parameter(f'the value is "{text}", expected "float"')
        return float(text or 0)
    cleaned = CLEANERS[kind](text)
    if cleaned != text:
        raise invalid_parameter(f'the value is "{text}", expected "{kind}"')
    return int(text) if kind == "int" else cleaned


def _php_text(sent: object) -> str:
    if sent is True:
        return "1"
    if sent is False:
        return ""
    return str(sent)


_FLOAT = re.compile(r"[+-]?[0-9]*\.?[0-9]*(e[-+]?[0-9]+)?", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!?][^>]*>?")
_MULTILANG = re.compile(r"</?(?:lang|span)(?: [^>]*)?>", re.IGNORECASE)


def _int(text: str) -> str:
    found = re.match(r"\s*([+-]?\d+)", text)
    return str(int(found[1])) if found else "0"


def _keeping(pattern: str) -> Callable[[str], str]:
    unwanted = re.compile(f"[^{pattern}]", re.IGNORECASE)
    return lambda text: unwanted.sub("", text)


def _whole(pattern: str) -> Callable[[str], str]:
    wanted = re.compile(pattern)
    return lambda text: text if wanted.fullmatch(text) else ""


def without_tags(text: str) -> str:
    """Return a PARAM_NOTAGS text: everything that looks like a tag is gone."""
    return _TAG.sub("", text)


def plain_text(text: str) -> str:
    """Return a PARAM_TEXT text: tags are gone, but for those of multilang."""
    if "lang" in text and _MULTILANG.search(text):
        kept = _TAG.sub(lambda tag: tag[0] if _MULTILANG.match(tag[0]) else "", text)
        if kept == text:
            return text
    return without_tags(text)


def file_name(text: str) -> str:
    """Return a PARAM_FILE name: no path, no control and no shell characters."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", text)
    name = re.sub(r"[&<>\"`|':\\/]", "", name)
    name = re.sub(r"\.\.+", "", name)
    return "" if name == "." else name


def _path(text: str) -> str:
    path = re.sub(r"[\x00-\x1f\x7f]", "", text.replace("\\", "/"))
    path = re.sub(r"[&<>\"`|':]", "", path)
    path = re.sub(r"\.\.+", "", path)
    return re.sub(r"/(\./)+", "/", re.sub(r"//+", "/", path))


CLEANERS: Mapping[str, Callable[[str], str]] = {
    "int": _int,
    "raw": lambda text: text,
    "raw_trimmed": str.strip,
    "text": plain_text,
    "notags": without_tags,
    "alpha": _keeping("a-z"),
    "alphaext": _keeping("a-z_-"),
    "alphanum": _keeping("a-z0-9"),
    "alphanumext": _keeping("a-z0-9_-"),
    "component": _whole(r"[a-z][a-z0-9]*(_[a-z][a-z0-9_]*)?[a-z0-9]+"),
    "plugin": _whole(r"[a-z][a-z0-9_]*"),
    "area": _whole(r"[a-z][a-z0-9_]*[a-z0-9]"),
    "stringid": _whole(r"[a-zA-Z][a-zA-Z0-9.:/_-]*"),
    "path": _path,
    "file": file_name,
    "username": lambda text: re.sub(r"[^-.@_a-z0-9]", "", text.lower()),
    # Languages, themes and sign-in plug-ins are only known to the site itself.
    "lang": lambda text: text,
    "theme": lambda text: text,
    "auth": lambda text: text,
    "timezone": lambda text: text,
    "email": lambda text: text,
    "url": lambda text: text,
}
