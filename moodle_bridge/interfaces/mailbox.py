"""How mail comes in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zope.interface import Attribute, Interface

from moodle_bridge.model.mail import IncomingMail


class IMailbox(Interface):
    """A place where mail for the bridge waits.

    Nothing is marked, moved or deleted before it is acknowledged, and it is
    acknowledged only when it is in the ledger. A mailbox may also have `probe()`, for
    `moodle-bridge check`: it looks whether mail could be read and acknowledged, changes
    nothing, and raises Permanent or Transient where it could not.
    """

    name = Attribute("What an admin calls it; str, without secrets.")

    def fetch(after: str | None) -> Iterator[IncomingMail]:
        """Give what waits, oldest first, one at a time.

        `after` is the cursor that an earlier `cursor_after` gave, None at first. A
        mailbox may give again what it gave before (UIDVALIDITY changed): the ledger
        knows each mail by its content. Raises Transient when it cannot be reached,
        Permanent when the login is refused.
        """

    def cursor_after(mail: IncomingMail) -> str | None:
        """Return the cursor that skips everything up to this mail.

        None for a mailbox that needs none, because what was acknowledged is gone
        from the place where `fetch` looks.
        """

    def acknowledge(keys: Iterable[str]) -> None:
        """Mark as taken the mails with these keys; may be repeated.

        A key that is no longer there is passed over.
        """

    def close() -> None:
        """Let go of the connection; may be repeated."""
