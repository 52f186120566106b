"""Whose DKIM signature (RFC 6376) on a mail is good."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dkim import DKIM, DKIMException

from moodle_bridge.authenticity.resolver import Resolver, Unanswered

_SIGNATURES_MOST = 8
LARGEST = 40_000_000
"""A larger mail is not looked at."""
_FIELD = re.compile(rb"(?im)^dkim-signature[ \t]*:")


def good_signatures(raw: bytes, resolver: Resolver) -> tuple[str, ...]:
    """Return the domains whose signature over the whole mail is good, in order.

    A signature over a part of the body (l=) counts for none: anybody could have added
    the rest. Never raises but Unanswered, and that only when no signature was good.
    """
    if len(raw) > LARGEST:
        return ()
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    number = min(len(_FIELD.findall(head)), _SIGNATURES_MOST)
    good: list[str] = []
    unanswered: Unanswered | None = None
    for index in range(number):
        try:
            domain = _verified(raw, index, resolver)
        except Unanswered as error:
            unanswered = error
            continue
        if domain and domain not in good:
            good.append(domain)
    if unanswered is not None and not good:
        raise unanswered
    return tuple(good)


def key_text(name: bytes, resolver: Resolver) -> bytes | None:
    """Return the record of a key as the library wants it; may raise Unanswered."""
    records = resolver.records(name.decode("ascii").rstrip("."), "TXT")
    return b"".join(records[0]) if records else None


def _verified(raw: bytes, index: int, resolver: Resolver) -> str:
    def text_of(name: bytes, timeout: int = 0) -> bytes | None:
        del timeout
        return key_text(name, resolver)

    try:
        message = DKIM(raw)
        good = message.verify(idx=index, dnsfunc=text_of)
        fields: Mapping[bytes, Any] = message.signature_fields
        if not good or b"l" in fields:
            return ""
        domain = bytes(fields.get(b"d", b"")).decode("ascii").strip().lower()
    except Unanswered:
        raise
    except (DKIMException, ValueError, KeyError, IndexError, TypeError):
        return ""
    except Exception:  # noqa: BLE001 - a stranger's signature, read by a library
        return ""
    return domain.rstrip(".")
