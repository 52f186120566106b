"""Forum to mail: what waits and is due becomes mail, as its readers may read it now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from mappings.importance import importance
from mappings.letter import MailSite
from moodle_bridge.model.forum import DiscussionPosts, Post
from sync.actions import Action, Done, Outcome, Plan, Refused, Settlement
from sync.actions import Withheld as LeftAlone
from sync.job import refuse_beyond
from sync.jobs.again import Again, times_again
from sync.jobs.allowance import Allowance, day_of, owed, spent
from sync.jobs.authorship import ancestors, in_own_name, in_own_names, parent_shown
from sync.jobs.hearing import hear_gone
from sync.jobs.letters import Letters, Load
from sync.jobs.mail_keys import addressee, mail_key_of
from sync.jobs.outbound_records import as_read, gone, left_out, only, withheld, worded
from sync.jobs.recipients import Recipients
from sync.jobs.sights import Sight, Sights
from sync.jobs.watch import begun_in
from sync.ledger.intents import Intent, IntentState
from sync.ledger.links import Link, LinkState
from sync.sending import receipt_of

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair
    from sync.participants import Participants
    from sync.sending import Sending
    from sync.settings.mail import MailSettings

_NOT_BEGUN = {IntentState.PLANNED, IntentState.WITHDRAWN}


class MirrorOut:
    """The job of one pair; `let_out` posts were let out by word of a person.

    Every discussion is read again just before its posts go out, so that what was
    edited within the hold goes out edited, and what was deleted does not go out.
    """

    def __init__(
        self,
        pair: Pair,
        *,
        moodle: Moodle,
        ledger: Ledger,
        sending: Sending,
        participants: Participants,
        site: MailSite,
        secret: bytes,
        account_id: Callable[[], int],
        max_mails: int,
        mail: MailSettings,
        let_out: int = 0,
    ) -> None:
        self.name = f"mirror-out:{pair.name}"
        self._pair = pair
        self._ledger = ledger
        self._sending = sending
        self._participants = participants
        self._sights = Sights(pair, moodle=moodle, ledger=ledger)
        self._letters = Letters(pair, moodle=moodle, sending=sending, site=site)
        self._secret = secret
        self._max_mails = max_mails
        self._let_out = let_out
        self._recipients = Recipients(
            pair,
            ledger=ledger,
            participants=participants,
            mail=mail,
            account_id=account_id,
        )
        self._allowance = Allowance(ledger)

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`."""
        return self._sending.settle(intent)

    def guard(self, actions: int) -> None:
        """See `Job`: a first look counts what is due, so that nothing goes out before.

        That counts a mail of each post to each reader, so it may be a little high.
        """
        refuse_beyond(
            max(self._max_mails, self._let_out * self._mails_a_post),
            max(self._due_at_first * self._mails_a_post, actions),
            what="mails",
            key="[safety].max_mails",
        )

    @cached_property
    def _due_at_first(self) -> int:
        with self._ledger.reading() as transaction:
            return transaction.links.due_count(self._pair.name, self._ledger.clock())

    @cached_property
    def _mails_a_post(self) -> int:
        if not self._pair.mailing_list.traits.knows_members:
            return 1
        people = self._participants.of_course(self._pair.place.course.id)
        return max(1, len(self._pair.mailing_list.deliveries(people)))

    def observe(self) -> Iterator[Sight]:
        """See `Job`: discussions with a post that is due, a page at a time."""
        return self._sights.due()

    def plan(self, observation: Sight) -> Plan:
        """See `Job`."""
        now = self._ledger.clock()
        due = [
            link
            for link in observation.links.values()
            if link.state is LinkState.WAITING
            and link.due_at is not None
            and link.due_at <= now
        ]
        if observation.seen is None:
            left = observation.forum_left
            return Plan(
                records=tuple(
                    record
                    for link in due
                    for record in ((left_out(link),) if left else self._gone(link))
                )
            )
        posts = {post.id: post for post in observation.seen.posts}
        place = {post.id: at for at, post in enumerate(observation.seen.posts)}
        due.sort(key=lambda link: place.get(link.post_id, -1))
        plans = [
            self._plan_post(link, posts, observation.seen, observation.links)
            if link.post_id in posts
            else Plan(records=self._gone(link))
            for link in due
        ]
        return Plan(
            actions=tuple(action for plan in plans for action in plan.actions),
            withheld=tuple(left for plan in plans for left in plan.withheld),
            records=tuple(record for plan in plans for record in plan.records),
        )

    def _gone(self, link: Link) -> tuple[Callable[[Transaction], None], ...]:
        """Return what notes that a post was deleted: nobody waits for its answer."""

        def unheard(transaction: Transaction) -> None:
            hear_gone(
                transaction,
                link.pair,
                link.post_id,
                begun=begun_in(transaction, link.pair) or transaction.clock(),
                whole_thread=self._pair.settings.whole_thread,
            )

        return (gone(link), unheard)

    def _plan_post(
        self,
        link: Link,
        posts: Mapping[int, Post],
        seen: DiscussionPosts,
        links: Mapping[int, Link],
    ) -> Plan:
        post = posts[link.post_id]
        source = f"post:{link.pair}:{link.post_id}"
        forum = self._pair.place.forums[seen.discussion.forum_id]
        with self._ledger.reading() as transaction:
            again = times_again(transaction, link)
            had = transaction.delivered.of_posts(link.pair, [link.post_id])
        # Somebody who had it in a digest gets a mail of it when it is sent once more,
        # or was edited since.
        spared = set() if again.number or link.revision else had[link.post_id]
        rejection, deliveries = self._recipients.of_post(
            link, post, in_own_names(posts, links), seen.discussion, forum, had=spared
        )
        if rejection is not None:
            return Plan(
                withheld=(
                    LeftAlone(
                        source=source, reason=rejection.reason, summary=post.subject
                    ),
                ),
                records=(withheld(link, rejection, seen.discussion),),
            )
        deliveries = again.among(deliveries)
        if not deliveries:
            # Its readers have it in their digests, or want no mail; or whom it was to
            # go to again gets no single mails any more.
            return Plan(records=(only(source, link, ()),))
        parent = posts.get(post.parent_id) if post.parent_id else None
        shown = in_own_name(post, link)
        recalled = parent_shown(parent, links)
        wanted = [
            self._action(
                source,
                Load(
                    link=link,
                    post=shown,
                    parent=recalled,
                    discussion=seen.discussion,
                    forum=forum,
                    delivery=delivery,
                    ancestors=ancestors(post, posts, links),
                    picture_limit=self._recipients.channel(delivery).picture_limit,
                ),
                again,
            )
            for delivery in deliveries
        ]
        words = self._letters.words(wanted[0].load)
        fitting = [self._fitted(action, recalled) for action in wanted]
        actions = tuple(action for action, _ in fitting if action is not None)
        keys = [action.key for action in actions]
        records = [record for _, kept in fitting for record in kept]
        records += [only(source, link, keys), as_read(link, post, keys)]
        records += [worded(link, words)] if words else []
        return Plan(actions=actions, records=tuple(records))

    def _fitted(
        self, action: Action, parent: Post | None
    ) -> tuple[Action | None, list[Callable[[Transaction], None]]]:
        """Return a mail as it fits into its reader's day; None when it does not.

        With it what is to be written down: what it costs, or that its name is owed.
        """
        load: Load = action.load
        person, channel = load.delivery.person, self._recipients.channel(load.delivery)
        if person is None or channel.budget is None:
            return action, []
        with self._ledger.reading() as transaction:
            known = transaction.intents.get(action.key)
        if known is not None and known.state not in _NOT_BEGUN:
            return action, []
        facilitators = {
            one.user_id
            for one in self._participants.of_course(self._pair.place.course.id)
            if one.facilitator
        }
        matters = importance(
            load.post,
            load.discussion,
            person,
            parent=parent,
            facilitators=facilitators,
        )
        zone = self._recipients.zone(person)
        day = day_of(self._ledger.clock(), zone)
        for attach in (True, False):
            tried = replace(load, attach=attach)
            size = self._letters.size(action, tried)
            if self._allowance.take(
                person.user_id,
                action.key,
                size,
                budget=channel.budget,
                day=day,
                importance=matters,
            ):
                noted = spent(person.user_id, action.key, day, size)
                return replace(action, load=tried), [noted]
        return None, [owed(person.user_id, load.link)]

    def _action(self, source: str, load: Load, again: Again) -> Action:
        link, recipient = load.link, load.delivery.recipient
        whom = addressee(recipient)
        key = again.key(mail_key_of(link, recipient))
        person = load.delivery.person
        stream = f"{self.name}:{link.discussion_id}"
        return Action(
            key=key,
            kind="mail.correction" if link.revision else "mail.post",
            source=source,
            stream=f"{stream}:{whom}" if person else stream,
            summary=f"{load.post.author.fullname}: {load.post.subject} -> "
            + (person.fullname if person else recipient),
            details={
                "message_id": self._letters.message_id(link),
                "post_id": link.post_id,
                **({"user_id": person.user_id} if person else {}),
            },
            load=load,
            receipt=receipt_of(self._secret, key),
        )

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: render the mail and send it."""
        return self._letters.send(action, action.load)

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: a post is sent when every mail of it has an outcome."""
        del outcome
        if transaction.intents.open_count(intent.source) == 0:
            _, pair, post_id = intent.source.split(":")
            transaction.links.change(
                pair,
                int(post_id),
                state=LinkState.SENT.value,
                settled_at=transaction.clock(),
            )
