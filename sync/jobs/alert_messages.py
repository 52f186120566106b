"""Messages about questions that wait, and what the ledger holds when they are planned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mappings.alerts.escalation import ClaimOn
from mappings.rota.duty import Cover
from moodle_bridge.model.rota import Facilitator
from moodle_bridge.model.waits import Utterance, Wait
from sync.alert_ways import Way
from sync.ledger.alerts import Alert, Claim

Question = tuple[str, int]
"""Pair and post id."""

_BEFORE_ALL = "ever"
_AGAIN = ":again-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One question that somebody is to be told of, for one step, since when.

    `again` sets apart what is told anew after a claim ran out; empty before any did.
    """

    wait: Wait
    step: int
    since: datetime
    again: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes to one person by one way, the oldest question first.

    `stretch` names the time in which nobody is on duty, for a lead; None otherwise.
    """

    person: Facilitator
    way: Way
    told: tuple[Told, ...]
    stretch: str | None = None

    def keys(self) -> tuple[str, ...]:
        """Return the keys of its alerts; one for all where nobody is on duty."""
        if self.stretch is not None:
            return (gap_key(self.stretch, self.person.key) + self.way.name,)
        return tuple(
            alert_key(one, self.person.key, self.way.name) for one in self.told
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the ledger holds about the questions that wait.

    `gap` are the alerts of the stretch in which nobody is on duty, by person.
    `disturbed` gives when messages went to a person in the last hour. `peers` are the
    answers of other participants, of the questions that have one.
    """

    waits: Sequence[Wait]
    alerts: Sequence[Alert]
    claims: Mapping[Question, Claim]
    gap: Mapping[str, Sequence[Alert]] = field(default_factory=dict)
    disturbed: Callable[[str], Sequence[datetime]] = lambda _person: ()
    peers: Mapping[Question, Utterance] = field(default_factory=dict)

    def again(self, question: Question, now: datetime) -> str:
        """Return what sets alerts apart that come after a claim of a question ran out.

        Who claimed it did not answer in time: all are told anew. Empty as long as
        no claim has run out.
        """
        claim = self.claims.get(question)
        if claim is None or claim.until > now:
            return ""
        return f"{_AGAIN}{int(claim.until.timestamp())}"

    def counting(self, now: datetime) -> list[Alert]:
        """Return the alerts that are not out of date because a claim ran out since."""
        return [
            one
            for one in self.alerts
            if one.key.endswith(self.again((one.pair, one.post_id), now))
        ]


def alert_key(told: Told, person: str, way: str) -> str:
    """Return the key of an alert: one question, one person, one step, one way."""
    return (
        f"{told.wait.pair}:{told.wait.post_id}:{person}:{told.step}:{way}{told.again}"
    )


def gap_key(stretch: str, person: str) -> str:
    """Return how keys begin that tell a lead of a stretch without a watch."""
    return f"gap {stretch} {person} "


def stretch_of(primaries: Cover, now: datetime) -> str:
    """Return the name of the stretch without a watch that holds now."""
    ended = [end for _, end in primaries.periods if end <= now]
    return ended[-1].isoformat() if ended else _BEFORE_ALL


def claims_on(claims: Mapping[Question, Claim]) -> dict[Question, ClaimOn]:
    """Return claims as the steps look at them."""
    return {
        question: ClaimOn(person=claim.person, until=claim.until)
        for question, claim in claims.items()
    }
