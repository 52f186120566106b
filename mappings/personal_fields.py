"""What in a mail is for one reader alone: where it comes back to, and how to leave.

Each address and each link carries a key for one purpose: that of a bounce does not
unsubscribe anybody, and neither answers a post.
"""

from __future__ import annotations

import base64
import hmac
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from mappings.header_lines import header_field

if TYPE_CHECKING:
    from mappings.letter import MailSite

_SIGNED_FOR = b"moodle-bridge personal address 1\0"
_SIGNATURE_BYTES = 12
_KEY = re.compile(r"[a-z2-7]{20,40}")
_LOCAL_MOST = 64
_LARGEST_ID = 2**63 - 1


class Purpose(StrEnum):
    """What a personal address is for; the value stands in it, before a hyphen."""

    BOUNCE = "b"
    UNSUBSCRIBE = "u"


def purpose_key(secret: bytes, purpose: Purpose, user_id: int) -> str:
    """Return the key by which the bridge knows a person again, for one purpose.

    Lower-case base32, 23 characters for small ids and never over 34: the number of
    the person and an HMAC-SHA256 cut to 12 bytes. Nobody can make one without the
    secret. Raises ValueError for what is no Moodle id.
    """
    if not 0 <= user_id <= _LARGEST_ID:
        raise ValueError(f"{user_id} is no Moodle id")
    told = user_id.to_bytes(max(2, (user_id.bit_length() + 7) // 8), "big")
    said = _SIGNED_FOR + purpose.value.encode() + b"\0" + told
    signature = hmac.digest(secret, said, "sha256")[:_SIGNATURE_BYTES]
    return base64.b32encode(told + signature).decode().rstrip("=").lower()


def read_purpose_key(secret: bytes, purpose: Purpose, text: str) -> int | None:
    """Return the person whose key this is, None when it is not one of ours.

    Case is not looked at: mail systems change it.
    """
    plain = text.strip().lower()
    if not _KEY.fullmatch(plain):
        return None
    try:
        told = base64.b32decode(plain.upper() + "=" * (-len(plain) % 8))
    except ValueError:
        return None
    user_id = int.from_bytes(told[:-_SIGNATURE_BYTES], "big")
    if user_id > _LARGEST_ID:
        return None
    known = purpose_key(secret, purpose, user_id)
    return user_id if hmac.compare_digest(known, plain) else None


def purpose_address(address: str, purpose: Purpose, key: str) -> str | None:
    """Return `local+b-KEY@domain`; None when the local part would be over 64 octets."""
    local, _, domain = address.rpartition("@")
    detailed = f"{local}+{purpose.value}-{key}"
    return f"{detailed}@{domain}" if len(detailed) <= _LOCAL_MOST else None


def purpose_key_in(address: str, base_address: str, purpose: Purpose) -> str | None:
    """Return the key that an address carries for a purpose, None when it has none."""
    local, _, domain = address.strip().strip("<>").strip().lower().rpartition("@")
    base_local, _, base_domain = base_address.strip().lower().rpartition("@")
    for separator in "+-":
        start = f"{base_local}{separator}{purpose.value}-"
        key = local.removeprefix(start)
        if domain == base_domain and local.startswith(start) and _KEY.fullmatch(key):
            return key
    return None


def person_of_address(
    address: str, base_address: str, purpose: Purpose, secret: bytes
) -> int | None:
    """Return for whom an address of the bridge was made, None when it was not.

    With `Purpose.BOUNCE`: the reader whose mail came back to it.
    """
    key = purpose_key_in(address, base_address, purpose)
    return None if key is None else read_purpose_key(secret, purpose, key)


def bounce_address(site: MailSite, user_id: int) -> str:
    """Return the envelope sender of a mail to a person: what comes back names them."""
    if site.reply_secret is None or not site.personal_senders:
        return site.bridge_address
    key = purpose_key(site.reply_secret, Purpose.BOUNCE, user_id)
    made = purpose_address(site.bridge_address, Purpose.BOUNCE, key)
    return made or site.bridge_address


def unsubscribe_fields(site: MailSite, user_id: int) -> list[str]:
    """Return how a reader is told to stop the mail: RFC 2369 3.2 and RFC 8058.

    By mail always; by one click where the bridge has a web address, and only then
    with List-Unsubscribe-Post. Empty where there is no secret to sign with.
    """
    if site.reply_secret is None:
        return []
    key = purpose_key(site.reply_secret, Purpose.UNSUBSCRIBE, user_id)
    address = purpose_address(site.bridge_address, Purpose.UNSUBSCRIBE, key)
    ways = []
    if site.web_url:
        ways.append(f"<{unsubscribe_url(site.web_url, key)}>")
    if address is not None:
        ways.append(f"<mailto:{address}?subject=unsubscribe>")
    if not ways:
        return []
    fields = [header_field("List-Unsubscribe", ",\r\n ".join(ways))]
    if site.web_url:
        fields.append(
            header_field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        )
    return fields


def unsubscribe_url(web_url: str, key: str) -> str:
    """Return the page that ends the mail to the person whose key it is."""
    return f"{web_url.rstrip('/')}/u/{key}"
