"""How somebody wants to take part: what comes by mail, when, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

LEAST_BUDGET = 2000
"""The smallest limit a day: below it not even the names of what waits would fit."""


class ChannelKind(StrEnum):
    """What a participant gets by mail.

    `EACH` is a mail for every post; `DIGEST` one mail at their hour with numbered
    posts that can be answered; `BUNDLE` everything since last time as small as it
    can be, files left out and named; `MOODLE` no mail at all.
    """

    EACH = "each"
    DIGEST = "digest"
    BUNDLE = "bundle"
    MOODLE = "moodle"


class Frequency(StrEnum):
    """How often a digest or a bundle goes out."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The channel of one person.

    `at` is a clock time in the person's own zone and `weekday` 0 for Monday; both
    matter for digests and bundles only, `weekday` only for weekly ones. Until
    `paused_until` no post is mailed; None when not paused. `budget` is the most bytes
    of mail a day, as on the wire; None for no limit. `picture_limit` is the most
    bytes of one picture: 0 links pictures, None leaves it to the course. `since` is
    when the kind was chosen: what was said before was delivered the old way; None for
    somebody who never chose.
    """

    kind: ChannelKind = ChannelKind.EACH
    every: Frequency = Frequency.DAILY
    weekday: int = 0
    at: time = time(18, 0)
    paused_until: datetime | None = None
    budget: int | None = None
    picture_limit: int | None = None
    since: datetime | None = None

    def is_paused(self, now: datetime) -> bool:
        """Say whether nothing is to be mailed at a moment."""
        return self.paused_until is not None and now < self.paused_until

    @property
    def is_gathered(self) -> bool:
        """Whether posts are gathered into one mail, at an hour."""
        return self.kind in {ChannelKind.DIGEST, ChannelKind.BUNDLE}
