"""Values in and out of the XML that PHP's SOAP writes: Map, Array, struct, scalar.

PHP writes an associative array as Map (namespace of Apache's xml-soap), a list as
SOAP-ENC:Array, an object as its members. No WSDL describes what is in an Array, so
every item carries its own type.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
APACHE = "http://xml.apache.org/xml-soap"
XSD = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

_PREFIXES = {"xsi": XSI, "xsd": XSD, "ns2": APACHE, "SOAP-ENC": ENCODING}
_TYPE, _NIL = f"{{{XSI}}}type", f"{{{XSI}}}nil"
_ARRAY_TYPE = f"{{{ENCODING}}}arrayType"
_UNFIT_FOR_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INT = range(-(1 << 31), 1 << 31)
_INTEGERS = frozenset({"int", "integer", "long", "short", "byte", "unsignedInt"})
_NUMBERS = frozenset({"double", "float", "decimal"})
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_DEEPEST = 100


def scalar(name: str, value: Any) -> str | int | float:
    """Return a value as a scalar that XML can hold.

    Booleans become 1 and 0, as in a form. What XML has no character for becomes
    U+FFFD. Raises TypeError for what is no scalar, with `name` to name it.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, str):
        # Half a surrogate pair, the controls: lxml refuses them.
        return _UNFIT_FOR_XML.sub("\ufffd", _paired(value))
    kind = type(value).__name__
    raise TypeError(f"argument {name} is of type {kind}, which has no form")


def array_items(name: str, values: Iterable[Any]) -> list[etree._Element]:
    """Return the items of an Array; None is left out, as in a form."""
    return [_encoded("item", name, value) for value in values if value is not None]


def array_type(items: Iterable[etree._Element]) -> str:
    """Return the arrayType of an Array of these items."""
    return f"xsd:anyType[{len(list(items))}]"


def decoded(element: etree._Element) -> Any:
    """Return the value that an element holds.

    Dict, list, str, int, float, bool or None. Raises ValueError for what PHP does not
    write: references, what is not of its type, nesting beyond any answer of Moodle.
    """
    return _decoded(element, 0)


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname


def _encoded(tag: str, name: str, value: Any) -> etree._Element:
    element = etree.Element(tag, nsmap=_PREFIXES)
    if isinstance(value, Mapping):
        element.set(_TYPE, "ns2:Map")
        for key, inner in value.items():
            if inner is not None:
                pair = etree.SubElement(element, "item")
                pair.append(_encoded("key", name, str(key)))
                pair.append(_encoded("value", f"{name}[{key}]", inner))
    elif isinstance(value, list | tuple):
        items = array_items(name, value)
        element.set(_TYPE, "SOAP-ENC:Array")
        element.set(_ARRAY_TYPE, array_type(items))
        element.extend(items)
    else:
        plain = scalar(name, value)
        element.set(_TYPE, f"xsd:{_type_of(plain)}")
        element.text = plain if isinstance(plain, str) else format(plain, "")
    return element


def _type_of(plain: str | float) -> str:
    if isinstance(plain, str):
        return "string"
    if isinstance(plain, float):
        return "double"
    return "int" if plain in _INT else "long"


def _paired(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _decoded(element: etree._Element, depth: int) -> Any:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if "href" in element.attrib:
        raise ValueError("a reference")
    if element.get(_NIL) in {"true", "1"}:
        return None
    namespace, kind = _type(element)
    if _ARRAY_TYPE in element.attrib or (namespace, kind) == (ENCODING, "Array"):
        return [_decoded(item, depth + 1) for item in element]
    if (namespace, kind) == (APACHE, "Map"):
        return dict(_pair(item, depth + 1) for item in element)
    if len(element) or (kind and namespace not in {XSD, ENCODING}):
        return _members(element, depth + 1)
    return _plain(kind, element.text or "")


def _type(element: etree._Element) -> tuple[str | None, str]:
    prefix, _, kind = element.get(_TYPE, "").strip().rpartition(":")
    return element.nsmap.get(prefix or None), kind


def _pair(item: etree._Element, depth: int) -> tuple[str, Any]:
    parts = {local_name(part): part for part in item}
    if len(item) != 2 or set(parts) != {"key", "value"}:  # noqa: PLR2004 - a pair
        raise ValueError("not a pair of a map")
    return str(_decoded(parts["key"], depth)), _decoded(parts["value"], depth)


def _members(element: etree._Element, depth: int) -> dict[str, Any]:
    members = {local_name(child): _decoded(child, depth) for child in element}
    if len(members) != len(element):
        raise ValueError("a member that comes twice")
    return members


def _plain(kind: str, text: str) -> str | int | float | bool:
    if kind in _INTEGERS:
        return int(text)
    if kind == "boolean":
        if text not in _BOOLEANS:
            raise ValueError("not a boolean")
        return _BOOLEANS[text]
    if kind in _NUMBERS:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError("not a number")
        return number
    return text
