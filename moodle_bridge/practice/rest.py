"""The REST server: `/webservice/rest/server.php`."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from moodle_bridge.practice.form import decoded
from moodle_bridge.practice.functions.batch import NAME as BATCH
from moodle_bridge.practice.php_json import php_json
from moodle_bridge.practice.refusals import (
    Refusal,
    invalid_parameter,
    missing_record,
    no_access,
)

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from moodle_bridge.practice.desk import Desk

_SETTINGS = ("raw", "filter", "fileurl", "lang", "timezone")


class RestCall:
    """One request to the REST server, taken apart."""

    def __init__(self, request: Request) -> None:
        tree = decoded(request.args.items(multi=True))
        tree |= decoded(request.form.items(multi=True))
        chosen = tree.pop("moodlewsrestformat", "xml")
        self.json = chosen == "json"
        self.token = _text(tree.pop("wstoken", ""))
        self.function = _text(tree.pop("wsfunction", ""))
        self.settings = {
            name: _text(tree.pop(f"moodlewssetting{name}", "")) for name in _SETTINGS
        }
        self.arguments = tree

    def names(self) -> list[str]:
        """Return the functions asked for: the outer one and those inside a batch."""
        if self.function != BATCH:
            return [self.function]
        requests = self.arguments.get("requests")
        inner = requests if isinstance(requests, list) else []
        return [
            self.function,
            *(_text(item.get("function")) for item in inner if isinstance(item, dict)),
        ]


def _text(leaf: object) -> str:
    return leaf if isinstance(leaf, str) else ""


def answer(desk: Desk, rest: RestCall) -> Response:
    """Run the function and return its answer, or its refusal; both are HTTP 200."""
    try:
        result = _run(desk, rest)
    except Refusal as refusal:
        return _response(rest, _error(rest, refusal))
    if rest.json:
        return _response(rest, php_json(result))
    body = '<?xml version="1.0" encoding="UTF-8" ?>\n<RESPONSE>\n'
    return _response(rest, f"{body}{_xml(result)}</RESPONSE>\n")


def _run(desk: Desk, rest: RestCall) -> Any:
    with desk.state.lock:
        token = desk.token(rest.token)
        call = desk.call(
            token,
            raw=rest.settings["raw"] == "1",
            fileurl=rest.settings["fileurl"] != "0",
            lang=rest.settings["lang"],
        )
    if not rest.function:
        raise invalid_parameter("Missing function name")
    function = desk.functions.get(rest.function)
    if function is None:
        raise missing_record("external_functions")
    if not call.serves(rest.function):
        raise no_access("Access to the function is not allowed.")
    return desk.run(call, function, rest.arguments)


def _response(rest: RestCall, body: str) -> Response:
    response = Response(body)
    if rest.json:
        response.headers["Content-Type"] = "application/json"
    else:
        response.headers["Content-Type"] = "application/xml; charset=utf-8"
    response.headers["Cache-Control"] = "private, must-revalidate, max-age=0"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _error(rest: RestCall, refusal: Refusal) -> str:
    if rest.json:
        body = {"exception": refusal.exception}
        if refusal.errorcode is not None:
            body["errorcode"] = refusal.errorcode
        body["message"] = refusal.message
        return php_json(body)
    lines = ['<?xml version="1.0" encoding="UTF-8" ?>']
    lines.append(f'<EXCEPTION class="{refusal.exception}">')
    if refusal.errorcode is not None:
        lines.append(f"<ERRORCODE>{escape(refusal.errorcode)}</ERRORCODE>")
    lines.append(f"<MESSAGE>{escape(refusal.message)}</MESSAGE>")
    lines.append("</EXCEPTION>")
    return "\n".join(lines) + "\n"


def _xml(result: object) -> str:
    if isinstance(result, dict):
        keys = "".join(
            f'<KEY name="{escape(str(key))}">{_xml(item)}</KEY>\n'
            for key, item in result.items()
        )
        return f"<SINGLE>\n{keys}</SINGLE>\n"
    if isinstance(result, list):
        return f"<MULTIPLE>\n{''.join(_xml(item) for item in result)}</MULTIPLE>\n"
    if result is None:
        return '<VALUE null="null"/>\n'
    scalar = int(result) if isinstance(result, bool) else result
    return f"<VALUE>{escape(str(scalar))}</VALUE>\n"


def ajax_error(refusal: Refusal) -> str:
    """Return a refusal as the file and login scripts write it."""
    body = {"error": refusal.message, "errorcode": refusal.errorcode}
    body |= dict.fromkeys(("stacktrace", "debuginfo", "reproductionlink"))
    return json.dumps(body)
