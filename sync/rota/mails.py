"""Mails of the rota to those who keep it: written down once, and known when answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.identity import note_of_message_id
from mappings.rota.rota_mail import RotaPost
from sync.jobs.own_mails import write_down
from sync.sending import receipt_of

if TYPE_CHECKING:
    from mappings.letter import MailSite
    from moodle_bridge.model.mail import OutgoingMail
    from moodle_bridge.model.rota import Facilitator
    from sync.ledger import Transaction

_MARK = "rota:mail:"
_OF = "rota"


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaMails:
    """Writes mails of the rota down; the job of the bridge's own mails sends them."""

    site: MailSite
    secret: bytes
    list_name: str

    def write(
        self,
        transaction: Transaction,
        reader: Facilitator,
        mail: Callable[[RotaPost], OutgoingMail],
        *,
        key: str,
        kind: str,
        summary: str,
    ) -> bool:
        """Write one mail down; say whether it is new. `key` names it for ever.

        Nothing for who has no address, or one from which mail comes back.
        """
        if reader.address is None or transaction.intents.get(key) is not None:
            return False
        if transaction.bounces.get(folded(reader.address)).rests:
            return False
        written = mail(
            RotaPost(
                date=transaction.clock(),
                list_name=self.list_name,
                site=self.site,
                key=receipt_of(self.secret, key),
            )
        )
        write_down(
            transaction, written, key=key, kind=kind, source=key, summary=summary
        )
        name = note_of_message_id(
            written.message_id, site_tag=self.site.site_tag, domain=self.site.domain
        )
        assert name is not None
        mark_as_of_rota(transaction, name)
        return True


def mark_as_of_rota(transaction: Transaction, name: str) -> None:
    """Note that a mail is of the rota, by what names it; answers to it are no posts."""
    transaction.cursors.move(f"{_MARK}{name}", _OF)


def is_of_rota(transaction: Transaction, name: str) -> bool:
    """Say whether a mail is of the rota, by what names it."""
    return transaction.cursors.get(f"{_MARK}{name}") == _OF
