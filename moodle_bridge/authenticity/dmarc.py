"""What a domain says of mails in its name (DMARC, RFC 7489), and whose mail is its."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from authheaders.dmarc_lookup import get_org_domain

from moodle_bridge.authenticity.resolver import Resolver

_POLICIES = ("none", "quarantine", "reject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A DMARC record: `policy` is what holds for the domain that was asked about.

    `strict_dkim` and `strict_spf` ask for the very same domain, not one of its house.
    """

    policy: str
    strict_dkim: bool = False
    strict_spf: bool = False


def record_of(domain: str, resolver: Resolver) -> Record | None:
    """Return the record that holds for a domain, None when there is none.

    Its own, else that of its organisation (RFC 7489 6.6.3); two records are none.
    Raises Unanswered when the DNS does not answer.
    """
    own = _tags(domain, resolver)
    if own is not None:
        return _record(own, own.get("p", ""))
    above = organisation(domain)
    told = _tags(above, resolver) if above != domain else None
    return None if told is None else _record(told, told.get("sp") or told.get("p", ""))


def in_line(domain: str, with_domain: str, *, strict: bool) -> bool:
    """Say whether two domains are one house in DMARC's sense (RFC 7489 3.1)."""
    if domain == with_domain:
        return True
    return not strict and organisation(domain) == organisation(with_domain)


def any_in_line(domains: Iterable[str], with_domain: str, *, strict: bool) -> bool:
    """Say whether one of the domains is in line with another."""
    return any(in_line(one, with_domain, strict=strict) for one in domains)


@lru_cache(maxsize=1000)
def organisation(domain: str) -> str:
    """Return the domain below the public suffix: `example.org` of `a.example.org`."""
    found = str(get_org_domain(domain) or domain).lower()
    if "." in found:
        return found
    # The library takes an ending that its list does not know for one house; by the
    # list's own rule the house is what stands before it.
    return ".".join(domain.lower().split(".")[-2:])


def _tags(domain: str, resolver: Resolver) -> dict[str, str] | None:
    texts = [
        b"".join(record).decode("utf-8", "replace").strip()
        for record in resolver.records(f"_dmarc.{domain}", "TXT")
    ]
    records = [text for text in texts if text.startswith("v=DMARC1")]
    if len(records) != 1:
        return None
    tags: dict[str, str] = {}
    for part in records[0].split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip().lower())
    return tags


def _record(tags: dict[str, str], policy: str) -> Record:
    return Record(
        policy=policy if policy in _POLICIES else "none",
        strict_dkim=tags.get("adkim") == "s",
        strict_spf=tags.get("aspf") == "s",
    )
