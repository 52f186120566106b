"""From which address our own mail server took a mail."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

_HEAD = 256_000
_FIELD = re.compile(r"(?im)^received[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)")
_BY = re.compile(r"(?i)\bby\s+([A-Za-z0-9._-]+)")
_FROM = re.compile(r"(?i)^\s*from\s+(\S+)(.*?)(?=\sby\s|$)", re.DOTALL)
_INSIDE = tuple(
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
_ADDRESS = re.compile(r"[\[(](?:IPv6:)?([0-9A-Fa-f:.]{3,45})[\])]")


def client_of(raw: bytes, received_by: str) -> tuple[str, str] | None:
    """Return the address of the client and its HELO, as our own server wrote them.

    `received_by` is the name after `by` in the Received that our server writes. Only
    what stands above every foreign Received counts, because all below it the sender
    may have written. None when our server says nothing, or only of itself.
    """
    wanted = received_by.strip().rstrip(".").lower()
    for field in _received(raw):
        by = _BY.search(field)
        if by is None or by[1].rstrip(".").lower() != wanted:
            return None
        came = _FROM.match(field)
        found = came and _ADDRESS.search(came[2])
        if not came or not found:
            continue
        try:
            address = ipaddress.ip_address(found[1])
        except ValueError:
            return None
        if any(address in network for network in _INSIDE):
            # Handed on within the house; who brought it stands below.
            continue
        return str(address), came[1].strip("()[];")
    return None


def _received(raw: bytes) -> Iterator[str]:
    head = raw[:_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    for found in _FIELD.finditer(head.decode("latin-1")):
        yield " ".join(found[1].split())
