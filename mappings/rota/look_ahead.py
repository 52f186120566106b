"""The weekly mail: somebody's watches of the coming days, and when nobody watches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mappings.moments import clock_text, local_day, moment_text, weekday_name
from mappings.phrases import phrase
from mappings.rota.duty import Period
from mappings.rota.rota_mail import RotaPost, rota_mail, span_text
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.model.rota import DutyRole, Facilitator, Shift

_LINES_MOST = 30
# So often at the same hours is a habit, and one line.
_HABIT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAhead:
    """What somebody is told of the coming days: until `end`.

    `shifts` are theirs, in order of time; `gaps` when nobody is on duty as primary.
    For a lead those go on until `gaps_end`.
    """

    reader: Facilitator
    end: datetime
    shifts: Sequence[Shift]
    gaps: Sequence[Period]
    gaps_end: datetime


def look_ahead_mail(said: LookAhead, post: RotaPost) -> OutgoingMail:
    """Return the mail, in the language and the zone of its reader.

    Raises ValueError for a reader without an address.
    """
    reader = said.reader
    number = sum(shift.role is not DutyRole.SHADOW for shift in said.shifts)
    subject = (
        phrase(reader.language, "look_ahead_subject", number=number)
        if number
        else phrase(reader.language, "look_ahead_subject_none")
    )
    return rota_mail(reader, subject, [_watches(said), _gaps(said)], post)


def gap_lines(
    language: str, gaps: Sequence[Period], zone: str, *, most: int = _LINES_MOST
) -> list[str]:
    """Return lines that say when nobody is on duty, by the clock of a zone.

    What comes again at the same hours stands in one line.
    """
    by_hours: defaultdict[tuple[str, str], list[Period]] = defaultdict(list)
    for gap in gaps:
        hours = (
            clock_text(language, gap[0], zone),
            clock_text(language, gap[1], zone),
        )
        by_hours[hours].append(gap)
    lines = []
    for (start, end), alike in by_hours.items():
        if len(alike) < _HABIT:
            lines += [(gap[0], _gap_line(language, gap, zone)) for gap in alike]
            continue
        number = len(alike)
        first = moment_text(language, alike[0][0], zone)
        line = phrase(
            language,
            "look_ahead_gap_again",
            start=start,
            end=end,
            number=number,
            first=first,
        )
        lines.append((alike[0][0], line))
    shown = [line for _, line in sorted(lines)]
    if len(shown) <= most:
        return shown
    return [*shown[:most], phrase(language, "handover_more", number=len(shown) - most)]


def _watches(said: LookAhead) -> str:
    language, zone = said.reader.language, said.reader.zone
    until = moment_text(language, said.end, zone)
    if not said.shifts:
        return phrase(language, "look_ahead_none", end=until)
    lines = [phrase(language, "look_ahead_watches", end=until)]
    lines += [
        f"* {span_text(language, shift.start, shift.end, zone, shift.role)}"
        for shift in said.shifts[:_LINES_MOST]
    ]
    more = len(said.shifts) - _LINES_MOST
    if more > 0:
        lines.append(phrase(language, "handover_more", number=more))
    return "\n".join(lines)


def _gaps(said: LookAhead) -> str:
    language, zone = said.reader.language, said.reader.zone
    if not said.gaps:
        return phrase(language, "look_ahead_no_gaps") if said.reader.lead else ""
    until = moment_text(language, said.gaps_end, zone)
    lines = [phrase(language, "look_ahead_gaps", end=until)]
    lines += [f"* {line}" for line in gap_lines(language, said.gaps, zone)]
    return "\n".join(lines)


def _gap_line(language: str, gap: Period, zone: str) -> str:
    return phrase(
        language,
        "rota_span_primary",
        weekday=weekday_name(language, local_day(gap[0], zone).weekday()),
        start=moment_text(language, gap[0], zone),
        end=moment_text(language, gap[1], zone),
    )
