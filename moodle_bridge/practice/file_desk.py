"""Files in and out over HTTP: upload.php, pluginfile.php, and login/token.php."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.wrappers import Response

from moodle_bridge.practice.drafts import DraftTaken, keep_draft
from moodle_bridge.practice.file_shapes import file_readable, mimetype_of
from moodle_bridge.practice.parameters import file_name
from moodle_bridge.practice.records import StoredFile, Token
from moodle_bridge.practice.refusals import Refusal, no_access, refused
from moodle_bridge.practice.rest import ajax_error

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from moodle_bridge.practice.desk import Desk

_PARTS = 5
SERVICES = ("moodle_mobile_app", "moodle-bridge")
"""The services for which the site makes tokens, by their short names."""


def upload(desk: Desk, request: Request) -> Response:
    """Answer /webservice/upload.php: every file sent goes to one draft area."""
    try:
        with desk.state.lock:
            body = json.dumps(_uploaded(desk, request), ensure_ascii=True)
    except Refusal as refusal:
        body = ajax_error(refusal)
    return Response(body, content_type="text/plain; charset=utf-8")


def _uploaded(desk: Desk, request: Request) -> list[dict[str, Any]]:
    text = request.values.get("token", "")
    if not text:
        raise refused("missingparam", "A required parameter (token) was missing")
    token = desk.token(text)
    if not token.uploadfiles:
        raise no_access("Web service file upload must be enabled")
    call = desk.call(token)
    sent = request.values.get("itemid", "0")
    itemid = int(sent) if sent.isdigit() else 0
    results = []
    for file in request.files.values():
        name = file_name(file.filename or "")
        content = file.read()
        if len(content) > desk.site.max_upload_bytes:
            results.append(
                {
                    "filename": name,
                    "errortype": "fileoversized",
                    "error": "The file is larger than the maximum size allowed",
                }
            )
            continue
        try:
            stored = keep_draft(
                call,
                filename=name,
                filepath=request.values.get("filepath", "/"),
                itemid=itemid,
                content=content,
            )
        except DraftTaken:
            results.append(
                {
                    "filename": name,
                    "errortype": "filenameexist",
                    "error": f"File name already exists: {name}",
                }
            )
            continue
        itemid = stored.itemid
        results.append(_stored_shape(stored))
    desk.state.writes += 1
    return results


def _stored_shape(file: StoredFile) -> dict[str, Any]:
    length = len(file.filename.encode())
    return {
        "component": file.component,
        "contextid": file.contextid,
        # upload.php hands on what the database driver gave it, which is text.
        "userid": str(file.userid),
        "filearea": file.filearea,
        "filename": file.filename,
        "filepath": file.filepath,
        "itemid": file.itemid,
        "license": file.license,
        "author": file.author,
        "source": (f'O:8:"stdClass":1:{{s:6:"source";s:{length}:"{file.filename}";}}'),
        "filesize": len(file.content),
    }


def pluginfile(desk: Desk, request: Request, path: str) -> Response:
    """Answer pluginfile.php/CONTEXT/COMPONENT/AREA/ITEM/NAME, given that path."""
    try:
        with desk.state.lock:
            file = _opened(desk, request.values.get("token", ""), path)
    except Refusal as refusal:
        status = 404 if refusal.errorcode == "filenotfound" else 200
        return Response(
            ajax_error(refusal), status=status, content_type="application/json"
        )
    return sent_file(file, download=bool(request.args.get("forcedownload")))


def sent_file(file: StoredFile, *, download: bool = False) -> Response:
    """Return a file as an answer to a browser; who may see it is for the caller."""
    response = Response(file.content, content_type=mimetype_of(file.filename))
    kind = "attachment" if download else "inline"
    response.headers["Content-Disposition"] = (
        f"{kind}; filename*=UTF-8''{quote(file.filename)}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    # What people attach must not act as a page of this site.
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _opened(desk: Desk, text: str, path: str) -> StoredFile:
    token = desk.token(text)
    if not token.downloadfiles:
        raise no_access("Web service file downloading must be enabled")
    parts = path.strip("/").split("/")
    if len(parts) < _PARTS or not parts[0].isdigit() or not parts[3].isdigit():
        raise _not_found()
    key = (int(parts[0]), parts[1], parts[2], int(parts[3]))
    filepath = "/" + "".join(f"{part}/" for part in parts[4:-1])
    for file in desk.state.files.get(key, ()):
        if file.filename == parts[-1] and file.filepath == filepath:
            if file_readable(desk.call(token), file):
                return file
            break
    raise _not_found()


def _not_found() -> Refusal:
    return refused("filenotfound", "Sorry, the requested file could not be found")


def login_token(desk: Desk, request: Request) -> Response:
    """Answer /login/token.php: a token of the user's own for name and password."""
    name = request.values.get("username", "")
    sent = request.values.get("password", "")
    service = request.values.get("service", "")
    if not service:
        problem = refused("missingparam", "A required parameter (service) was missing")
        return Response(ajax_error(problem), content_type="application/json")
    with desk.state.lock:
        user = next(
            (row for row in desk.state.users.values() if row.username == name), None
        )
        if (
            user is None
            or not user.password
            or not hmac.compare_digest(user.password.encode(), sent.encode())
        ):
            problem = refused("invalidlogin", "Invalid login, please try again")
            return Response(ajax_error(problem), content_type="application/json")
        if service not in SERVICES:
            problem = refused("servicenotavailable", "Web service is not available.")
            return Response(ajax_error(problem), content_type="application/json")
        text = hashlib.sha256(f"mobile {user.id} {user.password}".encode()).hexdigest()
        token = desk.state.tokens.setdefault(
            text[:32], Token(token=text[:32], userid=user.id)
        )
    body = json.dumps({"token": token.token, "privatetoken": None})
    return Response(body, content_type="application/json")
