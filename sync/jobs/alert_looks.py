"""Reads a question again just before somebody is told of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mappings.audience import answered_by, readers
from mappings.html_text import html_text
from moodle_bridge.model.forum import DiscussionPosts
from moodle_bridge.model.waits import Medium, Wait
from sync.channels import Choices, resting_people
from sync.jobs.authorship import in_own_name, in_own_names
from sync.jobs.hearing import Listener, hear, hear_end
from sync.jobs.peer_answers import answered_by_peers
from sync.jobs.sights import Sight, Sights

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger
    from sync.ledger.links import Link
    from sync.pairs import Pair
    from sync.participants import Participants
    from sync.settings.mail import MailSettings

Question = tuple[str, int]
"""Pair and post id."""

_FRESH = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A question as it is now.

    `text` is plain. `readers` are the user ids of those who may read it. `digest` says
    that its asker gets answers with a digest, `unreachable` that no mail reaches them.
    `peer` is another participant who answered at `peer_at`; None when none did.
    """

    asker: str
    subject: str
    text: str
    place: str
    url: str
    readers: frozenset[int]
    by_mail: bool = False
    digest: bool = False
    unreachable: bool = False
    peer: str | None = None
    peer_at: datetime | None = None


class AlertLooks:
    """Reads discussions again, notes what was said in them, and shows questions."""

    def __init__(
        self,
        pairs: Sequence[Pair],
        *,
        moodle: Moodle,
        ledger: Ledger,
        participants: Participants,
        account_id: Callable[[], int],
        begun: Callable[[str], datetime | None],
        mail: MailSettings,
        site_url: str,
    ) -> None:
        self._pairs = {pair.name: pair for pair in pairs}
        self._moodle = moodle
        self._ledger = ledger
        self._participants = participants
        self._account_id = account_id
        self._begun = begun
        self._mail = mail
        self._site_url = site_url.rstrip("/")
        self._read: dict[tuple[str, int], tuple[datetime, dict[int, Look]]] = {}

    def look(self, waits: Sequence[Wait]) -> Mapping[Question, Look]:
        """Return these questions as they are now; what cannot be read is left out.

        Their waits in the ledger are brought up to date. What was read within half a
        minute is not read again. Raises RemoteError when the site does not answer.
        """
        now = self._ledger.clock()
        wanted: dict[str, dict[int, list[Wait]]] = {}
        for wait in waits:
            read_at, _ = self._read.get((wait.pair, wait.discussion_id), (None, {}))
            if wait.pair in self._pairs and (read_at is None or now - read_at > _FRESH):
                by_discussion = wanted.setdefault(wait.pair, {})
                by_discussion.setdefault(wait.discussion_id, [])
        for name, discussions in wanted.items():
            self._look_at(self._pairs[name], list(discussions))
        found: dict[Question, Look] = {}
        for wait in waits:
            _, looks = self._read.get((wait.pair, wait.discussion_id), (None, {}))
            if wait.post_id in looks:
                found[wait.pair, wait.post_id] = looks[wait.post_id]
        return found

    def _look_at(self, pair: Pair, discussion_ids: Collection[int]) -> None:
        listener = Listener(
            pair=pair.name,
            begun=self._begun(pair.name) or self._ledger.clock(),
            account_id=self._account_id(),
            facilitators=frozenset(
                person.user_id
                for person in self._participants.of_course(pair.place.course.id)
                if person.facilitator
            ),
            whole_thread=pair.settings.whole_thread,
        )
        now = self._ledger.clock()
        for number in discussion_ids:
            self._read[pair.name, number] = (now, {})
        sights = Sights(pair, moodle=self._moodle, ledger=self._ledger)
        for sight in sights.of(sorted(discussion_ids)):
            if sight.seen is not None:
                with self._ledger.writing() as transaction:
                    number = sight.seen.discussion.id
                    checked = transaction.discussions.checked_at(pair.name, [number])
                    hear(
                        transaction,
                        sight.seen,
                        listener,
                        read_before=checked.get(number),
                    )
                looks = self._looks(pair, sight.seen, sight, now)
                self._read[pair.name, sight.seen.discussion.id] = (now, looks)
            elif not sight.forum_left and sight.links:
                number = next(iter(sight.links.values())).discussion_id
                with self._ledger.writing() as transaction:
                    checked = transaction.discussions.checked_at(pair.name, [number])
                    hear_end(
                        transaction, listener, number, read_before=checked.get(number)
                    )

    def _looks(
        self, pair: Pair, seen: DiscussionPosts, sight: Sight, now: datetime
    ) -> dict[int, Look]:
        with self._ledger.reading() as transaction:
            asked = {
                post.id: wait
                for post in seen.posts
                for wait in transaction.waits.get(post.id)
                if wait.pair == pair.name
            }
            choices = Choices(
                transaction.channels.everyone(),
                pairs={pair.name: pair.settings},
                mail=self._mail,
            )
            resting = resting_people(transaction)
            whole = {pair.name} if pair.settings.whole_thread else set()
            peers = answered_by_peers(transaction, asked.values(), whole)
        people = {
            person.user_id: person
            for person in self._participants.of_course(pair.place.course.id)
        }
        discussion = seen.discussion
        forum = pair.place.forums[discussion.forum_id]
        posts = {post.id: post for post in seen.posts}
        links: Mapping[int, Link] = sight.links
        answered = answered_by(in_own_names(posts, links), discussion, now=now)
        found = {}
        for number, wait in asked.items():
            post, link = posts[number], links.get(number)
            may_read = readers(
                post,
                discussion,
                forum,
                people.values(),
                now,
                group_id=pair.place.group_id,
                answered=answered,
            )
            shown = post if link is None else in_own_name(post, link)
            asker = people.get(wait.asker_id)
            answer = peers.get((pair.name, number))
            peer = people.get(answer.author_id or 0) if answer else None
            found[number] = Look(
                asker=asker.fullname if asker else shown.author.fullname,
                subject=shown.subject,
                text=html_text(shown.message),
                place=f"{pair.place.course.shortname}, {forum.name}",
                url=f"{self._site_url}/mod/forum/discuss.php?d={discussion.id}"
                f"#p{number}",
                readers=frozenset(person.user_id for person in may_read),
                by_mail=wait.medium is Medium.MAIL,
                digest=choices.of(wait.asker_id, pair.name).is_gathered,
                unreachable=wait.asker_id in resting,
                peer=(peer.fullname if peer else "?") if answer else None,
                peer_at=answer.at if answer else None,
            )
        return found
