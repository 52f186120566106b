"""Looks at the site, the token, and what the token may do. Everything only reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from moodle_bridge.moodle.functions import (
    OPTIONAL,
    PURPOSES,
    PURPOSES_OF,
    SITE_INFO,
    Job,
)
from sync.cli.checks.finding import Finding, caught, missing, ok, warning

if TYPE_CHECKING:
    from moodle_bridge.model.forum import Course, Forum
    from moodle_bridge.moodle.facade import Moodle
    from moodle_bridge.moodle.site import SiteInfo
    from moodle_bridge.runtime import Clock
    from sync.bridge import Bridge
    from sync.settings import PairSettings, Settings

CLOCK_TOLERANCE = timedelta(minutes=5)
_TELLS_EDITS = 2021051700
"""The version number of Moodle 3.11, the first that says when a post was edited."""


def look_at_moodle(bridge: Bridge) -> Iterator[Finding]:
    """Look at the site and at each pair's course and forums.

    Raises RemoteError when the site cannot be reached or does not take the token.
    """
    settings, moodle = bridge.settings, bridge.moodle
    yield from _clock(moodle, bridge.clock)
    info = moodle.site.info()
    yield ok("Moodle", f"{info.name}, {info.release}, at {info.url}")
    yield from _site(settings, info)
    yield from _functions(info)
    for pair in settings.pairs:
        name = f"pair {pair.name}"
        yield from caught(name, lambda: _pair(name, pair, moodle))  # noqa: B023 - at once


def _clock(moodle: Moodle, clock: Clock) -> Iterator[Finding]:
    served_at = moodle.client.read(SITE_INFO).served_at
    if served_at is None:
        return
    off = abs(clock() - served_at)
    if off > CLOCK_TOLERANCE:
        yield warning(
            "clock",
            f"this machine and the site differ by {int(off.total_seconds())} seconds",
            "Set the clock of this machine by NTP.",
        )
    else:
        yield ok("clock", "agrees with the site's")


def _site(settings: Settings, info: SiteInfo) -> Iterator[Finding]:
    who = f"{info.fullname} ({info.username})"
    if info.is_site_admin:
        yield warning(
            "token",
            f"is of {who}, an administrator of the whole site",
            "Give the bridge an account of its own, with only the rights it needs.",
        )
    else:
        yield ok("token", f"is of {who}")
    if info.url != settings.moodle.url:
        yield warning(
            "address",
            f"the site calls itself {info.url}",
            f'Write url = "{info.url}" in [moodle].',
        )
    if info.version < _TELLS_EDITS:
        yield warning(
            "version",
            f"{info.release} does not tell when a post was edited",
            "Edits are noticed from Moodle 3.11 on.",
        )
    if not info.may_upload:
        yield warning(
            "files",
            "the service may not take files, so those of mails cannot be posted",
            "Switch on 'Can upload files' in the settings of the service.",
        )


def _functions(info: SiteInfo) -> Iterator[Finding]:
    if not info.missing_functions:
        yield ok("functions", f"all {len(PURPOSES_OF[Job.MIRROR])} are in the service")
    for function in info.missing_functions:
        told = warning if function in OPTIONAL else missing
        yield told(
            function,
            f"is not in the service; it is needed {PURPOSES[function]}",
            "Add it to the token's service: Site administration > Server >"
            " Web services > External services > Functions.",
        )


def _pair(name: str, pair: PairSettings, moodle: Moodle) -> Iterator[Finding]:
    course = _course(pair, moodle)
    if course is None:
        yield missing(
            name,
            f"the account does not see a course {pair.course!r}",
            "Enrol the bridge's account in the course, or mend `course`.",
        )
        return
    yield from _group(name, pair, course, moodle)
    seen = {forum.cmid: forum for forum in moodle.forums.of_courses([course.id]).forums}
    wanted = seen if pair.forum == "all" else pair.forum
    listed = ", ".join(f"{cmid} ({forum.name})" for cmid, forum in seen.items())
    if not wanted:
        yield missing(
            name,
            f"the account sees no forum in {course.shortname}",
            "Enrol the account in the course with a role that may read the forum.",
        )
    for cmid in wanted:
        if cmid not in seen:
            yield missing(
                name,
                f"the account sees no forum {cmid} in {course.shortname}",
                f"It sees: {listed or 'none'}. Mend `forum`, or let the account in.",
            )
        else:
            yield from _forum(name, pair, seen[cmid], moodle)
    place = pair.new_discussions_to
    if pair.forum == "all" and place is not None and place not in seen:
        yield missing(
            name,
            f"there is no forum {place} to begin discussions in",
            f"The account sees: {listed or 'none'}. Mend `new_discussions_to`.",
        )


def _group(
    name: str, pair: PairSettings, course: Course, moodle: Moodle
) -> Iterator[Finding]:
    if pair.group is None:
        return
    groups = moodle.groups.of_course(course.id)
    if not any(pair.group in {group.id, group.name} for group in groups):
        there = ", ".join(f"{group.name} ({group.id})" for group in groups)
        yield missing(
            name,
            f"the course has no group {pair.group!r}",
            f"It has: {there or 'none'}. Mend `group`.",
        )


def _forum(
    name: str, pair: PairSettings, forum: Forum, moodle: Moodle
) -> Iterator[Finding]:
    what = f"{name}, forum {forum.cmid}"
    access = moodle.forums.access(forum.id)
    for right, loss in _RIGHTS.items():
        if not access.may(right):
            yield warning(
                what,
                f"without mod/forum:{right}, {loss}",
                "Give the role of the bridge's account this right in the forum.",
            )
    begins = forum.cmid == pair.new_discussions_to or pair.forum == (forum.cmid,)
    right = "addnews" if forum.kind == "news" else "startdiscussion"
    if begins and not access.may(right):
        yield warning(
            what,
            f"without mod/forum:{right}, no discussion can be begun by mail",
            "Give the role of the bridge's account this right in the forum.",
        )
    yield ok(what, f"{forum.name} ({forum.kind.value})")


_RIGHTS = {
    "viewdiscussion": "nothing can be read",
    "replypost": "answers by mail cannot be posted",
    "createattachment": "files of mails are dropped by Moodle without a word",
    "postwithoutthrottling": "Moodle may refuse posts when many come at once",
}


def _course(pair: PairSettings, moodle: Moodle) -> Course | None:
    if isinstance(pair.course, int):
        return moodle.courses.by_ids([pair.course]).get(pair.course)
    return moodle.courses.by_shortname(pair.course)
