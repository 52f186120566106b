"""Carries a fault out: what reaches the client instead of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from moodle_bridge.practice.faults import ConnectionDropped, Fault, FaultKind
from moodle_bridge.practice.php_json import php_json
from moodle_bridge.practice.refusals import refused
from moodle_bridge.practice.soap_encode import fault_envelope
from moodle_bridge.practice.soap_fault import early_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_GATEWAY = (
    "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>"
    "<center><h1>502 Bad Gateway</h1></center></body>\n</html>\n"
)
_WALL = (
    '<!DOCTYPE html>\n<html lang="en"><head><title>Just a moment</title></head>'
    "<body><p>Checking your browser before you continue.</p></body></html>\n"
)
_UPGRADE = (
    '<!DOCTYPE html>\n<html lang="en"><head><title>Site under maintenance</title></head>'
    "<body><p>This site is undergoing maintenance and is currently not available."
    "</p></body></html>\n"
)
_NOTICE = (
    "<br />\n<b>Notice</b>:  Undefined index: x in <b>/srv/moodle/lib/x.php</b> "
    "on line <b>1</b><br />\n"
)
_HTML = "text/html; charset=utf-8"


def misbehaved(
    fault: Fault, work: Callable[[], Response], *, soap: bool = False
) -> Response:
    """Return what the client gets; `work` runs the function, where it still runs."""
    match fault.kind:
        case FaultKind.DELAY:
            return work()
        case FaultKind.DROP_BEFORE:
            raise ConnectionDropped
        case FaultKind.DROP_AFTER:
            work()
            raise ConnectionDropped
        case FaultKind.CUT:
            return _cut(work())
        case FaultKind.EMPTY:
            return Response(b"", content_type=work().content_type)
        case FaultKind.NOTICE:
            return _with_notice(work())
        case _:
            return _instead(fault, soap=soap)


def _instead(fault: Fault, *, soap: bool) -> Response:
    """Return an answer that comes although nothing has run."""
    match fault.kind:
        case FaultKind.MAINTENANCE:
            return _maintained(soap=soap)
        case FaultKind.BAD_GATEWAY:
            response = Response(_GATEWAY, status=502, content_type=_HTML)
        case FaultKind.TOO_MANY:
            response = Response(_WALL, status=429, content_type=_HTML)
        case FaultKind.HTML:
            response = Response(_WALL, content_type=_HTML)
        case _:
            response = Response(_UPGRADE, status=503, content_type=_HTML)
    wait = fault.retry_after
    if wait is None and fault.kind in {FaultKind.UNAVAILABLE, FaultKind.CLOSED}:
        wait = 300
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _maintained(*, soap: bool) -> Response:
    refusal = refused(
        "sitemaintenance",
        "The site is undergoing maintenance and is currently not available",
    )
    if soap:
        body = fault_envelope(early_fault(refusal))
        return Response(body, content_type="application/xml; charset=utf-8")
    body = php_json(
        {
            "exception": refusal.exception,
            "errorcode": refusal.errorcode,
            "message": refusal.message,
        }
    )
    return Response(body, content_type="application/json")


def _cut(response: Response) -> Response:
    body = response.get_data()
    half = max(1, len(body) // 2)

    def pieces() -> Iterable[bytes]:
        yield body[:half]
        raise ConnectionDropped

    cut = Response(pieces(), content_type=response.content_type)
    # The length promises the whole body, so that the client can notice.
    cut.headers["Content-Length"] = str(max(len(body), half + 1))
    return cut


def _with_notice(response: Response) -> Response:
    response.set_data(_NOTICE.encode() + response.get_data())
    return response
