"""How mail goes out."""

from __future__ import annotations

from zope.interface import Attribute, Interface

from moodle_bridge.model.mail import OutgoingMail, Sent


class IMailer(Interface):
    """Gives mails to the next hop, one transaction a mail, in the order given.

    A mailer may also have `probe()`, for `moodle-bridge check`: it looks whether mail
    could go out, sends nothing, and raises Permanent or Transient where it could not.
    """

    can_look = Attribute(
        "Whether `was_sent` can tell (bool); an SMTP server cannot, a Maildir can."
    )

    def send(mail: OutgoingMail) -> Sent:
        """Give one mail to the next hop, for all its recipients or for none.

        When the next hop refuses one recipient of several, the transaction is broken
        off before the content is sent, and Permanent is raised: otherwise nobody
        could tell later who has it. Raises Transient when surely nothing was sent
        (no connection, 4xx before the content was accepted), Permanent when it was
        refused (5xx; code = reply code), InDoubt when the connection broke after the
        content went out and before the reply.
        """

    def was_sent(mail: OutgoingMail) -> bool | None:
        """Say whether this mail (by its key) went out before; None = cannot tell."""

    def close() -> None:
        """Let go of the connection; may be repeated."""
