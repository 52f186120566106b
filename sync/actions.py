"""What a plan is made of, and what can come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moodle_bridge.errors import RemoteError
    from sync.ledger import Transaction
    from sync.ledger.intents import Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One effect on a remote end that a plan asks for.

    `key` names it for ever: the same effect planned again has the same key. `source`
    is what it comes from (`post:PAIR:417`, `mail:12`). Actions of one `stream` are
    carried out in the order of the plan, and none before the one ahead of it has an
    outcome. `details` is JSON and goes into the ledger: all that is needed to find
    the effect again after a crash. `load` is what the job needs to carry it out; it
    is never stored. `summary` is one line for a person. `receipt` and `marker` are
    what the effect is known by when it is met again, None where it carries none.
    """

    key: str
    kind: str
    source: str
    stream: str
    summary: str
    details: Mapping[str, Any] = field(default_factory=dict)
    load: Any = None
    receipt: str | None = None
    marker: str | None = None

    @classmethod
    def left_over(cls, intent: Intent) -> Action:
        """Return what an earlier run wrote down and did not get to; it has no load."""
        return cls(
            key=intent.key,
            kind=intent.kind,
            source=intent.source,
            stream=intent.stream,
            summary=intent.summary,
            details=intent.details,
            receipt=intent.receipt,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Something that a plan leaves alone, and why; `reason` is a stable code."""

    source: str
    reason: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do for one observation.

    `records` are called in the transaction that writes the intents down: cursors,
    links and verdicts change together with what is meant, or not at all.
    """

    actions: tuple[Action, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    records: tuple[Callable[[Transaction], None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It happened; `result` is JSON (the id that Moodle gave, say)."""

    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """It did not happen and may be tried again, not before `wait` from now.

    `cause` is set when the remote end as a whole is out of reach, or refuses the
    bridge itself: then nothing else needs to be tried, and nothing is given up.
    """

    reason: str
    advice: str = ""
    wait: timedelta | None = None
    cause: RemoteError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The remote end refused it for good; `code` is a stable word for why."""

    reason: str
    advice: str = ""
    code: str = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """It was begun, and nobody knows whether it happened."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Looked for after a doubt, and surely not there: it may be repeated."""


Outcome = Done | Later | Refused | Doubt
Settlement = Done | Absent | Doubt
