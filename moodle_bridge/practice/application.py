"""The practice Moodle as a WSGI application: which path goes where."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from moodle_bridge.practice import file_desk, rest, soap
from moodle_bridge.practice.control import control
from moodle_bridge.practice.misbehaviour import misbehaved
from moodle_bridge.practice.pages import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from moodle_bridge.practice.desk import Desk
    from moodle_bridge.practice.moodle import PracticeMoodle

_REST = "/webservice/rest/server.php"
_SOAP = "/webservice/soap/server.php"
_UPLOAD = "/webservice/upload.php"
_PLUGINFILES = ("/webservice/pluginfile.php/", "/pluginfile.php/")
_LOOPBACK = ("127.", "::1", "::ffff:127.")
_OWN_NAMES = ("localhost", "127.0.0.1", "::1")
_HTML = "text/html; charset=UTF-8"
_MEGABYTE = 1024 * 1024


def respond(
    moodle: PracticeMoodle, environ: WSGIEnvironment, start: StartResponse
) -> Iterable[bytes]:
    """Answer one HTTP request."""
    request = Request(environ)
    request.max_content_length = 128 * _MEGABYTE
    # Moodle's texts are sent as ordinary form fields, however long they are.
    request.max_form_memory_size = 64 * _MEGABYTE
    request.max_form_parts = 5000
    path = _below(moodle.mount, request.path)
    if path is None:
        return _not_found()(environ, start)
    if path.startswith("/practice/"):
        return _controlled(moodle, request, path)(environ, start)
    # The form's files are read by then, and must not be left to chance.
    with moodle.activity.one(), closing(request):
        response = _answered(moodle, request, path)
        # Clients take their bearings from the server's clock.
        response.headers.setdefault("Date", http_date(moodle.now()))
        return response(environ, start)


def _below(mount: str, path: str) -> str | None:
    if not mount:
        return path
    if path == mount or path.startswith(f"{mount}/"):
        return path[len(mount) :] or "/"
    return None


def _controlled(moodle: PracticeMoodle, request: Request, path: str) -> Response:
    found = None
    if moodle.control and _from_here(request):
        found = control(request, path, moodle.state, moodle.faults, moodle.activity)
    return found or _not_found()


def _from_here(request: Request) -> bool:
    """Tell whether the request comes from this very machine, by a name of its own.

    Another name that leads here is how a page from elsewhere would reach in; so is
    a request that says it was made by one.
    """
    if not (request.remote_addr or "127.0.0.1").startswith(_LOOPBACK):
        return False
    if urlsplit(f"//{request.host}").hostname not in _OWN_NAMES:
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _answered(moodle: PracticeMoodle, request: Request, path: str) -> Response:
    desk = moodle.desk(request.root_url.rstrip("/") + moodle.mount)
    names, work = _work(moodle, desk, request, path)
    if moodle.faults.delay_ms:
        time.sleep(moodle.faults.delay_ms / 1000)
    fault = moodle.faults.next_for(names) if names else None
    if fault is None:
        return work()
    if fault.delay_ms:
        time.sleep(fault.delay_ms / 1000)
    return misbehaved(fault, work, soap=path == _SOAP)


def _work(
    moodle: PracticeMoodle, desk: Desk, request: Request, path: str
) -> tuple[list[str], Callable[[], Response]]:
    """Return the names faults know the request by, and what answers it."""
    if path == _REST and not desk.site.rest:
        return [], lambda: Response(status=403, content_type=_HTML)
    if path == _SOAP and not desk.site.soap:
        # Unlike the other server, this one dies without a status of its own.
        return [], lambda: Response(content_type=_HTML)
    if path == _SOAP:
        envelope = soap.SoapCall(request)
        return envelope.names(), lambda: soap.answer(desk, envelope)
    if path == _REST:
        parsed = rest.RestCall(request)
        return parsed.names(), lambda: rest.answer(desk, parsed)
    if path == _UPLOAD:
        return ["upload.php"], lambda: file_desk.upload(desk, request)
    for prefix in _PLUGINFILES:
        if path.startswith(prefix):
            return ["pluginfile.php"], partial(
                file_desk.pluginfile, desk, request, path.removeprefix(prefix)
            )
    if path == "/login/token.php":
        return ["token.php"], lambda: file_desk.login_token(desk, request)
    if moodle.pages and _from_here(request):
        return [], lambda: page(desk, request, path) or _not_found()
    return [], _not_found


def _not_found() -> Response:
    return Response("File not found.\n", status=404, content_type=_HTML)
