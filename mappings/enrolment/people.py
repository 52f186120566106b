"""What is known of people from both sides when a plan is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from mappings.addresses import folded
from moodle_bridge.model.channels import Channel


class Owned(StrEnum):
    """How an account came to belong to a person.

    CREATED: the bridge made it. ADOPTED: a person decided that it is theirs. NOT_YET:
    there is none, or nobody has decided.
    """

    CREATED = "created"
    ADOPTED = "adopted"
    NOT_YET = ""


class Verdict(StrEnum):
    """What an admin decided about a held entry.

    ADOPT: the account with this user id is theirs. NEW: it is somebody else, make an
    account. REFUSE: do nothing for this entry. REACTIVATE: let them take part again.
    SAME_AS: it is a further entry of another one, which counts.
    """

    ADOPT = "adopt"
    NEW = "new"
    REFUSE = "refuse"
    REACTIVATE = "reactivate"
    SAME_AS = "same-as"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision; `user_id` goes with ADOPT, `other_entry` with SAME_AS."""

    verdict: Verdict
    user_id: int | None = None
    other_entry: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """What the ledger knows of a person.

    `id` is the bridge's own, and Moodle's idnumber for accounts that it made. `email`
    is folded. `applied` holds the fields as the bridge last set them in Moodle, by our
    names of fields. `groups` are those that the bridge put them into, by course.
    """

    id: str
    user_id: int | None = None
    username: str | None = None
    email: str | None = None
    done: frozenset[str] = frozenset()
    owned: Owned = Owned.NOT_YET
    applied: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    withdrawn_at: datetime | None = None
    welcomed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAccount:
    """An account in Moodle, as far as the token may see it.

    `fields` are by our names: first_name, last_name, email, phone, organisation,
    country, language, timezone, and `custom:SHORTNAME`.
    """

    user_id: int
    username: str
    idnumber: str
    fullname: str
    email: str
    suspended: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)

    def shown(self) -> Mapping[str, Any]:
        """Return what an admin needs to recognise them."""
        return {
            "user_id": self.user_id,
            "username": self.username,
            "name": self.fullname,
            "address": self.email,
            "idnumber": self.idnumber,
        }


class Accounts:
    """The accounts that were looked up, by everything that they may be found by.

    `complete` says whether the token may see all accounts: if not, "not found" may be
    "not visible".
    """

    def __init__(
        self, accounts: Iterable[SeenAccount], *, complete: bool = True
    ) -> None:
        self.complete = complete
        self._all = tuple({one.user_id: one for one in accounts}.values())
        self._by_id = {one.user_id: one for one in self._all}
        self._by_idnumber = _grouped((one.idnumber, one) for one in self._all)
        self._by_username = {one.username.casefold(): one for one in self._all}
        self._by_address = _grouped((folded(one.email), one) for one in self._all)

    def by_id(self, user_id: int) -> SeenAccount | None:
        """Return the account with this user id."""
        return self._by_id.get(user_id)

    def by_idnumber(self, idnumber: str) -> tuple[SeenAccount, ...]:
        """Return the accounts with this idnumber; Moodle lets several have one."""
        return self._by_idnumber.get(idnumber, ()) if idnumber else ()

    def by_username(self, username: str) -> SeenAccount | None:
        """Return the account with this username."""
        return self._by_username.get(username.casefold())

    def by_address(self, address: str | None) -> tuple[SeenAccount, ...]:
        """Return the accounts with this address, compared by its folded key."""
        return self._by_address.get(folded(address), ()) if address else ()

    @cached_property
    def told(self) -> frozenset[str]:
        """Return the fields that some account shows: the token may see these.

        Moodle does not tell an empty field from one that it does not show; phone and
        organisation it shows only where the site's setting of identity fields has them.
        """
        return frozenset(
            name for one in self._all for name, value in one.fields.items() if value
        )

    def usernames(self) -> frozenset[str]:
        """Return the usernames that are taken."""
        return frozenset(self._by_username)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEnrolment:
    """An enrolment by hand, with its dates as Moodle has them (None = not set)."""

    active: bool
    starts: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an account stands in what a form is for; None = cannot be seen.

    `on_list` are those of their addresses that are on the list, folded.
    """

    in_cohort: bool | None = None
    enrolment: SeenEnrolment | None = None
    groups: frozenset[str] = frozenset()
    list_member: bool | None = None
    on_list: frozenset[str] = frozenset()
    channel: Channel | None = None
    channel_chosen_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a form is for, as its settings say; of several courses one at a time.

    `existing_groups` are the names of the groups of the course. `group` is the one that
    this person belongs in, None: the one that they answered; `group_idnumber` its
    key where it is to be made. What somebody who withdraws leaves: the course and the
    list, unless another form wants them there; the cohort only where that is known to
    be safe.
    """

    source: str
    course: str
    role: str = "student"
    cohort: str | None = None
    existing_groups: frozenset[str] = frozenset()
    create_groups: bool = False
    group: str | None = None
    group_idnumber: str = ""
    list_address: str | None = None
    subscribes: bool = False
    welcome: bool = True
    leave_course: bool = True
    leave_list: bool = True
    leave_cohort: bool = False


def _grouped(
    pairs: Iterable[tuple[str, SeenAccount]],
) -> dict[str, tuple[SeenAccount, ...]]:
    found: dict[str, tuple[SeenAccount, ...]] = {}
    for key, one in pairs:
        found[key] = (*found.get(key, ()), one)
    return found
