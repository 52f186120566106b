"""Forum to mail: what waits and is due becomes mail, as its readers may read it now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from mappings.audience import answered_by, may_go_to_list, may_go_to_people, readers
from mappings.identity import correction_message_id
from mappings.letter import MailSite
from mappings.mail_to_post import without_author_line
from mappings.post_to_mail import correction_to_mail, post_to_mail
from moodle_bridge.errors import Permanent, Rejection, RemoteError
from moodle_bridge.interfaces import Delivery
from moodle_bridge.model.forum import Author, Discussion, DiscussionPosts, Forum, Post
from moodle_bridge.model.mail import MailFile, OutgoingMail
from sync.actions import Action, Done, Later, Outcome, Plan, Refused, Settlement
from sync.actions import Withheld as LeftAlone
from sync.engine import refuse_beyond
from sync.jobs.sighting import fingerprint
from sync.ledger.intents import Intent
from sync.ledger.links import Link, LinkState, Origin
from sync.participants import folded
from sync.sending import TOO_LARGE, receipt_of

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair
    from sync.participants import Participants
    from sync.sending import Sending

DISCUSSIONS_AT_ONCE = 25
# To find what is due, all that waits is looked at: not for every page.
_DUE_AT_ONCE = 20 * DISCUSSIONS_AT_ONCE
_LOOK_AGAIN = timedelta(hours=1)
_LISTED_LATELY = timedelta(minutes=15)
# Moodle shows other people's answers in a Q&A forum when one's own is final.
_EDITING_TIME = timedelta(minutes=30)
# What may be otherwise in an hour; everything else stays withheld.
_MAY_CHANGE = frozenset({"timed", "placeholder", "nobody"})
_HOPE = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A discussion as it is now, and the links of its posts.

    `seen` is None when the discussion is no longer there, or, with `forum_left`, when
    its forum is no longer part of the pair.
    """

    seen: DiscussionPosts | None
    links: Mapping[int, Link]
    forum_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one mail is made of, when its turn comes."""

    link: Link
    post: Post
    parent: Post | None
    discussion: Discussion
    forum: Forum
    delivery: Delivery
    ancestors: tuple[str, ...]


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
        let_out: int = 0,
    ) -> None:
        self.name = f"mirror-out:{pair.name}"
        self._pair = pair
        self._moodle = moodle
        self._ledger = ledger
        self._sending = sending
        self._participants = participants
        self._site = site
        self._secret = secret
        self._account_id = account_id
        self._max_mails = max_mails
        self._let_out = let_out

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
        done: set[int] = set()
        stuck = 0
        while True:
            limit = _DUE_AT_ONCE + stuck
            with self._ledger.reading() as transaction:
                due = transaction.links.due_discussions(
                    self._pair.name, self._ledger.clock(), limit=limit
                )
            fresh = [number for number in due if number not in done]
            stuck = len(due) - len(fresh)
            if not fresh and len(due) < limit:
                return
            done.update(fresh)
            for start in range(0, len(fresh), DISCUSSIONS_AT_ONCE):
                yield from self._sights(fresh[start : start + DISCUSSIONS_AT_ONCE])

    def _sights(self, numbers: Sequence[int]) -> Iterator[Sight]:
        with self._ledger.reading() as transaction:
            links = transaction.links.of_discussions(self._pair.name, numbers)
            known = transaction.discussions.get(self._pair.name, numbers)
        # A discussion may have been moved since its first posts were seen.
        forums = {
            number: known[number].forum_id
            if number in known
            else links[number][0].forum_id
            for number in numbers
        }
        ours = {
            number: forum_id
            for number, forum_id in forums.items()
            if forum_id in self._pair.place.forums
        }
        gone = self._list_again(ours)
        with self._ledger.reading() as transaction:
            known = transaction.discussions.get(self._pair.name, numbers)
        by_post = {
            number: {link.post_id: link for link in links[number]} for number in numbers
        }
        for number in numbers:
            if number in gone or number not in ours:
                yield Sight(
                    seen=None, links=by_post[number], forum_left=number not in ours
                )
        there = [known[number] for number in ours if number not in gone]
        for read in self._moodle.forums.posts(there):
            # What cannot be read now, or shows no posts, waits for the next run.
            if isinstance(read, DiscussionPosts) and read.posts:
                yield Sight(seen=read, links=by_post[read.discussion.id])

    def _list_again(self, forums: Mapping[int, int]) -> set[int]:
        """Read again who may see which discussion; return those no longer listed.

        `forums` says of which forum each discussion is. Group and hours of a
        discussion stand in the list of its forum alone. And Moodle answers a
        discussion that was deleted with an error like any other: only the list tells
        it from one that is merely out of order.
        """
        since = self._ledger.clock() - _LISTED_LATELY
        with self._ledger.reading() as transaction:
            fresh = transaction.discussions.listed_since(
                self._pair.name, list(forums), since
            )
        missing = set(forums) - fresh
        for forum_id in {forums[number] for number in missing}:
            # Deleting the newest post moves a discussion back in time, so that the
            # whole list is read and not only its beginning.
            listed = list(self._moodle.forums.discussions(forum_id, since=None))
            with self._ledger.writing() as transaction:
                for discussion in listed:
                    missing.discard(discussion.id)
                    transaction.discussions.listed(self._pair.name, discussion)
        return missing

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
                records=tuple(_left_out(link) if left else _gone(link) for link in due)
            )
        posts = {post.id: post for post in observation.seen.posts}
        place = {post.id: at for at, post in enumerate(observation.seen.posts)}
        due.sort(key=lambda link: place.get(link.post_id, -1))
        plans = [
            self._plan_post(link, posts, observation.seen, observation.links)
            if link.post_id in posts
            else Plan(records=(_gone(link),))
            for link in due
        ]
        return Plan(
            actions=tuple(action for plan in plans for action in plan.actions),
            withheld=tuple(left for plan in plans for left in plan.withheld),
            records=tuple(record for plan in plans for record in plan.records),
        )

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
        rejection, deliveries = self._audience(
            link, post, _in_own_names(posts, links), seen.discussion, forum
        )
        if rejection is not None:
            return Plan(
                withheld=(
                    LeftAlone(
                        source=source, reason=rejection.reason, summary=post.subject
                    ),
                ),
                records=(_withheld(link, rejection, seen.discussion),),
            )
        parent = posts.get(post.parent_id) if post.parent_id else None
        actions = tuple(
            self._action(
                source,
                Load(
                    link=link,
                    post=_in_own_name(post, link),
                    parent=_parent_shown(parent, links),
                    discussion=seen.discussion,
                    forum=forum,
                    delivery=delivery,
                    ancestors=_ancestors(post, posts, links),
                ),
            )
            for delivery in deliveries
        )
        keys = [action.key for action in actions]
        return Plan(
            actions=actions,
            records=(_only(source, link, keys), _as_read(link, post, keys)),
        )

    def _audience(
        self,
        link: Link,
        post: Post,
        posts: Sequence[Post],
        discussion: Discussion,
        forum: Forum,
    ) -> tuple[Rejection | None, Sequence[Delivery]]:
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
                answered=answered_by(posts, discussion, before=now - _EDITING_TIME),
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
        return None, deliveries

    def _action(self, source: str, load: Load) -> Action:
        link, recipient = load.link, load.delivery.recipient
        whom = hashlib.sha256(folded(recipient).encode()).hexdigest()[:16]
        key = f"mail:{link.pair}:{link.post_id}:{link.revision}:{whom}"
        person = load.delivery.person
        stream = f"{self.name}:{link.discussion_id}"
        return Action(
            key=key,
            kind="mail.correction" if link.revision else "mail.post",
            source=source,
            stream=f"{stream}:{whom}" if person else stream,
            summary=f"{load.post.author.fullname}: {load.post.subject} -> "
            + (person.fullname if person else recipient),
            details={"message_id": self._message_id(link), "post_id": link.post_id},
            load=load,
            receipt=receipt_of(self._secret, key),
        )

    def _message_id(self, link: Link) -> str:
        if not link.revision:
            return link.message_id
        return correction_message_id(
            link.post_id,
            link.revision,
            site_tag=self._site.site_tag,
            domain=self._site.domain,
        )

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`: render the mail and send it."""
        load: Load = action.load
        try:
            files = [] if load.link.revision else self._files(load.post)
        except RemoteError as error:
            return Later(reason=str(error), advice=error.advice)
        try:
            mail = self._mail(action, load, files)
        except ValueError as error:
            return Refused(
                reason=f"no mail can be made of it: {error}",
                advice="Correct the address of its reader in Moodle, or drop it.",
            )
        outcome = self._sending.send(replace(mail, key=action.key))
        if isinstance(outcome, Refused) and outcome.code == TOO_LARGE and files:
            # Nothing was sent; what does not fit goes as a link.
            mail = self._mail(action, load, ())
            outcome = self._sending.send(replace(mail, key=action.key))
        return outcome

    def _mail(
        self, action: Action, load: Load, files: Sequence[MailFile]
    ) -> OutgoingMail:
        key = action.receipt or action.key
        recipients = self._sending.recipients(load.delivery.recipient)
        language = _language(load.delivery, self._pair.settings.language)
        if load.link.revision:
            return correction_to_mail(
                load.post,
                discussion=load.discussion,
                forum=load.forum,
                course=self._pair.place.course,
                list_address=self._pair.mailing_list.address,
                delivery=load.delivery,
                ancestors=load.ancestors,
                corrects=load.link.message_id,
                revision=load.link.revision,
                recipients=recipients,
                language=language,
                site=self._site,
                subject_tag=self._pair.tag,
                key=key,
                hops=0,
            )
        return post_to_mail(
            load.post,
            discussion=load.discussion,
            forum=load.forum,
            course=self._pair.place.course,
            list_address=self._pair.mailing_list.address,
            delivery=load.delivery,
            ancestors=load.ancestors,
            parent=load.parent,
            files=files,
            recipients=recipients,
            language=language,
            site=self._site,
            subject_tag=self._pair.tag,
            key=key,
            hops=0,
            message_id=load.link.message_id,
        )

    def _files(self, post: Post) -> list[MailFile]:
        """Download what is small enough to go along; the rest goes as links."""
        room = self._site.max_attached_bytes
        files = []
        for attachment in post.attachments:
            if attachment.inline or attachment.size > room:
                continue
            try:
                content = self._moodle.files.download(attachment.url, limit=room)
            except Permanent:
                # It goes as a link, as if it were too large.
                continue
            room -= len(content)
            files.append(
                MailFile(
                    filename=attachment.filename,
                    media_type=attachment.media_type,
                    content=content,
                )
            )
        return files

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


def _language(delivery: Delivery, default: str) -> str:
    return (delivery.person and delivery.person.language) or default


def _in_own_names(
    posts: Mapping[int, Post], links: Mapping[int, Link]
) -> tuple[Post, ...]:
    """Return all posts under the names of who wrote them.

    Who answered by mail has answered, though Moodle shows another account.
    """
    return tuple(
        _in_own_name(post, links[number]) if number in links else post
        for number, post in posts.items()
    )


def _in_own_name(post: Post, link: Link) -> Post:
    """Return the post under the name of who wrote it, also when it came by mail."""
    if link.origin is not Origin.MAIL or not link.author_name:
        return post
    return replace(
        post,
        author=Author(id=link.author_user_id, fullname=link.author_name),
        message=without_author_line(post.message),
    )


def _parent_shown(parent: Post | None, links: Mapping[int, Link]) -> Post | None:
    if parent is None or parent.private or not parent.visible or parent.deleted:
        return None
    link = links.get(parent.id)
    if link is not None and link.state is LinkState.WITHHELD:
        came_by_list = link.origin is Origin.MAIL and link.via_list
        return _in_own_name(parent, link) if came_by_list else None
    return parent if link is None else _in_own_name(parent, link)


def _ancestors(
    post: Post, posts: Mapping[int, Post], links: Mapping[int, Link]
) -> tuple[str, ...]:
    """Return the Message-IDs from the first post down to the parent."""
    chain: list[str] = []
    seen = {post.id}
    parent_id = post.parent_id
    while parent_id is not None and parent_id not in seen:
        seen.add(parent_id)
        link = links.get(parent_id)
        if link is not None:
            chain.append(link.message_id)
        parent = posts.get(parent_id)
        if parent is not None:
            parent_id = parent.parent_id
        else:
            parent_id = link.parent_post_id if link else None
    return tuple(reversed(chain))


def _gone(link: Link) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        source = f"post:{link.pair}:{link.post_id}"
        transaction.intents.withdraw(source, keep=(), reason="the post was deleted")
        if transaction.intents.in_doubt(source):
            return
        transaction.links.change(
            link.pair,
            link.post_id,
            state=(LinkState.SENT if link.revision else LinkState.GONE).value,
            reason="deleted before it was sent",
            gone_at=transaction.clock(),
        )

    return record


def _left_out(link: Link) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        reason = "its forum is no longer part of the pair"
        transaction.intents.withdraw(
            f"post:{link.pair}:{link.post_id}", keep=(), reason=reason
        )
        transaction.links.change(
            link.pair, link.post_id, state=LinkState.WITHHELD.value, reason="forum"
        )

    return record


def _withheld(
    link: Link, rejection: Rejection, discussion: Discussion
) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        source = f"post:{link.pair}:{link.post_id}"
        transaction.intents.withdraw(source, keep=(), reason=rejection.reason)
        if transaction.intents.open_count(source):
            return
        now = transaction.clock()
        begins = discussion.time_start
        again = now + _LOOK_AGAIN if begins is None or begins <= now else begins
        hopeful = again == begins or now - link.seen_at < _HOPE
        waits = rejection.reason in _MAY_CHANGE and hopeful
        transaction.links.change(
            link.pair,
            link.post_id,
            state=(LinkState.WAITING if waits else LinkState.WITHHELD).value,
            reason=rejection.reason,
            due_at=again if waits else link.due_at,
        )

    return record


def _as_read(
    link: Link, post: Post, keys: Sequence[str]
) -> Callable[[Transaction], None]:
    """Note the text that goes out, so that what was edited before is no news later.

    Not when a mail of it was begun before: that may have gone out with the old text.
    """

    def record(transaction: Transaction) -> None:
        intents = [transaction.intents.get(key) for key in keys]
        now_is = fingerprint(post)
        if link.fingerprint == now_is or any(one and one.attempts for one in intents):
            return
        edited = {"edited_at": post.modified or transaction.clock()}
        transaction.links.change(
            link.pair,
            link.post_id,
            fingerprint=now_is,
            subject=post.subject,
            **(edited if link.fingerprint else {}),
        )

    return record


def _only(
    source: str, link: Link, keys: Sequence[str]
) -> Callable[[Transaction], None]:
    """Withdraw what was planned for readers who are no longer among the readers."""

    def record(transaction: Transaction) -> None:
        transaction.intents.withdraw(
            source, keep=frozenset(keys), reason="no longer among the readers"
        )
        if transaction.intents.open_count(source) == 0:
            transaction.links.change(
                link.pair,
                link.post_id,
                state=LinkState.SENT.value,
                settled_at=transaction.clock(),
            )

    return record
