"""Looks which protocols the site speaks, and which one the bridge speaks with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.moodle.functions import SITE_INFO
from moodle_bridge.moodle.rest import RestSettings, RestTransport
from sync.cli.checks.finding import Finding, missing, ok, warning

if TYPE_CHECKING:
    from moodle_bridge.runtime import Clock
    from sync.settings.sections import MoodleSettings

_PROTOCOLS = "Site administration > Server > Web services > Manage protocols"
_FORBIDDEN = "403"
_SOAP_OFF = frozenset({"nosoap", _FORBIDDEN})


def look_at_protocols(settings: MoodleSettings, *, clock: Clock) -> Iterator[Finding]:
    """Say of REST and of SOAP whether the site speaks it with this token.

    Gives nothing when the site is away or does not take the token: that is not a
    matter of protocols, and is told by whoever asks the site next.
    """
    transport = RestSettings(
        connect_timeout=settings.connect_timeout.total_seconds(),
        read_timeout=settings.read_timeout.total_seconds(),
        form_fields=settings.input_limit,
    )
    rest = RestTransport(settings.url, settings.token, settings=transport, clock=clock)
    try:
        refused = _refusal(lambda: rest.call(SITE_INFO, {}, writes=False))
    finally:
        rest.close()
    if refused is not None and refused.code != _FORBIDDEN:
        return
    speaks_rest = refused is None
    # zeep is slow to import, and only this look needs it on most sites.
    from moodle_bridge.moodle.soap import SoapTransport  # noqa: PLC0415

    soap = SoapTransport(settings.url, settings.token, settings=transport, clock=clock)
    try:
        undescribed = _refusal(soap.open)
    finally:
        soap.close()
    speaks_soap = undescribed is None
    wanted = settings.protocol
    used = (
        "SOAP" if wanted == "soap" or (wanted, speaks_rest) == ("auto", False) else ""
    )
    yield from _rest(speaks_rest=speaks_rest, speaks_soap=speaks_soap, wanted=wanted)
    yield from _soap(undescribed, needed=used == "SOAP")


def _refusal(ask: Callable[[], object]) -> RemoteError | None:
    try:
        ask()
    except RemoteError as error:
        return error
    return None


def _rest(*, speaks_rest: bool, speaks_soap: bool, wanted: str) -> Iterator[Finding]:
    if speaks_rest:
        yield ok("REST", "on, not used" if wanted == "soap" else "on; it is spoken")
    elif wanted == "soap":
        yield ok("REST", "switched off, not needed")
    elif wanted == "auto" and speaks_soap:
        yield warning(
            "REST",
            "switched off; SOAP is spoken, which tells less of what went wrong",
            f"Enable REST in {_PROTOCOLS}, if you may.",
        )
    else:
        yield missing(
            "REST",
            "switched off, or kept from us by what stands before the site",
            f"Enable REST in {_PROTOCOLS}, and give the role of the bridge's account"
            " webservice/rest:use.",
        )


def _soap(refused: RemoteError | None, *, needed: bool) -> Iterator[Finding]:
    if refused is None:
        yield ok("SOAP", "on; it is spoken" if needed else "on, not used")
    elif needed:
        yield missing("SOAP", refused.what, refused.advice)
    elif isinstance(refused, Permanent) and refused.code in _SOAP_OFF:
        yield ok("SOAP", "switched off, not needed")
    elif refused.code == "wsdl":
        yield ok("SOAP", "on, but cannot describe this service; not needed")
    else:
        yield ok("SOAP", f"not for this token, not needed ({refused.what})")
