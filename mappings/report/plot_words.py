"""What each plot shows, in sentences: for whom the picture is dark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from babel.dates import format_skeleton, get_day_names

from mappings.moments import weekday_name
from mappings.phrases import phrase, written_as
from mappings.report.figures import (
    ActiveRow,
    Figures,
    HourOfWeek,
    HourRow,
    ResponseCurve,
)
from mappings.report.read_curves import DAY, share_at, shown_curves, told_at
from mappings.report.words import Words, monday_of

UNWATCHED = 0.5
"""Below this share of an hour on duty nobody is said to be on duty in it."""

_WEEK = 7 * DAY
_DAYS = 7


def response_words(figures: Figures, words: Words) -> str:
    """Say for each curve how much was answered by when."""
    promise = figures.promise.total_seconds()
    told = []
    for curve in shown_curves(figures):
        shares = [
            words.worded(
                "plot_within",
                share=words.percent(share.share),
                duration=words.duration(seconds),
            )
            for seconds in told_at(promise)
            if (share := share_at(curve, seconds)) is not None
        ]
        told.append(
            words.counted(
                "plot_curve_words",
                curve.n,
                name=curve_name(figures, curve, words),
                shares=", ".join(shares),
            )
        )
    promised = words.worded("plot_promise_words", duration=words.duration(promise))
    return " ".join([*told, promised])


def hours_words(figures: Figures, words: Words) -> str:
    """Say when most questions come, and when most promises are missed."""
    asked = sum(row.asked for row in figures.hours.values())
    told = [words.counted("plot_hours_words", asked)]
    busiest = _most(figures.hours.items(), lambda row: row.asked)
    if busiest:
        moments = ", ".join(_hour(words, hour, row.asked) for hour, row in busiest)
        told.append(words.worded("plot_busiest_words", hours=moments))
    shown = [(hour, row) for hour, row in figures.hours.items() if row.shown]
    worst = _most(shown, lambda row: row.missed)
    if worst:
        moments = ", ".join(_hour(words, hour, row.missed) for hour, row in worst)
        told.append(words.worded("plot_missed_words", hours=moments))
    elif shown:
        told.append(words.worded("plot_none_missed_words"))
    if len(shown) < sum(row.asked > 0 for row in figures.hours.values()):
        told.append(words.worded("plot_few_words"))
    return " ".join(told)


def cover_words(figures: Figures, words: Words) -> str:
    """Say how many questions come while nobody is on duty, and when most of them."""
    rows = {key: row for key, row in figures.hours.items() if row.watched is not None}
    asked = sum(row.asked for row in rows.values())
    alone = [(key, row) for key, row in rows.items() if unwatched(row)]
    count = sum(row.asked for _, row in alone)
    told = [
        words.worded(
            "plot_cover_words",
            hours=len(rows) - len(alone),
            questions=words.part(count, asked),
        )
    ]
    worst = _most(alone, lambda row: row.asked)
    if worst:
        moments = ", ".join(_hour(words, hour, row.asked) for hour, row in worst)
        told.append(words.worded("plot_alone_words", hours=moments))
    return " ".join(told)


def participation_words(figures: Figures, words: Words) -> str:
    """Say for each week and phase how many of those enrolled were active."""
    taken = figures.participation
    weeks = [_active(words, words.week(row.key), row) for row in taken.weeks]
    phases = [_active(words, words.phase(row.key), row) for row in taken.phases]
    told = []
    if weeks:
        told.append(words.worded("plot_weeks_words", weeks="; ".join(weeks)))
    if phases:
        told.append(words.worded("plot_phases_words", phases="; ".join(phases)))
    return " ".join(told)


def curve_name(figures: Figures, curve: ResponseCurve, words: Words) -> str:
    """Return what a curve is called: all questions, by mail, in Moodle."""
    if curve.key == figures.whole.key:
        return words.worded("plot_all")
    name = words.medium(curve.key)
    return name[:1].upper() + name[1:]


def axis_time(words: Words, seconds: float) -> str:
    """Return a duration as an axis wants it: whole days and weeks as such."""
    for unit, key in ((_WEEK, "plot_weeks"), (DAY, "plot_days")):
        if seconds >= unit and not seconds % unit:
            return words.counted(key, round(seconds / unit))
    return words.duration(seconds)


def axis_days(words: Words) -> tuple[str, ...]:
    """Return the days of the week, shortly, Monday first."""
    names = get_day_names("abbreviated", locale=written_as(words.language))
    return tuple(str(names[day]).rstrip(".") for day in range(_DAYS))


def axis_week(words: Words, key: str) -> str:
    """Return the Monday of a week without its year, shortly: `16 Nov`."""
    monday = monday_of(key)
    if monday is None:
        return words.week(key)
    text = format_skeleton("MMMd", monday, locale=written_as(words.language))
    return text.replace("\u202f", " ").replace("\xa0", " ")


def unwatched(row: HourRow) -> bool:
    """Say whether nobody is on duty in most of an hour; false without a rota."""
    return row.watched is not None and row.watched < UNWATCHED


def _active(words: Words, title: str, row: ActiveRow) -> str:
    if not row.shown:
        return f"{title}: {phrase(words.language, 'report_too_few')}"
    active = row.active
    return f"{title}: {words.part(active.active, active.enrolled)}"


def _hour(words: Words, hour: HourOfWeek, number: int) -> str:
    day = weekday_name(words.language, hour[0])
    return f"{day} {words.hour(hour[1])} ({words.number(number)})"


def _most(
    rows: Iterable[tuple[HourOfWeek, HourRow]],
    number: Callable[[HourRow], int],
    *,
    most: int = 3,
) -> Sequence[tuple[HourOfWeek, HourRow]]:
    counted = [one for one in rows if number(one[1])]
    return sorted(counted, key=lambda one: (-number(one[1]), one[0]))[:most]
