"""What our own mail server found out about a sender (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mappings.mail_headers import Headers, addresses_in
from moodle_bridge.model.authenticity import Authenticity, Finding

_QUOTED = re.compile(r'"[^"]*"')
_COMMENT = re.compile(r"\([^()]*\)")
_COMMENTS_DEEPEST = 5
_RESULT = re.compile(r"\s*([a-z-]+)(?:\s*/\s*\d+)?\s*=\s*(\w+)", re.IGNORECASE)
_PROPERTY = re.compile(r"([a-z]+\.[a-z-]+)\s*=\s*(\S+)", re.IGNORECASE)


def authenticity_told(headers: Headers, authserv_id: str) -> Authenticity:
    """Return what our own mail server says of a mail.

    Only the uppermost Authentication-Results that bears this id is read: our server
    puts its own above whatever the mail brought along, and results of other servers,
    or written by the sender, prove nothing. DMARC decides; where its domain has none,
    a good signature of that domain or of one above it proves it, or its own host
    (SPF). Read leniently, because a result that does not keep to the grammar must not
    pass for none.
    """
    domain = from_domain(headers)
    results = list(_results(headers, authserv_id))
    signed = tuple(
        dict.fromkeys(
            properties.get("header.d", "")
            or properties.get("header.i", "").rpartition("@")[2]
            for method, word, properties in results
            if method == "dkim" and word == "pass"
        )
    )
    signed = tuple(one for one in signed if one)
    spf, spf_properties = _first(results, "spf")
    mail_from = spf_properties.get("smtp.mailfrom", "")
    dmarc_words = {word for method, word, _ in results if method == "dmarc"}
    _, dmarc_properties = _first(results, "dmarc")
    named = dmarc_properties.get("header.from", domain)
    dmarc = "fail" if "fail" in dmarc_words else _first(results, "dmarc")[0]
    by_host = spf == "pass" and "@" in mail_from
    spf_domain = mail_from.rpartition("@")[2] if mail_from else ""
    proven = dmarc == "pass" and bool(domain) and named == domain
    if dmarc not in {"pass", "fail"} and domain:
        proven = any(
            _is_above(one, domain)
            for one in (*signed, *((spf_domain,) if by_host else ()))
        )
    if dmarc == "fail":
        finding = Finding.FORGED
    else:
        finding = Finding.PROVEN if proven else Finding.UNPROVEN
    return Authenticity(
        finding=finding,
        by="server",
        domain=domain,
        signed_by=signed,
        spf=spf,
        spf_domain=spf_domain,
        dmarc=dmarc,
        detail="" if results else f"{authserv_id} says nothing of it",
    )


def from_domain(headers: Headers) -> str:
    """Return the domain of From in lower-case ASCII; empty if it is none or several."""
    domains = {
        _ascii(one.address.rpartition("@")[2])
        for one in addresses_in(headers.all("from"))
    }
    return domains.pop() if len(domains) == 1 else ""


def _results(
    headers: Headers, authserv_id: str
) -> Iterator[tuple[str, str, dict[str, str]]]:
    wanted = authserv_id.strip().lower()
    for value in headers.all("authentication-results"):
        first, *results = _bare(value).split(";")
        if first.strip().partition(" ")[0].lower() != wanted:
            continue
        for result in results:
            found = _RESULT.match(result)
            if found is None:
                continue
            properties = {
                name.lower(): said.lower().strip("<>.")
                for name, said in _PROPERTY.findall(result)
            }
            yield found[1].lower(), found[2].lower(), properties
        return


def _first(
    results: list[tuple[str, str, dict[str, str]]], method: str
) -> tuple[str, dict[str, str]]:
    for name, word, properties in results:
        if name == method:
            return word, properties
    return "", {}


def _is_above(signer: str, domain: str) -> bool:
    return signer == domain or ("." in signer and domain.endswith(f".{signer}"))


def _ascii(domain: str) -> str:
    plain = domain.strip().rstrip(".").lower()
    try:
        return plain.encode("idna").decode("ascii")
    except UnicodeError:
        return plain


def _bare(value: str) -> str:
    value = _QUOTED.sub(" ", value)
    for _ in range(_COMMENTS_DEEPEST):
        value = _COMMENT.sub(" ", value)
    return value.strip()
