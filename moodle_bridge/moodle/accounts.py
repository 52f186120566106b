"""Accounts: as they are, as they are to be made, and as they are to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, SecretStr, TypeAdapter

from moodle_bridge.moodle.outcomes import StoredDifferently, difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as the token's user may see it.

    What it may not see is empty, as is what is not set: Moodle does not tell them
    apart. `custom_fields` are by short name. `timezone` is an IANA name, or `99` for
    that of the site.
    """

    user_id: int
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    fullname: str = ""
    email: str = ""
    idnumber: str = ""
    language: str = ""
    timezone: str = ""
    country: str = ""
    city: str = ""
    institution: str = ""
    department: str = ""
    phone: str = ""
    auth: str = ""
    suspended: bool = False
    custom_fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """An account that is to be made; None leaves a field to the site.

    `username` is small letters, digits and `-._@` (on most sites nothing else).
    Moodle wants a last name: for who has one name only, give a dash or the name twice.
    `email_password` lets Moodle mail a password of its own making; else `password` is
    set, and Moodle checks it by the rules of the site. `language` must be installed.
    """

    username: str
    first_name: str
    last_name: str
    email: str
    idnumber: str | None = None
    language: str | None = None
    timezone: str | None = None
    country: str | None = None
    city: str | None = None
    institution: str | None = None
    department: str | None = None
    phone: str | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    auth: str = "manual"
    password: SecretStr | None = field(default=None, repr=False)
    email_password: bool = False

    def row(self) -> dict[str, Any]:
        """Return it as `core_user_create_users` takes it."""
        row = {**_fields(self), "auth": self.auth}
        if self.email_password:
            row["createpassword"] = True
        elif self.password is not None:
            row["password"] = self.password.get_secret_value()
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """What is to change in an account; None leaves a field as it is, "" empties it."""

    user_id: int
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    idnumber: str | None = None
    language: str | None = None
    timezone: str | None = None
    country: str | None = None
    city: str | None = None
    institution: str | None = None
    department: str | None = None
    phone: str | None = None
    suspended: bool | None = None
    custom_fields: Mapping[str, str] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """Return it as `core_user_update_users` takes it."""
        row: dict[str, Any] = {"id": self.user_id, **_fields(self)}
        if self.suspended is not None:
            row["suspended"] = self.suspended
        return row


def differences(
    asked: NewUser | UserChange, stored: Account
) -> tuple[StoredDifferently, ...]:
    """Return the fields that Moodle stored otherwise than asked, without a word.

    It empties a country it does not know, drops a custom field that is not there, and
    puts a time zone of its own in the place of one it does not know.
    """
    return tuple(_differences(asked, stored))


def _differences(
    asked: NewUser | UserChange, stored: Account
) -> Iterator[StoredDifferently]:
    for name in _NAMES:
        wanted, has = getattr(asked, name), getattr(stored, name)
        if name == "username" and wanted is not None:
            wanted = wanted.strip()
        yield from difference(name, wanted, has)
    for shortname, wanted in asked.custom_fields.items():
        has = stored.custom_fields.get(shortname, "")
        yield from difference(f"custom field {shortname}", wanted, has)
    if isinstance(asked, UserChange) and asked.suspended is not None:
        yield from difference("suspended", str(asked.suspended), str(stored.suspended))


# Our name of a field, and Moodle's.
_NAMES = {
    "username": "username",
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "idnumber": "idnumber",
    "language": "lang",
    "timezone": "timezone",
    "country": "country",
    "city": "city",
    "institution": "institution",
    "department": "department",
    "phone": "phone1",
}


def _fields(asked: NewUser | UserChange) -> dict[str, Any]:
    row: dict[str, Any] = {
        theirs: value
        for ours, theirs in _NAMES.items()
        if (value := getattr(asked, ours)) is not None
    }
    if asked.custom_fields:
        row["customfields"] = [
            {"type": shortname, "value": value}
            for shortname, value in asked.custom_fields.items()
        ]
    return row


class _CustomField(BaseModel):
    shortname: str
    value: str | None = ""


class AccountRow(BaseModel):
    """A user as the functions that give users write one."""

    id: int
    username: str | None = ""
    firstname: str | None = ""
    lastname: str | None = ""
    fullname: str | None = ""
    email: str | None = ""
    idnumber: str | None = ""
    lang: str | None = ""
    timezone: str | None = ""
    country: str | None = ""
    city: str | None = ""
    institution: str | None = ""
    department: str | None = ""
    phone1: str | None = ""
    auth: str | None = ""
    suspended: bool | None = False
    customfields: list[_CustomField] = []

    def account(self) -> Account:
        """Return it as the client gives it."""
        # Of accounts Moodle tells the text as it is stored, not as HTML.
        told = {ours: getattr(self, theirs) or "" for ours, theirs in _NAMES.items()}
        return Account(
            user_id=self.id,
            fullname=self.fullname or "",
            auth=self.auth or "",
            suspended=bool(self.suspended),
            custom_fields={row.shortname: row.value or "" for row in self.customfields},
            **told,
        )


class Found(BaseModel):
    """The answer of core_user_get_users."""

    users: list[AccountRow]


class CreatedRow(BaseModel):
    """A row of core_user_create_users."""

    id: int
    username: str


class Warned(BaseModel):
    """A warning about one item."""

    item: str | None = None
    itemid: int | None = None
    warningcode: str | None = ""
    message: str | None = ""


class Updated(BaseModel):
    """The answer of core_user_update_users."""

    warnings: list[Warned] = []


ACCOUNTS = TypeAdapter(list[AccountRow])
FOUND = TypeAdapter(Found)
CREATED = TypeAdapter(list[CreatedRow])
UPDATED = TypeAdapter(Updated)
