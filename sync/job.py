"""What a job answers when the engine asks, and what a run reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from moodle_bridge.errors import GuardTripped
from sync.actions import (
    Action,
    Done,
    Outcome,
    Plan,
    Refused,
    Settlement,
    Withheld,
)

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.ledger.intents import Intent


class Job(Protocol):
    """One of the bridge's jobs; the engine asks, the job answers."""

    name: str

    def settle(self, intent: Intent) -> Settlement:
        """Look whether an effect in doubt happened; Doubt = cannot tell yet."""

    def observe(self) -> Iterator[Any]:
        """Read what is there, one observation at a time, each planned by itself."""

    def plan(self, observation: Any) -> Plan:
        """Decide what to do; no remote effect may happen here."""

    def guard(self, actions: int) -> None:
        """Raise GuardTripped when so many actions in this run are absurd."""

    def carry_out(self, action: Action) -> Outcome:
        """Bring about one effect; never raises for what the remote end does."""

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """Write down what follows from an outcome, in the outcome's transaction."""


PLANS_WAITING = "plans that wait"
"""The count of plans that a run made and left to a person."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a run did: counts by name, and everything that a person should read."""

    counts: Counter[str] = field(default_factory=Counter)
    planned: list[Action] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)


def refuse_beyond(limit: int, actions: int, *, what: str, key: str) -> None:
    """Raise GuardTripped when a run would do more than its limit."""
    if actions > limit:
        raise GuardTripped(
            f"this run would make {actions} {what}, and the limit is {limit}",
            item=key,
            advice="Read the plan with --dry-run; if it is right, raise the limit"
            f" {key} in bridge.toml and run again. Nothing was sent.",
        )
