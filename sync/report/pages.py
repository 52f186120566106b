"""Puts the forms of a report together."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mappings.report.csv_rows import waits_csv
from mappings.report.html_page import html_page
from mappings.report.json_form import report_json
from mappings.report.moodle_page import moodle_page
from mappings.report.openmetrics import openmetrics
from mappings.report.text import report_text
from mappings.report.week_rows import report_weeks
from mappings.report.words import report_title
from moodle_bridge.model.reports import ReportPage
from sync.report.shown import Shown, steady

if TYPE_CHECKING:
    from mappings.report.facts import ReportFacts
    from mappings.report.figures import Figures
    from mappings.report.plot import Plot

_PSEUDONYM_DIGITS = 12


def page_of(
    figures: Figures,
    facts: ReportFacts,
    *,
    language: str,
    public: bool,
    pseudonym: Callable[[int], str],
    plots: Sequence[Plot],
    last: Shown | None = None,
) -> tuple[ReportPage, Shown]:
    """Return a report in all its forms, and what it shows.

    `figures` are those of `facts`. With `public` nothing in it names people.
    `pseudonym` stands for a user id where the waits are listed. `plots` are of the same
    figures, in the same language. `last` is what was
    shown before: a form that people read keeps its date where nothing else is new.
    """
    forms: Mapping[str, Callable[[Figures], str]] = {
        "text": lambda made: report_text(made, language=language, public=public),
        "moodle": lambda made: moodle_page(made, language=language, public=public),
        "page": lambda made: html_page(
            made, language=language, public=public, plots=plots
        ),
    }
    before = last.stamps if last else {}
    shown = {
        name: steady(figures, write, before.get(name)) for name, write in forms.items()
    }
    page = ReportPage(
        title=report_title(figures.names.course, language),
        language=language,
        text=shown["text"][0],
        moodle_html=shown["moodle"][0],
        page_html=shown["page"][0],
        waits_csv=waits_csv(
            figures,
            facts.waits,
            watched=facts.watched,
            rota_since=facts.rota_since,
            rota_until=facts.rota_until,
            pseudonym=pseudonym,
        ),
        json=report_json(figures, public=public),
        openmetrics=openmetrics(figures),
        weeks=report_weeks(figures),
        # Moodle tells what a file is by the end of its name.
        pictures={f"{one.name}.png": one.png for one in plots if one.png is not None},
        descriptions={f"{one.name}.png": one.description for one in plots},
        public=public,
    )
    return page, Shown({name: stamp for name, (_, stamp) in shown.items()})


def pseudonyms(secret: bytes) -> Callable[[int], str]:
    """Return what gives each person the same name for ever, which tells nobody who.

    Signed with the bridge's secret: without it nobody can try all user ids.
    """

    def pseudonym(user_id: int) -> str:
        text = f"report pseudonym:{user_id}".encode()
        return hmac.new(secret, text, hashlib.sha256).hexdigest()[:_PSEUDONYM_DIGITS]

    return pseudonym
