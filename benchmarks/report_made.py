"""`python -m benchmarks.report_made FOLDER`: a report of the ledger there, weighed.

Prints as JSON what it took: from nothing, and again after another day. The measuring
process is of its own, so that only the report is weighed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.machine import peak_megabytes
from benchmarks.report_ledger import ENDS, say_a_day
from mappings.report.csv_rows import waits_csv
from mappings.report.html_page import html_page
from mappings.report.json_form import report_json
from mappings.report.moodle_page import moodle_page
from mappings.report.openmetrics import openmetrics
from mappings.report.text import report_text
from mappings.report.week_rows import report_weeks
from sync.ledger import Ledger
from sync.report.figuring import figures
from sync.settings import open_settings

if TYPE_CHECKING:
    from mappings.report.figures import Figures

_SECRETS = {"TOKEN": "a" * 32, "SECRET": "b" * 32}


def main() -> None:
    """Make the report three times, and say how long it took."""
    folder = Path(sys.argv[1])
    now = [ENDS]
    settings = open_settings(folder / "bridge.toml", environ=_SECRETS)[0]
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}", clock=lambda: now[0])
    try:
        told = {}
        began = time.perf_counter()
        known, made = figures(ledger, settings)
        told["figures_seconds"] = time.perf_counter() - began
        _forms(made)
        waits_csv(
            made,
            known.waits,
            watched=known.watched,
            rota_since=known.rota_since,
            pseudonym=str,
        )
        told["seconds"] = time.perf_counter() - began
        told["peak_mb"] = peak_megabytes()
        told["waits"] = made.whole.asked
        del known, made
        now[0] = ENDS + timedelta(days=1)
        told["day_seconds"] = _timed(lambda: say_a_day(ledger, ENDS))
        told["increment_seconds"] = _timed(lambda: _again(ledger, settings))
    finally:
        ledger.close()
    print(json.dumps(told))


def _again(ledger: Ledger, settings: object) -> None:
    _, made = figures(ledger, settings)  # type: ignore[arg-type]
    _forms(made)


def _forms(made: Figures) -> None:
    """Write the forms that say what the numbers are; not the list of all waits."""
    report_text(made, language="en", public=False)
    moodle_page(made, language="en", public=True)
    html_page(made, language="en", public=False, plots=())
    report_json(made, public=False)
    openmetrics(made)
    report_weeks(made)


def _timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
