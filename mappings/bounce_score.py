"""Whether mail to an address still arrives, scored as Mailman does.

At most one point a day; a few days without a bounce and counting begins anew; at the
threshold the address is dead. What is only put off counts for little, and never makes
an address dead by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mappings.verdict import DeliveryFailure

_SOFT = 0.5
RETRY_AFTER = timedelta(days=7)
"""How often mail to a dead address is tried again."""
ANSWERED_WITHIN = timedelta(days=3)
"""A mail that did not come back in this time has arrived."""
_REASON_LONGEST = 300


class AddressState(StrEnum):
    """How mail to an address fares.

    ALIVE: it arrives, as far as anybody knows. DOUBTFUL: it came back on many days.
    DEAD: it does not arrive. UNWANTED: its owner, or their mail host, called our mail
    spam.
    """

    ALIVE = "alive"
    DOUBTFUL = "doubtful"
    DEAD = "dead"
    UNWANTED = "unwanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceRules:
    """At how many points an address is dead, and after how long counting is anew."""

    threshold: float = 5
    stale_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an address stands.

    `last_at` is when a mail last came back, `scored_at` when that last counted,
    `since` when it came into its state, `tried_at` when a dead one was last tried;
    None for never. `reason` is what the last report said.
    """

    state: AddressState = AddressState.ALIVE
    score: float = 0.0
    reason: str = ""
    last_at: datetime | None = None
    scored_at: datetime | None = None
    since: datetime | None = None
    tried_at: datetime | None = None

    @property
    def rests(self) -> bool:
        """Whether the address gets no mails but one now and then, to try it."""
        return self.state in {AddressState.DEAD, AddressState.UNWANTED}


def bounced(
    before: Standing, failure: DeliveryFailure, now: datetime, rules: BounceRules
) -> Standing:
    """Return how an address stands after a report; only action `failed` counts.

    `now` is when the report came. The same report twice on a day changes nothing.
    """
    if failure.action != "failed":
        return before
    reason = " ".join(f"{failure.status} {failure.diagnostic}".split())
    after = replace(before, last_at=now, reason=reason[:_REASON_LONGEST])
    if before.state is AddressState.UNWANTED:
        return after
    score = before.score
    stale = before.last_at is None or now - before.last_at > rules.stale_after
    if stale and before.state is not AddressState.DEAD:
        score = 0.0
    if before.scored_at is not None and before.scored_at.date() == now.date():
        return after
    score = (
        score + 1
        if failure.hard
        # Never dead by what is only put off, however often.
        else max(score, min(score + _SOFT, rules.threshold / 2))
    )
    return _in_state(
        replace(after, score=min(score, rules.threshold), scored_at=now), now, rules
    )


def told_by_list(
    before: Standing,
    *,
    score: float,
    dead: bool,
    last_at: datetime,
    now: datetime,
    rules: BounceRules,
) -> Standing:
    """Return how an address stands after a list told of its own count of bounces.

    `dead` is true where the list mails to it no more. Only news counts: a list that
    tells again of what is known, or was lived down since, changes nothing.
    """
    if before.state is AddressState.UNWANTED:
        return before
    if before.last_at is not None and last_at <= before.last_at:
        return before
    if before.state is AddressState.ALIVE and before.since and last_at <= before.since:
        return before
    counted = rules.threshold if dead else min(score, rules.threshold / 2)
    after = replace(
        before,
        last_at=last_at,
        scored_at=last_at,
        score=max(before.score, counted),
        reason="mail of the list itself came back",
    )
    return _in_state(after, now, rules)


def complained(before: Standing, now: datetime) -> Standing:
    """Return how an address stands after its owner called our mail spam."""
    if before.state is AddressState.UNWANTED:
        return replace(before, last_at=now)
    return replace(
        before,
        state=AddressState.UNWANTED,
        reason="its owner, or their mail host, called our mail spam",
        last_at=now,
        since=now,
    )


def revived(before: Standing, now: datetime) -> Standing:
    """Return how an address stands when it surely lives: a mail came from it, say."""
    since = before.since if before.state is AddressState.ALIVE else now
    return Standing(last_at=before.last_at, since=since)


def may_be_mailed(standing: Standing, now: datetime) -> bool:
    """Say whether a single mail may go to an address now.

    To a dead one goes one a week; to one whose owner complained none.
    """
    if not standing.rests:
        return True
    if standing.state is AddressState.UNWANTED:
        return False
    last = max(filter(None, (standing.tried_at, standing.since)), default=None)
    return last is None or now - last >= RETRY_AFTER


def trial_arrived(standing: Standing, now: datetime) -> bool:
    """Say whether the mail that tried a dead address has surely arrived."""
    return (
        standing.state is AddressState.DEAD
        and standing.tried_at is not None
        and now - standing.tried_at >= ANSWERED_WITHIN
        and (standing.last_at is None or standing.last_at < standing.tried_at)
    )


def _in_state(standing: Standing, now: datetime, rules: BounceRules) -> Standing:
    if standing.state is AddressState.DEAD:
        return standing
    state = AddressState.ALIVE
    if standing.score >= rules.threshold:
        state = AddressState.DEAD
    elif standing.score >= rules.threshold / 2:
        state = AddressState.DOUBTFUL
    since = standing.since if state is standing.state else now
    return replace(standing, state=state, since=since)
