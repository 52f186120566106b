"""Moodle's REST server, its upload script and its files, over requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from zope.interface import implementer

from moodle_bridge.interfaces.transport import Answer, ITransport
from moodle_bridge.moodle import form
from moodle_bridge.moodle.addresses import REST_SERVER
from moodle_bridge.moodle.exchange import Exchange, HttpSettings, Sent, too_large
from moodle_bridge.moodle.file_scripts import FileScripts
from moodle_bridge.moodle.wire import served_at, value_of
from moodle_bridge.runtime import Clock, utc_now

TEXT_SETTINGS = {
    "moodlewssettingraw": "0",
    "moodlewssettingfilter": "0",
    "moodlewssettingfileurl": "1",
}
"""How Moodle should write texts, whatever the protocol.

Filters off: multimedia players and glossary links are no part of what was written.
Texts are left to Moodle's own cleaning (raw off), addresses of files are made whole
(fileurl on); both are what a batch does of itself.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSettings(HttpSettings):
    """See `HttpSettings`; counts.

    `form_fields` is kept under PHP's max_input_vars, beyond which it drops fields
    without a word.
    """

    form_fields: int = 900


@implementer(ITransport)
class RestTransport:
    """See `ITransport`. May be used from several threads at once."""

    def __init__(
        self,
        site_url: str,
        token: SecretStr | str,
        *,
        settings: RestSettings | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._settings = settings or RestSettings()
        self._exchange = Exchange(site_url, token, settings=self._settings, clock=clock)
        self._files = FileScripts(self._exchange)
        self.site_url = self._exchange.site_url

    def __repr__(self) -> str:
        return f"<RestTransport {self.site_url}>"

    def call(
        self, function: str, arguments: Mapping[str, Any], *, writes: bool
    ) -> Answer:
        """See `ITransport`."""
        given = form.fields(arguments)
        named = {
            "moodlewsrestformat": "json",
            **TEXT_SETTINGS,
            "wstoken": self._exchange.token.get_secret_value(),
            "wsfunction": function,
        }
        body = form.encoded([*named.items(), *given])
        asked = self._exchange.asked(function, writes=writes)
        if len(given) > self._settings.form_fields:
            raise too_large(asked, f"{len(given)} values")
        if len(body) > self._settings.form_size:
            raise too_large(asked, f"{len(body)} bytes")
        sent = Sent(url=self.site_url + REST_SERVER, body=body)
        reply = self._exchange.reply(sent, asked)
        return Answer(value=value_of(reply, asked), served_at=served_at(reply.headers))

    def upload(
        self, filename: str, content: bytes, *, media_type: str, item_id: int
    ) -> Answer:
        """See `ITransport`."""
        return self._files.upload(
            filename, content, media_type=media_type, item_id=item_id
        )

    def download(self, url: str, *, limit: int) -> bytes:
        """See `ITransport`."""
        return self._files.download(url, limit=limit)

    def close(self) -> None:
        """See `ITransport`."""
        self._exchange.close()
