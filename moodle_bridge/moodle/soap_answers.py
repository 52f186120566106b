"""What a SOAP answer says: a value, or a fault and the error that it is.

The errors are those of REST for the same refusal. Faults differ by who wrote them:
Moodle's functions (with an errorcode), Moodle outside of them (a text in the language
of the site, and nothing else), or PHP's SOAP server (a text in English).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.moodle.soap_codec import ENVELOPE, decoded, local_name
from moodle_bridge.moodle.wire import Asked, lost, refusal, without_notices

_ERRORCODE = "| ERRORCODE:"
_BY_MOODLE = "MOODLE:error"
_FUNCTION = "Procedure '"
_NO_WSDL = "SOAP-ERROR: Parsing WSDL"
_CLIENT = "Client"
_BROKEN_OFF = re.compile(
    r"SOAP-ERROR: Encoding|Allowed memory size|Out of memory|Maximum execution time"
    r"|Internal Error|$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault: who wrote it, what it says, and Moodle's errorcode if it gave one.

    `by_function` is true when a function of Moodle refused. `unnamed` is true when
    Moodle refused outside of any, where it gives no errorcode: the token is wrong, or
    the site is closed, or PHP broke off.
    """

    kind: str
    said: str
    errorcode: str = ""
    detail: str = ""
    by_function: bool = False

    @property
    def unnamed(self) -> bool:
        """Whether only its text, in any language, tells what it means."""
        return self.kind == _BY_MOODLE


def content_of(body: bytes) -> etree._Element:
    """Return what the Body of a SOAP envelope holds: an answer or a fault.

    Raises ValueError for anything else. Nothing is fetched and no entity is expanded:
    a document type makes it no SOAP.
    """
    root = parsed_xml(body)
    found = root.find(f"{{{ENVELOPE}}}Body")
    if root.tag != f"{{{ENVELOPE}}}Envelope" or found is None or len(found) != 1:
        raise ValueError("no SOAP envelope")
    return found[0]


def parsed_xml(body: bytes) -> etree._Element:
    """Return the root of an XML document in UTF-8; raises ValueError.

    A document type is refused, and with it every entity.
    """
    body = without_notices(body)
    # Looked for before it is parsed, and in no other encoding than this.
    if not body.strip() or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ValueError("empty, or with a document type")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        # Texts over 10 MB; the size of the whole is limited as it comes in.
        huge_tree=True,
    )
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        problem = ValueError("no XML")
    raise problem


def fault_of(content: etree._Element) -> Fault | None:
    """Return the fault, None when the content is an answer."""
    if content.tag != f"{{{ENVELOPE}}}Fault":
        return None
    parts = {
        local_name(part): "".join(part.itertext()).strip()  # type: ignore[arg-type]
        for part in content
    }
    said, named, errorcode = parts.get("faultstring", "").partition(_ERRORCODE)
    return Fault(
        kind=parts.get("faultcode", ""),
        said=said.strip(),
        errorcode=parts.get("faultactor", "") or errorcode.strip(),
        detail=parts.get("detail", ""),
        by_function=bool(named),
    )


def returned(content: etree._Element, function: str, *, void: bool) -> Any:
    """Return the value of an answer; raises ValueError when it is not the function's.

    `void` functions return nothing.
    """
    if local_name(content) != f"{function}Response":
        raise ValueError("an answer of another function")
    if void and not len(content):
        return None
    if len(content) != 1:
        raise ValueError("not one value")
    return decoded(content[0])


def fault_error(fault: Fault, asked: Asked) -> RemoteError:
    """Return the error that a fault is; as REST would have it."""
    kind = fault.kind.rpartition(":")[2]
    said = {
        "message": fault.said or fault.kind or "no reason",
        "errorcode": fault.errorcode,
        "debuginfo": fault.detail,
    }
    if _NO_WSDL in fault.said:
        return _no_wsdl(asked)
    if fault.by_function or fault.unnamed:
        return refusal(said, asked)
    if fault.said.startswith(_FUNCTION):
        return refusal({**said, "errorcode": "accessexception"}, asked)
    if kind == _CLIENT:
        # PHP's own check of the parameters, before the function.
        return refusal({**said, "errorcode": "invalidparameter"}, asked)
    if not asked.writes and not _BROKEN_OFF.match(fault.said):
        # An error that PHP throws within the function, as for what is not there.
        return refusal(said, asked)
    # PHP broke off, or could not write down what the function gave: it may have run.
    return lost(f"the site failed ({asked.masked(fault.said)[:200]})", asked)


def _no_wsdl(asked: Asked) -> Permanent:
    return Permanent(
        "the site cannot read the description of its own SOAP service",
        item=asked.site_url,
        code="wsdl",
        advice="For SOAP the web server must reach the site by its own address, and "
        "trust its certificate; ask the host.",
        concerns_all=True,
    )
