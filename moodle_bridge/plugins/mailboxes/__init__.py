"""Built-in plug-ins that mail comes in by (`IMailbox`), and two ways of pushing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


def includeme(registry: Registry) -> None:
    """Register the plug-ins of this folder."""
    # Imported here, so that naming the entry point costs nothing at start.
    from moodle_bridge.interfaces import IMailbox  # noqa: PLC0415
    from moodle_bridge.plugins.mailboxes import imap, maildir  # noqa: PLC0415

    registry.register(
        IMailbox,
        "imap",
        build=imap.ImapMailbox,
        settings=imap.ImapSettings,
        description="Reads a folder of an IMAP account",
    )
    registry.register(
        IMailbox,
        "maildir",
        build=maildir.MaildirMailbox,
        settings=maildir.MaildirMailboxSettings,
        description="Reads a Maildir on this machine",
    )
