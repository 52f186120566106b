"""Built-in plug-ins that say where the posts of a pair go (`IMailingList`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


def includeme(registry: Registry) -> None:
    """Register the plug-ins of this folder."""
    # Imported here, so that naming the entry point costs nothing at start.
    from moodle_bridge.interfaces import IMailingList  # noqa: PLC0415
    from moodle_bridge.plugins.lists import (  # noqa: PLC0415
        direct,
        mailman3,
        mailman3_settings,
        remote,
    )

    registry.register(
        IMailingList,
        "remote",
        build=remote.RemoteList,
        settings=remote.RemoteListSettings,
        description="A list that another machine keeps; the bridge is a member",
    )
    registry.register(
        IMailingList,
        "direct",
        build=direct.DirectList,
        settings=direct.DirectListSettings,
        description="No list software: one mail to each participant",
    )
    registry.register(
        IMailingList,
        "mailman3",
        build=mailman3.Mailman3List,
        settings=mailman3_settings.Mailman3Settings,
        description="A list that GNU Mailman 3 keeps, with its REST interface",
    )
