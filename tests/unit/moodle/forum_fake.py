"""A forum whose listing moves while it is read."""

from collections.abc import Callable, Mapping
from typing import Any

from .fakes import refused

T0 = 1_795_000_000


def discussion(number: int, **more: Any) -> dict[str, Any]:
    """A row; a higher number was active later."""
    return {
        "id": number + 1000,
        "discussion": number,
        "name": f"No {number} &amp; so on",
        "groupid": -1,
        "userid": 7,
        "created": T0 + number,
        "timemodified": T0 + number,
        "timestart": 0,
        "timeend": 0,
        "pinned": False,
        "message": "",
        **more,
    }


class FakeForum:
    """Serves pages as Moodle does: pinned first, then the newest activity."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = list(rows)
        self.forbidden: set[int] = set()
        self.pages: list[tuple[int, int]] = []
        self.after_page: dict[int, Callable[[], None]] = {}

    def delete(self, *numbers: int) -> None:
        self.rows = [row for row in self.rows if row["discussion"] not in numbers]

    def discussions(self, arguments: Mapping[str, Any]) -> object:
        if arguments["forumid"] == 404:
            raise refused("invalidrecord")
        key = {1: "timemodified", 3: "created"}[arguments["sortorder"]]
        self.rows.sort(
            key=lambda row: (row["pinned"], max(row[key], row["timestart"])),
            reverse=True,
        )
        page, size = arguments["page"], arguments["perpage"]
        self.pages.append((page, size))
        rows = self.rows[page * size : (page + 1) * size]
        answer = {
            "discussions": [
                row for row in rows if row["discussion"] not in self.forbidden
            ],
            "warnings": [
                {"item": "post", "itemid": row["discussion"], "warningcode": "1"}
                for row in rows
                if row["discussion"] in self.forbidden
            ],
        }
        self.after_page.pop(len(self.pages), lambda: None)()
        return answer
