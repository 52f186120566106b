"""What the ledger learns from a step that was done, and what is done in it alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import TYPE_CHECKING, Any

from mappings.enrolment.plan import EnrolmentPlan, Step, StepKind
from mappings.mail_wishes import ChooseChannel, LimitMail
from moodle_bridge.model.channels import Channel, ChannelKind, Frequency
from sync.channels import choose
from sync.enrol.waves import split_place

if TYPE_CHECKING:
    from collections.abc import Collection

    from sync.enrol.greeter import Greeter
    from sync.ledger import Transaction
    from sync.ledger.deeds import Deed

# What a new account is told that is no field of a person.
_NO_FIELDS = frozenset({"username", "idnumber", "suspended"})


class Consequences:
    """Writes down what follows from steps of one plan.

    `default` is how people take part who never chose, `greeter` who writes the mails;
    None: none are written yet, and their steps stay open. `undoes` is the name of the
    plan that this one reverts, None where it is none of that kind.
    """

    def __init__(
        self,
        plan: EnrolmentPlan,
        *,
        courses: Collection[str],
        default: Channel,
        greeter: Greeter | None,
        undoes: str | None = None,
    ) -> None:
        self._plan = plan
        self._courses = courses
        self._default = default
        self._greeter = greeter
        self._undoes = undoes

    def follow(
        self, transaction: Transaction, done: Sequence[tuple[Step, Deed]]
    ) -> None:
        """Write down what follows from steps that were done; may be repeated."""
        people = transaction.participants
        made = [pair for pair in done if pair[0].kind is StepKind.CREATE_USER]
        people.made(
            {
                step.person: (deed.after["user_id"], step.sets["username"])
                for step, deed in made
            }
        )
        fields: dict[str, dict[str, str]] = {}
        groups: list[tuple[str, str, str, bool]] = []
        for step, deed in done:
            if step.kind in {StepKind.CREATE_USER, StepKind.CHANGE_USER}:
                fields.setdefault(step.person, {}).update(_fields(step.sets))
            elif step.kind in {StepKind.ADD_TO_GROUP, StepKind.REMOVE_FROM_GROUP}:
                course, group = split_place(step.target, self._courses)
                member = step.kind is StepKind.ADD_TO_GROUP
                groups.append((step.person, course, group, member))
            elif step.kind is StepKind.SUSPEND and self._undoes is None:
                people.withdrew(step.person, deed.done_at)
            elif step.kind is StepKind.REACTIVATE:
                people.withdrew(step.person, None)
            if step.kind is StepKind.CHANGE_USER and step.sets.get("email"):
                people.at_address(step.person, step.sets["email"], source=self._source)
        people.applied_to(fields)
        people.in_groups(groups)

    def do_here(
        self, transaction: Transaction, step: Step, user_id: int | None
    ) -> str | None:
        """Do a step that is done in the ledger alone.

        Returns None when it is done, "" when it cannot be done yet, else why it never
        can.
        """
        if step.kind is not StepKind.SET_CHANNEL:
            return self._write_mail(transaction, step, user_id)
        if user_id is None:
            return "there is no account whose channel it could be"
        wanted = step.sets["channel"]
        if wanted is None:
            transaction.channels.forget(user_id)
            transaction.gatherings.end(user_id)
            return None
        for change in (_chosen(wanted), LimitMail(budget=wanted.get("budget"))):
            choose(transaction, user_id, change, default=self._default, by="form")
        return None

    @property
    def _source(self) -> str:
        return self._plan.sources[0].name if self._plan.sources else self._plan.name

    def _write_mail(
        self, transaction: Transaction, step: Step, user_id: int | None
    ) -> str | None:
        if self._greeter is None:
            return ""
        why_not = self._greeter.plan(
            transaction, step, plan=self._plan, user_id=user_id
        )
        if why_not is None and step.kind is StepKind.WELCOME:
            transaction.participants.welcomed(step.person, transaction.clock())
        return why_not


def _fields(sets: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in sets.items() if name not in _NO_FIELDS}


def _chosen(words: Mapping[str, Any]) -> ChooseChannel:
    return ChooseChannel(
        kind=ChannelKind(words["kind"]),
        every=Frequency(words["every"]),
        weekday=words["weekday"],
        at=time.fromisoformat(words["at"]),
    )
