"""Whether a mail is of whom it names, and whom to ask where that is not sure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mappings.personal_keys import personal_keys
from mappings.proof import Trust
from mappings.senders import MailAuthor
from moodle_bridge.model.authenticity import Finding
from moodle_bridge.model.people import Person
from sync.jobs.asking import Asking
from sync.jobs.believing import Believing
from sync.jobs.judged import Judged
from sync.ledger.inbound import InboundState
from sync.ledger.questions import QuestionKind
from sync.participants import Participants

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.pairs import Pair

_REASONS = {Trust.FORGED: "unauthenticated", Trust.WAITING: "not-looked-up"}


class Doubts:
    """Doubts about authors, and questions to the owners of addresses."""

    def __init__(
        self, believing: Believing, asking: Asking, participants: Participants
    ) -> None:
        self._believing = believing
        self._asking = asking
        self._participants = participants

    def unsure(self, base: Judged) -> bool:
        """Say whether an answer might go to somebody who wrote nothing."""
        found = self._believing.found(base.inbound, base.mail)
        return found is not None and found.finding in {Finding.FORGED, Finding.UNKNOWN}

    def doubted(
        self,
        transaction: Transaction,
        base: Judged,
        pair: Pair,
        author: MailAuthor,
        person: Person,
    ) -> Judged | None:
        """Return the mail as held when it may not be this person's; None: it is."""
        inbound, believing = base.inbound, self._believing
        if inbound.released:
            return None
        proof = believing.proof(inbound, base.mail, author, person, pair)
        if believing.lets_pass(proof):
            return None
        if believing.waits(inbound, proof, transaction.clock()):
            return replace(
                base,
                state=InboundState.NEW,
                reason="waits for the DNS",
                detail=proof.why,
            )
        asked = None
        if believing.unproven == "ask":
            asked = self._asking.asked(
                transaction,
                base,
                person,
                address=author.address,
                kind=QuestionKind.AUTHOR,
                why=proof.why,
            )
        return asked or base.held(
            "authentication",
            _REASONS.get(proof.trust, "unproven"),
            "Ask the named sender whether they wrote it, then release or drop it.",
            detail=f"{person.fullname}: {proof.why}",
        )

    def asked_about_address(
        self,
        transaction: Transaction,
        base: Judged,
        pair: Pair,
        author: MailAuthor,
    ) -> Judged | None:
        """Return the mail as held until the owner of its reply key answers.

        None when it bears no reply key of somebody in the course.
        """
        if base.inbound.released:
            return None
        keys = personal_keys(
            base.mail, self._believing.route, base.inbound.envelope_recipient
        )
        people = {
            person.user_id: person
            for person in self._participants.of_course(pair.place.course.id)
            if not person.suspended
        }
        owners = [people[key.user_id] for key in keys if key.user_id in people]
        if not owners:
            return None
        return self._asking.asked(
            transaction,
            base,
            owners[0],
            address=author.address,
            kind=QuestionKind.ADDRESS,
            why=f"their reply address was used by {author.address}",
        )
