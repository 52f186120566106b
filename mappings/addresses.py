"""Mail addresses as they are compared with others."""

from __future__ import annotations

from contextlib import suppress


def folded(address: str) -> str:
    """Return the key by which two spellings of one address are compared.

    The domain as IDNA, all in small letters. What is sent to is the address as it was
    written, never this.
    """
    local, _, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}".casefold()
