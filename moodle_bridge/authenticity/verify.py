"""Puts SPF, DKIM and DMARC together into one finding about a mail."""

from __future__ import annotations

from collections.abc import Collection
from email import policy
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from moodle_bridge.authenticity.arc import vouched_for
from moodle_bridge.authenticity.dmarc import Record, any_in_line, record_of
from moodle_bridge.authenticity.resolver import Bounded, Resolver, Unanswered
from moodle_bridge.authenticity.signatures import good_signatures
from moodle_bridge.authenticity.spf import spf_result
from moodle_bridge.model.authenticity import Authenticity, Finding

_HEAD = 256_000
_ENFORCED = frozenset({"quarantine", "reject"})


def verify(
    raw: bytes,
    envelope_sender: str | None,
    client: tuple[str, str] | None,
    resolver: Resolver,
    *,
    trusted_lists: Collection[str] = (),
) -> Authenticity:
    """Return what SPF, DKIM and DMARC say of a mail.

    `envelope_sender` is None when not known and empty for the null return path;
    `client` is the address of the SMTP client and its HELO, None when not known: then
    SPF is not asked. `trusted_lists` are domains whose ARC seals are believed: a list
    that changes mails breaks their signatures, and says what they were before. Never
    raises; what the DNS did not answer is UNKNOWN, unless
    what it did answer proves the sender. May be repeated.
    """
    asked = Bounded(resolver)
    domain = _domain_of_from(raw)
    signed: tuple[str, ...] = ()
    spf, spf_domain = "", ""
    record: Record | None = None
    trouble = ""
    try:
        signed = good_signatures(raw, asked)
    except Unanswered as error:
        trouble = str(error)
    try:
        spf, spf_domain = _spf(envelope_sender, client, asked)
    except Unanswered as error:
        trouble = trouble or str(error)
    try:
        record = record_of(domain, asked) if domain else None
    except Unanswered as error:
        trouble = trouble or str(error)
    strict_dkim = record is not None and record.strict_dkim
    strict_spf = record is not None and record.strict_spf
    by_host = spf == "pass" and bool(envelope_sender)
    proven = bool(domain) and (
        any_in_line(signed, domain, strict=strict_dkim)
        or (by_host and any_in_line([spf_domain], domain, strict=strict_spf))
    )
    witness = ""
    try:
        if domain and not proven:
            witness = vouched_for(raw, domain, trusted_lists, asked)
    except Unanswered as error:
        trouble = trouble or str(error)
    proven = proven or bool(witness)
    return Authenticity(
        finding=_finding(proven=proven, trouble=trouble, record=record, spf=spf),
        by="library",
        domain=domain,
        signed_by=signed,
        spf=spf,
        spf_domain=spf_domain,
        dmarc="" if record is None else ("pass" if proven else "fail"),
        policy="" if record is None else record.policy,
        detail=f"{witness} saw DMARC pass (ARC)" if witness else trouble,
    )


def _finding(*, proven: bool, trouble: str, record: Record | None, spf: str) -> Finding:
    if proven:
        return Finding.PROVEN
    if trouble:
        return Finding.UNKNOWN
    if record is None:
        return Finding.UNPROVEN
    # Who asks for nothing to be done may rest on SPF alone; where that could not be
    # looked at, the mail is not shown to be forged.
    looked = bool(spf) or record.policy in _ENFORCED
    return Finding.FORGED if looked else Finding.UNPROVEN


def _spf(
    envelope_sender: str | None, client: tuple[str, str] | None, resolver: Resolver
) -> tuple[str, str]:
    if client is None or envelope_sender is None:
        return "", ""
    address, helo = client
    domain = _ascii(envelope_sender.rpartition("@")[2] or helo)
    return spf_result(address, envelope_sender, helo, resolver), domain


def _domain_of_from(raw: bytes) -> str:
    message = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:_HEAD])
    values = [str(value) for value in message.get_all("from", [])]
    try:
        addresses = {address for _, address in getaddresses(values) if "@" in address}
    except (ValueError, IndexError, RecursionError, AttributeError):
        return ""
    domains = {_ascii(address.rpartition("@")[2]) for address in addresses}
    return domains.pop() if len(domains) == 1 else ""


def _ascii(domain: str) -> str:
    plain = domain.strip("<> \t.").lower()
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        return plain if plain.isascii() else ""
