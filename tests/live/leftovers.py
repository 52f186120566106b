"""Takes away what a run left behind that was stopped in its middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from moodle_bridge.errors import RemoteError
from moodle_bridge.moodle import Match
from moodle_bridge.moodle.functions import (
    ADD_ENTRY,
    COURSE_GROUPS,
    DATABASE_ENTRIES,
    DATABASES_BY_COURSES,
    DELETE_ENTRY,
    DELETE_EVENTS,
    DELETE_POST,
    FORUM_DISCUSSIONS,
    FORUMS_BY_COURSES,
    GET_EVENTS,
    SEARCH_COHORTS,
    SEARCH_USERS,
)
from tests.live.site import NOWHERE, PREFIX, LiveSite, NotHere

_YEAR = timedelta(days=365)


def take_away(site: LiveSite) -> list[str]:
    """Remove what is named `mb-live-...` and is ours; return what came of it, to be told.

    What the service cannot list or remove it cannot have made. What the site does not
    let us look through is told, and stops nothing.
    """
    told = []
    for sweep, needed in _SWEEPS:
        if needed <= site.info.functions:
            try:
                told += [f"taken away: {what}" for what in sweep(site)]
            except NotHere:
                continue
            except RemoteError as error:
                told.append(f"not looked through: {error}")
    return told


def _users(site: LiveSite) -> Iterator[str]:
    found = site.moodle.users.search(email=PREFIX, match=Match.BEGINS)
    for account in found:
        # Two signs, for an account that goes takes all with it.
        if account.username.startswith(PREFIX) and account.email.endswith(
            f"@{NOWHERE}"
        ):
            site.moodle.client.write(
                "core_user_delete_users", {"userids": [account.user_id]}
            )
            yield f"user {account.username}"


def _cohorts(site: LiveSite) -> Iterator[str]:
    for cohort in list(site.moodle.cohorts.search(PREFIX)):
        if cohort.idnumber.startswith(PREFIX):
            site.moodle.client.write(
                "core_cohort_delete_cohorts", {"cohortids": [cohort.id]}
            )
            yield f"cohort {cohort.idnumber}"


def _groups(site: LiveSite) -> Iterator[str]:
    for group in site.moodle.groups.of_course(site.course.id):
        if group.name.startswith(PREFIX):
            site.moodle.client.write(
                "core_group_delete_groups", {"groupids": [group.id]}
            )
            yield f"group {group.name}"


def _discussions(site: LiveSite) -> Iterator[str]:
    since = site.moodle.client.clock() - _YEAR
    for begun in list(site.moodle.forums.discussions(site.forum.id, since=since)):
        if begun.name.startswith(PREFIX) and begun.author_id == site.info.user_id:
            # Who may delete only own posts may not delete one that is answered.
            for post in reversed(site.moodle.forums.posts_of(begun.id)):
                site.moodle.forums.delete_post(post.id)
            yield f"discussion {begun.name}"


def _events(site: LiveSite) -> Iterator[str]:
    now = site.moodle.client.clock()
    found = site.moodle.calendar.between(
        now - _YEAR, now + _YEAR, course_ids=[site.course.id]
    )
    for event in found:
        if event.name.startswith(PREFIX):
            site.moodle.calendar.delete([event.id])
            yield f"event {event.name}"


def _entries(site: LiveSite) -> Iterator[str]:
    for database in site.moodle.databases.of_courses([site.course.id]):
        for entry in list(site.moodle.databases.entries(database.id)):
            ours = entry.user_id == site.info.user_id
            if ours and any(text.startswith(PREFIX) for text in entry.values.values()):
                site.moodle.databases.delete(entry.id)
                yield f"entry {entry.id}"


_Sweep = Callable[[LiveSite], Iterator[str]]
_SWEEPS: tuple[tuple[_Sweep, frozenset[str]], ...] = (
    (_users, frozenset({SEARCH_USERS, "core_user_delete_users"})),
    (_cohorts, frozenset({SEARCH_COHORTS, "core_cohort_delete_cohorts"})),
    (_groups, frozenset({COURSE_GROUPS, "core_group_delete_groups"})),
    (_discussions, frozenset({FORUMS_BY_COURSES, FORUM_DISCUSSIONS, DELETE_POST})),
    (_events, frozenset({GET_EVENTS, DELETE_EVENTS})),
    (
        _entries,
        frozenset({DATABASES_BY_COURSES, DATABASE_ENTRIES, ADD_ENTRY, DELETE_ENTRY}),
    ),
)
