"""What stands in the ledger for the address or the entry of who was forgotten."""

from __future__ import annotations

import hashlib
import hmac

from mappings.addresses import folded

_CODE = "forgotten-"


def hashed(secret: bytes, text: str) -> str:
    """Return what stands for an address once it is forgotten; the same each time.

    And for the key of an entry: so it is known when the form is read again.
    """
    said = f"forgotten:{folded(text)}".encode()
    return f"{_CODE}{hmac.new(secret, said, hashlib.sha256).hexdigest()[:24]}"


def is_forgotten_key(key: str) -> bool:
    """Say whether a key of an entry stands for one that was forgotten."""
    return key.startswith(_CODE)
