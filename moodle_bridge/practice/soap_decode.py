"""Requests in SOAP's encoding, as PHP reads them."""

from __future__ import annotations

from typing import Any

from lxml import etree

from moodle_bridge.practice.returns import ARRAY, DOUBLE, INT, STRING
from moodle_bridge.practice.soap_fault import CLIENT, SERVER, VERSION, SoapFault
from moodle_bridge.practice.soap_structs import Numbered, Type

_ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_ARRAY_TYPE = "{http://schemas.xmlsoap.org/soap/encoding/}arrayType"
_WHOLE = {"int", "integer", "long", "short", "byte"} | {
    "unsignedInt",
    "unsignedLong",
    "nonNegativeInteger",
}
_BROKEN = {"double", "float", "decimal"}

Element = Any


def called(body: bytes) -> Element:
    """Return the element that names the function; raise `SoapFault` without one."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    if not body:
        raise SoapFault(CLIENT, "Missing parameter")
    try:
        envelope: Element = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise SoapFault(CLIENT, "Bad Request") from None
    if envelope.getroottree().docinfo.doctype:
        raise SoapFault(SERVER, "DTD are not supported by SOAP")
    if envelope.tag != f"{_ENVELOPE}Envelope":
        raise SoapFault(VERSION, "Wrong Version")
    inner = envelope.find(f"{_ENVELOPE}Body")
    if inner is None:
        raise SoapFault(CLIENT, "Body must be present in a SOAP envelope")
    for element in _children(inner):
        return element
    raise SoapFault(CLIENT, 'looks like we got "Body" without function call')


def function_of(element: Element) -> str:
    """Return the function's name, without its namespace."""
    return str(etree.QName(element).localname)


def arguments_of(element: Element, parts: dict[str, Type]) -> dict[str, Any]:
    """Return the arguments by name; one that was not sent is None.

    Elements of which none has a part's name are taken in their order.
    """
    sent = _children(element)
    if parts and not sent:
        raise SoapFault(CLIENT, "Missing parameter")
    named = {function_of(child): child for child in sent}
    if not named.keys() & parts.keys():
        named = dict(zip(parts, sent, strict=False))
    return {
        name: _decoded(named[name], kind) if name in named else None
        for name, kind in parts.items()
    }


def _children(element: Element) -> list[Element]:
    return [child for child in element if isinstance(child.tag, str)]


def _decoded(element: Element, kind: Type | None) -> Any:
    """Return a value; the type it claims counts more than the one described."""
    if element.get(f"{_XSI}nil") in {"true", "1"}:
        return None
    claimed = element.get(f"{_XSI}type", "").rpartition(":")[2]
    children = _children(element)
    if claimed == "Map":
        return _map(children)
    if (
        claimed == "Array"
        or element.get(_ARRAY_TYPE)
        or (not claimed and kind == ARRAY)
    ):
        return _array(element, children)
    if claimed in _WHOLE or claimed in _BROKEN or claimed == "boolean":
        return _scalar(element, claimed)
    if claimed == "string" or (not claimed and kind == STRING):
        return element.text or ""
    if not claimed and kind == INT:
        return _scalar(element, "int")
    if not claimed and kind == DOUBLE:
        return _scalar(element, "double")
    if not children:
        return {} if isinstance(kind, Numbered) else element.text or ""
    return _fields(children, kind)


def _scalar(element: Element, claimed: str) -> Any:
    text = (element.text or "").strip()
    if not text:
        return None
    if claimed == "boolean":
        return text in {"true", "1"}
    try:
        number = float(text)
        if claimed in _BROKEN:
            return number
        return int(text) if text.lstrip("+-").isdigit() else int(number)
    except (ValueError, OverflowError):
        raise SoapFault(
            SERVER, "SOAP-ERROR: Encoding: Violation of encoding rules"
        ) from None


def _map(children: list[Element]) -> Any:
    pairs: dict[str, Any] = {}
    for item in children:
        key, value = item.find("key"), item.find("value")
        if key is not None:
            found = "" if value is None else _decoded(value, None)
            pairs[key.text or ""] = found
    return _php_array(pairs)


def _array(element: Element, children: list[Element]) -> list[Any]:
    claimed = element.get(_ARRAY_TYPE, "").rpartition(":")[2].partition("[")[0]
    kind = {"string": STRING}.get(claimed)
    if claimed in _WHOLE or claimed in _BROKEN:
        kind = INT if claimed in _WHOLE else DOUBLE
    return [_decoded(child, kind) for child in children]


def _fields(children: list[Element], kind: Type | None) -> Any:
    described = kind.fields if isinstance(kind, Numbered) else {}
    fields: dict[str, Any] = {}
    for child in children:
        name = function_of(child)
        found = _decoded(child, described.get(name))
        if name not in fields:
            fields[name] = found
        elif isinstance(fields[name], list):
            fields[name].append(found)
        else:
            fields[name] = [fields[name], found]
    return fields


def _php_array(pairs: dict[str, Any]) -> Any:
    """Return a list where the keys count from zero, as PHP cannot tell the two."""
    if pairs and list(pairs) == [str(number) for number in range(len(pairs))]:
        return list(pairs.values())
    return pairs
