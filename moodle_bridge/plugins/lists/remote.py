"""A mailing list that another machine keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field
from zope.interface import implementer

from moodle_bridge.interfaces import Delivery, IMailingList, ListTraits
from moodle_bridge.model.mail import ListAddress
from moodle_bridge.model.people import Person
from moodle_bridge.plugins.lists.settings import ListSettings


class RemoteListSettings(ListSettings):
    """A list that the bridge writes to as one of its members."""

    kind: Literal["any", "google-groups", "groups-io"] = Field(
        default="any",
        description="Whose list it is; from it follows the List-Id where none is given.",
    )
    own_mail_returns: bool = Field(
        default=True,
        description="Whether the list sends the bridge its own mails back. True is"
        " right where it is not known: a copy that comes back is recognised.",
    )


@implementer(IMailingList)
class RemoteList:
    """One mail to the posting address; the list's own software does the rest.

    See `IMailingList`. The bridge does not know who the members are.
    """

    def __init__(self, settings: RemoteListSettings) -> None:
        list_id = settings.list_id
        if list_id is None and settings.kind != "any":
            # Both make it of the address: <sm25.googlegroups.com>, <sm25.groups.io>.
            list_id = settings.address.replace("@", ".").lower()
        self.address = ListAddress(
            address=settings.address, name=settings.name, list_id=list_id
        )
        self.traits = ListTraits(
            addresses=settings.addresses(),
            list_ids=(list_id,) if list_id else (),
            returns_own_mail=settings.own_mail_returns,
        )

    def deliveries(self, readers: Sequence[Person]) -> Sequence[Delivery]:  # noqa: ARG002
        """See `IMailingList`."""
        return (Delivery(recipient=self.address.address),)
