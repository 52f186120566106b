"""Finds on the site what a pair of bridge.toml names, and remembers it for a while."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from moodle_bridge.errors import ConfigError, Permanent, Problem
from moodle_bridge.model.forum import Course, Forum, ForumKind, Subscription
from moodle_bridge.moodle.group_mode import GroupMode
from sync.pairs import Place

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger, Transaction
    from sync.settings.pair import PairSettings

_LONG_AGO = datetime.fromtimestamp(0, UTC)


class Places:
    """The places of pairs, asked of the site when they are not known lately."""

    def __init__(
        self, moodle: Moodle, ledger: Ledger, *, not_older_than: timedelta
    ) -> None:
        self._moodle = moodle
        self._ledger = ledger
        self._not_older_than = not_older_than

    def of(self, pairs: Sequence[PairSettings]) -> dict[str, Place]:
        """Return the place of each pair, by the pair's name.

        Raises ConfigError with every pair whose place is not there, RemoteError when
        the site does not answer. May be repeated.
        """
        with self._ledger.reading() as transaction:
            kept = {
                wanted.name: remembered_place(
                    transaction,
                    wanted.name,
                    asked=_asked(wanted),
                    not_older_than=self._not_older_than,
                )
                for wanted in pairs
            }
        found = {name: place for name, place in kept.items() if place is not None}
        problems: list[Problem] = []
        for number, wanted in enumerate(pairs, start=1):
            if wanted.name in found:
                continue
            where = f"[[pair]] {number} ({wanted.name})"
            place = self._place(wanted, where, problems)
            if place is not None:
                found[wanted.name] = place
                with self._ledger.writing() as transaction:
                    remember_place(
                        transaction, wanted.name, place, asked=_asked(wanted)
                    )
        if problems:
            raise ConfigError(
                "something that bridge.toml names is not on the site",
                problems=problems,
            )
        return found

    def _place(
        self, wanted: PairSettings, where: str, problems: list[Problem]
    ) -> Place | None:
        course = (
            self._moodle.courses.by_ids([wanted.course]).get(wanted.course)
            if isinstance(wanted.course, int)
            else self._moodle.courses.by_shortname(wanted.course)
        )
        if course is None:
            problems.append(
                Problem(
                    where=f"{where}.course",
                    what=f"there is no course {wanted.course!r}, or the account may"
                    " not see it",
                    advice="Write its short name as Moodle shows it, and enrol the"
                    " service account.",
                )
            )
            return None
        forums = {
            forum.cmid: forum
            for forum in self._moodle.forums.of_courses([course.id]).forums
        }
        cmids = tuple(forums) if wanted.forum == "all" else wanted.forum
        missing = [
            cmid
            for cmid in (*cmids, wanted.new_discussions_to)
            if cmid is not None and cmid not in forums
        ]
        if missing or not cmids:
            there = ", ".join(
                f"{forum.cmid} ({forum.name})" for forum in forums.values()
            )
            problems.append(
                Problem(
                    where=f"{where}.forum",
                    what=f"course {course.shortname} has no forum"
                    f" {', '.join(map(str, missing))}",
                    advice=f"It has: {there or 'none that the account may see'}.",
                )
            )
            return None
        known = len(problems)
        group_id = self._group(wanted, course.id, where, problems)
        if len(problems) > known:
            # Without its group the pair would be for everybody.
            return None
        takes_new = wanted.new_discussions_to or cmids[0]
        return Place(
            course=course,
            forums={forums[cmid].id: forums[cmid] for cmid in cmids},
            new_forum_id=forums[takes_new].id,
            group_id=group_id,
            new_forum_groups=self._group_mode(takes_new),
        )

    def _group_mode(self, cmid: int) -> GroupMode | None:
        try:
            return self._moodle.groups.mode_of(cmid)
        except Permanent:
            # An older service may lack the function; without it more is held.
            return None

    def _group(
        self, wanted: PairSettings, course_id: int, where: str, problems: list[Problem]
    ) -> int | None:
        if wanted.group is None:
            return None
        groups = self._moodle.groups.of_course(course_id)
        for group in groups:
            if wanted.group in {group.id, group.name}:
                return group.id
        problems.append(
            Problem(
                where=f"{where}.group",
                what=f"the course has no group {wanted.group!r}",
                advice="It has: "
                + (", ".join(f"{one.name} ({one.id})" for one in groups) or "none")
                + ".",
            )
        )
        return None


def _asked(wanted: PairSettings) -> str:
    return repr((wanted.course, wanted.forum, wanted.new_discussions_to, wanted.group))


def remember_place(
    transaction: Transaction, pair: str, place: Place, *, asked: str
) -> None:
    """Keep the place of a pair; `asked` says for which settings it was found."""
    transaction.cursors.move(
        f"pair:{pair}:place",
        json.dumps(
            {
                "asked": asked,
                "read_at": transaction.clock().isoformat(),
                "course": asdict(place.course),
                "forums": [asdict(forum) for forum in place.forums.values()],
                "new_forum_id": place.new_forum_id,
                "group_id": place.group_id,
                "new_forum_groups": place.new_forum_groups,
            }
        ),
    )


def forget_place(transaction: Transaction, pair: str) -> None:
    """Let the place of a pair be found anew; may be repeated.

    Where it was stays known, to name it in reports.
    """
    kept = json.loads(transaction.cursors.get(f"pair:{pair}:place") or "null")
    if kept is not None:
        stale = {**kept, "read_at": _LONG_AGO.isoformat()}
        transaction.cursors.move(f"pair:{pair}:place", json.dumps(stale))


def last_place(transaction: Transaction, pair: str) -> Place | None:
    """Return where a pair was last found, however long ago; None when it never was."""
    text = transaction.cursors.get(f"pair:{pair}:place")
    kept = json.loads(text) if text else None
    return None if kept is None else _place_of(kept)


def remembered_course(transaction: Transaction, pair: str) -> int | None:
    """Return the course in which a pair was last found, None when it never was."""
    kept = json.loads(transaction.cursors.get(f"pair:{pair}:place") or "null")
    return None if kept is None else int(kept["course"]["id"])


def remembered_place(
    transaction: Transaction, pair: str, *, asked: str, not_older_than: timedelta
) -> Place | None:
    """Return the place of a pair if it was found lately for the same settings."""
    text = transaction.cursors.get(f"pair:{pair}:place")
    kept = json.loads(text) if text else None
    if kept is None:
        return None
    age = transaction.clock() - datetime.fromisoformat(kept["read_at"])
    if kept["asked"] != asked or not timedelta() <= age <= not_older_than:
        return None
    return _place_of(kept)


def _place_of(kept: Mapping[str, Any]) -> Place:
    forums = [
        Forum(
            **{
                **forum,
                "kind": ForumKind(forum["kind"]),
                # A ledger of before does not say.
                "subscription": Subscription(forum.get("subscription", "unknown")),
            }
        )
        for forum in kept["forums"]
    ]
    mode = kept.get("new_forum_groups")
    return Place(
        course=Course(**kept["course"]),
        forums={forum.id: forum for forum in forums},
        new_forum_id=kept["new_forum_id"],
        group_id=kept["group_id"],
        new_forum_groups=None if mode is None else GroupMode(mode),
    )
