"""Reads what is there now, in few requests: accounts, and how each of them stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.enrolment.people import Accounts, SeenAccount, SeenEnrolment, Standing
from moodle_bridge.errors import Permanent
from moodle_bridge.moodle.functions import MISSING

if TYPE_CHECKING:
    from moodle_bridge.model.channels import Channel
    from moodle_bridge.moodle import Moodle
    from moodle_bridge.moodle.accounts import Account
    from moodle_bridge.moodle.enrolled import Seen
    from moodle_bridge.moodle.groups import Group
    from sync.enrol.places import IntakePlace
    from sync.ledger import Ledger

# The account that is made when Moodle is installed: on every site there is one.
_FIRST_ADMIN = 2
_SITE_TIMEZONE = "99"
_SEARCHED = 100
_PLAIN = ("phone", "country", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """By what accounts are looked up. A value that nobody has finds nobody."""

    user_ids: Collection[int] = ()
    idnumbers: Collection[str] = ()
    usernames: Collection[str] = ()
    addresses: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseNow:
    """A course: who is in it, its groups, and who is in each of those, by name."""

    seen: Seen
    groups: tuple[Group, ...] = ()
    group_members: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNow:
    """What is there of an `IntakePlace`, by courses' short names.

    `cohort_members` is None where the form is for no cohort or its members are not
    told; `list_addresses` (folded) where it is for no list. `channels` and
    `chosen_by` are by user id.
    """

    courses: Mapping[str, CourseNow]
    cohort_members: frozenset[int] | None = None
    list_addresses: frozenset[str] | None = None
    channels: Mapping[int, Channel] = field(default_factory=dict)
    chosen_by: Mapping[int, str] = field(default_factory=dict)

    def standing(
        self, course: str, user_id: int | None, addresses: Iterable[str]
    ) -> Standing:
        """Return how an account stands in a course of the form, and in all else of it.

        `user_id` None is for an account that is to be made. `addresses` are all that
        the person may be on the list with.
        """
        there = self.courses[course]
        on_list = frozenset(map(folded, addresses)) & (self.list_addresses or set())
        member = None if self.list_addresses is None else bool(on_list)
        if user_id is None:
            return Standing(
                in_cohort=None if self.cohort_members is None else False,
                list_member=member,
                on_list=on_list,
            )
        return Standing(
            in_cohort=None
            if self.cohort_members is None
            else user_id in self.cohort_members,
            enrolment=SeenEnrolment(active=user_id in there.seen.active)
            if user_id in there.seen.everybody
            else None,
            groups=frozenset(
                name
                for name, members in there.group_members.items()
                if user_id in members
            ),
            list_member=member,
            on_list=on_list,
            channel=self.channels.get(user_id),
            channel_chosen_by=self.chosen_by.get(user_id, ""),
        )


class World:
    """The site, the list and the ledger, as they are at the moment of asking."""

    def __init__(self, moodle: Moodle, ledger: Ledger) -> None:
        self._moodle = moodle
        self._ledger = ledger

    def accounts(self, sought: Sought) -> Accounts:
        """Return the accounts that are found by what is sought.

        `Accounts.complete` tells whether the token sees accounts of people with whom
        it shares no course, with username and address: only then not found is not
        there. Raises RemoteError.
        """
        users = self._moodle.users
        found: dict[int, Account] = {}
        by_ids = users.by_ids({*sought.user_ids, _FIRST_ADMIN})
        found.update(
            (one.user_id, one)
            for one in (
                *users.by_field("idnumber", sought.idnumbers),
                *users.by_field("username", sought.usernames),
                *users.by_field("email", sought.addresses),
            )
        )
        complete = self._sees_all(by_ids.get(_FIRST_ADMIN), found.values())
        found.update(
            (user_id, one)
            for user_id, one in by_ids.items()
            if user_id in set(sought.user_ids)
        )
        seen = {folded(one.email) for one in found.values() if one.email}
        missed = [one for one in sought.addresses if folded(one) not in seen]
        found.update((one.user_id, one) for one in self._searched(missed))
        return Accounts(map(seen_account, found.values()), complete=complete)

    def usernames(self, usernames: Iterable[str]) -> tuple[SeenAccount, ...]:
        """Return the accounts that have one of these usernames. Raises RemoteError."""
        found = self._moodle.users.by_field("username", usernames)
        return tuple(map(seen_account, found))

    def place(self, place: IntakePlace, *, fresh: bool = False) -> PlaceNow:
        """Return what is there of a place.

        Who is in the courses is taken from the place as it was found, or with `fresh`
        read again. Raises RemoteError.
        """
        from moodle_bridge.moodle.enrolled import EnrolledPeople  # noqa: PLC0415

        ids = [course.id for course in place.courses]
        participants: Mapping[int, Seen] = (
            EnrolledPeople(self._moodle.client).of_courses(ids, active=True)
            if fresh
            else place.participants
        )
        courses: dict[str, CourseNow] = {}
        for course in place.courses:
            groups = self._moodle.groups.of_course(course.id)
            members = self._moodle.groups.members(one.id for one in groups)
            courses[course.shortname] = CourseNow(
                seen=participants[course.id],
                groups=groups,
                group_members={
                    one.name: members.get(one.id, frozenset()) for one in groups
                },
            )
        with self._ledger.reading() as transaction:
            channels = transaction.channels.everyone()
            chosen_by = transaction.channels.chosen_by()
        return PlaceNow(
            courses=courses,
            cohort_members=self._cohort_members(place),
            list_addresses=None
            if place.list_members is None
            else frozenset(
                folded(member.address) for member in place.list_members.members()
            ),
            channels=channels,
            chosen_by=chosen_by,
        )

    def _cohort_members(self, place: IntakePlace) -> frozenset[int] | None:
        if place.cohort is None:
            return None
        return self._moodle.cohorts.members([place.cohort.id]).get(place.cohort.id)

    def _sees_all(self, first_admin: Account | None, others: Iterable[Account]) -> bool:
        # Usernames and idnumbers are told only to who has moodle/user:viewalldetails:
        # without it they cannot be looked for either.
        if first_admin is not None:
            return bool(first_admin.username and first_admin.email)
        # On a few sites that account was deleted. Then an account that was found and
        # shows all of itself is a sign, as good as there is.
        own = self._moodle.site.info()
        return own.is_site_admin or any(
            one.user_id != own.user_id and one.username and one.email for one in others
        )

    def _searched(self, addresses: Collection[str]) -> list[Account]:
        """Look, whatever their capitals, for addresses that were not found.

        Each is a search through all accounts: not for more than a hundred. Moodle
        itself refuses an address that is taken, on all sites but a few.
        """
        if len(addresses) > _SEARCHED:
            return []
        try:
            return list(self._moodle.users.with_addresses(addresses))
        except Permanent as error:
            if error.code != MISSING:
                raise
            return []


def seen_account(account: Account) -> SeenAccount:
    """Return an account of Moodle with its fields by our names."""
    fields = {
        "first_name": account.first_name,
        "last_name": account.last_name,
        "organisation": account.institution,
        "timezone": "" if account.timezone == _SITE_TIMEZONE else account.timezone,
        **{name: getattr(account, name) for name in _PLAIN},
        **{f"custom:{name}": value for name, value in account.custom_fields.items()},
    }
    return SeenAccount(
        user_id=account.user_id,
        username=account.username,
        idnumber=account.idnumber,
        fullname=account.fullname,
        email=account.email,
        suspended=account.suspended,
        fields=fields,
    )
