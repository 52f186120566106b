"""Looks whether participants can be seen as the bridge must see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from moodle_bridge.moodle.functions import ENROLLED_USERS, USERS_BY_FIELD
from sync.cli.checks.finding import Finding, missing, ok, warning

if TYPE_CHECKING:
    from moodle_bridge.model.forum import Course
    from moodle_bridge.model.people import Person
    from moodle_bridge.moodle.facade import Moodle
    from moodle_bridge.moodle.people import Field
    from moodle_bridge.moodle.site import SiteInfo

_SEE_ADDRESSES = (
    "Give the role of the bridge's account moodle/course:useremail and"
    " moodle/site:viewuseridentity, and let it be enrolled in the course."
)


def look_at_participants(
    name: str, course: Course, moodle: Moodle, info: SiteInfo, *, mails_each: bool
) -> Iterator[Finding]:
    """Say who in the course can be reached by mail, and recognised by it.

    `mails_each` is true where each participant is mailed, not a list. Raises
    RemoteError when the course does not tell who is in it.
    """
    if not info.functions >= {ENROLLED_USERS, USERS_BY_FIELD}:
        return
    what = f"{name}, participants"
    others = [
        person
        for person in moodle.people.enrolled(course.id)
        if person.user_id != info.user_id
    ]
    if not others:
        yield warning(
            what,
            f"the account sees nobody else in {course.shortname}",
            "Give the role of the bridge's account moodle/course:viewparticipants"
            " and moodle/course:enrolreview, if there are participants.",
        )
        return
    yield from _addresses(what, others, mails_each=mails_each)
    for field, value_of in _KEYS:
        yield from _found_by(name, field, value_of, others, moodle)


def _addresses(
    what: str, others: Sequence[Person], *, mails_each: bool
) -> Iterator[Finding]:
    hidden = sum(not person.addresses for person in others)
    reached = len(others) - hidden
    if not hidden:
        yield ok(what, f"{reached}, the address of each can be seen")
        return
    loss = "get no mail" if mails_each else "are not known when they write"
    told = warning if reached else missing
    yield told(
        what,
        f"of {len(others)}, {hidden} show no address: they {loss}",
        _SEE_ADDRESSES,
    )


def _found_by(
    name: str,
    field: Field,
    value_of: Callable[[Person], str | None],
    others: Sequence[Person],
    moodle: Moodle,
) -> Iterator[Finding]:
    what = f"{name}, by {field}"
    shown = next((person for person in others if value_of(person)), None)
    if shown is None:
        if field == "idnumber":
            yield ok(what, "not tried: no participant has one that can be seen")
        return
    value = value_of(shown) or ""
    found = moodle.people.by_field(field, [value])[value]
    if any(person.user_id == shown.user_id for person in found):
        yield ok(what, "a participant is found")
    else:
        yield warning(
            what,
            "a participant who is enrolled is not found",
            "Give the role of the bridge's account moodle/user:viewdetails and"
            " moodle/site:viewuseridentity.",
        )


_KEYS: tuple[tuple[Field, Callable[[Person], str | None]], ...] = (
    ("email", lambda person: next(iter(person.addresses), None)),
    ("idnumber", lambda person: person.idnumber),
)
