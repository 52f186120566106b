"""Whether a mail may go under the name of the person whom it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from mappings.authentication import authenticity_told
from mappings.list_mail import is_of_another_list
from mappings.personal_keys import personal_keys
from mappings.proof import Proof, Trust, proof_of
from mappings.senders import MailAuthor
from moodle_bridge.model.authenticity import Authenticity
from sync.authenticity import authenticity_of
from sync.jobs.routing import came_by_list
from sync.ledger.inbound import Inbound

if TYPE_CHECKING:
    from mappings.mail_reading import ReadMail
    from mappings.parentage import ReplyRoute
    from moodle_bridge.model.people import Person
    from sync.pairs import Pair

Unproven = Literal["ask", "hold", "post"]

_LOOKED_UP_WITHIN = timedelta(days=1)
_TRIES_LEAST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Believing:
    """Says how far the authors of mails are to be believed.

    `authserv_id` is whose Authentication-Results count where nobody looked when the
    mail came, None for nobody's. `unproven` is what becomes of what nothing proves.
    """

    route: ReplyRoute
    authserv_id: str | None = None
    unproven: Unproven = "ask"

    def found(self, inbound: Inbound, mail: ReadMail) -> Authenticity | None:
        """Return what was found out about a mail, None when nobody looks."""
        kept = authenticity_of(inbound.authenticity)
        if kept is None and self.authserv_id:
            return authenticity_told(mail.headers, self.authserv_id)
        return kept

    def proof(
        self,
        inbound: Inbound,
        mail: ReadMail,
        author: MailAuthor,
        person: Person,
        pair: Pair | None,
    ) -> Proof:
        """Return how far it is to be believed that a person wrote a mail."""
        keys = personal_keys(mail, self.route, inbound.envelope_recipient)
        lists = pair is not None and not pair.mailing_list.traits.knows_members
        address = pair.mailing_list.address.address if pair and lists else ""
        return proof_of(
            author,
            self.found(inbound, mail),
            list_domain=address.rpartition("@")[2].lower() or None,
            by_list=bool(
                pair
                and came_by_list(mail, pair)
                and not is_of_another_list(mail, pair.mailing_list.address)
            ),
            their_key=any(
                key.in_address and key.user_id == person.user_id for key in keys
            ),
        )

    def lets_pass(self, proof: Proof) -> bool:
        """Say whether a mail is posted as it is; what is forged never is."""
        return proof.holds or (
            proof.trust is Trust.UNPROVEN and self.unproven == "post"
        )

    def waits(self, inbound: Inbound, proof: Proof, now: datetime) -> bool:
        """Say whether it is looked up once more before anything is decided."""
        kept = authenticity_of(inbound.authenticity)
        if proof.trust is not Trust.WAITING or kept is None:
            return False
        age = now - inbound.received_at
        return kept.tries < _TRIES_LEAST or timedelta() <= age < _LOOKED_UP_WITHIN
