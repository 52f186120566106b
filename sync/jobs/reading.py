"""Reads discussions, and writes down what is new, gone, asked and answered in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from moodle_bridge.errors import RemoteError, Transient
from moodle_bridge.model.forum import Discussion, DiscussionPosts
from moodle_bridge.moodle.forums import DiscussionFailure
from moodle_bridge.moodle.functions import MISSING
from moodle_bridge.redact import masked
from sync.jobs.hearing import Listener, hear, hear_end
from sync.jobs.sighting import Watchword, note_gone, note_posts

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger
    from sync.pairs import Pair

T = TypeVar("T")

READ_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many posts were new, and how many discussions failed.

    `unread` are those that failed and may be read the next time.
    """

    new: int = 0
    failed: int = 0
    unread: frozenset[int] = frozenset()


class Reading:
    """Reads the discussions of pairs, some at once.

    `still_here` is called now and then while there is much to read. `facilitators`
    gives the user ids of those who teach in a course.
    """

    def __init__(
        self,
        moodle: Moodle,
        ledger: Ledger,
        *,
        site_tag: str,
        domain: str,
        account_id: Callable[[], int],
        secret: bytes,
        still_here: Callable[[], None],
        facilitators: Callable[[int], Collection[int]],
    ) -> None:
        self._moodle = moodle
        self._ledger = ledger
        self._site_tag = site_tag
        self._domain = domain
        self._account_id = account_id
        self._secret = secret
        self._still_here = still_here
        self._facilitators = facilitators

    def read(
        self,
        pair: Pair,
        discussions: Iterable[Discussion],
        problems: list[str],
        *,
        since: datetime,
        begun: datetime | None,
    ) -> Count:
        """Read discussions and note their posts; may be repeated.

        From `since` on posts are new. `begun` is when the pair began, None while it
        does: what was asked before is counted, and nobody is alerted of it. Takes
        lines about what cannot be read into `problems`; raises RemoteError for what
        all others would have too.
        """
        new = failed = 0
        unread: set[int] = set()
        word: Watchword | None = None
        listener: Listener | None = None
        for group in grouped(self._moodle.forums.posts(discussions)):
            self._still_here()
            # Asked here, and not before: most looks find nothing to read.
            word = word or self._word(pair, since)
            if pair.settings.questions:
                listener = listener or self._listener(pair, begun)
            gone = self._gone(item for item in group if _may_be_gone(item))
            with self._ledger.writing() as transaction:
                numbers = [item.discussion.id for item in group]
                links = transaction.links.of_discussions(pair.name, numbers)
                # Asked before this look is noted as the last one.
                checked = transaction.discussions.checked_at(pair.name, numbers)
                for item in group:
                    number = item.discussion.id
                    if isinstance(item, DiscussionPosts):
                        new += note_posts(transaction, item, links[number], word)
                        if listener is not None:
                            hear(
                                transaction,
                                item,
                                listener,
                                read_before=checked.get(number),
                            )
                        continue
                    if number in gone:
                        note_gone(transaction, pair.name, number, links[number])
                        if listener is not None:
                            hear_end(
                                transaction,
                                listener,
                                number,
                                read_before=checked.get(number),
                            )
                        continue
                    only_here(item.error)
                    # Looked at again when the next recheck is due; meanwhile what
                    # waits in it stays waiting.
                    transaction.discussions.checked(pair.name, number)
                    failed += 1
                    if isinstance(item.error, Transient):
                        unread.add(number)
                    problems.append(masked(f"discussion {number}: {item.error}"))
        return Count(new=new, failed=failed, unread=frozenset(unread))

    def _listener(self, pair: Pair, begun: datetime | None) -> Listener:
        return Listener(
            pair=pair.name,
            begun=begun or self._ledger.clock(),
            account_id=self._account_id(),
            facilitators=self._facilitators(pair.place.course.id),
            whole_thread=pair.settings.whole_thread,
        )

    def _word(self, pair: Pair, begun: datetime) -> Watchword:
        return Watchword(
            pair=pair.name,
            begun=begun,
            hold=pair.settings.hold,
            corrections=pair.settings.corrections,
            site_tag=self._site_tag,
            domain=self._domain,
            account_id=self._account_id(),
            secret=self._secret,
        )

    def _gone(self, unread: Iterable[DiscussionPosts | DiscussionFailure]) -> set[int]:
        """Return which of these discussions their forums no longer list.

        Moodle has no errorcode for a discussion that was deleted.
        """
        missing = {item.discussion.id: item.discussion.forum_id for item in unread}
        for forum_id in set(missing.values()):
            for listed in self._moodle.forums.discussions(forum_id, since=None):
                missing.pop(listed.id, None)
        return set(missing)


def _may_be_gone(item: DiscussionPosts | DiscussionFailure) -> bool:
    return isinstance(item, DiscussionFailure) and item.perhaps_gone


def only_here(error: RemoteError) -> None:
    """Raise an error that an admin must mend, and that all others would have too."""
    if error.concerns_all or error.code == MISSING:
        raise error


def grouped(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield what comes in lists of so many as are read at once."""
    iterator = iter(items)
    while group := list(islice(iterator, READ_AT_ONCE)):
        yield group
