"""Moodle's upload script and its files: the same for every protocol."""

from __future__ import annotations

import re

import requests

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces.transport import Answer
from moodle_bridge.moodle import form
from moodle_bridge.moodle.addresses import UPLOAD_SCRIPT, download_address
from moodle_bridge.moodle.exchange import Exchange, Sent, is_file
from moodle_bridge.moodle.wire import served_at, value_of
from moodle_bridge.redact import secrets_masked

UPLOAD, DOWNLOAD = "webservice/upload.php", "webservice/pluginfile.php"

_UNFIT_FOR_A_FILENAME = re.compile(r"[\x00-\x1f\x7f/\\]+")


class FileScripts:
    """Files up and down over one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def upload(
        self, filename: str, content: bytes, *, media_type: str, item_id: int
    ) -> Answer:
        """See `ITransport`."""
        # Nobody has used the draft area yet, so an upload whose answer was lost has
        # done nothing that matters: as safe to repeat as a read.
        asked = self._exchange.asked(UPLOAD, writes=False)
        name = _UNFIT_FOR_A_FILENAME.sub("_", filename).strip() or "file"
        sent = Sent(
            url=self._exchange.site_url + UPLOAD_SCRIPT,
            fields={
                "token": self._exchange.token.get_secret_value(),
                "filepath": "/",
                "itemid": str(item_id),
            },
            files={"file_1": (name, content, media_type)},
        )
        reply = self._exchange.reply(sent, asked)
        return Answer(value=value_of(reply, asked), served_at=served_at(reply.headers))

    def download(self, url: str, *, limit: int) -> bytes:
        """See `ITransport`."""
        asked = self._exchange.asked(DOWNLOAD, writes=False)
        site_url = self._exchange.site_url
        address = download_address(url, site_url)
        if address is None:
            raise Permanent(
                "the address of the file is not of this site, so no token goes there",
                item=secrets_masked(url)[:200],
                code="foreign",
                advice=f"Look whether [moodle].url ({site_url}) is the address "
                "that the site itself uses.",
            )
        body = form.encoded([("token", self._exchange.token.get_secret_value())])
        reply = self._exchange.reply(Sent(url=address, body=body), asked, limit=limit)
        if reply.status == requests.codes.ok and is_file(reply.headers):
            return reply.body
        if reply.status in range(300, 400):
            raise Permanent(
                "the site keeps the file elsewhere, where no token goes",
                item=secrets_masked(url)[:200],
                code="redirect",
                advice="Link to the file instead of attaching it.",
            )
        value_of(reply, asked)
        raise Permanent(
            "the site gave no file", item=secrets_masked(url)[:200], code="nofile"
        )

    def refused_token(self) -> None:
        """Raise what the site has against the token or has for everybody, if it has.

        Asks the upload script with no file in hand, which changes nothing and, unlike
        SOAP, tells errorcodes. Raises as `value_of`; nothing is raised when the token
        got as far as to be asked for a file.
        """
        asked = self._exchange.asked(UPLOAD, writes=False)
        body = form.encoded([("token", self._exchange.token.get_secret_value())])
        sent = Sent(url=self._exchange.site_url + UPLOAD_SCRIPT, body=body)
        value_of(self._exchange.reply(sent, asked), asked)
