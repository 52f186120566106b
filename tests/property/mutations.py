"""Answers as no Moodle would write them: cut, of another kind, huge, deep, garbled."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from lxml import etree

PAGE = (
    b"<!DOCTYPE html>\n<html lang='fr'><head><title>Connexion</title></head><body>"
    b"<form action='/login'><input name='password'></form></body></html>"
)
NOTICE = (
    b"<br />\n<b>Warning</b>:  Undefined array key 3 in <b>/x.php</b> on line 7<br />\n"
)
BEFORE = (
    b"", b"\xef\xbb\xbf", NOTICE, b"Notice: x\n", PAGE, b"\x00", b")]}',\n", b" ",
    b"PHP Warning:  x\n[1]\n",
)  # fmt: skip
AFTER = (b"", b"\n\n", PAGE, b"\x00", b"{}", b"null", NOTICE)
STATUSES = (
    200, 200, 200, 201, 202, 204, 206, 299, 301, 302, 307, 400, 401, 403, 404, 408,
    413, 425, 429, 451, 500, 502, 503, 504, 520, 599,
)  # fmt: skip
HEADERS = {
    "Date": ("", "yesterday", "Mon, 23 Nov 2026 00:36:45 -0000", "\xff",
             "Mon, 23 Nov 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359",
             "Mon, 23 Nov 99999 00:36:45 GMT", "1795394205"),
    "Retry-After": ("", "-1", "1e9", "9" * 400, "²", "soon", "inf", "0",
                    "Fri, 31 Dec 9999 23:59:59 -2359"),
    "Location": ("", "//", "http://[", "https://a:b@c:d/e", "javascript:1", "/login",
                 "http://\x00", "https://other.example:99999999/webservice/x"),
    "Content-Disposition": ("attachment", "inline", "\xff"),
    "Content-Encoding": ("gzip", "deflate", "br", "x", "gzip, gzip"),
    "Content-Length": ("0", "5", "99999999", "-1", "x", "5, 6"),
    "Content-Type": ("text/html", "application/json; charset=utf-16", ""),
}  # fmt: skip
WRONG: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 10**9, 10**12, 10**15, 10**18, -(10**18), 2**63,
    10**400, 1.5, -0.0, 1e308, float("nan"), float("inf"), "", " ", "0", "-1", "1",
    "null", "true", "é", "\x00", "\ud800", "<script>", "a" * 5000, "9" * 5000, "1e5",
    [], [None], [[]], {}, {"id": 1}, {"": ""}, [{}], {"0": "x"}, [1, "a", None],
)  # fmt: skip
DEEP = (60, 99, 150, 199, 1_000, 20_000)
_HUGE = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A reply before it goes out."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def json_body(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


class Mutator:
    """Makes something else of a reply; the same every time for the same chance."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def value(self, value: Any) -> Any:
        """Return a decoded answer with a few places in it changed."""
        changed = [deepcopy(value)]
        for _ in range(self.chance.choice((1, 1, 1, 2, 5))):
            self._change(changed)
        return changed[0]

    def reply(self, reply: Written) -> Written:
        """Return a reply with its bytes, its status or its headers changed."""
        for _ in range(self.chance.choice((1, 1, 2))):
            kind = self.chance.choice(_BYTES)
            reply = kind(self, reply)
        return reply

    def xml(self, body: bytes) -> bytes:
        """Return an envelope with some of its elements changed."""
        root = etree.fromstring(body)
        for _ in range(self.chance.choice((1, 1, 2, 5))):
            elements = [one for one in root.iter() if one.getparent() is not None]
            if elements:
                self._change_element(self.chance.choice(elements))
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def _change(self, root: list[Any]) -> None:
        places = list(_places(root))
        holder, key = self.chance.choice(places)
        how = self.chance.randrange(8)
        if how == 0 and holder is not root:
            del holder[key]
        elif how == 1 and isinstance(holder, dict):
            holder[self.chance.choice(("", "exception", "errorcode", "\x00", "0"))] = (
                self._wrong()
            )
        elif how == 2 and isinstance(holder[key], list):
            holder[key] = holder[key] * self.chance.choice((2, 40))
        elif how == 3 and isinstance(holder[key], list):
            self.chance.shuffle(holder[key])
        elif how == 4:
            holder[key] = str(holder[key])
        elif how == 5:
            other, there = self.chance.choice(places)
            holder[key] = deepcopy(other[there]) if other is not root else None
        else:
            holder[key] = self._wrong()

    def _wrong(self) -> Any:
        if self.chance.random() < 0.03:
            deep: Any = 1
            for _ in range(self.chance.choice((50, 150, 190, 250))):
                deep = [deep] if self.chance.random() < 0.5 else {"a": deep}
            return deep
        return deepcopy(self.chance.choice(WRONG))

    def _change_element(self, element: etree._Element) -> None:
        parent = element.getparent()
        assert parent is not None
        how = self.chance.randrange(9)
        if how == 0:
            parent.remove(element)
        elif how == 1:
            parent.append(deepcopy(element))
        elif how == 2:
            element.text = self.chance.choice(_TEXTS)
        elif how == 3:
            element.set(_XSI_TYPE, self.chance.choice(_XSI_TYPES))
        elif how == 4:
            element.set(
                self.chance.choice(("href", "id", _XSI_NIL, _ARRAY_TYPE)),
                self.chance.choice(("#1", "true", "1", "0", "xsd:int[-1]", "")),
            )
        elif how == 5:
            element.tag = self.chance.choice(
                ("a", "item", "key", "{http://x}Body", "exception", "faultstring")
            )
        elif how == 6:
            for child in list(element):
                element.remove(child)
        elif how == 7:
            for name in list(element.attrib):
                del element.attrib[name]
        else:
            for _ in range(self.chance.choice(DEEP[:4])):
                element = etree.SubElement(element, "item")


def _cut(m: Mutator, reply: Written) -> Written:
    return replace(reply, body=reply.body[: m.chance.randint(0, len(reply.body))])


def _headless(m: Mutator, reply: Written) -> Written:
    return replace(reply, body=reply.body[m.chance.randint(0, len(reply.body)) :])


def _garbled(m: Mutator, reply: Written) -> Written:
    body = bytearray(reply.body or b"x")
    for _ in range(m.chance.choice((1, 3, 30))):
        body[m.chance.randrange(len(body))] = m.chance.randrange(256)
    return replace(reply, body=bytes(body))


def _put_in(m: Mutator, reply: Written) -> Written:
    at = m.chance.randint(0, len(reply.body))
    what = m.chance.choice(
        (b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\x00", b'"', b"]", b"}", b"<",
         b"&x;", b"\\ud800", b"\\u0000", b"9" * 5000, b"-", b"NaN", b"\r\n", PAGE)
    )  # fmt: skip
    return replace(reply, body=reply.body[:at] + what + reply.body[at:])


def _around(m: Mutator, reply: Written) -> Written:
    body = m.chance.choice(BEFORE) + reply.body + m.chance.choice(AFTER)
    return replace(reply, body=body)


def _another(m: Mutator, reply: Written) -> Written:
    body = m.chance.choice(
        (b"", PAGE, b"null", b"true", b"0", b'""', b"[]", b"{}", b"[[]]", b"OK",
         b"<?xml version='1.0'?><a/>", b"\xff" * 50, b"\x1f\x8b\x08\x00garbage",
         '{"a": 1}'.encode("utf-16"), b"NaN", b"Infinity", b"1e999")
    )  # fmt: skip
    return replace(reply, body=body)


def _deep(m: Mutator, reply: Written) -> Written:
    depth = m.chance.choice(DEEP)
    body = m.chance.choice(
        (
            b"[" * depth,
            b"[" * depth + b"]" * depth,
            b'{"a":' * depth + b"1" + b"}" * depth,
            b"<a>" * depth + b"</a>" * depth,
        )
    )
    return replace(reply, body=body)


def _huge(m: Mutator, reply: Written) -> Written:
    body = m.chance.choice(
        (
            b'"' + b"a" * _HUGE + b'"',
            b"[" + b"1," * (_HUGE // 2) + b"1]",
            b"9" * _HUGE,
            b" " * _HUGE + reply.body,
            NOTICE * 2_000 + reply.body,
            NOTICE + b"[\n" * 20_000,
            b"<" * 20_000,
            b"<br />" * 20_000 + reply.body,
        )
    )
    return replace(reply, body=body)


def _status(m: Mutator, reply: Written) -> Written:
    return replace(reply, status=m.chance.choice(STATUSES))


def _header(m: Mutator, reply: Written) -> Written:
    name = m.chance.choice(list(HEADERS))
    return replace(
        reply, headers={**reply.headers, name: m.chance.choice(HEADERS[name])}
    )


def _elsewhere(m: Mutator, reply: Written) -> Written:
    target = m.chance.choice(HEADERS["Location"])
    return replace(
        reply,
        status=m.chance.choice((301, 302, 303, 307, 308)),
        headers={**reply.headers, "Location": target},
    )


_BYTES: tuple[Callable[[Mutator, Written], Written], ...] = (
    _cut, _cut, _headless, _garbled, _garbled, _put_in, _put_in, _around, _another,
    _deep, _huge, _status, _status, _header, _elsewhere,
)  # fmt: skip
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XSI_TYPE, _XSI_NIL = f"{{{_XSI}}}type", f"{{{_XSI}}}nil"
_ARRAY_TYPE = "{http://schemas.xmlsoap.org/soap/encoding/}arrayType"
_XSI_TYPES = (
    "xsd:int", "xsd:string", "xsd:boolean", "xsd:float", "ns2:Map", "SOAP-ENC:Array",
    "ns1:x", "nowhere:x", "", ":", "int", "xsd:base64Binary", "xsd:date",
)  # fmt: skip
_TEXTS = (
    "", " ", "0", "-1", "x", "é", "1e400", "NaN", "INF", "9" * 5000, "9" * 18,
    "99999999999999", "true", "a" * 5000, "1_0", "٣", " 7 ",
)  # fmt: skip


def _places(root: list[Any]) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting: list[Any] = [root]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    return found
