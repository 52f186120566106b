"""A site whose SOAP server answers what a test wants, from `answers/*.xml`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

HERE = Path(__file__).parent
TOKEN = "0123456789abcdef0123456789abcdef"
XML = "text/xml; charset=utf-8"
NO_FILE = b'{"error":"no file","errorcode":"nofile"}'


def written(name: str) -> bytes:
    return (HERE / "answers" / f"{name}.xml").read_bytes()


@dataclass
class ScriptedSite:
    """Describes its service as `wsdl`; then gives the `answers`, one a call."""

    wsdl: Response | None = None
    answers: list[Response] = field(default_factory=list)
    upload: bytes = NO_FILE
    calls: list[Request] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def will_answer(self, name: str, status: int = 200, **headers: str) -> None:
        self.will_send(written(name), status, **headers)

    def will_send(self, body: bytes, status: int = 200, **headers: str) -> None:
        response = Response(body, status=status, content_type=XML)
        response.headers["Date"] = "Mon, 23 Nov 2026 00:36:45 GMT"
        response.headers.update(headers)
        self.answers.append(response)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        request = Request(environ)
        body = request.get_data(cache=True)
        return self._answer(request, body)(environ, start_response)

    def _answer(self, request: Request, body: bytes) -> Response:
        if request.path.endswith("/webservice/upload.php"):
            self.others.append("upload.php")
            return Response(self.upload, content_type="application/json")
        if request.path != "/moodle/webservice/soap/server.php":
            self.others.append(request.path)
            return Response(status=404)
        if request.args.get("wsdl"):
            self.others.append("wsdl")
            described = (HERE / "service.wsdl").read_bytes()
            return self.wsdl or Response(described, content_type="application/xml")
        self.calls.append(request)
        return self.answers.pop(0)
