"""Mailing lists of the post office: one mail in, one for each member out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.header import Header
from email.utils import formataddr
from typing import Literal

from moodle_bridge.practice.post_office_letter import (
    Letter,
    bare,
    divided,
    joined,
    name_of,
)

_TAKEN_AWAY = {"list-id", "list-post", "precedence", "sender"}
_PLAIN = {"", "7bit", "8bit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeList:
    """A list as list software keeps it.

    `list_id` is without angle brackets, made from the address when None.
    `returns_own_mail` sends authors their own mail back. `munge_from` puts the list
    into From, as lists do for authors whose domain forbids others to write for it.
    `bounces_to` says whose envelope sender the copies carry: the author's (`sender`)
    or the list's own (`list`, as Mailman does).
    """

    address: str
    members: tuple[str, ...] = ()
    name: str = ""
    list_id: str | None = None
    subject_prefix: str = ""
    footer: str = ""
    returns_own_mail: bool = True
    munge_from: bool = False
    bounces_to: Literal["sender", "list"] = "sender"

    def identifier(self) -> str:
        """Return the RFC 2919 identifier."""
        return self.list_id or self.address.replace("@", ".")

    def bounce_address(self) -> str:
        """Return where the list wants to hear of undeliverable copies."""
        local, _, domain = self.address.rpartition("@")
        return f"{local}-bounces@{domain}"

    def copies(self, letter: Letter) -> Iterator[Letter]:
        """Give the copy of a mail for each member; the body is one for all."""
        content = self._dressed(letter)
        authors = {bare(letter.sender), bare(letter.author()[1])}
        sender = self.bounce_address() if self.bounces_to == "list" else letter.sender
        for member in self.members:
            if self.returns_own_mail or bare(member) not in authors:
                yield Letter(sender=sender, recipient=member, content=content)

    def _dressed(self, letter: Letter) -> bytes:
        if self.footer:
            letter = replace(letter, content=_footed(letter, self.footer))
        fields, body = divided(letter.content)
        fields = [field for field in fields if name_of(field) not in _TAKEN_AWAY]
        if self.subject_prefix:
            fields = [self._prefixed(field) for field in fields]
        if self.munge_from:
            fields = list(self._munged(fields, letter))
        label = f'"{self.name}" ' if self.name else ""
        added = (
            f"List-Id: {label}<{self.identifier()}>",
            f"List-Post: <mailto:{self.address}>",
            f"Sender: {self.bounce_address()}",
            "Precedence: list",
        )
        fields += [f"{line}\r\n".encode() for line in added]
        return joined(fields, body)

    def _prefixed(self, field: bytes) -> bytes:
        prefix = self.subject_prefix.encode()
        if name_of(field) != "subject" or prefix in field:
            return field
        label, _, value = field.partition(b":")
        return label + b": " + prefix + b" " + value.lstrip()

    def _munged(self, fields: list[bytes], letter: Letter) -> Iterator[bytes]:
        name, address = letter.author()
        answered = any(name_of(field) == "reply-to" for field in fields)
        for field in fields:
            if name_of(field) != "from":
                yield field
                continue
            shown = f"{name or address.partition('@')[0]} via {self.name or 'list'}"
            yield f"From: {formataddr((_encoded(shown), self.address))}\r\n".encode()
            if not answered:
                author = formataddr((_encoded(name), address))
                yield f"Reply-To: {author}\r\n".encode()


def _encoded(name: str) -> str:
    return name if name.isascii() else Header(name, "utf-8").encode()


def _footed(letter: Letter, footer: str) -> bytes:
    message = letter.message()
    fields, body = divided(letter.content)
    encoding = str(message.get("Content-Transfer-Encoding", "")).strip().lower()
    lines = "".join(f"{line}\r\n" for line in ("-- ", *footer.splitlines())).encode()
    if message.get_content_type() == "text/plain" and encoding in _PLAIN:
        return joined(fields, body + lines)
    boundary = b"=_list_" + hashlib.sha256(body).hexdigest()[:24].encode()
    inner = [field for field in fields if name_of(field).startswith("content-")]
    outer = [field for field in fields if field not in inner]
    outer.append(b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n')
    parts = (
        joined(inner, body),
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n"
        b"Content-Disposition: inline\r\n\r\n" + lines,
    )
    opened = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return joined(outer, opened + b"--" + boundary + b"--\r\n")
