"""Answers to Moodle's own mails: the post of which such a mail told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mappings.native_mail import NativeIds
from sync.participants import with_address

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.ledger import Transaction
    from sync.pairs import Pair
    from sync.participants import Participants

_NEWEST = 20_000


class NativeMails:
    """Knows Moodle's own mails again by the Message-IDs that Moodle gives them."""

    def __init__(
        self, pairs: Sequence[Pair], participants: Participants, *, site_url: str
    ) -> None:
        self._pairs = pairs
        self._participants = participants
        self._ids = NativeIds(site_url)

    def is_native(self, message_id: str) -> bool:
        """Say whether Moodle itself wrote the mail with this Message-ID."""
        return self._ids.is_native(message_id)

    def post_of(
        self, transaction: Transaction, message_id: str, sender: str
    ) -> int | None:
        """Return the post of which a mail of Moodle told.

        None when it is no mail of Moodle, or tells of a post that is not known. Raises
        RemoteError if Moodle must say who takes part.
        """
        if not self._ids.is_native(message_id):
            return None
        people: dict[int, Person] = {
            person.user_id: person
            for course_id in {pair.place.course.id for pair in self._pairs}
            for person in self._participants.of_course(course_id)
        }
        authors = with_address(list(people.values()), sender)
        return self._ids.post_of(
            message_id,
            transaction.links.newest(
                [pair.name for pair in self._pairs], limit=_NEWEST
            ),
            author_ids=[person.user_id for person in authors],
            others=people,
        )
