"""The service of a token as Moodle's own WSDL describes it, read by zeep.

zeep never sees the token, reaches no address, and writes nothing to disk: it is given
the WSDL, from which the token was taken out, and the one schema that it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from threading import Lock
from typing import Any

import zeep
from lxml import etree
from zeep.transports import Transport
from zeep.wsdl import utils
from zeep.wsdl.bindings.soap import SoapBinding
from zeep.xsd import ComplexType, SkipValue

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle.soap_codec import (
    ENCODING,
    ENVELOPE,
    array_items,
    array_type,
    scalar,
)
from moodle_bridge.moodle.soap_parameters import Parameters
from moodle_bridge.moodle.wire import Asked

_ADDRESS = "http://wsdl.invalid/"
_ARRAY = f"{{{ENCODING}}}Array"
# zeep is typed in parts only.
_new_client: Any = zeep.Client
_written_out: Any = utils.etree_to_string
_SETTINGS = zeep.Settings(
    # Not lenient: half a WSDL would look like a service that lacks functions.
    strict=True,
    forbid_dtd=True,
    forbid_entities=True,
    xml_huge_tree=False,
)


class SoapService:
    """What a token's service can be asked over SOAP, and how."""

    def __init__(self, wsdl: bytes, parameters: Parameters) -> None:
        """Read a WSDL; raises ValueError for one that describes no SOAP service."""
        self._client = _new_client(
            _ADDRESS, transport=_GivenDocuments(wsdl), settings=_SETTINGS
        )
        binding: Any = next(
            (
                binding
                for binding in self._client.wsdl.bindings.values()
                if isinstance(binding, SoapBinding)
            ),
            None,
        )
        if binding is None:
            raise ValueError("no SOAP service")
        self._proxy = self._client.create_service(binding.name, _ADDRESS)
        self._operations: Mapping[str, Any] = binding.all()
        self._parameters = parameters
        self._array = self._client.get_type(_ARRAY)
        self._building = Lock()

    def holds(self, function: str) -> bool:
        """Say whether the service holds a function."""
        return function in self._operations

    def is_void(self, function: str) -> bool:
        """Say whether a function of the service gives no value."""
        return self._operations[function].output is None

    def action(self, function: str) -> str:
        """Return the SOAPAction of a function."""
        return f'"{self._operations[function].soapaction or function}"'

    def request(self, arguments: Mapping[str, Any], asked: Asked) -> bytes:
        """Return the envelope that calls a function, with its defaults written out.

        Raises Permanent (code `invalidparameter`) for an argument that the function
        of this site does not have and for one that is missing: over SOAP the site
        would say nothing of either. TypeError for a value that has no form.
        """
        operation = self._operations[asked.function]
        parts = self._parts_of(operation, asked)
        unknown = arguments.keys() - parts.keys()
        if unknown:
            raise _unfit(asked, f"it has no argument {', '.join(sorted(unknown))}")
        if not parts:
            return _bare_envelope(operation, asked.function)
        values = {
            name: self._written(name, kind, self._given(name, arguments, asked))
            for name, kind in parts.items()
        }
        try:
            with self._building:
                envelope = self._client.create_message(
                    self._proxy, asked.function, **values
                )
        # zeep reads a description leniently, and stumbles over it only now.
        except Exception as error:  # noqa: BLE001
            problem = _unfit(asked, str(error))
        else:
            return bytes(_written_out(envelope))
        raise problem

    def _parts_of(self, operation: Any, asked: Asked) -> dict[str, Any]:
        try:
            return _parts(operation)
        except AttributeError:
            problem = _unfit(asked, "the site's description of it is broken")
        raise problem

    def _given(self, name: str, arguments: Mapping[str, Any], asked: Asked) -> Any:
        value = arguments.get(name)
        if value is not None:
            return value
        known = self._parameters.get(asked.function, {}).get(name)
        if known is None:
            return None
        if known.required and known.kind == "value":
            raise _unfit(asked, f"its argument {name} is missing")
        return known.default

    def _written(self, name: str, kind: Any, value: Any) -> Any:
        if getattr(kind, "qname", None) == _ARRAY:
            if not isinstance(value, list | tuple | None):
                raise TypeError(f"argument {name} is no list")
            items = array_items(name, value or ())
            return self._array(_value_1=items, arrayType=array_type(items))
        if isinstance(kind, ComplexType):
            return self._structure(name, kind, value or {})
        # What is left out arrives as null, which is the default where there is none.
        return SkipValue if value is None else scalar(name, value)

    def _structure(self, name: str, kind: Any, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise TypeError(f"argument {name} is no mapping")
        members = dict(kind.elements)
        written: dict[str, Any] = dict.fromkeys(members, SkipValue)
        for key, inner in value.items():
            if inner is not None:
                member = members.get(key)
                written[key] = self._written(
                    f"{name}[{key}]", member.type if member is not None else None, inner
                )
        return written


class _GivenDocuments(Transport):
    """Gives zeep what it needs to read a WSDL, and reaches nothing."""

    def __init__(self, wsdl: bytes) -> None:
        # Not that of zeep, which opens a session.
        self.session = None
        self._close_session = False
        encoding = files(__package__).joinpath("soap_encoding.xsd")
        self._documents = {_ADDRESS: wsdl, ENCODING: encoding.read_bytes()}

    def load(self, url: str) -> bytes:
        document = self._documents.get(url)
        if document is None:
            raise ValueError(
                "the description names another document, which is not read"
            )
        return document

    def get(self, *_: object, **__: object) -> None:
        raise ValueError("zeep sends nothing")

    post = get


def _parts(operation: Any) -> dict[str, Any]:
    if operation.input is None:
        return {}
    return {name: part.type for name, part in operation.input.body.type.elements}


def _bare_envelope(operation: Any, function: str) -> bytes:
    # zeep cannot build a message of which the WSDL says that there is none.
    namespace = operation.binding.name.namespace
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope")
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    etree.SubElement(body, f"{{{namespace}}}{function}")
    return bytes(_written_out(envelope))


def _unfit(asked: Asked, problem: str) -> Permanent:
    return Permanent(
        f"the function of this site does not take these arguments: {problem}; nothing "
        "was sent",
        item=asked.function,
        code="invalidparameter",
        advice="The site may be older or newer than the bridge knows; tell its makers, "
        "with the release of the site.",
    )
