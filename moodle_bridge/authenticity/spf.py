"""Whether a host may send for a domain (SPF, RFC 7208)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import spf

from moodle_bridge.authenticity.resolver import Resolver, Unanswered

_VOID_MOST = 2


def spf_result(client: str, sender: str, helo: str, resolver: Resolver) -> str:
    """Return the result word of RFC 7208 for an envelope sender.

    `sender` is empty for the null return path: then HELO is asked about. Raises
    Unanswered when the DNS does not answer.
    """
    question = _Question(i=client, s=sender, h=helo)
    question.resolver = resolver
    try:
        result, _, _ = question.check()
    except Unanswered:
        raise
    except Exception:  # noqa: BLE001 - a stranger's record, read by a library
        return "permerror"
    if result == "temperror":
        raise Unanswered(f"SPF of {sender or helo}")
    return str(result)


class _Question(spf.query):  # type: ignore[misc] # the library has no types
    """A question of the library, asked through our own resolver."""

    resolver: Resolver

    def dns(
        self,
        name: str,
        qtype: str,
        cnames: object = None,
        ignore_void: bool = False,  # noqa: FBT001, FBT002 - the library's signature
    ) -> Sequence[Any]:
        """Return the records as the library wants them; CNAMEs are followed."""
        del cnames
        plain = str(name).rstrip(".")
        if not plain or any(not 0 < len(label) < 64 for label in plain.split(".")):  # noqa: PLR2004 - RFC 1035 2.3.4
            return []
        found = list(self.resolver.records(plain, qtype))
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > _VOID_MOST:
                raise spf.PermError(f"Void lookup limit of {_VOID_MOST} exceeded")
        return found
