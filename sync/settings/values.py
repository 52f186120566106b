"""The kinds of values that bridge.toml knows beside TOML's own."""

from __future__ import annotations

import ipaddress
import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, TypeAlias
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema

_UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
    "w": 604800,
    "week": 604800,
}
_DURATION_PART = re.compile(r"(\d+)\s*([a-z]+)\s*")
_LONGEST = timedelta(days=3660)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_SIZES = {"b": 1, "kb": 1000, "mb": 1000**2, "kib": 1024, "mib": 1024**2}
_SIZE = re.compile(r"(\d+)\s*([a-z]+)")
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+"
)
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9-]*[a-z0-9]")


def duration(text: object) -> timedelta:
    """Read a duration such as "30m", "1h 30m" or "2 days"; ValueError if it is none."""
    if isinstance(text, timedelta):
        return text
    wrong = 'must be a duration in quotes with its unit, such as "30m" or "2 days"'
    if not isinstance(text, str):
        raise ValueError(wrong)  # noqa: TRY004 - pydantic collects ValueErrors
    rest, total = text.strip().lower(), timedelta()
    if rest == "0":
        return total
    while rest:
        part = _DURATION_PART.match(rest)
        unit = part and _UNITS.get(part[2], _UNITS.get(part[2].removesuffix("s")))
        if part is None or unit is None or len(part[1]) > 9:  # noqa: PLR2004
            raise ValueError(wrong)
        total += timedelta(seconds=int(part[1]) * unit)
        if total > _LONGEST:
            raise ValueError("is longer than ten years")
        rest = rest[part.end() :]
    if not text.strip():
        raise ValueError(wrong)
    return total


def duration_text(value: timedelta) -> str:
    """Write a duration as bridge.toml has it: 1800 seconds is "30m"."""
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def size(text: object) -> int:
    """Read a size such as "200 KB" into bytes; ValueError if it is none."""
    wrong = 'must be a size in quotes with its unit, such as "200 KB" or "10 MB"'
    if isinstance(text, int) and not isinstance(text, bool) and text >= 0:
        return text
    found = _SIZE.fullmatch(text.strip().lower()) if isinstance(text, str) else None
    if found is None or found[2] not in _SIZES or len(found[1]) > 9:  # noqa: PLR2004
        raise ValueError(wrong)
    return int(found[1]) * _SIZES[found[2]]


def size_text(value: int) -> str:
    """Write a size as bridge.toml has it: 200000 is "200 KB"."""
    for unit, factor in (("MB", 1000**2), ("KB", 1000)):
        if value and value % factor == 0:
            return f"{value // factor} {unit}"
    return f"{value} B"


def address(text: str) -> str:
    """Check an e-mail address, alone and in ASCII; ValueError if it is none."""
    if not _ADDRESS.fullmatch(text) or ".." in text:
        raise ValueError('must be one e-mail address alone, such as "a@example.org"')
    return text


def bridge_address(text: str) -> str:
    """Check the bridge's own address, to which reply keys are added after a `+`."""
    local, _, domain = address(text).rpartition("@")
    if "+" in local:
        raise ValueError("must have no + in it: reply keys are added after one")
    return f"{local}@{domain.lower()}"


def domain_name(text: str) -> str:
    """Check a domain and return it in lower case; ValueError if it is none."""
    if not DOMAIN.fullmatch(text.lower()):
        raise ValueError('must be a domain, such as "lists.example.org"')
    return text.lower()


def short_name(text: str) -> str:
    """Check the name of a pair; ValueError if it is none."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", text):
        raise ValueError("must be small letters, digits and hyphens, 40 at most")
    return text


def subject_tag(text: str) -> str:
    """Check what stands in [ ] before a subject; ValueError if it cannot."""
    if not re.fullmatch(r"[^\[\]\x00-\x1f]{1,40}", text):
        raise ValueError("must be 1 to 40 letters on one line, without [ and ]")
    return text


def language(text: str) -> str:
    """Check the form of a Moodle language code; ValueError if it is none."""
    if not re.fullmatch(r"[a-z]{2,3}(_[a-z0-9_]+)?", text):
        raise ValueError('must be a Moodle language code, such as "fr" or "pt_br"')
    return text


def clock_time(value: object) -> time:
    """Read an hour such as "18:00"; ValueError if it is none."""
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be an hour in quotes, such as "18:00"')
    return time(int(found[1]), int(found[2]))


def quiet_span(value: object) -> tuple[time, time]:
    """Read hours such as "22:00-07:00"; ValueError if they are none."""
    if isinstance(value, tuple):
        return value
    start, _, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        return clock_time(start), clock_time(end)
    except ValueError:
        raise ValueError('must be two hours in quotes, such as "22:00-07:00"') from None


def day(value: object) -> date:
    """Read a day such as 2026-05-04, in quotes or not; ValueError if it is none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    wrong = "must be a day, such as 2026-05-04"
    if not isinstance(value, str):
        raise ValueError(wrong)  # noqa: TRY004 - pydantic collects ValueErrors
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise ValueError(wrong) from None


def zone_name(text: str) -> str:
    """Check the name of a time zone; ValueError if it is none."""
    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError):
        raise ValueError(
            'must be a time zone by its name, such as "Africa/Maputo"'
        ) from None
    return text


def cmids(value: object) -> Literal["all"] | tuple[int, ...]:
    """Read one forum, a list of them, or "all"; ValueError for anything else."""
    if value == "all":
        return "all"
    numbers = value if isinstance(value, list | tuple) else [value]
    if not numbers or not all(_is_number(number) for number in numbers):
        raise ValueError('must be a number, a list of numbers in [ ], or "all"')
    if len(set(numbers)) != len(numbers):
        raise ValueError("names a forum twice")
    return tuple(numbers)


def number_or_name(value: object) -> int | str:
    """Read a number or a name that is not empty; ValueError for anything else."""
    if _is_number(value) or (isinstance(value, str) and value.strip()):
        return value.strip() if isinstance(value, str) else value  # type: ignore[return-value]
    raise ValueError("must be a number, or a name in quotes")


def web_address(url: str) -> SplitResult:
    """Return the parts of a full web address; ValueError for anything else."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not an address a browser would take") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("must be a full address that begins with https://")
    return parts


def is_loopback(host: str) -> bool:
    """Say whether a host name or address means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _schema(kind: str | list[str], **more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, **more})


Duration: TypeAlias = Annotated[
    timedelta, BeforeValidator(duration), _schema("string", examples=["30m"])
]
Size: TypeAlias = Annotated[
    int, BeforeValidator(size), _schema(["string", "integer"], examples=["10 MB"])
]
Address: TypeAlias = Annotated[
    str, AfterValidator(address), _schema("string", format="email")
]
BridgeAddress: TypeAlias = Annotated[
    str, AfterValidator(bridge_address), _schema("string", format="email")
]
DomainName: TypeAlias = Annotated[str, AfterValidator(domain_name), _schema("string")]
ShortName: TypeAlias = Annotated[str, AfterValidator(short_name), _schema("string")]
ZoneName: TypeAlias = Annotated[str, AfterValidator(zone_name), _schema("string")]
Day: TypeAlias = Annotated[date, BeforeValidator(day), _schema("string", format="date")]
ClockTime: TypeAlias = Annotated[
    time, BeforeValidator(clock_time), _schema("string", examples=["18:00"])
]
QuietSpan: TypeAlias = Annotated[
    tuple[time, time],
    PlainValidator(quiet_span),
    _schema("string", examples=["22:00-07:00"]),
]
ChannelName: TypeAlias = Literal["each", "digest", "bundle", "moodle"]
SubjectTag: TypeAlias = Annotated[str, AfterValidator(subject_tag), _schema("string")]
Language: TypeAlias = Annotated[str, AfterValidator(language), _schema("string")]
Cmids: TypeAlias = Annotated[
    Literal["all"] | tuple[int, ...],
    PlainValidator(cmids),
    _schema(["integer", "array", "string"]),
]
NumberOrName: TypeAlias = Annotated[
    int | str, PlainValidator(number_or_name), _schema(["integer", "string"])
]
