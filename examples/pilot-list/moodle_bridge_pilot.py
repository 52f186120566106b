"""A mailing list for a pilot: only some participants get mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field
from zope.interface import implementer

from moodle_bridge.interfaces import Delivery, IMailingList
from moodle_bridge.model.people import Person
from moodle_bridge.plugins.lists.direct import DirectList, DirectListSettings

if TYPE_CHECKING:
    from moodle_bridge.registry import Registry


class PilotListSettings(DirectListSettings):
    """A list without list software, for some participants."""

    usernames: tuple[str, ...] = Field(
        min_length=1,
        description="The Moodle usernames of those who take part in the pilot.",
    )


@implementer(IMailingList)
class PilotList:
    """One mail to each participant of the pilot; see `IMailingList`."""

    def __init__(self, settings: PilotListSettings) -> None:
        self._usernames = frozenset(settings.usernames)
        self._direct = DirectList(settings)
        self.address = self._direct.address
        self.traits = self._direct.traits

    def deliveries(self, readers: Sequence[Person]) -> Sequence[Delivery]:
        """See `IMailingList`."""
        pilot = [reader for reader in readers if reader.username in self._usernames]
        return self._direct.deliveries(pilot)


def includeme(registry: Registry) -> None:
    """Register the plug-in; called by moodle-bridge when it is enabled."""
    registry.register(
        IMailingList,
        "pilot",
        build=PilotList,
        settings=PilotListSettings,
        description="One mail to each of a few participants",
    )
