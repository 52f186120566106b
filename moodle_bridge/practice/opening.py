"""A practice Moodle for a person: what a file holds, or the seeded course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moodle_bridge.practice import keeping
from moodle_bridge.practice.seed import practice_course

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from moodle_bridge.practice.moodle import PracticeMoodle
    from moodle_bridge.practice.records import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One token and whom it lets in; `role` is a role's short name."""

    username: str
    fullname: str
    role: str
    token: str


def fill(
    moodle: PracticeMoodle,
    *,
    kept: Path | None = None,
    discussions: int = 6,
    replies: int = 3,
) -> None:
    """Fill an empty site from a file, or with the seeded course when there is none.

    The seeded course comes with tokens for the bridge, a facilitator and a
    participant. ValueError when the file holds anything but a kept state.
    """
    if kept is not None and kept.exists():
        moodle.state = keeping.load(kept)
        return
    seeded = practice_course(moodle, discussions=discussions, replies=replies)
    for user in (seeded.bridge, seeded.facilitators[0], seeded.participants[0]):
        moodle.token_for(user)


def keys(moodle: PracticeMoodle) -> Iterator[Key]:
    """Yield the tokens of a site, in the order in which they were made."""
    for token in moodle.state.tokens.values():
        user = moodle.state.users[token.userid]
        yield Key(
            username=user.username,
            fullname=user.fullname,
            role=_role(moodle, user),
            token=token.token,
        )


def _role(moodle: PracticeMoodle, user: User) -> str:
    enrolments = moodle.state.enrolments.values()
    roles = [role for row in enrolments if row.userid == user.id for role in row.roles]
    return user.systemrole or next(iter(roles), "")
