"""Accounts: found, made, changed, and read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from moodle_bridge.errors import RemoteError
from moodle_bridge.moodle import user_fields, user_search
from moodle_bridge.moodle.accounts import (
    ACCOUNTS,
    CREATED,
    UPDATED,
    Account,
    CreatedRow,
    NewUser,
    Updated,
    UserChange,
    differences,
)
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import CREATE_USERS, UPDATE_USERS, USERS_BY_FIELD
from moodle_bridge.moodle.items import ItemWrite, write_items
from moodle_bridge.moodle.new_users import (
    advised,
    explained,
    looked_up,
    surely_refused,
)
from moodle_bridge.moodle.outcomes import (
    ItemOutcome,
    Outcome,
    StoredDifferently,
    done,
    passed_over,
    refused,
)
from moodle_bridge.moodle.user_fields import AccountField
from moodle_bridge.moodle.user_search import Match

_CHUNK = 100
_MAILING = 20


class Users:
    """The accounts of the site, for who may make and change them.

    To find out who wrote a mail, or who is enrolled, see `People`.
    """

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def by_ids(self, user_ids: Iterable[int]) -> dict[int, Account]:
        """Return the accounts with these ids; who may not be seen is missing.

        `core_user_get_users_by_field`, a hundred to a call.
        """
        wanted = [str(user_id) for user_id in dict.fromkeys(user_ids)]
        calls = [
            Call(
                function=USERS_BY_FIELD,
                arguments={"field": "id", "values": wanted[at : at + _CHUNK]},
                shape=ACCOUNTS,
                rows=_CHUNK,
            )
            for at in range(0, len(wanted), _CHUNK)
        ]
        found: dict[int, Account] = {}
        for result in self._client.stream(calls):
            if isinstance(result, RemoteError):
                raise result
            found.update((row.id, row.account()) for row in result.value)
        return found

    def by_field(
        self, field: AccountField, values: Iterable[str]
    ) -> tuple[Account, ...]:
        """Return the accounts with one of these values, each once.

        `email` and `username` match whatever their capitals, `idnumber` exactly; an
        address or an idnumber may belong to several. Who may not be seen is missing.
        PostgreSQL compares letter by letter: an address is asked for as it is given,
        small, with one capital, and all in capitals; in any other spelling `search`
        finds it. `core_user_get_users_by_field`, a hundred values to a call.
        """
        return user_fields.accounts_with(self._client, field, values)

    def search(
        self,
        *,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        match: Match = Match.WHOLE,
    ) -> tuple[Account, ...]:
        """Return the accounts that fit every field given, by id.

        Whatever the capitals; `%` and `_` in a value mean themselves. Who may not be
        seen, or whose field may not be, is silently missing. ValueError without any
        field. `core_user_get_users`.
        """
        return user_search.search(
            self._client,
            email=email,
            first_name=first_name,
            last_name=last_name,
            match=match,
        )

    def with_addresses(self, addresses: Iterable[str]) -> tuple[Account, ...]:
        """Return the accounts with these addresses, each once, whatever their capitals.

        A search through all accounts for each address: where there are many, see
        `by_field`. `core_user_get_users`, twenty-five to a request.
        """
        return user_search.with_addresses(self._client, addresses)

    def create(self, users: Sequence[NewUser]) -> tuple[ItemOutcome[NewUser], ...]:
        """Make accounts; return one outcome each, in order, with the new id.

        Keyed by username. A bad one does not stop the others, and is told with a code
        that says what is wrong: `usernametaken`, `addresstaken` (then `remote_id` is
        whose), `cannotsee` (Moodle says there is such an account, and the token's
        user may not see it: never try another username), `badname`, `badusername`,
        `badaddress`, `nopassword`, or Moodle's own. ALREADY is an account with the
        same username and idnumber. In doubt, the username is looked up: what is not
        found may yet come, and whether a password was mailed cannot be seen.
        `core_user_create_users`, all-or-nothing.
        """
        outcomes: dict[int, ItemOutcome[NewUser]] = {}
        sent: list[int] = []
        for index, user in enumerate(users):
            problem = surely_refused(user)
            if problem is None:
                sent.append(index)
            else:
                outcomes[index] = refused(user, *problem)
        mailing = any(user.email_password for user in users)
        written = write_items(
            self._client,
            ItemWrite(
                function=CREATE_USERS,
                argument="users",
                row=NewUser.row,
                shape=CREATED,
                answered=_created,
                shared=frozenset({"nopermissions"}),
                # Moodle mails each password before it answers.
                most=_MAILING if mailing else None,
                settled=lambda items: looked_up(self._client, items),
            ),
            [users[index] for index in sent],
        )
        outcomes.update(zip(sent, explained(self._client, written), strict=True))
        return tuple(outcomes[index] for index in range(len(users)))

    def update(
        self, changes: Sequence[UserChange]
    ) -> tuple[ItemOutcome[UserChange], ...]:
        """Change accounts; return one outcome each, in order. May be repeated.

        Each is a transaction of its own; a refused one has Moodle's code, such as
        `useremailduplicate` or `usernotupdatedadmin`. `suspended` ends the sessions
        of who is suspended. `core_user_update_users`, told by warnings.
        """
        return write_items(
            self._client,
            ItemWrite(
                function=UPDATE_USERS,
                argument="users",
                row=UserChange.row,
                shape=UPDATED,
                answered=_updated,
                shared=frozenset({"nopermissions"}),
            ),
            changes,
        )

    def verified_new(
        self, outcomes: Sequence[ItemOutcome[NewUser]]
    ) -> tuple[ItemOutcome[NewUser], ...]:
        """Return what `create` gave, with what was stored otherwise than asked."""
        stored = self.by_ids(
            one.remote_id for one in outcomes if one.is_so and one.remote_id
        )
        return tuple(
            replace(one, stored_differently=_told(one.item, stored.get(one.remote_id)))
            if one.is_so and one.remote_id is not None
            else one
            for one in outcomes
        )

    def verified(
        self, outcomes: Sequence[ItemOutcome[UserChange]]
    ) -> tuple[ItemOutcome[UserChange], ...]:
        """Return what `update` gave, with what was stored otherwise than asked."""
        stored = self.by_ids(one.item.user_id for one in outcomes if one.is_so)
        return tuple(
            replace(
                one,
                stored_differently=_told(one.item, stored.get(one.item.user_id)),
            )
            if one.is_so
            else one
            for one in outcomes
        )


def _created(users: Sequence[NewUser], value: Any) -> list[ItemOutcome[NewUser]]:
    rows: list[CreatedRow] = value
    ids = {row.username: row.id for row in rows}
    # Rows that nobody asked for: what became of ours is not told.
    stray = bool(ids.keys() - {user.username for user in users})
    return [
        done(user, ids[user.username])
        if user.username in ids
        else passed_over(user, user.username, stray=stray)
        for user in users
    ]


def _updated(
    changes: Sequence[UserChange], value: Updated
) -> list[ItemOutcome[UserChange]]:
    warned = {warning.itemid: warning for warning in value.warnings}
    stray = set(warned) - {change.user_id for change in changes}
    outcomes: list[ItemOutcome[UserChange]] = []
    for change in changes:
        warning = warned.get(change.user_id)
        if warning is not None:
            code = warning.warningcode or ""
            what = f"user {change.user_id}: Moodle refused: {warning.message or code}"
            outcomes.append(refused(change, code, what, advised(code)))
        elif stray:
            outcomes.append(
                ItemOutcome(
                    item=change,
                    outcome=Outcome.IN_DOUBT,
                    what="Moodle warned of an account that it was not asked about",
                    advice="Read the accounts back, then repeat the change.",
                )
            )
        else:
            outcomes.append(done(change))
    return outcomes


def _told(
    asked: NewUser | UserChange, stored: Account | None
) -> tuple[StoredDifferently, ...]:
    if stored is None:
        gone = StoredDifferently(field="account", asked="to be seen", stored=None)
        return (gone,)
    return differences(asked, stored)
