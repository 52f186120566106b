"""Who takes part, in words and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mappings.participation.activity import Quiet
from mappings.report.figures import ActiveRow, Figures
from mappings.report.outline import Listing, Part, Section, Table, TableRow
from mappings.report.response_sections import PROVISIONAL
from mappings.report.words import Words

_SPREAD, _STAR = 1 / 3, 2 / 3


def active_sections(figures: Figures, words: Words) -> Iterator[Section]:
    """Give who was active of those enrolled, by week and by phase."""
    taken = figures.participation
    yield _active(
        words.worded("report_h_active_weeks"),
        words.worded("report_c_weeks"),
        taken.weeks,
        lambda row: words.week(row.key),
        words,
        rank=4,
        newest_last=True,
    )
    yield _active(
        words.worded("report_h_active_phases"),
        words.worded("report_c_phases"),
        taken.phases,
        lambda row: words.phase(row.key),
        words,
        rank=4,
    )


def trait_sections(figures: Figures, words: Words) -> Iterator[Section]:
    """Give who was active by what the intake form asked (bandwidth, country, ...)."""
    for trait, rows in figures.participation.traits.items():
        called = words.trait(trait)
        yield _active(
            words.worded("report_h_active_by", trait=called),
            called,
            rows,
            lambda row, trait=trait: words.answer(trait, row.title),  # type: ignore[misc]
            words,
            rank=7,
        )


def together_section(figures: Figures, words: Words, *, public: bool) -> Section:
    """Return how people talk with each other; names only where it is not public."""
    parts: list[Part] = []
    title = words.worded("report_h_together")
    if not enough_people(figures):
        return Section(title=title, parts=(words.worded("report_unseen"),), rank=5)
    exchange, names = figures.participation.exchange, figures.names
    if exchange.peer_share is None:
        parts.append(words.worded("report_no_answers"))
    else:
        share = words.percent(exchange.peer_share)
        parts.append(words.worded("report_peers", share=share))
    if exchange.star is not None:
        star = words.number(float(exchange.star))
        parts.append(words.worded(_star(exchange.star), star=star))
    if exchange.isolates:
        parts.append(words.counted("report_isolates", len(exchange.isolates)))
        if not public:
            called = [words.person(names, one) for one in exchange.isolates]
            parts.append(Listing(tuple(sorted(called))))
    if figures.participation.front_runners and not public:
        parts.append(words.worded("report_front_runners"))
        parts.append(
            Listing(
                tuple(
                    words.counted(
                        "report_front_runner", peers, name=words.person(names, one)
                    )
                    for one, peers in figures.participation.front_runners
                )
            )
        )
    parts.append(words.worded("report_unseen"))
    return Section(title=title, parts=tuple(parts), rank=5)


def quiet_section(figures: Figures, words: Words) -> Section:
    """Return who has gone quiet; for facilitators only."""
    lines = tuple(_quiet(one, figures, words) for one in figures.participation.quiet)
    return Section(
        title=words.worded("report_h_quiet"),
        parts=(Listing(lines),) if lines else (),
        rank=3,
    )


def enough_people(figures: Figures) -> bool:
    """Say whether so many take part that what they do together may be told."""
    taken = figures.participation
    return any(row.active.shown for row in (*taken.weeks, *taken.phases))


def _active(
    title: str,
    first: str,
    rows: Sequence[ActiveRow],
    called: Callable[[ActiveRow], str],
    words: Words,
    *,
    rank: int,
    newest_last: bool = False,
) -> Section:
    parts: list[Part] = []
    if rows:
        parts.append(
            Table(
                columns=(
                    first,
                    words.worded("report_c_active"),
                    words.worded("report_c_by_mail"),
                    words.worded("report_c_posts"),
                ),
                rows=tuple(_active_row(row, called(row), words) for row in rows),
                newest_last=newest_last,
            )
        )
    if any(row.provisional for row in rows):
        parts.append(words.worded("report_provisional"))
    return Section(title=title, parts=tuple(parts), rank=rank)


def _active_row(row: ActiveRow, title: str, words: Words) -> TableRow:
    active = row.active
    marked = title + (PROVISIONAL if row.provisional else "")
    if not active.enrolled:
        # Nobody could take part: there is nothing to hide.
        return TableRow(title=marked, cells=("–", "–", "–"))
    if not row.shown:
        note = words.worded("report_too_few")
        return TableRow(title=marked, cells=("", "", ""), note=note)
    return TableRow(
        title=marked,
        bar=active.share,
        cells=(
            words.part(active.active, active.enrolled),
            words.number(active.by_mail),
            words.number(active.posts),
        ),
    )


def _star(star: float) -> str:
    if star < _SPREAD:
        return "report_star_spread"
    return "report_star_partly" if star < _STAR else "report_star_strong"


def _quiet(one: Quiet, figures: Figures, words: Words) -> str:
    name = words.person(figures.names, one.person)
    if one.last_day is None:
        return words.counted("report_quiet_never", one.days, name=name)
    day = words.day(one.last_day)
    return words.counted("report_quiet", one.days, name=name, day=day)
