"""Accounts as Moodle keeps them: silent where it cleans, short where it refuses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle.functions import (
    CREATE_USERS,
    SEARCH_USERS,
    UPDATE_USERS,
    USERS_BY_FIELD,
)

from .fakes import FakeTransport

COUNTRIES = {"SN", "ML", "NL"}


@dataclass
class FakeAccounts:
    """All-or-nothing on creating, a warning each on changing; `hidden` are unseen."""

    transport: FakeTransport
    debugging: bool = False
    reads: int | None = None
    hidden: set[str] = field(default_factory=set)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        functions = self.transport.functions
        functions[CREATE_USERS] = self.create
        functions[UPDATE_USERS] = self.update
        functions[USERS_BY_FIELD] = self.by_field
        functions[SEARCH_USERS] = self.search

    def has(self, username: str, **more: Any) -> dict[str, Any]:
        number = len(self.rows) + 1
        row = {
            "id": number, "username": username, "email": f"{username}@example.org",
            "firstname": "Ami", "lastname": "Diop", "idnumber": "", **more,
        }  # fmt: skip
        self.rows.append(row)
        return row

    def create(self, arguments: Mapping[str, Any]) -> object:
        before = list(self.rows)
        made = []
        # PHP drops what is over max_input_vars without a word.
        for user in arguments["users"][: self.reads]:
            problem = self._problem(user)
            if problem:
                self.rows = before
                raise Permanent(
                    f"Moodle refused: {problem if self.debugging else 'no detail'}",
                    code="invalidparameter",
                )
            stored = {k: v for k, v in user.items() if k != "customfields"}
            if stored.get("country") not in COUNTRIES:
                stored.pop("country", None)
            row = self.has(**stored)
            made.append({"id": row["id"], "username": row["username"]})
        return made

    def update(self, arguments: Mapping[str, Any]) -> object:
        warnings = []
        for user in arguments["users"]:
            taken = [r for r in self.rows if r["email"] == user.get("email")]
            if any(row["id"] != user["id"] for row in taken):
                warning = {"item": "user", "itemid": user["id"]}
                code = "useremailduplicate"
                warnings.append({**warning, "warningcode": code, "message": "no"})
                continue
            next(r for r in self.rows if r["id"] == user["id"]).update(user)
        return {"warnings": warnings}

    def by_field(self, arguments: Mapping[str, Any]) -> object:
        name, values = arguments["field"], arguments["values"]
        return [row for row in self._seen() if str(row[name]) in values]

    def search(self, arguments: Mapping[str, Any]) -> object:
        found = self._seen()
        for criterion in arguments["criteria"]:
            pattern = like(criterion["value"])
            found = [r for r in found if pattern.fullmatch(str(r[criterion["key"]]))]
        return {"users": found, "warnings": []}

    def _seen(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["username"] not in self.hidden]

    def _problem(self, user: Mapping[str, Any]) -> str:
        if not re.fullmatch(r"[-.@_a-z0-9]+", user["username"]):
            return "username"
        if any(row["username"] == user["username"] for row in self.rows):
            return f"Username already exists: {user['username']}"
        address = user["email"].lower()
        if any(row["email"].lower() == address for row in self.rows):
            return f"Email address already exists: {user['email']}"
        return "language" if user.get("lang") == "xx" else ""


def like(value: str) -> re.Pattern[str]:
    """Return what SQL's LIKE finds, whatever the capitals."""
    pieces = re.findall(r"\\.|.", value, re.DOTALL)
    meanings = {"%": ".*", "_": "."}
    return re.compile(
        "".join(meanings.get(p, re.escape(p.removeprefix("\\"))) for p in pieces),
        re.IGNORECASE,
    )
