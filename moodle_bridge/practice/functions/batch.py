"""Several functions in one request, as Moodle's mobile tool offers it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import checked, default, items, record, value
from moodle_bridge.practice.php_json import php_json
from moodle_bridge.practice.refusals import Refusal
from moodle_bridge.practice.returns import struct

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "tool_mobile_call_external_functions"


def call_external_functions(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer tool_mobile_call_external_functions.

    Every inner call is committed by itself; the first that fails is the last.
    """
    responses: list[dict[str, Any]] = []
    for request in arguments["requests"]:
        response = _answered(call, request)
        responses.append(response)
        if response["error"]:
            break
    return {"responses": responses}


def _answered(call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
    name = request["function"]
    if not call.serves(name):
        problem = {"errorcode": "accessexception", "module": "webservice"}
        return {"error": True, "exception": php_json(problem)}
    inner = replace(
        call,
        raw=bool(request["settingraw"]),
        fileurl=bool(request["settingfileurl"]),
        lang=request["settinglang"] or call.lang,
        viewers={},
    )
    function = call.functions[name]
    # The lock is held per inner call, so that long batches let others in between.
    with call.state.lock if name != NAME else nullcontext():
        try:
            checked_arguments = checked(
                function.parameters, _decoded(request["arguments"])
            )
            data = function.run(inner, checked_arguments)
        except Refusal as refusal:
            return {"error": True, "exception": php_json(_explained(call, refusal))}
        if function.writes:
            call.state.writes += 1
    response: dict[str, Any] = {"error": False}
    if data is not None:
        # PHP's isset() takes a null for nothing, and leaves the key as it is.
        response["data"] = php_json(data)
    return response


def _decoded(arguments: str | None) -> dict[str, Any]:
    """Return the arguments of an inner call; what is not JSON counts as none."""
    try:
        decoded = json.loads(arguments or "")
    except ValueError:
        return {}
    if isinstance(decoded, list):
        return {str(index): item for index, item in enumerate(decoded)}
    return decoded if isinstance(decoded, dict) else {}


def _explained(call: Call, refusal: Refusal) -> dict[str, Any]:
    code, message = refusal.errorcode, refusal.message
    if code is None:
        code, message = "generalexceptionmessage", f"Exception - {message}"
    return {
        "message": message,
        "errorcode": code,
        "link": f"{call.url}/",
        "moreinfourl": f"https://docs.moodle.org/405/en/error/moodle/{code}",
    }


FUNCTIONS = (
    Function(
        name=NAME,
        parameters=record(
            requests=items(
                record(
                    function=value("alphanumext"),
                    arguments=default("raw", "{}"),
                    settingraw=default("bool", preset=False),
                    settingfilter=default("bool", preset=False),
                    settingfileurl=default("bool", preset=True),
                    settinglang=default("lang", ""),
                )
            )
        ),
        run=call_external_functions,
        returns=struct("responses[]"),
    ),
)
