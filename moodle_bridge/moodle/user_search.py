"""Finding accounts by what is written in them, exactly."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import Enum

from moodle_bridge.errors import RemoteError
from moodle_bridge.moodle.accounts import FOUND, Account, Found
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import SEARCH_USERS

_INVALID = "invalidparameter"


class Match(Enum):
    """How a field must fit: as a whole, at its beginning, or anywhere in it."""

    WHOLE = "whole"
    BEGINS = "begins"
    CONTAINS = "contains"


def search(
    client: MoodleClient,
    *,
    email: str | None,
    first_name: str | None,
    last_name: str | None,
    match: Match,
) -> tuple[Account, ...]:
    """Return the accounts that fit every given field, by id. See `Users.search`."""
    wanted = {
        theirs: (ours, value.strip())
        for theirs, ours, value in (
            ("email", "email", email),
            ("firstname", "first_name", first_name),
            ("lastname", "last_name", last_name),
        )
        if value is not None and value.strip()
    }
    if not wanted:
        raise ValueError("a search needs a field to search by, or it finds everybody")
    criteria = [
        {"key": key, "value": _pattern(value, match)}
        for key, (_, value) in wanted.items()
    ]
    found: Found = client.read(SEARCH_USERS, {"criteria": criteria}, FOUND).value
    accounts = (row.account() for row in found.users)
    # A site passes over a criterion that it does not know, and then finds everybody.
    return tuple(
        account
        for account in accounts
        if all(
            _fits(getattr(account, field), value, match)
            for field, value in wanted.values()
        )
    )


def with_addresses(
    client: MoodleClient, addresses: Iterable[str]
) -> tuple[Account, ...]:
    """Return the accounts with these addresses. See `Users.with_addresses`."""
    wanted = list(dict.fromkeys(filter(None, (one.strip() for one in addresses))))
    calls = [
        Call(
            function=SEARCH_USERS,
            arguments={
                "criteria": [{"key": "email", "value": _pattern(one, Match.WHOLE)}]
            },
            shape=FOUND,
        )
        for one in wanted
    ]
    found: dict[int, Account] = {}
    for value, result in zip(wanted, client.stream(calls), strict=True):
        if isinstance(result, RemoteError):
            if result.code == _INVALID:
                # Moodle takes it for no address: then nobody has it.
                continue
            raise result
        accounts = (row.account() for row in result.value.users)
        found.update(
            (one.user_id, one)
            for one in accounts
            if _fits(one.email, value, Match.WHOLE)
        )
    return tuple(found.values())


def compared(text: str) -> str:
    """Return a text so that two spellings of one name or address are equal.

    Whatever their capitals and however their accents are put together; letters with
    and without an accent stay different.
    """
    return unicodedata.normalize("NFC", text.strip()).casefold()


def _pattern(value: str, match: Match) -> str:
    # Moodle hands the value to LIKE as it is: its wildcards are escaped, its own
    # escape sign first.
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    before = "%" if match is Match.CONTAINS else ""
    after = "" if match is Match.WHOLE else "%"
    return f"{before}{escaped}{after}"


def _fits(stored: str, wanted: str, match: Match) -> bool:
    has, part = compared(stored), compared(wanted)
    if match is Match.WHOLE:
        return has == part
    return has.startswith(part) if match is Match.BEGINS else part in has
