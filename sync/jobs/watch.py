"""Sees what is new in the forums, and writes it down; nothing is sent from here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.model.forum import Discussion
from moodle_bridge.redact import masked
from sync.jobs.reading import Count, Reading, grouped, only_here
from sync.jobs.recounting import recounted, remember

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from moodle_bridge.moodle.updates import CourseUpdates
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair
    from sync.settings.sections import SyncSettings


_RECHECKED_AT_ONCE = 100
# For half an hour its author may take a post back, if Moodle is as it came: once that
# time is over an answer is looked for again, so that nobody waits for one that is gone.
_EDITING_TIME = timedelta(minutes=35)
# As long as a server's clock may have been wrong before somebody sees it.
_LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look at the forums found."""

    new_posts: int = 0
    problems: tuple[str, ...] = ()
    moved_forums: bool = False


class Watch:
    """Looks at the forums of all pairs at once.

    `still_here` is called now and then while there is much to read. `facilitators`
    gives the user ids of those who teach in a course.

    The cursor of a pair is the server's clock at the last look, less an overlap: what
    was under way then is seen now, and what is seen twice is known by its id. Pairs of
    one course have each their own, because a look may be for one of them alone.
    """

    def __init__(
        self,
        moodle: Moodle,
        ledger: Ledger,
        settings: SyncSettings,
        *,
        site_tag: str,
        domain: str,
        account_id: Callable[[], int],
        secret: bytes,
        still_here: Callable[[], None] = lambda: None,
        facilitators: Callable[[int], Collection[int]] = lambda _course_id: (),
    ) -> None:
        self._moodle = moodle
        self._ledger = ledger
        self._settings = settings
        self._reading = Reading(
            moodle,
            ledger,
            site_tag=site_tag,
            domain=domain,
            account_id=account_id,
            secret=secret,
            still_here=still_here,
            facilitators=facilitators,
        )

    def look(self, pairs: Sequence[Pair]) -> Seen:
        """See what changed since the last look; raises RemoteError if it cannot.

        May be repeated. The cursor moves only when everything was read.
        """
        with self._ledger.reading() as transaction:
            since = {
                pair.name: datetime.fromisoformat(kept)
                for pair in pairs
                if (
                    kept := transaction.cursors.get(_cursor(pair.name))
                    # A pair that has begun is looked at, whatever became of its cursor.
                    or transaction.cursors.get(_begun(pair.name))
                )
            }
        updates = self._moodle.updates.updates_since(_earliest(pairs, since))
        new_posts = 0
        problems: list[str] = []
        failed: set[str] = set()
        moved = False
        for pair in pairs:
            course_id = pair.place.course.id
            changed = updates.get(course_id)
            wanted: dict[int, Discussion] = {}
            quiet: list[Discussion] = []
            if changed is not None and changed.error is not None:
                only_here(changed.error)
                failed.add(pair.name)
                problems.append(
                    masked(f"course {pair.place.course.shortname}: {changed.error}")
                )
            elif changed is not None and pair.name in since:
                moved = moved or bool(changed.configured)
                told, quiet, broken = self._changed(pair, changed, since[pair.name])
                wanted = {one.id: one for one in told}
                problems += broken
                if broken:
                    failed.add(pair.name)
            stale = [one for one in self._to_recheck(pair) if one.id not in wanted]
            other = self._recounted(pair, quiet)
            counts = self._read(pair, wanted.values(), problems)
            if counts.failed:
                failed.add(pair.name)
            numbers = {one.id for one in other}
            stale = [one for one in stale if one.id not in numbers]
            more = self._read(pair, [*other, *stale], problems)
            unread = counts.unread | more.unread
            self._remember(pair, [*wanted.values(), *other], unread)
            new_posts += counts.new + more.new
        self._move_cursors(
            {
                pair.name: changed.seen_until
                for pair in pairs
                if pair.name not in failed
                and (changed := updates.get(pair.place.course.id)) is not None
            },
            since,
        )
        return Seen(
            new_posts=new_posts,
            problems=tuple(problems),
            moved_forums=moved,
        )

    def _changed(
        self, pair: Pair, changed: CourseUpdates, since: datetime
    ) -> tuple[list[Discussion], list[Discussion], list[str]]:
        """Return the discussions with news, quiet ones that were listed beside them,
        and which forums could not be listed.

        A forum that breaks in Moodle must not keep the others from being read.
        """
        found: list[Discussion] = []
        quiet: list[Discussion] = []
        problems: list[str] = []
        for forum in pair.place.forums.values():
            if not changed.first_posts.get(forum.cmid):
                continue
            try:
                listed = list(self._moodle.forums.looked_over(forum.id, since=since))
            except Permanent as error:
                only_here(error)
                problems.append(masked(f"forum {forum.name}: {error}"))
                continue
            active = [one.discussion for one in listed if one.active]
            found += self._listed(pair, active)
            quiet += [one.discussion for one in listed if not one.active]
        return found, quiet, problems

    def _recounted(self, pair: Pair, quiet: Sequence[Discussion]) -> list[Discussion]:
        """Return the quiet discussions in which posts were deleted, or are back."""
        if not quiet:
            return []
        with self._ledger.reading() as transaction:
            found = recounted(transaction, pair.name, quiet)
        return list(self._listed(pair, found))

    def _remember(
        self, pair: Pair, listed: Sequence[Discussion], unread: Collection[int]
    ) -> None:
        done = [one for one in listed if one.id not in unread]
        if done:
            with self._ledger.writing() as transaction:
                remember(transaction, pair.name, done)

    def _move_cursors(
        self, seen_until: Mapping[str, datetime | None], since: Mapping[str, datetime]
    ) -> None:
        with self._ledger.writing() as transaction:
            for pair, moment in seen_until.items():
                if moment is None or pair not in since:
                    continue
                reached = moment - self._settings.overlap
                if moment < since[pair]:
                    # The server's clock was ahead once, or was set back: what is said
                    # until it is there again would never be seen. What is seen twice
                    # is known by its id.
                    reached = moment - _LOOK_BACK
                    begun = begun_in(transaction, pair)
                    reached = reached if begun is None else max(begun, reached)
                elif reached <= since[pair]:
                    continue
                transaction.cursors.move(_cursor(pair), reached.isoformat())

    def begin(self, pair: Pair, *, backfill: int, served_at: datetime) -> int:
        """Begin a pair: the newest `backfill` posts are new, all older ones history.

        `served_at` is the server's clock now. Returns how many posts wait to be
        sent. May be repeated after a crash: the pair has begun only at the end.
        """
        begun: datetime | None = served_at
        waiting = 0
        problems: list[str] = []
        if backfill > 0:
            for forum in pair.place.forums.values():
                self._read(
                    pair,
                    self._listed(
                        pair, self._moodle.forums.discussions(forum.id, since=None)
                    ),
                    problems,
                    since=datetime.fromtimestamp(0, served_at.tzinfo),
                )
            if problems:
                raise RemoteError(
                    f"some discussions could not be read: {problems[0]}",
                    item=f"pair {pair.name}",
                    advice="Run the same command again; nothing was sent.",
                )
        with self._ledger.writing() as transaction:
            # Also for none at all: a backfill that was broken off left posts waiting.
            begun, waiting = transaction.links.keep_newest(pair.name, backfill)
            transaction.cursors.move(
                _begun(pair.name), (begun or served_at).isoformat()
            )
            transaction.cursors.move(
                _cursor(pair.name), (served_at - self._settings.overlap).isoformat()
            )
        return waiting

    def reread(self, pair: Pair, discussions: Iterable[Discussion]) -> Seen:
        """Read discussions now, and note what is new or gone in them; may be repeated."""
        problems: list[str] = []
        count = self._read(pair, discussions, problems)
        return Seen(
            new_posts=count.new,
            problems=tuple(problems),
        )

    def begun(self, pair: str) -> datetime | None:
        """Return from when on posts of a pair are new, None before its first run."""
        with self._ledger.reading() as transaction:
            return begun_in(transaction, pair)

    def _listed(
        self, pair: Pair, discussions: Iterable[Discussion]
    ) -> Iterator[Discussion]:
        """Pass discussions on as a forum lists them, and remember them."""
        for group in grouped(discussions):
            with self._ledger.writing() as transaction:
                for discussion in group:
                    transaction.discussions.listed(pair.name, discussion)
            yield from group

    def _to_recheck(self, pair: Pair) -> list[Discussion]:
        if not self._settings.recheck_days:
            return []
        now = self._ledger.clock()
        since = now - timedelta(days=self._settings.recheck_days)
        with self._ledger.reading() as transaction:
            found = transaction.discussions.to_check(
                pair.name,
                active_since=since,
                checked_before=now - self._settings.recheck_every,
                limit=_RECHECKED_AT_ONCE,
            )
            if not pair.settings.questions:
                return found
            settled = transaction.discussions.with_settled_answers(
                pair.name, began_since=since, settles=_EDITING_TIME
            )
        known = {one.id for one in found}
        more = [one for one in settled if one.id not in known]
        return [*found, *more[:_RECHECKED_AT_ONCE]]

    def _read(
        self,
        pair: Pair,
        discussions: Iterable[Discussion],
        problems: list[str],
        *,
        since: datetime | None = None,
    ) -> Count:
        begun = self.begun(pair.name)
        since = since or begun
        if since is None:
            return Count()
        return self._reading.read(pair, discussions, problems, since=since, begun=begun)


def begun_in(transaction: Transaction, pair: str) -> datetime | None:
    """Return from when on posts of a pair are new, None before its first run."""
    kept = transaction.cursors.get(_begun(pair))
    return datetime.fromisoformat(kept) if kept else None


def _earliest(
    pairs: Sequence[Pair], since: Mapping[str, datetime]
) -> dict[int, datetime]:
    """Return from when on each course is asked about: for all of its pairs at once."""
    earliest: dict[int, datetime] = {}
    for pair in pairs:
        if pair.name in since:
            course_id, moment = pair.place.course.id, since[pair.name]
            earliest[course_id] = min(earliest.get(course_id, moment), moment)
    return earliest


def _cursor(pair: str) -> str:
    return f"updates:pair:{pair}"


def _begun(pair: str) -> str:
    return f"pair:{pair}:begun"
