"""A mailing list that is nobody's but the bridge's: each participant gets a mail."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from zope.interface import implementer

from moodle_bridge.interfaces import Delivery, IMailingList, ListTraits
from moodle_bridge.model.mail import ListAddress
from moodle_bridge.model.people import Person
from moodle_bridge.plugins.lists.settings import ListSettings, is_address


class DirectListSettings(ListSettings):
    """A list without list software; `address` is the bridge's own."""


@implementer(IMailingList)
class DirectList:
    """One mail to each participant, at their first address.

    See `IMailingList`. `opted_out` holds the user ids of those who want no mail.
    Nobody who is suspended gets any, nor does an address of the bridge itself, where
    every mail would come back as a new one. Who shares an address with somebody
    before them in the course gets no second copy.
    """

    def __init__(
        self, settings: DirectListSettings, *, opted_out: Collection[int] = ()
    ) -> None:
        list_id = settings.list_id or settings.address.replace("@", ".").lower()
        self.address = ListAddress(
            address=settings.address, name=settings.name, list_id=list_id
        )
        self.traits = ListTraits(
            addresses=settings.addresses(), list_ids=(list_id,), knows_members=True
        )
        self._opted_out = frozenset(opted_out)

    def deliveries(self, readers: Sequence[Person]) -> Sequence[Delivery]:
        """See `IMailingList`."""
        people: set[int] = set()
        taken = {address.casefold() for address in self.traits.addresses}
        deliveries = []
        for person in readers:
            address = self._wanted_at(person)
            if address is None or person.user_id in people:
                continue
            people.add(person.user_id)
            if address.casefold() not in taken:
                taken.add(address.casefold())
                deliveries.append(Delivery(recipient=address, person=person))
        return tuple(deliveries)

    def _wanted_at(self, person: Person) -> str | None:
        if person.suspended or person.user_id in self._opted_out:
            return None
        # An address that could be read as more than one is as good as none.
        first = next(iter(person.addresses), "")
        return first if is_address(first) else None
