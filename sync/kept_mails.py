"""Mails that are written down whole before they are sent, and forgotten afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.model.mail import OutgoingMail
from sync.actions import Done

if TYPE_CHECKING:
    from sync.actions import Action, Outcome, Refused
    from sync.ledger import Transaction
    from sync.ledger.intents import Intent
    from sync.sending import Sending


def kept(mail: OutgoingMail, *, to: str) -> dict[str, Any]:
    """Return what an intent holds of a mail to one address, to send it after a crash.

    It has the null return path, so that nobody answers it by machine (RFC 3834 3.3);
    whoever wants another adds a `sender`.
    """
    return {
        "message_id": mail.message_id,
        "to": to,
        "content": mail.content.decode("latin-1"),
    }


def send_kept(sending: Sending, action: Action) -> Outcome:
    """Send the mail whose `kept` are the details of an action."""
    details = action.details
    return sending.send(
        OutgoingMail(
            key=action.key,
            message_id=details["message_id"],
            sender=details.get("sender", ""),
            recipients=sending.recipients(details["to"]),
            content=details["content"].encode("latin-1"),
        )
    )


def forget_words(
    transaction: Transaction, intent: Intent, outcome: Done | Refused
) -> None:
    """Keep of a mail that went out its Message-ID alone.

    What was refused may be released, and then it is sent: it keeps its words.
    """
    if isinstance(outcome, Done):
        left = {"message_id": intent.details.get("message_id", "")}
        transaction.intents.change(intent.id, details=left)
