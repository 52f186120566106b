"""Takes mail from a folder of an IMAP account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient
from pydantic import Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import IMailbox
from moodle_bridge.model.mail import IncomingMail
from moodle_bridge.plugins.mailboxes.arrival import (
    DEFAULT_MAX_BYTES,
    HEADER_BYTES,
    envelope_of,
    header_alone,
)
from moodle_bridge.plugins.mailboxes.imap_connection import ImapConnection
from moodle_bridge.plugins.server import Security, ServerSettings
from moodle_bridge.runtime import Clock, utc_now

_SEEN = rb"\Seen"
_WHOLE, _WHOLE_GIVEN = b"BODY.PEEK[]", b"BODY[]"
_HEADER, _HEADER_GIVEN = b"BODY.PEEK[HEADER]", b"BODY[HEADER]"
_LISTED_AT_ONCE = 500
_BYTES_AT_ONCE = 4 * 1024 * 1024
_MAILS_AT_ONCE = 50
_CHECK_MOVE_TO = (
    "Check move_to: the folder must be there, and the server must know MOVE; without"
    " move_to mails are only marked as seen."
)


class ImapSettings(ServerSettings):
    """Which account and folder."""

    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="The port; the usual one for `security` when left out.",
        examples=[993],
    )
    security: Security = Field(
        default="tls",
        description='How the way is guarded: "tls" is TLS from the first byte,'
        ' "starttls" begins in the clear and goes on with TLS or not at all, "none" is'
        " taken on this machine only.",
    )
    folder: str = Field(
        default="INBOX", min_length=1, description="The folder that is read."
    )
    move_to: str = Field(
        default="",
        description="The folder for what was taken, which must be there; when left out,"
        " mails stay where they are and are marked as seen.",
        examples=["Taken"],
    )
    max_bytes: int = Field(
        default=DEFAULT_MAX_BYTES,
        ge=1,
        description="Of a larger mail only the header is read.",
    )


@implementer(IMailbox)
class ImapMailbox:
    r"""Gives all mails of a folder that are newer than the cursor, seen or not.

    See `IMailbox`. Fetching changes nothing. The cursor is `UIDVALIDITY:UID`; when
    the server has given the folder new numbers (RFC 3501 section 2.3.1.1) everything
    in it is given again, and the ledger knows what it has. Who only reads a mail in
    webmail takes nothing away: the flag \Seen is set here, and never asked.
    """

    def __init__(self, settings: ImapSettings, *, clock: Clock = utc_now) -> None:
        self._settings = settings
        self._clock = clock
        self._connection = ImapConnection(settings, settings.folder)
        self.name = self._connection.item

    def fetch(self, after: str | None) -> Iterator[IncomingMail]:
        """See `IMailbox`; a few megabytes are asked for at once.

        A mail that the server cannot give, although it is there, is given empty, so
        that it is accounted for.
        """
        with self._connection.errors_told():
            client, validity = self._connection.refreshed()
            uids = _found(client, _uid_of(after, validity))
        for listed in _chunks(uids):
            with self._connection.errors_told():
                sizes = self._sizes(listed, validity)
            for batch in _batches(sizes, self._settings.max_bytes):
                with self._connection.errors_told():
                    mails = self._given(batch, sizes, validity)
                yield from mails

    def cursor_after(self, mail: IncomingMail) -> str | None:
        """See `IMailbox`."""
        return mail.key.removeprefix("imap:")

    def acknowledge(self, keys: Iterable[str]) -> None:
        """See `IMailbox`; also passes over keys of an earlier UIDVALIDITY."""
        parted = [key.split(":") for key in keys if key.startswith("imap:")]
        if not parted:
            return
        with self._connection.errors_told():
            _, validity = self._connection.refreshed()
        uids = [int(uid) for _, known, uid in parted if int(known) == validity]
        for chunk in _chunks(sorted(set(uids))):
            self._mark(chunk)

    def probe(self) -> None:
        """Look whether mails can be read and moved; nothing is changed.

        Raises Permanent for what only another setting mends, else Transient.
        """
        with self._connection.errors_told():
            client, _ = self._connection.refreshed()
        if not self._settings.move_to:
            return
        with self._connection.errors_told(_CHECK_MOVE_TO):
            there = client.folder_exists(self._settings.move_to)
            if there and client.has_capability("MOVE"):
                return
        raise Permanent(
            "the server cannot move mails"
            if there
            else f"there is no folder {self._settings.move_to}",
            item=self.name,
            advice=_CHECK_MOVE_TO,
        )

    def close(self) -> None:
        """See `IMailbox`."""
        self._connection.close()

    def _mark(self, uids: Sequence[int]) -> None:
        with self._connection.errors_told():
            client, _ = self._connection.selected()
            client.add_flags(uids, [_SEEN], silent=True)
        if self._settings.move_to:
            with self._connection.errors_told(_CHECK_MOVE_TO):
                client.move(uids, self._settings.move_to)

    def _sizes(self, uids: Sequence[int], validity: int) -> dict[int, int]:
        given = self._client(validity).fetch(uids, [b"RFC822.SIZE"])
        return {uid: int(given[uid].get(b"RFC822.SIZE", 0)) for uid in sorted(given)}

    def _given(
        self, uids: Sequence[int], sizes: Mapping[int, int], validity: int
    ) -> list[IncomingMail]:
        too_big = sizes[uids[0]] > self._settings.max_bytes
        part = _HEADER + f"<0.{HEADER_BYTES}>".encode() if too_big else _WHOLE
        answers = self._client(validity).fetch(uids, [part, b"INTERNALDATE"])
        mails = []
        for uid in uids:
            if uid not in answers:
                continue
            if too_big:
                start = answers[uid].get(_HEADER_GIVEN + b"<0>") or b""
                raw = header_alone(start, sizes[uid])
            else:
                raw = answers[uid].get(_WHOLE_GIVEN) or b""
            mails.append(self._mail(uid, raw, answers[uid], validity))
        return mails

    def _mail(
        self, uid: int, raw: bytes, answer: Mapping[bytes, Any], validity: int
    ) -> IncomingMail:
        envelope = envelope_of(raw)
        received = answer.get(b"INTERNALDATE")
        return IncomingMail(
            key=f"imap:{validity}:{uid}",
            raw=raw,
            received=received.astimezone(UTC)
            if isinstance(received, datetime)
            else self._clock(),
            envelope_recipient=envelope.recipient,
            envelope_sender=envelope.sender,
        )

    def _client(self, validity: int) -> IMAPClient:
        client, now = self._connection.selected()
        if now != validity:
            # Only between two commands, after a lost connection: the numbers at hand
            # mean other mails now.
            self._connection.drop()
            raise ConnectionResetError("the folder was numbered anew meanwhile")
        return client


def _uid_of(cursor: str | None, validity: int) -> int:
    known, _, uid = (cursor or "").partition(":")
    return int(uid) if known == str(validity) else 0


def _found(client: IMAPClient, after: int) -> list[int]:
    # `n:*` names the last mail even where its number is lower (RFC 3501, 6.4.8).
    found = client.search(["UID", f"{after + 1}:*"])
    return sorted(uid for uid in found if uid > after)


def _chunks(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), _LISTED_AT_ONCE):
        yield uids[start : start + _LISTED_AT_ONCE]


def _batches(sizes: Mapping[int, int], max_bytes: int) -> Iterator[list[int]]:
    batch: list[int] = []
    weight = 0
    for uid, size in sizes.items():
        alone = size > max_bytes
        if batch and (
            alone or weight + size > _BYTES_AT_ONCE or len(batch) == _MAILS_AT_ONCE
        ):
            yield batch
            batch, weight = [], 0
        if alone:
            yield [uid]
            continue
        batch.append(uid)
        weight += size
    if batch:
        yield batch
