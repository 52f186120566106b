"""`python -m benchmarks.moodlepy_peer URL TOKEN`: a user of moodlepy at work.

Runs in the Python that has moodlepy, and imports nothing of the bridge. It uses what
the documentation of moodlepy shows: its typed methods where they work, and
`moodle("function", ...)` for `core_user_get_users_by_field`, whose typed method takes
no arguments.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, TypeVar

from benchmarks.part import answer

T = TypeVar("T")


class _User:
    """Somebody who knows moodlepy, and sends lists in chunks of a size."""

    def __init__(self, url: str, token: str) -> None:
        # By name, because it need not be here for the rest to be checked.
        self._users = import_module("moodle.core.user")
        self._manual = import_module("moodle.enrol.manual")
        self._moodle = import_module("moodle").Moodle(
            f"{url}/webservice/rest/server.php", token
        )

    def read(self, forum_id: int) -> int:
        """Read every post of a forum; return how many there are."""
        forum = self._moodle.mod.forum
        return sum(
            len(forum.get_discussion_posts(row.discussion).posts)
            for row in forum.get_forum_discussions(forum_id).discussions
        )

    def look_up(self, people: Sequence[Sequence[str]], chunk: int) -> int:
        """Look people up by addresses, then by idnumbers; return how many came."""
        return sum(
            len(self._found(field, some))
            for field, values in zip(("email", "idnumber"), people, strict=True)
            for some in _chunks(values, chunk)
        )

    def enrol(self, people: Sequence[dict[str, str]], course: int, chunk: int) -> int:
        """Make accounts and enrol them; return how many there are now."""
        made: list[int] = []
        for some in _chunks(people, chunk):
            users = [self._users.CreateUser(auth="manual", **one) for one in some]
            made += [user.id for user in self._moodle.core.user.create_users(users)]
        for ids in _chunks(made, chunk):
            self._moodle.enrol.manual.enrol_users(
                [
                    self._manual.Enrolment(roleid=5, userid=one, courseid=course)
                    for one in ids
                ]
            )
        return len(made)

    def _found(self, field: str, values: Sequence[str]) -> Sequence[object]:
        if len(values) == 1:
            wanted = [self._users.Criteria(key=field, value=values[0])]
            users: list[object] = self._moodle.core.user.get_users(wanted).users
            return users
        rows: list[object] = self._moodle(
            "core_user_get_users_by_field", field=field, values=list(values)
        )
        return rows


def main() -> None:
    """Do each task that is asked; tell how long it took and how much came of it."""
    user = _User(*sys.argv[1:])

    def timed(question: dict[str, Any]) -> dict[str, float]:
        task = getattr(user, question.pop("task"))
        started = time.perf_counter()
        number = task(**question)
        return {"seconds": time.perf_counter() - started, "number": number}

    answer({}, timed)


def _chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for at in range(0, len(values), size):
        yield values[at : at + size]


if __name__ == "__main__":
    main()
