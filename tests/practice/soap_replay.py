"""Replays recorded SOAP steps and says where the answers differ.

What must be the same: the elements and their names, the types they claim down to the
number of a structure, array types, nil, the keys of maps, truth values, whole faults;
of a description everything but its words for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lxml import etree
from werkzeug.test import Client

Renumber = Callable[[str, int], int]

SERVER = "/webservice/soap/server.php"
# A recording holds a placeholder where the token was, which is no XML.
_TOKEN = re.compile(r"https?://[^\"<>\s]*?server\.php\?wstoken=(?:<token:\w+>|\w+)")
_HERE = "https://moodle.example/webservice/soap/server.php?wstoken=T"
_EXACT = {"key", "faultcode", "faultstring", "faultactor"}


def soap_differences(
    step: Mapping[str, Any], client: Client, token: str, renumber: Renumber
) -> list[str]:
    """Replay one step and return how its answer differs from the recorded one."""
    if step["function"] == "?wsdl=1":
        response = client.get(f"{SERVER}?wsdl=1&wstoken={token}")
    else:
        request = _TOKEN.sub(_HERE, step["request_xml"])
        response = client.post(
            f"{SERVER}?wstoken={token}",
            data=_renumbered(request, renumber).encode(),
            content_type="text/xml; charset=utf-8",
        )
    found = []
    if response.status_code != step["http_status"]:
        found.append(f"status {response.status_code}, recorded {step['http_status']}")
    if response.content_type.lower() != step["content_type"].lower():
        found.append(f"type {response.content_type}, recorded {step['content_type']}")
    return found + differing(step["response_xml"], response.get_data(as_text=True))


def differing(recorded: str, actual: str) -> list[str]:
    """Return where an envelope or description differs from the recorded one."""
    old, new = list(_lines(recorded)), list(_lines(actual))
    found = [
        f"{now}, recorded {before}"
        for before, now in zip(old, new, strict=False)
        if before != now
    ][:5]
    if len(old) != len(new) and not _cut_off(recorded):
        found.append(f"{len(new)} elements, recorded {len(old)}")
    return found


def functions_described(xml: str) -> list[str]:
    """Return the functions that a recorded description is about."""
    return re.findall(r'<message name="(\w+)In"', xml)


def _renumbered(xml: str, renumber: Renumber) -> str:
    return re.sub(
        r"<(\w+id) ([^>]*)>(\d+)<",
        lambda m: f"<{m[1]} {m[2]}>{renumber(m[1], int(m[3]))}<",
        xml,
    )


def _lines(xml: str) -> Iterator[str]:
    """Yield one line an element, with all of it that is compared."""
    if not xml.strip():
        return
    body = _TOKEN.sub(_HERE, xml).encode()
    # The recording of a long answer breaks off; what is there is compared.
    root = etree.fromstring(body, etree.XMLParser(recover=_cut_off(xml)))
    for element in root.iter():
        name = etree.QName(element)
        if name.localname == "documentation":
            continue
        marks = sorted(
            f"{etree.QName(key).localname}={_resolved(element, str(text))}"
            for key, text in element.attrib.items()
        )
        text = (element.text or "").strip()
        claimed = "".join(marks)
        kept = name.localname in _EXACT or "boolean" in claimed
        path = "/".join(str(step.tag) for step in element.iterancestors())
        yield f"{path.count('/')} {element.tag} {' '.join(marks)} {text if kept else ''}"


def _cut_off(xml: str) -> bool:
    return bool(xml.strip()) and not xml.rstrip().endswith(
        ("Envelope>", "definitions>")
    )


def _resolved(element: Any, text: str) -> str:
    """Return an attribute with the prefix of a type as what it stands for."""
    prefix, colon, rest = text.partition(":")
    if colon and prefix in element.nsmap:
        return f"{{{element.nsmap[prefix]}}}{rest}"
    return text
