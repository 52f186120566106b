"""The plug-ins that come with the bridge; one folder a kind, one file a plug-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


def includeme(registry: Registry) -> None:
    """Register the built-in plug-ins, like any other distribution would."""
    # Imported here, so that naming the entry point costs nothing at start.
    from moodle_bridge.plugins import (  # noqa: PLC0415
        alerts,
        intake,
        lists,
        mailboxes,
        mailers,
        reports,
        rotas,
    )

    for kind in (alerts, intake, lists, mailboxes, mailers, reports, rotas):
        kind.includeme(registry)
