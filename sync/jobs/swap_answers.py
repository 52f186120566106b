"""Takes the answers about swaps out of the mail, before anything could be posted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mappings.mail_reading import ReadMail, read_mail
from mappings.personal_keys import key_texts
from mappings.trimming import trim
from mappings.yes_no import yes_or_no
from moodle_bridge.model.authenticity import Finding
from moodle_bridge.model.rota import LayerKind
from sync.actions import Absent, Action, Done, Outcome, Plan, Refused, Settlement
from sync.jobs.answers import may_be_told
from sync.ledger.inbound import Inbound, InboundState
from sync.rota.swaps import REMEMBERED, Answered, Asked, Swaps

if TYPE_CHECKING:
    from sync.jobs.believing import Believing
    from sync.ledger import Ledger, Transaction
    from sync.ledger.intents import Intent

_AT_ONCE = 50
RULE = "swap"
_READ = (
    "It answers whether somebody takes a watch. Read it, then say so with `moodle-bridge"
    " rota swap accept` or `refuse`, and drop this mail."
)
_IS_ABSENT = (
    "They take a watch in which they are absent, so nobody would be on duty. If the"
    " absence is wrong, take it back with `moodle-bridge rota cancel`, and say `moodle-"
    "bridge rota swap accept`. Then drop this mail."
)
_HELD = {Answered.TAKES_BACK: _READ, Answered.ABSENT: _IS_ABSENT}


class SwapAnswers:
    """Reads answers and lets go what nobody took; it sends nothing itself.

    A mail with the key of a swap is never a post, whatever it says. One that a person
    released is left alone.
    """

    name = "swap-answers"

    def __init__(
        self, *, ledger: Ledger, swaps: Callable[[], Swaps], believing: Believing
    ) -> None:
        self._ledger = ledger
        self._swaps = swaps
        self._believing = believing

    def settle(self, intent: Intent) -> Settlement:  # noqa: ARG002 - it has no effects
        """See `Job`."""
        return Absent()

    def guard(self, actions: int) -> None:
        """See `Job`: it has no effects."""

    def observe(self) -> Iterator[list[Inbound]]:
        """See `Job`: new mails, and nothing at all where there was never a swap."""
        with self._ledger.reading() as transaction:
            since = self._ledger.clock() - REMEMBERED
            if not transaction.layers.of_kind(LayerKind.SWAP, ends_after=since):
                return
        yield []
        after = 0
        while True:
            with self._ledger.reading() as transaction:
                page = transaction.inbound.with_state(
                    InboundState.NEW, after=after, limit=_AT_ONCE
                )
            if not page:
                break
            after = page[-1].id
            yield page

    def plan(self, observation: list[Inbound]) -> Plan:
        """See `Job`."""
        swaps = self._swaps()
        if not observation:
            return Plan(records=(_expire(swaps),))
        records: list[Callable[[Transaction], None]] = []
        with self._ledger.reading() as transaction:
            for inbound in observation:
                if inbound.released:
                    continue
                mail = read_mail(inbound.raw or b"")
                keys = key_texts(
                    mail, self._believing.route, inbound.envelope_recipient
                )
                asked = swaps.asked_in(transaction, keys)
                if asked is not None:
                    records.append(self._record(swaps, inbound, mail, asked))
        return Plan(records=tuple(records))

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: there is nothing to carry out."""
        return Refused(
            reason=f"{action.kind} is nothing that is done here", advice="Drop it."
        )

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`."""

    def _record(
        self, swaps: Swaps, inbound: Inbound, mail: ReadMail, asked: Asked
    ) -> Callable[[Transaction], None]:
        found = self._believing.found(inbound, mail)
        forged = found is not None and found.finding is Finding.FORGED
        detail = f"{asked.kept.layer.key}, asked of {asked.person.name}"
        if not may_be_told(mail, inbound) or mail.report_type:
            return _noted(inbound, InboundState.IGNORED, "automatic", detail)
        if forged:
            return _noted(inbound, InboundState.HELD, "unauthenticated", detail, _READ)
        name = f"{mail.from_.name if mail.from_ else ''} {asked.person.name}"
        said = yes_or_no(trim(mail.text).kept, own_name=name)

        def record(transaction: Transaction) -> None:
            if said is None:
                asked_again = swaps.unclear(transaction, asked)
                state = InboundState.ANSWERED if asked_again else InboundState.HELD
                advice = "" if asked_again else _READ
                note = _noted(inbound, state, "unclear-answer", detail, advice)
                note(transaction)
                return
            answered = swaps.answer(transaction, asked, yes=said)
            advice = _HELD.get(answered, "")
            state = InboundState.HELD if advice else InboundState.ANSWERED
            reason = f"swap-{answered.value.replace(' ', '-')}"
            note = _noted(inbound, state, reason, detail, advice)
            note(transaction)

        return record


def _expire(swaps: Swaps) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        swaps.expire(transaction)

    return record


def _noted(
    inbound: Inbound, state: InboundState, reason: str, detail: str, advice: str = ""
) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        transaction.inbound.change(
            inbound.id,
            state=state.value,
            rule=RULE,
            reason=reason,
            detail=detail,
            advice=advice,
        )

    return record
