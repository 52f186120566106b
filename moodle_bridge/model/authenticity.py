"""What was found out about whether a mail's From is true."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """What is known of the domain in From.

    PROVEN: the mail is its domain's own (a signature or its host, in DMARC's sense).
    FORGED: its domain says that such mails are not its own. UNPROVEN: nothing speaks
    for it and nothing against it. UNKNOWN: it could not be looked up just now.
    """

    PROVEN = "proven"
    FORGED = "forged"
    UNPROVEN = "unproven"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticity:
    """What was found out about a mail when it came; keys and records change later.

    `by` is who looked: `server` or `library`. `domain` is that of From, in lower-case
    ASCII, empty when From names none or several. `signed_by` are the domains whose
    signature is good. `spf` is the result word of RFC 7208, empty when nobody could
    look; `spf_domain` the domain of the envelope sender it is about. `dmarc` is the
    result word of RFC 7489, `policy` what the domain asks to be done (none,
    quarantine, reject); both empty where there is no record. `tries` is how often it
    was looked up. `detail` says in words what was seen.
    """

    finding: Finding
    by: str
    domain: str = ""
    signed_by: tuple[str, ...] = ()
    spf: str = ""
    spf_domain: str = ""
    dmarc: str = ""
    policy: str = ""
    tries: int = 1
    detail: str = ""

    def vouched_by(self, domain: str) -> bool:
        """Say whether this domain, or the one above it, surely handed the mail on.

        By its signature, or because its own host sent it (SPF).
        """
        hosts = list(self.signed_by)
        if self.spf == "pass" and self.spf_domain:
            hosts.append(self.spf_domain)
        wanted = domain.strip().lower()
        return any(host == wanted or wanted.endswith(f".{host}") for host in hosts)
