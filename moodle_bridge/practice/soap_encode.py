"""Answers in SOAP's encoding, as PHP writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from moodle_bridge.practice.soap_structs import Numbered, Type

if TYPE_CHECKING:
    from moodle_bridge.practice.soap_fault import SoapFault

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_INT_LIMIT = 2**31
# XML cannot carry these at all, and PHP leaves them out.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def answer_envelope(function: str, url: str, kind: Type, answer: object) -> str:
    """Return the envelope of an answer of a described kind."""
    return (
        f'{_HEAD}<SOAP-ENV:Envelope xmlns:SOAP-ENV="{_ENVELOPE}" '
        f'xmlns:ns1={quoteattr(url)} xmlns:ns2="http://xml.apache.org/xml-soap" '
        f'xmlns:SOAP-ENC="{_ENCODING}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        f'SOAP-ENV:encodingStyle="{_ENCODING}"><SOAP-ENV:Body>'
        f"<ns1:{function}Response>{_typed('return', kind, answer)}"
        f"</ns1:{function}Response></SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
    )


def fault_envelope(fault: SoapFault) -> str:
    """Return the envelope of a fault."""
    actor = f"<faultactor>{_text(fault.actor)}</faultactor>" if fault.actor else ""
    return (
        f'{_HEAD}<SOAP-ENV:Envelope xmlns:SOAP-ENV="{_ENVELOPE}"><SOAP-ENV:Body>'
        f"<SOAP-ENV:Fault><faultcode>{_text(fault.code)}</faultcode>"
        f"<faultstring>{_text(fault.text)}</faultstring>{actor}</SOAP-ENV:Fault>"
        "</SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
    )


def _typed(name: str, kind: Type, sent: Any) -> str:
    """Return an element of a described kind; what is left out of one is nil."""
    if sent is None:
        return f'<{name} xsi:nil="true"/>'
    if isinstance(kind, Numbered):
        fields = "".join(
            _typed(field, inner, sent.get(field))
            for field, inner in kind.fields.items()
        )
        return f'<{name} xsi:type="ns1:{kind.name}">{fields}</{name}>'
    if kind == "array":
        return _guessed(name, sent)
    if kind == "int":
        return _scalar(
            name, "int" if abs(int(sent)) < _INT_LIMIT else "long", int(sent)
        )
    if kind == "double":
        return _scalar(name, "double", float(sent))
    return _scalar(name, "string", int(sent) if isinstance(sent, bool) else sent)


def _guessed(name: str, sent: Any) -> str:
    """Return an element that no description covers: it tells its own type."""
    if sent is None:
        return f'<{name} xsi:nil="true"/>'
    if isinstance(sent, Mapping) and sent:
        pairs = "".join(
            f'<item><key xsi:type="xsd:string">{_text(str(key))}</key>'
            f"{_guessed('value', item)}</item>"
            for key, item in sent.items()
        )
        return f'<{name} xsi:type="ns2:Map">{pairs}</{name}>'
    if isinstance(sent, (Mapping, list, tuple)):
        # PHP has one kind of array; an empty one is taken for a list.
        listed = list(sent)
        kinds = {_kind(item) for item in listed}
        kind = kinds.pop() if len(kinds) == 1 else "xsd:ur-type"
        opening = (
            f'<{name} SOAP-ENC:arrayType="{kind}[{len(listed)}]" '
            'xsi:type="SOAP-ENC:Array"'
        )
        if not listed:
            return f"{opening}/>"
        inner = "".join(_guessed("item", item) for item in listed)
        return f"{opening}>{inner}</{name}>"
    kind = _kind(sent).removeprefix("xsd:")
    return _scalar(name, kind, str(sent).lower() if isinstance(sent, bool) else sent)


def _kind(sent: object) -> str:
    match sent:
        case bool():
            return "xsd:boolean"
        case int():
            return "xsd:int" if abs(sent) < _INT_LIMIT else "xsd:long"
        case float():
            return "xsd:float"
        case str():
            return "xsd:string"
        case Mapping() if sent:
            return "ns2:Map"
        case Mapping() | list() | tuple():
            return "SOAP-ENC:Array"
        case _:
            return "xsd:ur-type"


def _scalar(name: str, kind: str, sent: object) -> str:
    return f'<{name} xsi:type="xsd:{kind}">{_text(str(sent))}</{name}>'


def _text(text: str) -> str:
    return escape(_CONTROL.sub("", text))
