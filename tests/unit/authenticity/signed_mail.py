"""Mails with real signatures, and a DNS that holds what the test says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from functools import cache
from typing import Any

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from moodle_bridge.authenticity import Unanswered

SELECTOR = "s1"
REJECT = "v=DMARC1; p=reject"


@dataclass
class FakeDns:
    """A `Resolver`: answers from `texts` and `others`, and not about `silent`."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    others: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def records(self, name: str, kind: str) -> Sequence[Any]:
        self.asked.append(f"{kind} {name}")
        if name in self.silent or "*" in self.silent:
            raise Unanswered("Timeout")
        if kind == "TXT":
            # As a name server gives long texts: in several strings.
            return [
                tuple(text[at : at + 255].encode() for at in range(0, len(text), 255))
                for text in self.texts.get(name, [])
            ]
        return self.others.get((name, kind), [])

    def signs(self, domain: str) -> None:
        """Publish the key with which the tests sign."""
        self.texts[f"{SELECTOR}._domainkey.{domain}"] = [
            f"v=DKIM1; k=rsa; p={_key()[1]}"
        ]

    def asks(self, domain: str, record: str = REJECT) -> None:
        """Publish a DMARC record."""
        self.texts[f"_dmarc.{domain}"] = [record]


def a_mail(
    sender: str = "Aminata <aminata@sn.example>", text: str = "How do I begin?\n"
) -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = sender
    mail["To"] = "fo26@lists.example"
    mail["Subject"] = "A question"
    mail["Message-ID"] = "<1@sn.example>"
    mail["Date"] = "Sun, 01 Mar 2026 08:00:00 +0000"
    mail.set_content(text)
    return mail.as_bytes()


def signed(raw: bytes, domain: str, **more: Any) -> bytes:
    """Return the mail with a DKIM signature of a domain above it."""
    made: bytes = dkim.sign(
        raw,
        SELECTOR.encode(),
        domain.encode(),
        _key()[0],
        include_headers=[b"from", b"to", b"subject", b"date", b"message-id"],
        canonicalize=(b"relaxed", b"relaxed"),
        **more,
    )
    return made + raw


@cache
def _key() -> tuple[bytes, str]:
    import base64

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, base64.b64encode(public).decode()


def sealed(raw: bytes, domain: str, results: str) -> bytes:
    """Return the mail with an ARC set of a domain, which says what it saw."""
    seen = f"Authentication-Results: {domain}; {results}\r\n".encode()
    made: list[bytes] = dkim.arc_sign(
        seen + raw,
        SELECTOR.encode(),
        domain.encode(),
        _key()[0],
        domain.encode(),
        include_headers=[b"from", b"to", b"subject", b"date", b"message-id"],
    )
    return b"".join(made) + raw
