"""Which protocol a site is spoken to in: REST, SOAP, or the one that is switched on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from pydantic import SecretStr
from zope.interface import implementer

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.interfaces.transport import Answer, ITransport
from moodle_bridge.moodle.functions import SITE_INFO
from moodle_bridge.moodle.rest import RestSettings, RestTransport
from moodle_bridge.runtime import Clock

if TYPE_CHECKING:
    from moodle_bridge.moodle.soap import SoapTransport

log = logging.getLogger(__name__)

ProtocolName = Literal["rest", "soap", "auto"]

_OFF = "403"
"""How Moodle's REST server answers where it is switched off; a firewall may too."""


def transport_of(
    protocol: ProtocolName,
    site_url: str,
    token: SecretStr | str,
    *,
    settings: RestSettings,
    clock: Clock,
) -> ITransport:
    """Return the transport of a protocol; nothing is asked before it is used.

    Raises ConfigError for an address or a token that cannot be right.
    """

    def soap() -> SoapTransport:
        # zeep is slow to import, and most sites never need it.
        from moodle_bridge.moodle.soap import SoapTransport  # noqa: PLC0415

        return SoapTransport(site_url, token, settings=settings, clock=clock)

    if protocol == "soap":
        return soap()
    rest = RestTransport(site_url, token, settings=settings, clock=clock)
    return rest if protocol == "rest" else AutoTransport(rest, soap)


@implementer(ITransport)
class AutoTransport:
    """See `ITransport`. REST; SOAP where REST is switched off, and for nothing else.

    The first call that succeeds decides, for good. REST counts as switched off when it answers
    403 to the question for the site itself too, and the site describes its service
    over SOAP. A write that meets this is not taken over: it was refused, so it is
    Transient, and its caller repeats it.
    """

    def __init__(self, rest: RestTransport, soap: Callable[[], SoapTransport]) -> None:
        self.site_url = rest.site_url
        self._rest = rest
        self._make_soap = soap
        self._soap: SoapTransport | None = None
        self._chosen: ITransport | None = None
        self._deciding = Lock()

    def __repr__(self) -> str:
        return f"<AutoTransport {self.site_url}>"

    def call(
        self, function: str, arguments: Mapping[str, Any], *, writes: bool
    ) -> Answer:
        """See `ITransport`."""
        if self._chosen is not None:
            return self._chosen.call(function, arguments, writes=writes)
        try:
            answer = self._rest.call(function, arguments, writes=writes)
        except Permanent as error:
            if error.code != _OFF or self._decided() is self._rest:
                raise
        else:
            self._settle(self._rest)
            return answer
        if writes:
            raise Transient(
                "REST is switched off on the site; SOAP is spoken from now on",
                item=function,
                retry_after=0.0,
            )
        return self._decided().call(function, arguments, writes=False)

    def upload(
        self, filename: str, content: bytes, *, media_type: str, item_id: int
    ) -> Answer:
        """See `ITransport`. No matter of protocol."""
        return self._rest.upload(
            filename, content, media_type=media_type, item_id=item_id
        )

    def download(self, url: str, *, limit: int) -> bytes:
        """See `ITransport`. No matter of protocol."""
        return self._rest.download(url, limit=limit)

    def close(self) -> None:
        """See `ITransport`."""
        self._rest.close()
        if self._soap is not None:
            self._soap.close()

    def _settle(self, chosen: ITransport) -> None:
        # Another thread may have been first.
        self._chosen = self._chosen or chosen

    def _decided(self) -> ITransport:
        with self._deciding:
            if self._chosen is None:
                refused = self._rest_refused()
                if refused is None:
                    self._chosen = self._rest
                else:
                    self._chosen = self._opened_soap(refused)
            return self._chosen

    def _rest_refused(self) -> Permanent | None:
        try:
            self._rest.call(SITE_INFO, {}, writes=False)
        except Permanent as error:
            # Any other refusal is an answer: REST is there.
            return error if error.code == _OFF else None
        return None

    def _opened_soap(self, refused: Permanent) -> ITransport:
        if self._soap is None:
            self._soap = self._make_soap()
        try:
            self._soap.open()
        except Transient:
            raise
        except RemoteError as error:
            log.debug("neither REST nor SOAP: %s", error)
        else:
            log.info("REST is switched off on the site; SOAP is spoken instead")
            return self._soap
        raise refused
