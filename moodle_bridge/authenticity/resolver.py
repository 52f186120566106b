"""Asks the DNS, never for longer than a mail is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

_LIFETIME = 4.0
_QUESTIONS_MOST = 60
_UNANSWERED_MOST = 3


class Unanswered(Exception):
    """The DNS gave no answer: it may do so later, and nothing follows from it."""


class Resolver(Protocol):
    """Answers questions to the DNS."""

    def records(self, name: str, kind: str) -> Sequence[Any]:
        """Return the records of a kind, empty when there are none.

        TXT: tuples of bytes; A and AAAA: addresses; MX: (preference, host); PTR:
        hosts. Raises Unanswered when nobody answers.
        """


class DnsResolver:
    """The DNS as this machine sees it. Raises Unanswered rather than guess."""

    def __init__(self, lifetime: float = _LIFETIME) -> None:
        self._lifetime = lifetime
        self._resolver: dns.resolver.Resolver | None = None

    def records(self, name: str, kind: str) -> Sequence[Any]:
        """See `Resolver`."""
        try:
            if self._resolver is None:
                self._resolver = dns.resolver.Resolver()
            answer = self._resolver.resolve(
                name, kind, raise_on_no_answer=False, lifetime=self._lifetime
            )
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
            return ()
        except (dns.exception.DNSException, UnicodeError, OSError) as error:
            raise Unanswered(type(error).__name__) from error
        return tuple(_plain(record, kind) for record in answer.rrset or ())


class Bounded:
    """A resolver for one mail: remembers answers, and gives up when it is too much.

    A sender chooses what is asked, so the number of questions has a limit, and after
    a few that nobody answered no more is asked. Raises Unanswered then.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._known: dict[tuple[str, str], Sequence[Any]] = {}
        self._unanswered = 0
        self.trouble = ""

    def records(self, name: str, kind: str) -> Sequence[Any]:
        """See `Resolver`."""
        asked = (name.rstrip(".").lower(), kind)
        if asked in self._known:
            return self._known[asked]
        if len(self._known) >= _QUESTIONS_MOST:
            return ()
        if self._unanswered >= _UNANSWERED_MOST:
            raise Unanswered(self.trouble)
        try:
            self._known[asked] = self._resolver.records(*asked)
        except Unanswered as error:
            self._unanswered += 1
            self.trouble = f"{asked[1]} of {asked[0]}: {error}"
            raise
        return self._known[asked]


def _plain(record: Any, kind: str) -> Any:
    match kind:
        case "TXT" | "SPF":
            return tuple(record.strings)
        case "MX":
            return record.preference, record.exchange.to_text(omit_final_dot=True)
        case "PTR":
            return record.target.to_text(omit_final_dot=True)
        case _:
            return record.address
