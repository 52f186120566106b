"""What every endpoint needs at hand: the state, the functions, the clock."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Call, Function, SiteSettings
from moodle_bridge.practice.functions.batch import NAME as BATCH
from moodle_bridge.practice.parameters import checked
from moodle_bridge.practice.records import Token
from moodle_bridge.practice.refusals import invalid_token, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from moodle_bridge.practice.records import User
    from moodle_bridge.practice.state import PracticeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The site as one request sees it; `url` is where its root is, without slash."""

    state: PracticeState
    functions: Mapping[str, Function] = field(repr=False)
    site: SiteSettings
    now: Callable[[], int]
    url: str

    def token(self, text: str) -> Token:
        """Return the token of this text or refuse."""
        token = self.state.tokens.get(text)
        if token is None:
            raise invalid_token()
        user = self.state.users[token.userid]
        if user.deleted:
            raise invalid_token()
        if user.suspended:
            raise refused("wsaccessusersuspended", "Refused web service access")
        return token

    def call(
        self, token: Token, *, raw: bool = False, fileurl: bool = True, lang: str = ""
    ) -> Call:
        """Return a call by the token's user, made now."""
        return Call(
            site=self.site,
            url=self.url,
            state=self.state,
            user=self.user(token),
            token=token,
            now=self.now(),
            functions=self.functions,
            raw=raw,
            fileurl=fileurl,
            lang=lang,
        )

    def run(self, call: Call, function: Function, sent: object) -> Any:
        """Run a function on what was sent and return its answer; raises `Refusal`."""
        arguments = checked(function.parameters, sent)
        # A batch takes the lock for each of its inner calls.
        with nullcontext() if function.name == BATCH else self.state.lock:
            answer = function.run(call, arguments)
            if function.writes:
                self.state.writes += 1
        return answer

    def user(self, token: Token) -> User:
        """Return the user a token belongs to."""
        return self.state.users[token.userid]

    def call_as(self, user: User) -> Call:
        """Return a call by a user who needs no token, as a signed-in person."""
        return self.call(Token(token="", userid=user.id))

    def act(self, user: User, function: str, arguments: Mapping[str, object]) -> Any:
        """Run a function as a user and return its answer; raises `Refusal`."""
        return self.run(self.call_as(user), self.functions[function], arguments)
