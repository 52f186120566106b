"""Reads again, just before the mails go out, what is about to be mailed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from moodle_bridge.errors import Permanent
from moodle_bridge.model.forum import DiscussionPosts
from moodle_bridge.moodle.functions import MISSING
from sync.ledger.links import Link

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger
    from sync.pairs import Pair

DISCUSSIONS_AT_ONCE = 25
# To find what is due, all that waits is looked at: not for every page.
_DUE_AT_ONCE = 20 * DISCUSSIONS_AT_ONCE
_LISTED_LATELY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A discussion as it is now, and the links of its posts.

    `seen` is None when the discussion is no longer there, or, with `forum_left`, when
    its forum is no longer part of the pair.
    """

    seen: DiscussionPosts | None
    links: Mapping[int, Link]
    forum_left: bool = False


class Sights:
    """The discussions of one pair that have something due."""

    def __init__(self, pair: Pair, *, moodle: Moodle, ledger: Ledger) -> None:
        self._pair = pair
        self._moodle = moodle
        self._ledger = ledger

    def due(self) -> Iterator[Sight]:
        """Give discussions with a post that is due, a page at a time.

        Raises RemoteError when the site does not answer.
        """
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
                yield from self._page(fresh[start : start + DISCUSSIONS_AT_ONCE])

    def of(self, discussion_ids: Sequence[int]) -> Iterator[Sight]:
        """Give these discussions as they are now, a page at a time, each at most once.

        One that cannot be read now is left out. Raises RemoteError as `due` does.
        """
        for start in range(0, len(discussion_ids), DISCUSSIONS_AT_ONCE):
            yield from self._page(discussion_ids[start : start + DISCUSSIONS_AT_ONCE])

    def _page(self, numbers: Sequence[int]) -> Iterator[Sight]:
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
        gone, unlisted = self._list_again(ours)
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
        there = [known[number] for number in ours if number not in gone | unlisted]
        for read in self._moodle.forums.posts(there):
            # What cannot be read now, or shows no posts, waits for the next run.
            if isinstance(read, DiscussionPosts) and read.posts:
                yield Sight(seen=read, links=by_post[read.discussion.id])

    def _list_again(self, forums: Mapping[int, int]) -> tuple[set[int], set[int]]:
        """Read again who may see which discussion.

        Returns those no longer listed, and those of forums that cannot be listed: what
        is due there waits, and does not keep the other forums waiting.

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
        unlisted: set[int] = set()
        for forum_id in {forums[number] for number in missing}:
            # Deleting the newest post moves a discussion back in time, so that the
            # whole list is read and not only its beginning.
            try:
                listed = list(self._moodle.forums.discussions(forum_id, since=None))
            except Permanent as error:
                if error.concerns_all or error.code == MISSING:
                    raise
                unlisted |= {n for n in missing if forums[n] == forum_id}
                continue
            with self._ledger.writing() as transaction:
                for discussion in listed:
                    missing.discard(discussion.id)
                    transaction.discussions.listed(self._pair.name, discussion)
        return missing - unlisted, unlisted
