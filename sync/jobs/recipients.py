"""To whom a post is mailed: who may read it, and wants it by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from mappings.audience import answered_by, may_go_to_list, may_go_to_people, readers
from moodle_bridge.errors import Rejection
from moodle_bridge.interfaces import Delivery
from moodle_bridge.model.channels import Channel
from moodle_bridge.model.forum import Discussion, Forum, Post
from sync.channels import Choices, list_delivers, resting_people
from sync.ledger.links import Link, Origin

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.ledger import Ledger
    from sync.pairs import Pair
    from sync.participants import Participants
    from sync.settings.mail import MailSettings


class Recipients:
    """The recipients of one pair, as they and their channels stand in one run."""

    def __init__(
        self,
        pair: Pair,
        *,
        ledger: Ledger,
        participants: Participants,
        mail: MailSettings,
        account_id: Callable[[], int],
    ) -> None:
        self._pair = pair
        self._ledger = ledger
        self._participants = participants
        self._mail = mail
        self._account_id = account_id

    def zone(self, person: Person) -> str:
        """Return the time zone in which somebody's days are counted."""
        return self._choices.zone(person, self._pair.name)

    @cached_property
    def _choices(self) -> Choices:
        with self._ledger.reading() as transaction:
            chosen = transaction.channels.everyone()
            resting = resting_people(transaction)
        return Choices(
            chosen,
            pairs={self._pair.name: self._pair.settings},
            mail=self._mail,
            resting=resting,
        )

    def channel(self, delivery: Delivery) -> Channel:
        """Return how whom a mail goes to takes part in the pair; a list as usual."""
        if delivery.person is None:
            return Channel()
        return self._choices.of(delivery.person.user_id, self._pair.name)

    def chose_before(self, delivery: Delivery, moment: datetime) -> bool:
        """Say whether somebody takes part as they do now since before a moment."""
        channel = self.channel(delivery)
        changes = (channel.since, channel.paused_until)
        return all(one is None or one <= moment for one in changes)

    def of_post(
        self,
        link: Link,
        post: Post,
        posts: Sequence[Post],
        discussion: Discussion,
        forum: Forum,
        *,
        had: Collection[int],
        at: datetime | None = None,
    ) -> tuple[Rejection | None, Sequence[Delivery]]:
        """Return to whom a post is mailed now, or why to nobody whatever they chose.

        `had` are those who had it already, in a digest. Who has answered in a Q&A
        discussion is looked at as it was `at` a moment; None is now.
        """
        now = self._ledger.clock()
        group = self._pair.place.group_id
        known = self._pair.mailing_list.traits.knows_members
        may_go = may_go_to_people if known else may_go_to_list
        rejection = may_go(post, discussion, forum, now, group_id=group)
        if rejection is not None:
            return rejection, ()
        people: Sequence[Person] = ()
        if known:
            everybody = self._participants.of_course(self._pair.place.course.id)
            people = readers(
                post,
                discussion,
                forum,
                everybody,
                now,
                group_id=group,
                answered=answered_by(posts, discussion, now=at or now),
            )
            # The service account is nobody who reads, and who wrote by mail has the
            # mail already.
            spared = {self._account_id()}
            if link.origin is Origin.MAIL:
                spared.add(link.author_user_id or 0)
            people = [person for person in people if person.user_id not in spared]
        deliveries = self._pair.mailing_list.deliveries(people)
        if not deliveries:
            return (
                Rejection(reason="nobody", advice="Nobody who may read it gets mail."),
                (),
            )
        if known:
            people = [
                person
                for person in people
                if person.user_id not in had
                and list_delivers(self._choices.of(person.user_id, link.pair), now)
            ]
            deliveries = self._pair.mailing_list.deliveries(people)
        return None, deliveries
