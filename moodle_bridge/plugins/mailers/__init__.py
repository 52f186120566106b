"""Built-in plug-ins that carry mail out (`IMailer`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


def includeme(registry: Registry) -> None:
    """Register the plug-ins of this folder."""
    # Imported here, so that naming the entry point costs nothing at start.
    from moodle_bridge.interfaces import IMailer  # noqa: PLC0415
    from moodle_bridge.plugins.mailers import maildir, smtp  # noqa: PLC0415

    registry.register(
        IMailer,
        "smtp",
        build=smtp.SmtpMailer,
        settings=smtp.SmtpSettings,
        description="Sends through an SMTP server",
    )
    registry.register(
        IMailer,
        "maildir",
        build=maildir.MaildirMailer,
        settings=maildir.MaildirSettings,
        description="Lays mails into a Maildir instead of sending them",
    )
