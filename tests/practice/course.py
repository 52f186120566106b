"""A small seeded site for the tests, with a clock that the test moves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import Client

from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.records import User
from moodle_bridge.practice.seed import PracticeCourse, practice_course
from tests.practice.replay import flattened

START = 1_795_300_000


@dataclass
class Clock:
    """Gives unix seconds; stands still until it is moved."""

    now: int = START

    def __call__(self) -> int:
        return self.now


@dataclass
class Site:
    """A seeded practice Moodle, and a client that calls it over WSGI."""

    clock: Clock = field(default_factory=Clock)
    discussions: int = 3
    replies: int = 2
    moodle: PracticeMoodle = field(init=False)
    seeded: PracticeCourse = field(init=False)

    def __post_init__(self) -> None:
        self.moodle = PracticeMoodle.empty(now=self.clock, control=True)
        self.seeded = practice_course(
            self.moodle, discussions=self.discussions, replies=self.replies
        )
        self.client = Client(self.moodle)
        self._tokens: dict[int, str] = {}

    @property
    def bridge(self) -> User:
        return self.seeded.bridge

    @property
    def facilitator(self) -> User:
        return self.seeded.facilitators[0]

    @property
    def participant(self) -> User:
        return self.seeded.participants[0]

    @property
    def other_participant(self) -> User:
        return self.seeded.participants[1]

    def token(self, user: User) -> str:
        if user.id not in self._tokens:
            self._tokens[user.id] = self.moodle.token_for(user)
        return self._tokens[user.id]

    def send(self, user: User, function: str, **arguments: Any) -> Any:
        """Return the whole HTTP response of one call as a user."""
        form = dict(flattened(arguments)) | {
            "wstoken": self.token(user),
            "wsfunction": function,
            "moodlewsrestformat": "json",
        }
        return self.client.post("/webservice/rest/server.php", data=form)

    def ask(self, user: User, function: str, **arguments: Any) -> Any:
        """Return the JSON answer of one call as a user."""
        return json.loads(self.send(user, function, **arguments).get_data())
