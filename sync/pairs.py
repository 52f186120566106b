"""What a pair of bridge.toml stands for on the site: course, forums, group, list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.interfaces import IMailingList
from moodle_bridge.model.forum import Course, Forum, ForumKind

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.settings.pair import PairSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a pair is on the site.

    `forums` are by instance id. `group_id` is None when the pair is for everybody.
    `new_forum_id` takes discussions that begin by mail.
    """

    course: Course
    forums: Mapping[int, Forum]
    new_forum_id: int
    group_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A pair with its place on the site and its list."""

    settings: PairSettings
    place: Place
    mailing_list: IMailingList

    @property
    def name(self) -> str:
        """The name in bridge.toml and in the ledger."""
        return self.settings.name

    @property
    def tag(self) -> str:
        """What stands in brackets before subjects."""
        return self.settings.tag or self.place.course.shortname


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
            }
        ),
    )


def forget_place(transaction: Transaction, pair: str) -> None:
    """Let the place of a pair be found anew; may be repeated."""
    transaction.cursors.move(f"pair:{pair}:place", "null")


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
    forums = [
        Forum(**{**forum, "kind": ForumKind(forum["kind"])}) for forum in kept["forums"]
    ]
    return Place(
        course=Course(**kept["course"]),
        forums={forum.id: forum for forum in forums},
        new_forum_id=kept["new_forum_id"],
        group_id=kept["group_id"],
    )
