"""A practice Mailman: its REST interface, for one or more lists, all in memory.

It answers the calls that the bridge makes as Mailman 3.3.10 does, with its words and
status codes. It has no mail of its own: what is laid into its queue is held by the
same few rules, or posted to whoever listens.

    mailman = PracticeMailman(password="...")
    roll = mailman.add_list("fo26@lists.example.org")
    with running(mailman) as url:
        ...
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from email import message_from_string
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from moodle_bridge.practice.mailman_lists import Entry, MailmanList
from moodle_bridge.runtime import Clock, utc_now

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_STATUSES = ("enabled", "by_user", "by_bounces", "by_moderator", "unknown")
_MODES = ("regular", "plaintext_digests", "mime_digests", "summary_digests")
_ACTIONS = ("hold", "reject", "discard", "accept", "defer")
_REASONS = {200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request"}
_REASONS |= {401: "Unauthorized", 404: "Not Found", 409: "Conflict"}


class Refused(Exception):
    """What REST refuses, with its status and its words."""

    def __init__(self, code: int, words: str = "") -> None:
        super().__init__(words)
        self.code = code
        self.words = words


class PracticeMailman:
    """A WSGI application that answers under /3.1/ as Mailman core does.

    `deliver` gets list and text of what is posted; None keeps it in `posted` only.
    """

    def __init__(
        self,
        *,
        user: str = "restadmin",
        password: str,
        deliver: Callable[[MailmanList, str], None] | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._login = f"{user}:{password}".encode()
        self._deliver = deliver
        self._clock = clock
        self.lists: dict[str, MailmanList] = {}

    def add_list(self, address: str, **config: Any) -> MailmanList:
        """Make a list as Mailman makes a new one; `config` are further settings."""
        made = MailmanList.fresh(address, **config)
        self.lists[made.list_id] = made
        return made

    def take(self, roll: MailmanList, text: str) -> None:
        """Take a mail for a list: hold it for its moderator, or post it."""
        message = message_from_string(text)
        sender = parseaddr(str(message.get("From", "")))[1]
        why = roll.why_held(sender, text)
        if why is None:
            self._post(roll, text)
        else:
            roll.hold(text, why, self._clock())

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""
        try:
            self._let_in(environ)
            code, answer = self._answered(environ)
        except Refused as refused:
            reason = _REASONS.get(refused.code, "Error")
            code, answer = refused.code, {"title": f"{refused.code} {reason}"}
            if refused.words:
                answer["description"] = refused.words
        body = b"" if answer is None else json.dumps(answer).encode()
        headers = [("Content-Type", "application/json")]
        start_response(f"{code} {_REASONS.get(code, 'Error')}", headers)
        return [body]

    def _let_in(self, environ: WSGIEnvironment) -> None:
        kind, _, told = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if kind.lower() != "basic" or base64.b64decode(told) != self._login:
            raise Refused(401, "REST API authorization failed")

    def _answered(self, environ: WSGIEnvironment) -> tuple[int, dict[str, Any] | None]:
        path = [unquote(one) for one in str(environ["PATH_INFO"]).strip("/").split("/")]
        said = _said(environ)
        asked = [str(environ["REQUEST_METHOD"]), *path[1:]]
        if path[:1] == ["3.1"] and asked[1:2] == ["lists"]:
            return self._about_a_list(asked, said)
        if path[:1] == ["3.1"] and asked[1:2] == ["members"]:
            return self._about_members(asked, said)
        if path == ["3.1", "queues", "in"] and asked[0] == "POST":
            return self._queue(said)
        raise Refused(404)

    def _about_a_list(
        self, asked: list[str], said: dict[str, str]
    ) -> tuple[int, dict[str, Any] | None]:
        match asked:
            case "GET", "lists", name, "config":
                return 200, dict(self._list(name).config)
            case "GET", "lists", name, "held":
                roll = self._list(name)
                return 200, _page(roll.held_told(), said)
            case "POST", "lists", name, "held", number:
                return self._decide(self._list(name), number, said)
            case "GET", "lists", name, ("member" | "nonmember") as role, address:
                roll = self._list(name)
                return 200, _there(roll.entry(role, address)).told(roll.list_id)
            case "DELETE", "lists", name, "member", address:
                roll = self._list(name)
                roll.entries.remove(_there(roll.entry("member", address)))
                return 204, None
        raise Refused(404)

    def _about_members(
        self, asked: list[str], said: dict[str, str]
    ) -> tuple[int, dict[str, Any] | None]:
        match asked:
            case [("GET" | "POST"), "members", "find"]:
                return 200, self._find(said)
            case "POST", "members":
                return self._subscribe(said)
            case "PATCH", "members", number:
                return self._moderate(self._entry(number), said)
            case "PATCH", "members", number, "preferences":
                return _prefer(self._entry(number), said)
            case "GET", "members", number, "all", "preferences":
                return 200, {
                    "acknowledge_posts": False,
                    "delivery_mode": "regular",
                    "delivery_status": "enabled",
                    "receive_own_postings": True,
                    **self._entry(number).chosen,
                }
        raise Refused(404)

    def _list(self, name: str) -> MailmanList:
        found = self.lists.get(name.replace("@", ".").lower())
        if found is None:
            raise Refused(404, "404 Not Found")
        return found

    def _entry(self, number: str) -> Entry:
        for roll in self.lists.values():
            for one in roll.entries:
                if one.member_id == number:
                    return one
        raise Refused(404)

    def _find(self, said: dict[str, str]) -> dict[str, Any]:
        known = {"list_id", "role", "delivery_status", "delivery_mode", "count", "page"}
        if strange := set(said) - known:
            raise Refused(400, f"Unexpected parameters: {', '.join(sorted(strange))}")
        roll = self.lists.get(said.get("list_id", ""))
        found = [
            one
            for one in (roll.entries if roll else ())
            if one.role == said.get("role", one.role)
            and all(
                said[name] == one.chosen.get(name)
                for name in ("delivery_status", "delivery_mode")
                if name in said
            )
        ]
        found.sort(key=lambda one: one.email)
        return _page([one.told(said["list_id"]) for one in found], said)

    def _subscribe(self, said: dict[str, str]) -> tuple[int, None]:
        roll = self.lists.get(said.get("list_id", ""))
        if roll is None:
            raise Refused(400, "No such list")
        # Mailman's own word.
        address = said.get("subscriber", "")
        if "@" not in address or " " in address:
            raise Refused(400, 'Invalid Parameter "subscriber": .')
        if address.lower() == roll.address:
            raise Refused(400, "List posting address cannot subscribe")
        role = said.get("role", "member")
        if roll.entry(role, address) is not None:
            raise Refused(409, "Member already subscribed")
        name = said.get("display_name", "")
        roll.entries.append(Entry(email=address, role=role, name=name))
        return 201, None

    def _moderate(self, entry: Entry, said: dict[str, str]) -> tuple[int, None]:
        entry.moderation_action = _one_of("moderation_action", said, _ACTIONS)
        return 204, None

    def _decide(
        self, roll: MailmanList, number: str, said: dict[str, str]
    ) -> tuple[int, None]:
        action = _one_of("action", said, _ACTIONS)
        if not number.isdigit() or int(number) not in roll.held:
            raise Refused(404, "404 Not Found")
        text, _, _ = roll.held.pop(int(number))
        if action == "accept":
            self._post(roll, text)
        return 204, None

    def _queue(self, said: dict[str, str]) -> tuple[int, None]:
        name = said.get("list_id", "")
        roll = self.lists.get(name)
        if roll is None:
            raise Refused(400, f"No such list: {name}")
        self.take(roll, said.get("text", ""))
        return 201, None

    def _post(self, roll: MailmanList, text: str) -> None:
        roll.posted.append(text)
        if self._deliver is not None:
            self._deliver(roll, text)


def _there(entry: Entry | None) -> Entry:
    if entry is None:
        raise Refused(404)
    return entry


def _prefer(entry: Entry, said: dict[str, str]) -> tuple[int, None]:
    if "delivery_status" in said:
        _one_of("delivery_status", said, _STATUSES)
    if "delivery_mode" in said:
        _one_of("delivery_mode", said, _MODES)
    entry.chosen |= said
    return 204, None


def _one_of(name: str, said: dict[str, str], known: tuple[str, ...]) -> str:
    value = said.get(name, "")
    if value not in known:
        words = f'Invalid Parameter "{name}": Accepted Values are: {", ".join(known)}.'
        raise Refused(400, words)
    return value


def _page(rows: list[dict[str, Any]], said: dict[str, str]) -> dict[str, Any]:
    count, page = int(said.get("count", len(rows) or 1)), int(said.get("page", 1))
    start = (page - 1) * count
    answer: dict[str, Any] = {"start": start, "total_size": len(rows)}
    if shown := rows[start : start + count]:
        answer["entries"] = shown
    return answer


def _said(environ: WSGIEnvironment) -> dict[str, str]:
    body = environ["wsgi.input"].read().decode("utf-8")
    query = str(environ.get("QUERY_STRING", ""))
    return {
        name: values[-1]
        for source in (query, body)
        for name, values in parse_qs(source, keep_blank_values=True).items()
    }
