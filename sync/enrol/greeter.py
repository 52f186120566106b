"""Who writes the mails that a plan asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mappings.enrolment.plan import EnrolmentPlan, Step
    from sync.ledger import Transaction


class Greeter(Protocol):
    """Writes welcomes and refusals down; they are sent by the job for own mails."""

    def plan(
        self,
        transaction: Transaction,
        step: Step,
        *,
        plan: EnrolmentPlan,
        user_id: int | None,
    ) -> str | None:
        """Write the mail of a step down in this transaction, to be sent later.

        `step.kind` is WELCOME or TELL_REFUSED, `user_id` that of the person, None
        for who has no account. Nothing may be reached from here. Returns None when
        it is written down, else in a sentence why there is no such mail. May be
        repeated: the key of its intent is made of the step's.
        """
