"""Who in which course has an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mappings.mail_reading import ReadMail
from mappings.senders import author_of
from moodle_bridge.model.people import Person
from sync.jobs.routing import Route
from sync.participants import Participants, with_address

if TYPE_CHECKING:
    from sync.pairs import Pair


class Authors:
    """The people of all pairs, by their addresses."""

    def __init__(self, participants: Participants, pairs: Sequence[Pair]) -> None:
        self._participants = participants
        self._pairs = pairs
        self._asked_again: set[int] = set()

    def routed(self, mail: ReadMail, route: Route) -> Route:
        """Return the route with the pair of the only course that its author is in.

        A mail to the bridge's own address names no list.
        """
        author = author_of(mail, None)
        pairs = self.pairs_of(author.address) if author else []
        return replace(route, pair=pairs[0]) if len(pairs) == 1 else route

    def pairs_of(self, address: str) -> list[Pair]:
        """Return the pairs in whose course somebody active has this address."""
        return [
            pair
            for pair in self._pairs
            if any(
                not person.suspended
                for person in self.people_of(pair.place.course.id, address)
            )
        ]

    def people_of(self, course_id: int, address: str) -> list[Person]:
        """Return who in a course has this address; raises RemoteError."""
        found = with_address(self._participants.of_course(course_id), address)
        if found or course_id in self._asked_again:
            return found
        # They may have been enrolled a minute ago.
        self._asked_again.add(course_id)
        return with_address(self._participants.read_again(course_id), address)
