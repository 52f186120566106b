from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.intake.zones import zone_named, zone_of_country


@pytest.mark.parametrize(
    ("text", "country", "zone"),
    [
        ("Africa/Maputo", None, "Africa/Maputo"),
        ("africa/maputo", None, "Africa/Maputo"),
        ("(UTC+02:00) Africa/Maputo", None, "Africa/Maputo"),
        ("America/Argentina/Buenos_Aires", None, "America/Argentina/Buenos_Aires"),
        ("Asia/Saigon", None, "Asia/Ho_Chi_Minh"),
        ("Asia/Calcutta", None, "Asia/Kolkata"),
        ("Nairobi", None, "Africa/Nairobi"),
        ("Nairobi, Kenya", None, "Africa/Nairobi"),
        ("E. Africa Standard Time", None, "Africa/Nairobi"),
        ("UTC+2", "MZ", "Africa/Maputo"),
        ("GMT+3", "KE", "Africa/Nairobi"),
        ("EAT", "UG", "Africa/Kampala"),
        ("CAT (UTC +2)", "ZM", "Africa/Lusaka"),
        ("UTC+5:30", "IN", "Asia/Kolkata"),
        ("GMT +0545", "NP", "Asia/Kathmandu"),
        ("CEST", "NL", "Europe/Amsterdam"),
        ("UTC+2", "NL", "Europe/Amsterdam"),
        ("UTC+2", "CD", "Africa/Lubumbashi"),
        ("São Paulo", "BR", "America/Sao_Paulo"),
    ],
)
def test_a_zone_is_known_by_what_people_write(
    text: str, country: str | None, zone: str
) -> None:
    assert zone_named(text, country).name == zone


@pytest.mark.parametrize(
    ("text", "country"),
    [("UTC+2", None), ("EAT", None), ("UTC+9", "MZ"), ("", "CD"), ("noon", "US")],
)
def test_what_says_not_enough_gives_no_zone(text: str, country: str | None) -> None:
    assert zone_named(text, country).name is None


def test_zones_of_the_country_that_an_offset_fits_are_proposed() -> None:
    found = zone_named("UTC+10", "AU")

    assert found.name is None
    assert {"Australia/Sydney", "Australia/Brisbane"} <= set(found.candidates)
    assert zone_named("UTC+3", "AU").candidates == ()


@pytest.mark.parametrize(
    ("country", "zone"),
    [("MZ", "Africa/Maputo"), ("NP", "Asia/Kathmandu"), ("VN", "Asia/Ho_Chi_Minh"),
     ("CD", None), ("US", None), (None, None), ("ZZ", None)],
)  # fmt: skip
def test_a_country_has_a_zone_where_its_clocks_show_the_same(
    country: str | None, zone: str | None
) -> None:
    assert zone_of_country(country) == zone


@settings(deadline=None)
@given(st.text(), st.sampled_from([None, "MZ", "US", "CD"]))
def test_every_zone_that_is_found_is_one(text: str, country: str | None) -> None:
    found = zone_named(text, country)

    for name in (*found.candidates, *([found.name] if found.name else [])):
        ZoneInfo(name)
