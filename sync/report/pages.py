"""Puts the forms of a report together."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
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
from sync.report.plots import plots_of

if TYPE_CHECKING:
    from mappings.report.facts import ReportFacts
    from mappings.report.figures import Figures

_PSEUDONYM_DIGITS = 12


def page_of(
    figures: Figures,
    facts: ReportFacts,
    *,
    language: str,
    public: bool,
    pseudonym: Callable[[int], str],
) -> ReportPage:
    """Return a report in all its forms.

    `figures` are those of `facts`. With `public` nothing in it names people.
    `pseudonym` stands for a user id where the waits are listed.
    """
    plots = plots_of(figures, language=language)
    return ReportPage(
        title=report_title(figures.names.course, language),
        language=language,
        text=report_text(figures, language=language, public=public),
        moodle_html=moodle_page(figures, language=language, public=public),
        page_html=html_page(figures, language=language, public=public, plots=plots),
        waits_csv=waits_csv(
            figures, facts.waits, watched=facts.watched, pseudonym=pseudonym
        ),
        json=report_json(figures, public=public),
        openmetrics=openmetrics(figures),
        weeks=report_weeks(figures),
        pictures={plot.name: plot.png for plot in plots if plot.png is not None},
        descriptions={plot.name: plot.description for plot in plots},
        public=public,
    )


def pseudonyms(secret: bytes) -> Callable[[int], str]:
    """Return what gives each person the same name for ever, which tells nobody who.

    Signed with the bridge's secret: without it nobody can try all user ids.
    """

    def pseudonym(user_id: int) -> str:
        text = f"report pseudonym:{user_id}".encode()
        return hmac.new(secret, text, hashlib.sha256).hexdigest()[:_PSEUDONYM_DIGITS]

    return pseudonym
