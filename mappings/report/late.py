"""Promises that were missed: why, and which cover would have kept them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mappings.report.counted import Counted, knows_promised_time
from mappings.report.facts import ReportFacts
from mappings.response.causes import Cause, WhatIf, cause_of, what_if
from mappings.response.clocks import Clocked, clocked
from mappings.rota.duty import Cover

MOST_SHOWN = 6
"""How many blocks of cover are shown."""
_LEAST_CAUGHT = 2


def causes_of(
    facts: ReportFacts, counted: Counted
) -> tuple[Mapping[Cause, int], tuple[Clocked, ...]]:
    """Return how many promises were missed by cause, and those that nobody watched.

    Where it is not known who was on duty, lag is the only cause that can be told. What
    was read of before the bridge watched was found late by nobody's fault: there only
    the way of a mail makes a lag.
    """
    watched = facts.watched or Cover(())
    told = (Cause.LAG,) if facts.watched is None else tuple(Cause)
    counts: Counter[Cause] = Counter()
    unwatched = []
    missed = [counted.waits[at] for at in counted.missed]
    for one in clocked(missed, facts.now, watched=None):
        wait = one.wait
        history = facts.history_until is not None and wait.began < facts.history_until
        found = None if history else facts.found_at.get((wait.pair, wait.post_id))
        cause = cause_of(one, facts.promise, watched=watched, found_at=found)
        if cause is None:
            continue
        if cause is not Cause.LAG and not knows_promised_time(facts, wait):
            continue
        counts[cause] += 1
        if cause is Cause.NOBODY:
            unwatched.append(one)
    return {cause: counts[cause] for cause in told}, tuple(unwatched)


def cover_that_helps(
    facts: ReportFacts, unwatched: Sequence[Clocked]
) -> tuple[WhatIf, ...]:
    """Return the blocks of cover that would have caught most, the best first.

    Of blocks on the same days only those that do not overlap with a better one; at
    most `MOST_SHOWN`. One question alone is no reason to watch every day.
    """
    watched = facts.watched or Cover(())
    return apart(what_if(unwatched, facts.promise, zone=facts.zone, watched=watched))


def apart(blocks: Iterable[WhatIf]) -> tuple[WhatIf, ...]:
    """Leave out blocks that catch too few, or overlap with a better one.

    Only on the same days: one for weekends may lie beside one for all days.
    """
    chosen: list[WhatIf] = []
    for block in blocks:
        least = _LEAST_CAUGHT if block.missed > _LEAST_CAUGHT else 1
        if block.caught >= least and not any(
            _overlap(block, better) for better in chosen
        ):
            chosen.append(block)
    return tuple(chosen[:MOST_SHOWN])


def _overlap(one: WhatIf, other: WhatIf) -> bool:
    same_hours = one.since < other.until and other.since < one.until
    return one.weekdays == other.weekdays and same_hours
