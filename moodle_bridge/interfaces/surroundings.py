"""What a plug-in may ask of the bridge that uses it."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface


class IUsesMoodle(Interface):
    """A plug-in that reaches something on the bridge's own Moodle site."""

    def use_moodle(moodle: Any) -> None:
        """Take the bridge's client (`moodle_bridge.moodle.Moodle`), before first use.

        The plug-in must not close it.
        """


class IUsesMailer(Interface):
    """A plug-in that sends mail by the bridge's own way out."""

    def use_mailer(mailer: Any, sender: str) -> None:
        """Take the bridge's `IMailer` and its own address, before first use.

        The plug-in must not close it.
        """
