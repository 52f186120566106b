"""Looks at the site, the token, and what the token may do. Everything only reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from moodle_bridge.moodle.functions import SITE_INFO
from sync.cli.checks.certificate import look_at_certificate
from sync.cli.checks.finding import Finding, caught, missing, ok, warning
from sync.cli.checks.forum import look_at_forum
from sync.cli.checks.jobs import look_at_functions
from sync.cli.checks.people import look_at_participants
from sync.cli.checks.protocols import look_at_protocols

if TYPE_CHECKING:
    from moodle_bridge.model.forum import Course
    from moodle_bridge.moodle.facade import Moodle
    from moodle_bridge.moodle.site import SiteInfo
    from moodle_bridge.runtime import Clock
    from sync.bridge import Bridge
    from sync.settings import PairSettings, Settings

CLOCK_TOLERANCE = timedelta(minutes=5)
_TELLS_EDITS = 2021051700
"""The version number of Moodle 3.11, the first that says when a post was edited."""
_OLDEST = 2022112800
"""The version number of Moodle 4.1, the oldest for which the bridge is made."""
_UPDATE = "The bridge is made for Moodle 4.1 and later: ask the host for a newer one."


def look_at_moodle(bridge: Bridge) -> Iterator[Finding]:
    """Look at the site and at each pair's course and forums.

    Raises RemoteError when the site cannot be reached or does not take the token.
    """
    settings, moodle = bridge.settings, bridge.moodle
    yield from look_at_certificate(
        settings.moodle.url,
        now=bridge.clock(),
        seconds=settings.moodle.connect_timeout.total_seconds(),
    )
    yield from look_at_protocols(settings.moodle, clock=bridge.clock)
    yield from _clock(moodle, bridge.clock)
    info = moodle.site.info()
    yield ok("Moodle", f"{info.name}, {info.release}, at {info.url}")
    yield from _site(settings, info)
    yield from _limits(settings, info)
    yield from look_at_functions(settings, info)
    for pair in settings.pairs:
        name = f"pair {pair.name}"
        mails_each = bridge.list_of(pair).traits.knows_members
        yield from caught(
            name,
            lambda: _pair(name, pair, moodle, info, mails_each=mails_each),  # noqa: B023 - at once
        )


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
    yield ok("token ends", "the site does not tell; see Manage tokens there")
    if info.version < _TELLS_EDITS:
        yield warning(
            "version",
            f"{info.release} does not tell when a post was edited",
            f"Edits are noticed from Moodle 3.11 on. {_UPDATE}",
        )
    elif info.version < _OLDEST:
        yield warning("version", f"{info.release} is older than 4.1", _UPDATE)
    else:
        yield ok("version", info.release)


def _limits(settings: Settings, info: SiteInfo) -> Iterator[Finding]:
    if not info.may_upload:
        yield warning(
            "files",
            "the service may not take files, so those of mails cannot be posted",
            "Switch on 'Can upload files' in the settings of the service.",
        )
    elif info.upload_limit is None:
        yield ok("files", "may be uploaded; the site tells no limit")
    elif info.upload_limit < settings.mail.attach_limit:
        yield warning(
            "files",
            f"up to {_megabytes(info.upload_limit)} may be uploaded; larger ones of"
            " mails cannot be posted",
            "Raise 'Maximum uploaded file size' of the site, if that is too little.",
        )
    else:
        yield ok("files", f"up to {_megabytes(info.upload_limit)} may be uploaded")
    yield ok(
        "input variables",
        f"at most {settings.moodle.input_limit} in a request, by [moodle] →"
        " input_limit; the site's own limit cannot be read",
    )


def _megabytes(size: int) -> str:
    return f"{size / 1_048_576:.1f} MB"


def _pair(
    name: str, pair: PairSettings, moodle: Moodle, info: SiteInfo, *, mails_each: bool
) -> Iterator[Finding]:
    course = _course(pair, moodle)
    if course is None:
        yield missing(
            name,
            f"the account does not see a course {pair.course!r}",
            "Enrol the bridge's account in the course, or mend `course`.",
        )
        return
    group_id, findings = _group(name, pair, course, moodle)
    yield from findings
    yield from caught(
        f"{name}, participants",
        lambda: look_at_participants(name, course, moodle, info, mails_each=mails_each),
    )
    seen = {forum.cmid: forum for forum in moodle.forums.of_courses([course.id]).forums}
    wanted = tuple(seen) if pair.forum == "all" else pair.forum
    listed = ", ".join(f"{cmid} ({forum.name})" for cmid, forum in seen.items())
    if not wanted:
        yield missing(
            name,
            f"the account sees no forum in {course.shortname}",
            "Enrol the account in the course with a role that may read the forum.",
        )
    takes_new = pair.new_discussions_to or next(iter(wanted), None)
    for cmid in wanted:
        if cmid not in seen:
            yield missing(
                name,
                f"the account sees no forum {cmid} in {course.shortname}",
                f"It sees: {listed or 'none'}. Mend `forum`, or let the account in.",
            )
        else:
            yield from look_at_forum(
                name,
                seen[cmid],
                moodle,
                info,
                begins=cmid == takes_new,
                group_id=group_id,
                mails_each=mails_each and pair.channel != "moodle",
            )
    if takes_new is not None and takes_new not in {*seen, *wanted}:
        yield missing(
            name,
            f"there is no forum {takes_new} to begin discussions in",
            f"The account sees: {listed or 'none'}. Mend `new_discussions_to`.",
        )


def _group(
    name: str, pair: PairSettings, course: Course, moodle: Moodle
) -> tuple[int | None, tuple[Finding, ...]]:
    if pair.group is None:
        return None, ()
    groups = moodle.groups.of_course(course.id)
    for group in groups:
        if pair.group in {group.id, group.name}:
            return group.id, ()
    there = ", ".join(f"{group.name} ({group.id})" for group in groups)
    absent = missing(
        name,
        f"the course has no group {pair.group!r}",
        f"It has: {there or 'none'}. Mend `group`.",
    )
    return None, (absent,)


def _course(pair: PairSettings, moodle: Moodle) -> Course | None:
    if isinstance(pair.course, int):
        return moodle.courses.by_ids([pair.course]).get(pair.course)
    return moodle.courses.by_shortname(pair.course)
