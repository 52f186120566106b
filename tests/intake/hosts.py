"""Hosts of forms on this machine: they page, limit and refuse as the real ones do."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

Json = dict[str, Any]
TOKEN = "right-token"
PASSWORD = "right-password"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, and where the host is."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    host: str

    @property
    def token(self) -> str:
        return self.headers.get("Authorization", "").rpartition(" ")[2]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the host answers."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def told(value: object, status: int = 200, **headers: str) -> Told:
    """Answer with JSON."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Told(body=json.dumps(value).encode(), status=status, headers=named)


NOBODY = told({"detail": "Invalid token."}, 401)
NOTHING = told({"detail": "Not found."}, 404)
LOGIN_PAGE = Told(body=b"<!DOCTYPE html><title>Sign in</title>")

Respond = Callable[[Asked], Told]


@dataclass(kw_only=True)
class FormServer:
    """A host that answers as `respond` says; what was asked is kept.

    `first` are answers that come before, one a request, whatever is asked.
    """

    respond: Respond
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    first: list[Told] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [each.path for each in self.asked]


@contextmanager
def served(respond: Respond) -> Iterator[FormServer]:
    """Serve on a free port of this machine."""
    here = FormServer(respond=respond)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query)),
                headers=dict(self.headers.items()),
                body=self.rfile.read(length),
                host=here.url,
            )
            here.asked.append(asked)
            answer = here.first.pop(0) if here.first else here.respond(asked)
            self.send_response(answer.status)
            for name, text in answer.headers.items():
                self.send_header(name, text)
            if "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 (their names)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(
        target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.01}
    )
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Kobo:
    """KoboToolbox: never more than a thousand at once, whatever is asked for."""

    asset: Json
    rows: list[Json]
    most: int = 1000
    versions: dict[str, Json] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Told:
        if asked.headers.get("Authorization") != f"Token {TOKEN}":
            return NOBODY
        root, _, rest = asked.path.removeprefix("/api/v2/assets/").partition("/")
        if root != "form1":
            return NOTHING
        if rest == "":
            return told(self.asset)
        if rest.startswith("versions/"):
            version = self.versions.get(rest.split("/")[1])
            return told({"content": version}) if version else NOTHING
        start = int(asked.query.get("start", 0))
        limit = min(int(asked.query.get("limit", 100)), self.most)
        rows = sorted(self.rows, key=lambda row: int(row["_id"]))
        more = start + limit < len(rows)
        query = urlencode({**asked.query, "limit": limit, "start": start + limit})
        return told(
            {
                "count": len(rows),
                "next": f"{asked.host}{asked.path}?{query}" if more else None,
                "previous": None,
                "results": rows[start : start + limit],
            }
        )


@dataclass
class Odk:
    """ODK Central: a session for a password, and pages by `$skiptoken`."""

    fields: list[Json]
    xform: str
    rows: list[Json]
    name: str = "Seed schools 2026"
    most: int = 10_000
    open: int = 0

    def __call__(self, asked: Asked) -> Told:
        if asked.path == "/v1/sessions":
            given = json.loads(asked.body)
            if given != {"email": "bridge@example.org", "password": PASSWORD}:
                return told({"code": 401.2, "message": "no"}, 401)
            self.open += 1
            return told({"token": TOKEN}, Set_Cookie=f"session={TOKEN}; Path=/")
        if asked.token != TOKEN:
            return told({"code": 401.2, "message": "no"}, 401)
        if asked.path == "/v1/sessions/current":
            self.open -= 1
            return told({"success": True})
        form = "/v1/projects/3/forms/intake"
        if asked.path == form:
            return told({"xmlFormId": "intake", "name": self.name})
        if asked.path == f"{form}.xml":
            return Told(body=self.xform.encode())
        if asked.path == f"{form}/fields":
            return told(self.fields)
        if asked.path != f"{form}.svc/Submissions":
            return NOTHING
        top = min(int(asked.query.get("$top", self.most)), self.most)
        start = int(asked.query.get("$skiptoken", 0))
        page: Json = {
            "value": self.rows[start : start + top],
            "@odata.context": f"{asked.host}{form}.svc/$metadata#Submissions",
        }
        if start + top < len(self.rows):
            query = urlencode({**asked.query, "$skiptoken": start + top})
            page["@odata.nextLink"] = f"{asked.host}{asked.path}?{query}"
        if asked.query.get("$count") == "true":
            page["@odata.count"] = len(self.rows)
        return told(page)


@dataclass
class Google:
    """Google: a token for a signed note, and pages by a token of their own."""

    form: Json
    responses: list[Json]
    most: int = 5000
    notes: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Told:
        if asked.path == "/token":
            note = dict(parse_qsl(asked.body.decode()))["assertion"]
            self.notes.append(note)
            return told(
                {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"}
            )
        if asked.token != TOKEN:
            return NOBODY
        if asked.path == "/v1/forms/1FAIpQL":
            return told(self.form)
        if asked.path != "/v1/forms/1FAIpQL/responses":
            return NOTHING
        size = min(int(asked.query.get("pageSize", self.most)), self.most)
        start = int(asked.query.get("pageToken", "page-0").removeprefix("page-"))
        page: Json = {}
        # A form without responses has no such member at all.
        if self.responses[start : start + size]:
            page["responses"] = self.responses[start : start + size]
        if start + size < len(self.responses):
            page["nextPageToken"] = f"page-{start + size}"
        return told(page)


@dataclass
class LimeSurvey:
    """LimeSurvey: status 200 for everything, errors in place of results."""

    questions: list[Json]
    options: dict[int, Json]
    responses: list[Json]
    wrapped: bool = False
    status: str = ""
    open: int = 0

    def __call__(self, asked: Asked) -> Told:
        call = json.loads(asked.body)
        result = self._result(call["method"], call["params"])
        return told({"id": call["id"], "result": result, "error": None})

    def _result(self, method: str, given: list[Any]) -> Any:
        if method == "get_session_key":
            if given[1] != PASSWORD:
                return {"status": "Invalid user name or password"}
            self.open += 1
            return TOKEN
        if given[0] != TOKEN:
            return {"status": "Invalid session key"}
        if method == "release_session_key":
            self.open -= 1
            return "OK"
        if method == "list_questions":
            if given[1] != 123456:
                return {"status": "Error: Invalid survey ID"}
            return self.questions
        if method == "get_question_properties":
            return {
                "answeroptions": self.options.get(
                    given[1], "No available answer options"
                )
            }
        if self.status or not self.responses:
            return {"status": self.status or "No Data, could not get max id."}
        rows = self.responses
        if self.wrapped:
            rows = [{row["id"]: row} for row in rows]
        return b64encode(json.dumps({"responses": rows}).encode()).decode()


@dataclass
class Typeform:
    """Typeform: the newest first, pages by the token before which they begin."""

    definition: Json
    items: list[Json]
    most: int = 1000

    def __call__(self, asked: Asked) -> Told:
        if asked.token != TOKEN:
            return told({"code": "AUTHENTICATION_FAILED"}, 403)
        if asked.path == "/forms/u6nXL7":
            return told(self.definition)
        if asked.path != "/forms/u6nXL7/responses":
            return told({"code": "FORM_NOT_FOUND"}, 404)
        size = int(asked.query.get("page_size", 25))
        if size > self.most:
            return told({"code": "VALIDATION_ERROR"}, 400)
        items = self.items
        if before := asked.query.get("before"):
            tokens = [item["token"] for item in items]
            items = items[tokens.index(before) + 1 :]
        return told(
            {
                "total_items": len(items),
                "page_count": -(-len(items) // size),
                "items": items[:size],
            }
        )
