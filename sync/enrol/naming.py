"""Looks up the accounts of people, and chooses usernames that nobody has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import digits
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.enrolment.people import Accounts, Decision, KnownPerson, Verdict
from mappings.enrolment.usernames import UsernamePolicy, username_for
from moodle_bridge.errors import Permanent
from sync.enrol.world import Sought

if TYPE_CHECKING:
    from moodle_bridge.model.applicants import Applicant
    from sync.enrol.world import World

_ROUNDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """An applicant whose person is known, before their account is looked up."""

    applicant: Applicant
    known: KnownPerson
    decision: Decision | None
    policy: UsernamePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The accounts that were found, and by the bridge's own id how each is called."""

    accounts: Accounts
    usernames: Mapping[str, str]


def named(people: Sequence[Sighted], world: World, whose: Mapping[str, str]) -> Named:
    """Return the accounts of people, and usernames for those who have none.

    `whose` are the usernames that the ledger knows, with the bridge's own id of whose
    each is or is meant to be. Who was given a username keeps it, as long as nobody
    else has it in Moodle, and the entry has not another name since. Raises
    RemoteError.
    """
    accounts = world.accounts(_sought(people))
    usernames = {
        one.known.id: one.known.username or ""
        for one in people
        if one.known.user_id is not None
    }
    waiting = [one for one in people if one.known.user_id is None]
    taken = set(whose)
    lost: set[str] = set()
    for _ in range(_ROUNDS):
        chosen: dict[str, str] = {}
        for one in waiting:
            mine = one.known.username
            name = (
                mine
                if mine
                and whose.get(mine) == one.known.id
                and mine not in lost
                and _is_named_so(one, mine)
                else _new_name(one, taken)
            )
            taken.add(name)
            chosen[one.known.id] = name
        there = world.usernames(chosen.values())
        own = {
            each.user_id
            for one in waiting
            for each in accounts.by_idnumber(one.known.id)
        }
        gone = {each.username for each in there if each.user_id not in own}
        usernames.update(
            (person, name) for person, name in chosen.items() if name not in gone
        )
        waiting = [one for one in waiting if chosen[one.known.id] in gone]
        taken |= gone
        lost |= gone
        if not waiting:
            return Named(accounts=accounts, usernames=usernames)
    raise Permanent(
        "no free usernames are found",
        item=", ".join(one.applicant.fullname for one in waiting[:3]),
        advice="Choose another policy of usernames in bridge.toml.",
    )


def _is_named_so(one: Sighted, username: str) -> bool:
    """Say whether a username is what would be chosen, but for the number behind it."""
    plain = _new_name(one, set())
    return username.startswith(plain) and not username[len(plain) :].strip(digits)


def _new_name(one: Sighted, taken: set[str]) -> str:
    return username_for(
        one.applicant.first_name,
        one.applicant.last_name,
        taken=taken,
        policy=one.policy,
        email=one.applicant.email,
    )


def _sought(people: Sequence[Sighted]) -> Sought:
    ids: set[int] = set()
    idnumbers: list[str] = []
    addresses: list[str] = []
    for one in people:
        known, applicant = one.known, one.applicant
        decision = one.decision
        if decision is not None and decision.verdict is Verdict.ADOPT:
            ids.add(decision.user_id or 0)
        if known.user_id is not None:
            ids.add(known.user_id)
            if known.email != folded(applicant.email):
                addresses.append(applicant.email)
            continue
        idnumbers.append(known.id)
        addresses += filter(None, (applicant.email, applicant.second_email))
    return Sought(user_ids=ids - {0}, idnumbers=idnumbers, addresses=addresses)
