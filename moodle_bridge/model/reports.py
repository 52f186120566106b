"""A report, ready in every form that a sink may want."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """One report; all forms say the same.

    `moodle_html` keeps to what Moodle's cleaning leaves and stays under 10 KB.
    `page_html` is a whole page that needs nothing from elsewhere. `text` has lines of
    80 columns. `waits_csv` has a row a wait, with pseudonyms. `json` follows the
    schema that docs name. `openmetrics` is the text exposition format. `weeks` are
    flat rows, one a week, oldest first, each with `week` (2026-W47). `pictures` are
    PNG files by name, and `descriptions` says what each shows, for who cannot see it.
    `public` is false where it names people: then it may go to facilitators only.
    """

    title: str
    language: str
    text: str
    moodle_html: str
    page_html: str
    waits_csv: str
    json: str
    openmetrics: str
    weeks: tuple[Mapping[str, str | int | float | None], ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    public: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a sink wrote: its own name for it, and the fingerprint of the content.

    Several targets (a row a week) have one fingerprint each, by their names.
    `problem` says what did not come about, or what nobody can know, where the rest
    did; people are to be told. Empty when all is well.
    """

    target: str
    fingerprints: Mapping[str, str]
    problem: str = ""
