"""What a pair of bridge.toml stands for on the site: course, forums, group, list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moodle_bridge.interfaces import IMailingList
from moodle_bridge.model.forum import Course, Forum
from moodle_bridge.moodle.group_mode import GroupMode

if TYPE_CHECKING:
    from sync.settings.pair import PairSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a pair is on the site.

    `forums` are by instance id. `group_id` is None when the pair is for everybody.
    `new_forum_id` takes discussions that begin by mail; `new_forum_groups` says how it
    treats groups, None when the site does not tell the account.
    """

    course: Course
    forums: Mapping[int, Forum]
    new_forum_id: int
    group_id: int | None = None
    new_forum_groups: GroupMode | None = None


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
    def language(self) -> str:
        """The language of the bridge's words in posts: what the course forces first."""
        return self.place.course.language or self.settings.language

    @property
    def tag(self) -> str:
        """What stands in brackets before subjects."""
        return self.settings.tag or self.place.course.shortname
