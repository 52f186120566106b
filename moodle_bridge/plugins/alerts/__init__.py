"""Built-in plug-ins by which facilitators are alerted (`IAlertChannel`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


def includeme(registry: Registry) -> None:
    """Register the plug-ins of this folder."""
    # Imported here, so that naming the entry point costs nothing at start.
    from moodle_bridge.interfaces import IAlertChannel  # noqa: PLC0415
    from moodle_bridge.plugins.alerts import (  # noqa: PLC0415
        apprise,
        mail,
        moodle_message,
    )

    registry.register(
        IAlertChannel,
        "mail",
        build=mail.MailAlerts,
        settings=mail.MailAlertsSettings,
        description="A mail, by the bridge's own way out",
    )
    registry.register(
        IAlertChannel,
        "moodle-message",
        build=moodle_message.MoodleMessageAlerts,
        settings=moodle_message.MoodleMessageAlertsSettings,
        description="A message in Moodle",
    )
    registry.register(
        IAlertChannel,
        "apprise",
        build=apprise.AppriseAlerts,
        settings=apprise.AppriseAlertsSettings,
        description="Whatever Apprise reaches: SMS, Telegram, Signal, Matrix, ntfy, ...",
    )
