"""Accounts by the values of a field, many to a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from moodle_bridge.errors import RemoteError
from moodle_bridge.moodle.accounts import ACCOUNTS, Account
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import USERS_BY_FIELD
from moodle_bridge.moodle.user_search import compared

AccountField = Literal["idnumber", "username", "email"]

_CHUNK = 100
_INVALID = "invalidparameter"


def accounts_with(
    client: MoodleClient, field: AccountField, values: Iterable[str]
) -> tuple[Account, ...]:
    """Return the accounts with one of these values, each once. See `Users.by_field`."""
    wanted = list(dict.fromkeys(filter(None, (one.strip() for one in values))))
    same = str if field == "idnumber" else compared
    asked = {same(value) for value in wanted}
    spellings = dict.fromkeys(
        spelling for value in wanted for spelling in _spellings(field, value)
    )
    # A database may take an accent or a capital for nothing: what it found besides
    # what was asked is left out.
    found = {
        account.user_id: account
        for account in accounts_spelt(client, field, list(spellings))
        if same(getattr(account, field)) in asked
    }
    return tuple(found.values())


def accounts_spelt(
    client: MoodleClient, field: AccountField, values: Sequence[str]
) -> Iterator[Account]:
    """Give the accounts that Moodle finds by these values, just as they are spelt.

    A value that Moodle does not take (no address, say) finds nobody.
    `core_user_get_users_by_field`, a hundred values to a call.
    """
    calls = [
        _call(field, values[at : at + _CHUNK]) for at in range(0, len(values), _CHUNK)
    ]
    refused: list[str] = []
    for call, result in zip(calls, client.stream(calls), strict=True):
        if not isinstance(result, RemoteError):
            yield from (row.account() for row in result.value)
        elif result.code != _INVALID:
            raise result
        elif len(call.arguments["values"]) > 1:
            # One value that Moodle does not take spoils the call for all.
            refused += call.arguments["values"]
    for result in client.stream(_call(field, [value]) for value in refused):
        if not isinstance(result, RemoteError):
            yield from (row.account() for row in result.value)
        elif result.code != _INVALID:
            raise result


def _call(field: AccountField, values: Sequence[str]) -> Call:
    return Call(
        function=USERS_BY_FIELD,
        arguments={"field": field, "values": list(values)},
        shape=ACCOUNTS,
        rows=len(values),
    )


def _spellings(field: AccountField, value: str) -> Iterator[str]:
    # A username is small letters only; Moodle refuses to look for another.
    if field == "username":
        yield value.lower()
        return
    yield value
    if field == "email":
        # PostgreSQL compares addresses letter by letter, so the usual spellings are
        # asked: as given, small, as a phone begins a line, as a form is filled in.
        local, at, domain = value.rpartition("@")
        yield value.lower()
        yield f"{local[:1].upper()}{local[1:].lower()}{at}{domain.lower()}"
        yield value.upper()
