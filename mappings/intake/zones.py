"""Time zones by what people write: a name, a town, an offset; or by the country."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.core import get_global

from mappings.intake.folding import folded_words

_OFFSET = re.compile(
    r"(?:utc|gmt|z)?\s*([+\-\u2212\u2013]|plus|minus)\s*(\d{1,2})(?:[:.h]?(\d{2}))?"
    r"(?![\d:])",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_]+(?:/[A-Za-z_+\-0-9]+){1,2}")
_FARTHEST = timedelta(hours=14)
# What a clock shows in January counts as the offset of a zone: a name such as CET, and
# what people know of their zone, is mostly of the winter.
_WINTER = datetime(2025, 1, 15, 12, tzinfo=UTC)
_SUMMER = datetime(2025, 7, 15, 12, tzinfo=UTC)
_LETTERS: Mapping[str, timedelta] = {
    name: timedelta(hours=hours)
    for name, hours in {
        "utc": 0, "gmt": 0, "wet": 0, "wat": 1, "cet": 1, "cat": 2, "eet": 2, "sast": 2,
        "eat": 3, "msk": 3, "gst": 4, "pkt": 5, "ist": 5.5, "npt": 5.75, "ict": 7, "wib": 7,
        "wita": 8, "wit": 9, "pht": 8, "jst": 9, "kst": 9, "cest": 1, "est": -5, "cst": -6,
        "mst": -7, "pst": -8, "brt": -3, "art": -3, "clt": -4, "cot": -5, "pet": -5,
        "bot": -4, "bst": 6, "mmt": 6.5,
    }.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFound:
    """What an answer says of the time zone.

    `name` is an IANA name, None where nothing or not enough is said. `candidates` are
    the zones of the country that an offset fits, where they are several.
    """

    name: str | None = None
    candidates: tuple[str, ...] = ()


def zone_named(text: str, country: str | None) -> ZoneFound:
    """Return the zone that an answer names.

    A name of the time zone database in any case, the name that Windows has for it, or a
    town that has a zone. An offset (`UTC+2`, `GMT-3`) or its letters (EAT) give a zone
    only with the country (ISO 3166 alpha-2): alone they say nothing of summer time.
    """
    for found in _NAME.findall(text):
        if name := _by_name().get(folded_words(found)):
            return ZoneFound(name=name)
    name = _by_name().get(folded_words(text)) or _by_windows().get(folded_words(text))
    if name:
        return ZoneFound(name=name)
    offset = _offset_of(text)
    near = () if country is None else _zones_of(country)
    if offset is not None and near:
        fitting = tuple(one for one in near if offset in _offsets(one))
        alike = {_offsets(one) for one in fitting}
        # Zones that show the same clock are one to whoever lives by it.
        if fitting and len(alike) == 1:
            return ZoneFound(name=fitting[0])
        return ZoneFound(candidates=fitting)
    towns = [_by_town().get(folded_words(one)) for one in re.split(r"[,;()/]", text)]
    if town := next((one for one in towns if one), None):
        return ZoneFound(name=town)
    return ZoneFound()


def zone_of_country(country: str | None) -> str | None:
    """Return the zone of a country, None where its clocks do not all show the same."""
    zones = _zones_of(country) if country else ()
    return zones[0] if len({_offsets(one) for one in zones}) == 1 else None


def _offset_of(text: str) -> timedelta | None:
    if found := _OFFSET.search(text):
        sign, hours, minutes = found.groups()
        size = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if size > _FARTHEST:
            return None
        return size if sign.lower() in {"+", "plus"} else -size
    words = folded_words(text).split()
    return next((_LETTERS[word] for word in words if word in _LETTERS), None)


@cache
def _offsets(zone: str) -> tuple[timedelta, timedelta]:
    place = ZoneInfo(zone)
    winter, summer = (
        moment.astimezone(place).utcoffset() or timedelta()
        for moment in (_WINTER, _SUMMER)
    )
    return winter, summer


def _zones_of(country: str) -> tuple[str, ...]:
    return _zones().get(country, ())


@cache
def _zones() -> Mapping[str, tuple[str, ...]]:
    """Return the zones of each country, the most usual first."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            code, _place, zone, *_about = line.split("\t")
            found[code] = (*found.get(code, ()), zone)
    return found


@cache
def _by_name() -> Mapping[str, str]:
    names = {folded_words(zone): zone for zones in _zones().values() for zone in zones}
    now = set(names.values())
    # Names of old (Asia/Saigon) stand for what they are called now.
    old: Mapping[str, str] = get_global("zone_aliases")
    return {
        **{folded_words(name): zone for name, zone in old.items() if zone in now},
        **names,
    }


@cache
def _by_town() -> Mapping[str, str]:
    return {
        folded_words(zone.rpartition("/")[2]): zone
        for zones in _zones().values()
        for zone in zones
    }


@cache
def _by_windows() -> Mapping[str, str]:
    names: Mapping[str, str] = get_global("windows_zone_mapping")
    return {folded_words(name): zone for name, zone in names.items()}
