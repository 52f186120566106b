"""Why an account was not made, and whether one in doubt was.

Moodle refuses a bad account with `invalidparameter` and, unless debugging is on, says
no more: what is wrong is found by looking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from moodle_bridge.errors import RemoteError
from moodle_bridge.moodle.accounts import Account, NewUser
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.errorcodes import ERRORCODES
from moodle_bridge.moodle.outcomes import ItemOutcome, Outcome, already, done
from moodle_bridge.moodle.user_fields import accounts_spelt
from moodle_bridge.moodle.user_search import compared

CANNOT_SEE = "cannotsee"

_USUAL_USERNAME = re.compile(r"[a-z0-9@._-]+")
_SAYS_TAKEN = "already exists"
_INVALID = "invalidparameter"

Problem = tuple[str, str, str]
"""A code, what is wrong, and what to do."""


def surely_refused(user: NewUser) -> Problem | None:
    """Return why Moodle would surely not take an account; None when it may.

    Known beforehand, it spoils no call for the others.
    """
    if not user.first_name.strip() or not user.last_name.strip():
        return (
            "badname",
            f"{user.username}: Moodle wants a first and a last name",
            "Give both; for a person of one name, a dash or the name twice.",
        )
    if user.username != user.username.strip().lower() or not user.username:
        return (
            "badusername",
            f"username {user.username!r}: Moodle takes small letters only",
            "Write it in small letters, without spaces around it.",
        )
    if not user.email.isascii() or user.email.count("@") != 1:
        return (
            "badaddress",
            f"{user.username}: the address is none that Moodle takes",
            "Ask for another address, of plain letters on both sides of one @.",
        )
    if user.auth == "manual" and not user.email_password and user.password is None:
        return (
            "nopassword",
            f"{user.username}: Moodle wants a password",
            "Set `email_password`, or give one.",
        )
    return None


def looked_up(
    client: MoodleClient, users: Sequence[NewUser]
) -> list[ItemOutcome[NewUser] | None]:
    """Return which accounts of a call in doubt are there; None for who is not seen.

    An account counts as made when two of username, idnumber and address are as asked.
    """
    seen = _Seen(client, users)
    outcomes: list[ItemOutcome[NewUser] | None] = []
    for user in users:
        account = seen.by_username(user) or seen.by_idnumber(user)
        ours = account is not None and _is_the_same(user, account)
        outcomes.append(done(user, account.user_id) if ours and account else None)
    return outcomes


def explained(
    client: MoodleClient, outcomes: Sequence[ItemOutcome[NewUser]]
) -> list[ItemOutcome[NewUser]]:
    """Return the outcomes with the reasons found for those refused without one."""
    unclear = [
        one.item
        for one in outcomes
        if one.outcome is Outcome.REFUSED and one.code == _INVALID
    ]
    if not unclear:
        return list(outcomes)
    try:
        seen = _Seen(client, unclear)
    except RemoteError:
        # A reason is a courtesy; the outcomes stand without it.
        return list(outcomes)
    return [
        _explained(one, seen)
        if one.outcome is Outcome.REFUSED and one.code == _INVALID
        else one
        for one in outcomes
    ]


def advised(code: str) -> str:
    """Return what to do about a code that Moodle gave for one account."""
    known = ERRORCODES.get(code)
    return known.advice if known else "Look at the account in Moodle, and mend the row."


def _explained(one: ItemOutcome[NewUser], seen: _Seen) -> ItemOutcome[NewUser]:
    user = one.item
    same_name = seen.by_username(user)
    if same_name is not None and user.idnumber and _is_ours(user, same_name):
        return already(user, same_name.user_id)
    problem: Problem | None = None
    standing: Account | None = None
    if same_name is not None:
        standing = same_name
        problem = (
            "usernametaken",
            f"username {user.username}: there is such an account",
            "Decide whether it is the same person; if not, choose another username.",
        )
    elif (same_address := seen.by_address(user)) is not None:
        standing = same_address
        problem = (
            "addresstaken",
            f"{user.username}: another account has this address",
            "Decide whether it is the same person; if so, adopt that account.",
        )
    elif _SAYS_TAKEN in one.what:
        problem = (
            CANNOT_SEE,
            (
                f"{user.username}: Moodle says that there is such an account, and the "
                "service account may not see it"
            ),
            (
                "Let the service account see all accounts (moodle/user:viewalldetails), or "
                "ask the site's admin whose it is. Do not choose another username."
            ),
        )
    elif not _USUAL_USERNAME.fullmatch(user.username):
        problem = (
            "badusername",
            f"username {user.username!r}: holds more than a-z, 0-9 and -._@",
            "Use small letters without accents, digits and -._@ only.",
        )
    if problem is None:
        return replace(
            one,
            advice="Look whether the language is installed, the address is right, and "
            "no account that the service account cannot see has the username or the "
            "address; with debugging on, Moodle says which.",
        )
    code, what, advice = problem
    return replace(
        one,
        code=code,
        what=what,
        advice=advice,
        remote_id=standing.user_id if standing else None,
    )


class _Seen:
    """The accounts that share username, address or idnumber with some new ones."""

    def __init__(self, client: MoodleClient, users: Iterable[NewUser]) -> None:
        users = list(users)
        names = list(dict.fromkeys(user.username for user in users))
        addresses = list(
            dict.fromkeys(
                spelling
                for user in users
                for spelling in (user.email.strip(), user.email.strip().lower())
            )
        )
        idnumbers = list(
            dict.fromkeys(user.idnumber for user in users if user.idnumber)
        )
        self._by_idnumber = {
            account.idnumber: account
            for account in accounts_spelt(client, "idnumber", idnumbers)
        }
        self._by_username = {
            account.username: account
            for account in accounts_spelt(client, "username", names)
        }
        self._by_address = {
            compared(account.email): account
            for account in accounts_spelt(client, "email", addresses)
        }

    def by_username(self, user: NewUser) -> Account | None:
        return self._by_username.get(user.username)

    def by_idnumber(self, user: NewUser) -> Account | None:
        return self._by_idnumber.get(user.idnumber or "")

    def by_address(self, user: NewUser) -> Account | None:
        return self._by_address.get(compared(user.email))


def _is_ours(user: NewUser, account: Account) -> bool:
    return bool(user.idnumber) and account.idnumber == user.idnumber


def _is_the_same(user: NewUser, account: Account) -> bool:
    alike = (
        account.username == user.username,
        _is_ours(user, account),
        compared(account.email) == compared(user.email),
    )
    return sum(alike) > 1
