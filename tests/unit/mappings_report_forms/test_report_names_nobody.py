"""What participants may read names nobody, whoever takes part."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings.participation.activity import Quiet
from mappings.phrases import LANGUAGES
from mappings.report.facts import ReportNames
from mappings.report.figures import Figures
from mappings.report.json_form import report_json
from mappings.report.moodle_page import moodle_page
from mappings.report.openmetrics import openmetrics
from mappings.report.text import report_text
from mappings.report.week_rows import report_weeks
from tests.unit.mappings_report_forms.made_figures import (
    MADE_AT,
    few,
    figures,
    row,
    still_open,
)

# A syllable that is in no word of ours, in every name.
TOKEN = "Xqz"


@st.composite
def people(draw: st.DrawFn) -> dict[int, str]:
    numbers = draw(
        st.lists(
            st.integers(min_value=10**8, max_value=10**9),
            min_size=1,
            max_size=8,
            unique=True,
        )
    )
    return {
        number: draw(st.text(max_size=12)) + TOKEN + draw(st.text(max_size=12))
        for number in numbers
    }


def with_people(names: dict[int, str]) -> Figures:
    told = figures()
    return replace(
        told,
        names=ReportNames(course="Open data", forums=told.names.forums, people=names),
        waiting=tuple(
            still_open(person, MADE_AT - timedelta(minutes=10), post=2 * 10**9 + number)
            for number, person in enumerate(names)
        ),
        participation=replace(
            told.participation,
            quiet=tuple(Quiet(person=one, last_day=None, days=12) for one in names),
            front_runners=tuple((one, 3) for one in names),
            exchange=replace(told.participation.exchange, isolates=frozenset(names)),
        ),
    )


@given(names=people(), language=st.sampled_from(LANGUAGES))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_public_form_holds_a_name_or_number_of_anybody(
    names: dict[int, str], language: str
) -> None:
    told = with_people(names)

    forms = (
        report_text(told, language=language, public=True),
        moodle_page(told, language=language, public=True),
        report_json(told, public=True),
        openmetrics(told),
        str(report_weeks(told)),
    )

    for form in forms:
        assert TOKEN not in form
        assert not any(str(number) in form for number in names)
        assert "2000000" not in form


@given(names=people())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_facilitators_are_told_who_waits_and_who_is_quiet(
    names: dict[int, str],
) -> None:
    text = report_text(with_people(names), language="en", public=False)

    waiting = text.partition("Who waits now")[2].partition("Why answers")[0]
    quiet = text.partition("Who has gone quiet")[2].partition("What the numbers")[0]
    assert waiting.count(TOKEN) == quiet.count(TOKEN) == len(names)


def test_what_could_give_others_away_looks_like_what_few_people_asked() -> None:
    secret, many = few("7001", "Lira"), row("7002", "Gulu")
    hidden = replace(
        secret, key="7003", title="Pader", askers=12, asked=secret.asked, hidden=True
    )
    told = figures()
    told = replace(
        told,
        weeks=tuple(
            replace(one, key=f"2026-W{20 + place}", title="")
            for place, one in enumerate((secret, many, hidden))
        ),
        groups=(secret, many, hidden),
    )

    text = report_text(told, language="en", public=False)
    lira, pader = (
        next(line for line in text.splitlines() if line.startswith(name)).split()[1:]
        for name in ("Lira", "Pader")
    )
    assert lira == pader
    page = moodle_page(told, language="en", public=False)
    lira, pader = (
        next(one for one in page.split("<tr>") if f">{name}<" in one).split("</td>")[1:]
        for name in ("Lira", "Pader")
    )
    assert lira[:2] == pader[:2]
    groups = json.loads(report_json(told, public=False))["groups"]
    assert groups[0] | {"key": "", "title": ""} == groups[2] | {"key": "", "title": ""}
    first, _, third = report_weeks(told)[:3]
    for name in first.keys() - {"week", "begins"}:
        assert first[name] == third[name]


@given(askers=st.lists(st.integers(min_value=0, max_value=9), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_form_shows_numbers_of_fewer_than_five_people(askers: list[int]) -> None:
    rows = tuple(
        replace(few(f"{7000 + place}", f"Forum {place}"), askers=number)
        if number < 5
        else row(f"{7000 + place}", f"Forum {place}", askers=number)
        for place, number in enumerate(askers)
    )
    weeks = tuple(
        replace(one, key=f"2026-W{place + 1:02}") for place, one in enumerate(rows)
    )
    told = replace(
        figures(), weeks=weeks, phases=(), forums=rows, media=(), groups=rows, missed={}
    )

    for form in (
        report_text(told, language="en", public=False),
        moodle_page(told, language="en", public=False),
        report_json(told, public=False),
        openmetrics(told),
        str(report_weeks(told)),
    ):
        # The shares, times and counts that `few` hides.
        for secret in ("4242", "4243", "4244", "4245", "4246", "42%", "2 d 23 h"):
            assert secret not in form.replace("\xa0", " ")
