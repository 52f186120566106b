"""The SOAP server: `/webservice/soap/server.php`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from moodle_bridge.practice.functions.batch import NAME as BATCH
from moodle_bridge.practice.parameters import Presence, Value
from moodle_bridge.practice.refusals import Refusal
from moodle_bridge.practice.soap_decode import arguments_of, called, function_of
from moodle_bridge.practice.soap_encode import answer_envelope, fault_envelope
from moodle_bridge.practice.soap_fault import (
    SERVER,
    SoapFault,
    early_fault,
    fault_of,
)
from moodle_bridge.practice.soap_structs import Service
from moodle_bridge.practice.wsdl import wsdl

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from moodle_bridge.practice.calls import Call
    from moodle_bridge.practice.desk import Desk
    from moodle_bridge.practice.soap_structs import Operation

_XML = "application/xml; charset=utf-8"
_TEXT_XML = "text/xml; charset=utf-8"
# Where PHP works with a null it takes it for one of these.
_NOTHING: dict[str, object] = {"int": 0, "bool": False, "float": 0.0}


class SoapCall:
    """One request to the SOAP server, taken apart as far as it can be."""

    def __init__(self, request: Request) -> None:
        self.token = request.args.get("wstoken", "")
        self.wsdl = request.args.get("wsdl", "") not in {"", "0"}
        self.settings = {
            name: request.args.get(f"moodlewssetting{name}", "")
            for name in ("raw", "fileurl", "lang")
        }
        self.element: Any = None
        self.problem: SoapFault | None = None
        if not self.wsdl:
            try:
                self.element = called(request.get_data())
            except SoapFault as fault:
                self.problem = fault

    @property
    def function(self) -> str:
        """Return the function that is called, empty when that cannot be told."""
        return "" if self.element is None else function_of(self.element)

    def names(self) -> list[str]:
        """Return the names that faults know the request by."""
        if self.wsdl:
            return ["wsdl"]
        if self.function != BATCH:
            return [self.function]
        inner = [
            str(leaf.getnext().text)
            for leaf in self.element.iter("key")
            if leaf.text == "function" and leaf.getnext() is not None
        ]
        return [self.function, *inner]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counter:
    """Where a call is answered: its service and the URL that names the token."""

    call: Call
    service: Service
    url: str


def answer(desk: Desk, soap: SoapCall) -> Response:
    """Describe the service, or run the function and return its answer or its fault."""
    try:
        counter = _opened(desk, soap)
    except Refusal as refusal:
        return _described(fault_envelope(early_fault(refusal)))
    if soap.wsdl:
        return _described(wsdl(counter.service, counter.url))
    try:
        operation, result = _run(desk, soap, counter)
    except SoapFault as fault:
        return Response(fault_envelope(fault), status=500, content_type=_TEXT_XML)
    if operation.answer is None:
        return Response(b"", status=202, content_type="text/html; charset=utf-8")
    body = answer_envelope(soap.function, counter.url, operation.answer, result)
    return Response(body, content_type=_TEXT_XML)


def _opened(desk: Desk, soap: SoapCall) -> _Counter:
    with desk.state.lock:
        call = desk.call(
            desk.token(soap.token),
            raw=soap.settings["raw"] == "1",
            fileurl=soap.settings["fileurl"] != "0",
            lang=soap.settings["lang"],
        )
    offered = [
        desk.functions[name] for name in sorted(desk.functions) if call.serves(name)
    ]
    query = urlencode({"wstoken": soap.token})
    return _Counter(
        call=call,
        service=Service(offered),
        url=f"{desk.url}/webservice/soap/server.php?{query}",
    )


def _run(desk: Desk, soap: SoapCall, counter: _Counter) -> tuple[Operation, Any]:
    if soap.problem is not None:
        raise soap.problem
    operation = counter.service.operations.get(soap.function)
    if operation is None:
        raise SoapFault(SERVER, f"Procedure '{soap.function}' not present")
    arguments = arguments_of(soap.element, dict(operation.parts))
    function = operation.function
    for place, (name, described) in enumerate(function.parameters.fields.items(), 1):
        if arguments[name] is not None:
            continue
        if name in function.typed:
            raise SoapFault(
                SERVER,
                f"{function.name}(): Argument #{place} (${name}) must be of type "
                f"{function.typed[name]}, null given",
            )
        if isinstance(described, Value):
            arguments[name] = _nothing(described)
    try:
        return operation, desk.run(counter.call, function, arguments)
    except Refusal as refusal:
        raise fault_of(refusal) from None


def _nothing(described: Value) -> object:
    """Return what a null comes to; no default is filled in, as REST would do."""
    if described.presence is Presence.DEFAULT and described.default is None:
        return None
    return _NOTHING.get(described.type, "")


def _described(body: str) -> Response:
    response = Response(body, content_type=_XML)
    response.headers["Content-Disposition"] = 'inline; filename="response.xml"'
    response.headers["Cache-Control"] = "private, must-revalidate, max-age=0"
    return response
