"""Reads what was said in a course before the bridge watched it: counted, never acted on.

Nothing is mailed, mirrored or alerted because of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from mappings.identity import marker_in
from moodle_bridge.errors import Permanent
from moodle_bridge.model.forum import Discussion, DiscussionPosts
from moodle_bridge.moodle.forums import DiscussionFailure
from moodle_bridge.moodle.functions import MISSING
from moodle_bridge.redact import masked
from sync.jobs.hearing import Listener, hear
from sync.jobs.watch import begun_in
from sync.ledger.presence import Presence, taught

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair

_AT_ONCE = 50
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """What became of a pair: `discussions` were to be read, `read` of them were.

    `known` were as the ledger has them already. `posts` and `waits` are how many more
    are in the ledger now. `problems` tell what could not be read, `notes` what is
    to be known of the rest.
    """

    pair: str
    discussions: int
    known: int
    read: int = 0
    posts: int = 0
    waits: int = 0
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Backfill:
    """Reads the history of pairs.

    `facilitators` gives the user ids of those who teach in a course now: they count as
    facilitators in its history too, unless it is known what they were then.
    """

    def __init__(
        self,
        moodle: Moodle,
        ledger: Ledger,
        *,
        account_id: Callable[[], int],
        facilitators: Callable[[int], Collection[int]],
    ) -> None:
        self._moodle = moodle
        self._ledger = ledger
        self._account_id = account_id
        self._facilitators = facilitators

    def run(
        self,
        pair: Pair,
        *,
        since: datetime | None = None,
        dry_run: bool = False,
        progress: Progress = lambda _done, _all: None,
    ) -> Backfilled:
        """Read all discussions of a pair that had a post at or after `since`.

        One request for each at most, and none for those that are known as they are
        now. `progress` hears how many of how many are done. With `dry_run` only the
        lists are read. What was read is in the ledger, so that this may be stopped and
        repeated; the second time it reads only what failed. Raises RemoteError when
        the site does not answer, or refuses what every other reading would be refused.
        """
        listed, problems = self._listed(pair, since)
        wanted = self._unknown(pair, listed)
        told = Backfilled(
            pair=pair.name,
            discussions=len(wanted),
            known=len(listed) - len(wanted),
            problems=tuple(problems),
        )
        if dry_run or not wanted:
            return told
        before = self._counts(pair)
        listener = self._listener(pair)
        read = nameless = 0
        notes: list[str] = []
        progress(0, len(wanted))
        for done, some in self._read(wanted):
            with self._ledger.writing() as transaction:
                for item in some:
                    if isinstance(item, DiscussionPosts):
                        hear(transaction, item, listener, read_before=None)
                        nameless += self._nameless(transaction, item, listener)
                        read += 1
                        continue
                    if item.error.concerns_all or item.error.code == MISSING:
                        raise item.error
                    problems.append(
                        masked(f"discussion {item.discussion.id}: {item.error}")
                    )
            progress(done, len(wanted))
        if nameless:
            notes.append(
                f"{nameless} posts came by mail, and the ledger does not know from whom:"
                " they are left out, and what they answered may seem to wait"
            )
        after = self._counts(pair)
        return Backfilled(
            pair=pair.name,
            discussions=told.discussions,
            known=told.known,
            read=read,
            posts=after[0] - before[0],
            waits=after[1] - before[1],
            problems=tuple(problems),
            notes=tuple(notes),
        )

    @staticmethod
    def _nameless(
        transaction: Transaction, seen: DiscussionPosts, listener: Listener
    ) -> int:
        """Return how many posts were made from mails that the ledger does not know."""
        return sum(
            post.author.id == listener.account_id
            and bool(marker_in(post.message))
            and transaction.utterances.get(listener.pair, post.id) is None
            for post in seen.posts
        )

    def _listed(
        self, pair: Pair, since: datetime | None
    ) -> tuple[list[Discussion], list[str]]:
        """Return the discussions of all forums, the oldest first, and what failed."""
        found: dict[int, Discussion] = {}
        problems: list[str] = []
        for forum in pair.place.forums.values():
            try:
                for one in self._moodle.forums.discussions(forum.id, since=since):
                    # What is pinned is listed however old it is.
                    if since is None or one.modified >= since:
                        found[one.id] = one
            except Permanent as error:
                if error.concerns_all or error.code == MISSING:
                    raise
                problems.append(masked(f"forum {forum.name}: {error}"))
        return sorted(found.values(), key=lambda one: (one.modified, one.id)), problems

    def _unknown(self, pair: Pair, listed: Sequence[Discussion]) -> list[Discussion]:
        """Return those that were never read, or had a post since they were."""
        with self._ledger.reading() as transaction:
            heard = transaction.utterances.heard_at(pair.name)
        return [
            one for one in listed if one.id not in heard or heard[one.id] < one.modified
        ]

    def _read(
        self, wanted: Sequence[Discussion]
    ) -> Iterator[tuple[int, list[DiscussionPosts | DiscussionFailure]]]:
        done = 0
        read = self._moodle.forums.posts(wanted)
        while some := list(islice(read, _AT_ONCE)):
            done += len(some)
            yield done, some

    def _counts(self, pair: Pair) -> tuple[int, int]:
        with self._ledger.reading() as transaction:
            return (
                transaction.utterances.number(pair.name),
                transaction.waits.number(pair.name),
            )

    def _listener(self, pair: Pair) -> Listener:
        course_id = pair.place.course.id
        facilitators = frozenset(self._facilitators(course_id))
        rows: defaultdict[int, list[Presence]] = defaultdict(list)
        with self._ledger.reading() as transaction:
            begun = begun_in(transaction, pair.name) or transaction.clock()
            for one in transaction.presences.of_courses([course_id]):
                rows[one.user_id].append(one)
        return Listener(
            pair=pair.name,
            begun=begun,
            account_id=self._account_id(),
            facilitators=facilitators,
            whole_thread=pair.settings.whole_thread,
            taught=lambda person, at: taught(rows.get(person, ()), at),
        )
