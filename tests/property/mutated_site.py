"""A site whose every answer may be mutated; counts what may have been written twice."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl

import requests
from lxml import etree
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from moodle_bridge.moodle.exchange import Exchange, HttpSettings, Sent
from moodle_bridge.moodle.file_scripts import FileScripts
from moodle_bridge.moodle.functions import (
    ADD_COHORT_MEMBERS,
    BATCH,
    CREATE_COHORTS,
    CREATE_GROUPS,
    CREATE_USERS,
    SITE_INFO,
)
from moodle_bridge.moodle.rest import RestTransport
from moodle_bridge.moodle.soap import WSDL, SoapTransport
from moodle_bridge.moodle.soap_parameters import known_parameters
from moodle_bridge.moodle.soap_wsdl import SoapService
from moodle_bridge.moodle.wire import Asked, Reply
from moodle_bridge.practice.functions import catalogue
from moodle_bridge.practice.soap_encode import answer_envelope
from moodle_bridge.practice.soap_structs import Service
from moodle_bridge.practice.wsdl import wsdl
from moodle_bridge.runtime import Clock
from tests.property.mutations import Mutator, Written, json_body

WIRE = Path(__file__).parents[1] / "wire"
SITE = "https://moodle.example.org/campus"
TOKEN = "0123456789abcdef0123456789abcdef"
_MOST_REQUESTS = 400
_SURELY_NOT_DONE = {*range(300, 400), *range(400, 500), 503}
# Of functions that were not recorded, or only refused.
_UNRECORDED: dict[str, Any] = {
    "core_cohort_get_cohorts": [{"id": 1, "name": "a", "idnumber": "b", "visible": 1}],
    "core_completion_get_activities_completion_status": {
        "statuses": [
            {"cmid": 3, "modname": "page", "instance": 1, "state": 1,
             "timecompleted": 1795394205, "tracking": 2}
        ],
        "warnings": [],
    },
    "core_enrol_get_users_courses": [
        {"id": 2, "shortname": "SM25", "fullname": "Social &amp; media", "visible": 1}
    ],
    "core_files_delete_draft_files": {"parentpaths": ["/"]},
    "core_files_get_unused_draft_itemid": {
        "component": "user", "contextid": 4, "userid": "3", "filearea": "draft",
        "itemid": 77, "warnings": [],
    },
    "core_group_get_course_groups": [
        {"id": 4, "courseid": 2, "name": "Red", "idnumber": "", "description": ""}
    ],
    "core_notes_create_notes": [{"clientnoteid": "0", "noteid": 3}],
    "core_role_assign_roles": None,
    "core_role_unassign_roles": None,
    "mod_data_delete_entry": {"updatestatus": True, "warnings": []},
    "mod_forum_set_pin_state": {"id": 2, "pinned": True},
}  # fmt: skip
# What was made is told by the name that was asked for.
_NAMED: dict[str, tuple[str, dict[str, Any]]] = {
    CREATE_USERS: ("username", {}),
    CREATE_COHORTS: ("idnumber", {"name": "a", "description": "", "visible": True}),
    CREATE_GROUPS: ("name", {"courseid": 2, "description": "", "idnumber": ""}),
}
_UPLOAD = [{"filename": "a.txt", "itemid": 594990497, "filepath": "/"}]


def recorded_steps() -> Iterator[dict[str, Any]]:
    for file in sorted((WIRE / "recordings").glob("practice-*.json")):
        yield from json.loads(file.read_text("utf-8"))["steps"]


class Answers:
    """What Moodle was recorded to answer, by function; and how SOAP writes it."""

    def __init__(self) -> None:
        self.values: dict[str, list[Any]] = defaultdict(list)
        self.refusals: list[bytes] = []
        self.envelopes: dict[str, list[bytes]] = defaultdict(list)
        self.faults = [
            path.read_bytes() for path in sorted((WIRE / "soap/answers").glob("*.xml"))
        ]
        for step in recorded_steps():
            if step["protocol"] == "soap":
                # The recording names the token in a way that no XML can.
                written = step["response_xml"].replace("<token:bridge>", "taken")
                self.envelopes[step["function"]].append(written.encode())
            else:
                self._keep(step["function"], step["response"])
        for function, value in _UNRECORDED.items():
            self.values[function].append(value)
        described = [
            function
            for name, function in sorted(catalogue().items())
            if name in self.values
        ]
        self.operations = Service(described).operations
        address = f"{SITE}/webservice/soap/server.php?wstoken=taken"
        self.wsdl = wsdl(Service(described), address).encode()
        self.soap = SoapService(self.wsdl, known_parameters())

    def _keep(self, function: str, response: Any) -> None:
        if isinstance(response, dict) and {"exception", "errorcode"} & set(response):
            self.refusals.append(json_body(response))
        elif not isinstance(response, str):
            self.values[function].append(response)

    def envelope(self, function: str, value: Any) -> bytes:
        """Return an answer as the SOAP server writes it; empty for a void one."""
        operation = self.operations[function]
        if operation.answer is None:
            return b""
        return answer_envelope(function, SITE, operation.answer, value).encode()


class Endless(BaseException):
    """A step went on and on; no error, so that nothing takes it for one."""


class _Line(HTTPAdapter):
    """The way to the site, without a network below it."""

    def __init__(self, site: MutatedSite) -> None:
        super().__init__()
        self._site = site

    def send(
        self, request: requests.PreparedRequest, *_: Any, **__: Any
    ) -> requests.Response:
        written = self._site.answer()
        came = HTTPResponse(
            body=BytesIO(written.body),
            headers=written.headers,
            status=written.status,
            preload_content=False,
            request_method=request.method,
        )
        return self.build_response(request, came)


class MutatedSite(Exchange):
    """Takes requests in place of the network, and gives most answers mutated.

    `at_fault` tells what must never happen, as it happens; `mutated` counts the
    mutated answers. `perhaps_done` is true after a write that no answer said to be
    refused.
    """

    def __init__(self, answers: Answers, chance: Random, clock: Clock) -> None:
        super().__init__(SITE, TOKEN, settings=HttpSettings(), clock=clock)
        self.answers = answers
        self.mutator = Mutator(chance)
        self.chance = chance
        # Gives the same page for ever, and mutates nothing.
        self.never_ends = chance.random() < 0.1
        self.sent: list[str] = []
        self.last: Written | None = None
        self.mutated = 0
        self.at_fault: list[str] = []
        self.perhaps_done: set[tuple[str, object]] = set()

    def rest(self) -> RestTransport:
        transport = RestTransport(SITE, TOKEN)
        transport.close()
        transport._exchange, transport._files = self, FileScripts(self)
        return transport

    def over_soap(self, *, described: bool = True) -> SoapTransport:
        """Return a transport; one that is `described` need not ask how to speak."""
        transport = SoapTransport(SITE, TOKEN)
        transport.close()
        transport._exchange, transport._files = self, FileScripts(self)
        if described:
            transport._service = self.answers.soap
        return transport

    def reply(self, sent: Sent, asked: Asked, *, limit: int | None = None) -> Reply:
        self.sent.append(asked.function)
        if len(self.sent) > _MOST_REQUESTS:
            self.at_fault.append(f"{asked.function}: asked without an end")
            raise Endless
        self._open = sent, asked
        return super().reply(sent, asked, limit=limit)

    def answer(self) -> Written:
        """Return what the server writes to the request that is under way."""
        sent, asked = self._open
        written = self._answered(sent, asked)
        self.last = written
        if asked.writes:
            self._note(sent, asked, written)
        return written

    def _new_session(self) -> requests.Session:
        session = super()._new_session()
        session.mount("https://", _Line(self))
        return session

    def _note(self, sent: Sent, asked: Asked, written: Written) -> None:
        rows = {(asked.function, row) for row in _rows(sent, asked)}
        if again := rows & self.perhaps_done:
            self.at_fault.append(f"written again: {sorted(map(repr, again))[:3]}")
        # A warning names no member, so each is added again alone; Moodle then says who
        # was one already.
        warned = asked.function == ADD_COHORT_MEMBERS and b"warning" in written.body
        if not warned and not _refused(written):
            self.perhaps_done |= rows

    def _answered(self, sent: Sent, asked: Asked) -> Written:
        if asked.function == WSDL:
            return self._description()
        if asked.function.startswith("webservice/"):
            plain = Written(body=json_body(_UPLOAD))
            return self._maybe(plain)
        if asked.protocol == "SOAP":
            return self._over_soap(sent, asked.function)
        if asked.function not in self.answers.values:
            attached = {"Content-Disposition": 'attachment; filename="a"'}
            return self._maybe(Written(headers=attached, body=b"a file"))
        if self.chance.random() < 0.06:
            return self._maybe(Written(body=self.chance.choice(self.answers.refusals)))
        value = self._value(sent, asked.function)
        if self.chance.random() < 0.4 and not self.never_ends:
            self.mutated += 1
            return Written(body=json_body(self.mutator.value(value)))
        return self._maybe(Written(body=json_body(value)))

    def _description(self) -> Written:
        described = (WIRE / "soap" / "service.wsdl").read_bytes()
        if self.chance.random() < 0.5:
            self.mutated += 1
            return Written(body=self.mutator.xml(described))
        return self._maybe(Written(body=described))

    def _over_soap(self, sent: Sent, function: str) -> Written:
        chance = self.chance.random()
        if chance < 0.06:
            fault = self.chance.choice(self.answers.faults)
            return self._maybe(Written(status=500, body=fault))
        value = self._value(sent, function)
        body = self.answers.envelope(function, value)
        if chance < 0.1 and self.answers.envelopes[function]:
            body = self.chance.choice(self.answers.envelopes[function])
        if not body:
            return self._maybe(Written(status=202))
        if chance < 0.6 and not self.never_ends:
            self.mutated += 1
            return Written(body=self.mutator.xml(body))
        return self._maybe(Written(body=body))

    def _maybe(self, written: Written) -> Written:
        if self.never_ends or self.chance.random() < 0.25:
            return written
        self.mutated += 1
        dated = {"Date": "Mon, 23 Nov 2026 00:36:45 GMT", **written.headers}
        return self.mutator.reply(
            Written(status=written.status, headers=dated, body=written.body)
        )

    def _value(self, sent: Sent, function: str) -> Any:
        if function == SITE_INFO and self.chance.random() < 0.5:
            return {"functions": [{"name": name} for name in self.answers.values]}
        if function == BATCH:
            return self._batch(sent)
        if function in _NAMED:
            return self._made(sent, function)
        values = self.answers.values[function]
        # A page may be the last one; and a site may give the same page for ever.
        if isinstance(values[0], list):
            last: list[list[Any]] = [] if self.never_ends else [[]]
            values = [*filter(None, values), *last]
        return self.chance.choice(values)

    def _made(self, sent: Sent, function: str) -> Any:
        key, like = _NAMED[function]
        names = _given(sent, key)
        return [{**like, "id": 40 + at, key: name} for at, name in enumerate(names)]

    def _batch(self, sent: Sent) -> Any:
        responses: list[dict[str, Any]] = []
        for function in _batched(sent):
            kind = 0.7 if self.never_ends else self.chance.random()
            value = self._value(sent, function) if function != BATCH else None
            if kind < 0.1:
                said = self.chance.choice(self.answers.refusals).decode("utf-8")
                responses.append({"error": True, "exception": said})
                break
            if kind < 0.5:
                value = self.mutator.value(value)
            data = json_body(value)
            if kind > 0.9:
                data = self.mutator.reply(Written(body=data)).body
            responses.append({"error": False, "data": data.decode("utf-8", "replace")})
        return {"responses": responses}


def _refused(written: Written) -> bool:
    """Say whether an answer tells for certain that nothing was written."""
    if written.status in _SURELY_NOT_DONE:
        return True
    # An error of Moodle, or what may be read as one, says what it says.
    return any(
        word in written.body
        for word in (b"exception", b"errorcode", b"Fault", b"fault")
    )


def _rows(sent: Sent, asked: Asked) -> Iterator[object]:
    """Yield what a write holds, an object for each row of it; all of it if none."""
    lists: dict[str, list[tuple[str, str]]] = defaultdict(list)
    if asked.protocol == "SOAP":
        root = etree.fromstring(sent.body or b"")
        items = root.findall("./{*}Body/*/*/item")
        for item in items:
            yield etree.tostring(item)
        if not items:
            yield sent.body
        return
    fields = parse_qsl((sent.body or b"").decode(), keep_blank_values=True)
    for name, value in fields:
        stem, bracket, rest = name.partition("[")
        number, _, inner = rest.partition("]")
        if bracket and number.isdigit() and inner:
            lists[f"{stem}[{number}]"].append((inner, value))
    if not lists or any(name.startswith("options") for name in lists):
        yield sent.body
    else:
        yield from map(tuple, lists.values())


def _batched(sent: Sent) -> list[str]:
    return _given(sent, "function")


def _given(sent: Sent, key: str) -> list[str]:
    """Return the values of this key in every row of a request, in order."""
    body = sent.body or b""
    if body.lstrip().startswith(b"<"):
        return [
            str(value.text or "")
            for one in etree.fromstring(body).iter("key")
            if one.text == key and (value := one.getnext()) is not None
        ]
    fields = parse_qsl(body.decode(), keep_blank_values=True)
    return [value for name, value in fields if name.endswith(f"[{key}]")]
