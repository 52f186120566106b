"""Moodle's SOAP server: for a site where REST is switched off."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from threading import Lock
from typing import Any

from lxml import etree
from pydantic import SecretStr
from zope.interface import implementer

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.interfaces.transport import Answer, ITransport
from moodle_bridge.moodle.addresses import SOAP_SERVER
from moodle_bridge.moodle.errorcodes import SERVICE
from moodle_bridge.moodle.exchange import Exchange, HttpSettings, Sent, too_large
from moodle_bridge.moodle.file_scripts import FileScripts
from moodle_bridge.moodle.rest import TEXT_SETTINGS
from moodle_bridge.moodle.soap_answers import (
    Fault,
    content_of,
    fault_error,
    fault_of,
    parsed_xml,
    returned,
)
from moodle_bridge.moodle.soap_parameters import known_parameters
from moodle_bridge.moodle.soap_wsdl import SoapService
from moodle_bridge.moodle.wire import MOVED, Asked, Reply, lost, moved, served_at
from moodle_bridge.moodle.wire import unreadable as unreadable_reply
from moodle_bridge.runtime import Clock, utc_now

log = logging.getLogger(__name__)

WSDL = "webservice/soap/server.php?wsdl=1"

_OK, _ACCEPTED = range(200, 300), 202
_LARGEST_WSDL = 16 * 1024 * 1024
_TOKEN_PARAMETER = b"wstoken="


@implementer(ITransport)
class SoapTransport:
    """See `ITransport`. May be used from several threads at once.

    Moodle's SOAP server takes the token in the address and nowhere else; it stands in
    no log, error or representation, and nothing is written to disk. The WSDL is read
    before the first call, once.
    """

    def __init__(
        self,
        site_url: str,
        token: SecretStr | str,
        *,
        settings: HttpSettings | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._settings = settings or HttpSettings()
        self._exchange = Exchange(site_url, token, settings=self._settings, clock=clock)
        self._files = FileScripts(self._exchange)
        self._service: SoapService | None = None
        self._opening = Lock()
        self.site_url = self._exchange.site_url

    def __repr__(self) -> str:
        return f"<SoapTransport {self.site_url}>"

    def open(self) -> SoapService:
        """Read what the token's service holds, unless that was done; nothing changes.

        Raises Permanent when SOAP is switched off, when the site does not take the
        token, and when it cannot describe the service (code `wsdl`); Transient when
        the site is away.
        """
        with self._opening:
            if self._service is None:
                self._service = self._described()
            return self._service

    def call(
        self, function: str, arguments: Mapping[str, Any], *, writes: bool
    ) -> Answer:
        """See `ITransport`."""
        service = self.open()
        asked = self._exchange.asked(function, writes=writes, protocol="SOAP")
        if not service.holds(function):
            raise Permanent(
                "the token's service does not hold this function",
                item=function,
                code="accessexception",
                advice=f"Add it to the service of the token in {SERVICE} > Functions.",
            )
        body = service.request(arguments, asked)
        if len(body) > self._settings.form_size:
            raise too_large(asked, f"{len(body)} bytes")
        sent = Sent(
            url=self.site_url + SOAP_SERVER,
            body=body,
            headers={
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": service.action(function),
            },
            query={**TEXT_SETTINGS, **self._token_parameter()},
        )
        reply = self._exchange.reply(sent, asked)
        value = self._value(reply, asked, void=service.is_void(function))
        return Answer(value=value, served_at=served_at(reply.headers))

    def upload(
        self, filename: str, content: bytes, *, media_type: str, item_id: int
    ) -> Answer:
        """See `ITransport`. SOAP has no files: the same script as for REST."""
        return self._files.upload(
            filename, content, media_type=media_type, item_id=item_id
        )

    def download(self, url: str, *, limit: int) -> bytes:
        """See `ITransport`. SOAP has no files: the same script as for REST."""
        return self._files.download(url, limit=limit)

    def close(self) -> None:
        """See `ITransport`."""
        self._exchange.close()

    def _token_parameter(self) -> dict[str, str]:
        return {"wstoken": self._exchange.token.get_secret_value()}

    def _value(self, reply: Reply, asked: Asked, *, void: bool) -> Any:
        if void and reply.status == _ACCEPTED and not reply.body.strip():
            return None
        content = self._content(reply, asked)
        if reply.status not in _OK:
            raise unreadable_reply(reply, asked)
        try:
            return returned(content, asked.function, void=void)
        except ValueError as error:
            problem = lost(f"the answer is not what SOAP gives: {error}", asked)
        raise problem

    def _content(self, reply: Reply, asked: Asked) -> etree._Element:
        if reply.status in MOVED:
            raise moved(reply, asked)
        try:
            content = content_of(reply.body)
        except ValueError:
            content = None
        if content is None:
            raise unreadable_reply(reply, asked)
        fault = fault_of(content)
        if fault is not None:
            raise self._refused(fault, asked)
        return content

    def _refused(self, fault: Fault, asked: Asked) -> RemoteError:
        if not fault.unnamed:
            return fault_error(fault, asked)
        # Its text alone, in any language, is all that Moodle gives. The upload script
        # is refused for the same reasons, and names them.
        try:
            self._files.refused_token()
        except RemoteError as named:
            said = named
        else:
            return fault_error(fault, asked)
        if not said.concerns_all:
            return fault_error(fault, asked)
        if isinstance(said, Transient) and fault.said not in said.what:
            return lost(said.what, asked, code=said.code, advice=said.advice)
        said.item = asked.function
        return said

    def _described(self) -> SoapService:
        asked = self._exchange.asked(WSDL, writes=False, protocol="SOAP")
        sent = Sent(
            url=self.site_url + SOAP_SERVER,
            query={"wsdl": "1", **self._token_parameter()},
        )
        reply = self._exchange.reply(sent, asked)
        if reply.status in MOVED:
            raise moved(reply, asked)
        if reply.status in _OK and not reply.body.strip():
            raise _switched_off(self.site_url)
        root = self._wsdl(reply, asked)
        if root is None:
            raise unreadable_reply(reply, asked)
        token = self._exchange.token.get_secret_value().encode("ascii")
        wsdl = reply.body.replace(_TOKEN_PARAMETER + token, _TOKEN_PARAMETER + b"taken")
        try:
            service = SoapService(wsdl, known_parameters())
        # zeep raises whatever it stumbles over, and a WSDL is from outside.
        except Exception as error:  # noqa: BLE001
            problem = self._undescribed(type(error).__name__)
        else:
            log.debug("%s: read", WSDL)
            return service
        raise problem

    def _wsdl(self, reply: Reply, asked: Asked) -> etree._Element | None:
        try:
            root = parsed_xml(reply.body[:_LARGEST_WSDL])
        except ValueError:
            return None
        if etree.QName(root).localname != "Envelope":
            return root if reply.status in _OK else None
        try:
            fault = fault_of(content_of(reply.body))
        except ValueError:
            return None
        if fault is None:
            return None
        refused = self._refused(fault, asked)
        if isinstance(refused, Permanent) and not refused.concerns_all:
            refused = self._undescribed(self._exchange.masked(fault.said)[:200])
        raise refused

    def _undescribed(self, why: str) -> Permanent:
        return Permanent(
            f"the site cannot describe the token's service over SOAP ({why})",
            item=self.site_url,
            code="wsdl",
            advice="One function that SOAP cannot describe spoils the whole service: "
            "give the token a service of only the functions that the bridge needs.",
            concerns_all=True,
        )


def _switched_off(site_url: str) -> Permanent:
    return Permanent(
        "SOAP is switched off on the site",
        item=site_url,
        code="nosoap",
        advice="Enable SOAP in Site administration > Server > Web services > Manage "
        'protocols, or better REST, and write protocol = "auto" in [moodle].',
        concerns_all=True,
    )
