"""Whether a mail may be taken for that of the person whom its From names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mappings.senders import AuthorClue, MailAuthor
from moodle_bridge.model.authenticity import Authenticity, Finding


class Trust(StrEnum):
    """What speaks for the author.

    PROVEN: it is theirs. UNCHECKED: nobody looks, by the admin's decision. UNPROVEN:
    nothing speaks for it. FORGED: something speaks against it. WAITING: it could not
    be looked up just now.
    """

    PROVEN = "proven"
    UNCHECKED = "unchecked"
    UNPROVEN = "unproven"
    FORGED = "forged"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How far an author is to be believed, and why, in words for an admin."""

    trust: Trust
    why: str

    @property
    def holds(self) -> bool:
        """Whether the mail may be posted under the author's name as it is."""
        return self.trust in {Trust.PROVEN, Trust.UNCHECKED}


_OF_FINDING = {
    Finding.PROVEN: Trust.PROVEN,
    Finding.FORGED: Trust.FORGED,
    Finding.UNPROVEN: Trust.UNPROVEN,
    Finding.UNKNOWN: Trust.WAITING,
}


def proof_of(
    author: MailAuthor,
    authenticity: Authenticity | None,
    *,
    list_domain: str | None,
    by_list: bool,
    their_key: bool,
) -> Proof:
    """Return how far the author of a mail is to be believed.

    `authenticity` is None where nobody looks. `list_domain` is that of the list's
    address, None where there is no list; `by_list` says that the mail claims to come
    from the list. `their_key` says that it was sent to a reply address which the
    bridge made for this very person: nobody else was given it.
    """
    if authenticity is None:
        return Proof(trust=Trust.UNCHECKED, why="nobody looks whether From is true")
    if by_list and list_domain and authenticity.vouched_by(list_domain):
        return Proof(trust=Trust.PROVEN, why=f"{list_domain} surely handed it on")
    if their_key and authenticity.finding is not Finding.FORGED:
        return Proof(
            trust=Trust.PROVEN, why="it was sent to this person's own reply address"
        )
    told = told_of(authenticity)
    trust = _OF_FINDING[authenticity.finding]
    if trust is not Trust.PROVEN:
        return Proof(trust=trust, why=told)
    if author.how is AuthorClue.MUNGED:
        # What From says is true, and the author does not stand in From.
        return Proof(
            trust=Trust.UNPROVEN,
            why=f"it says that it comes from the list, and not from {list_domain}",
        )
    return Proof(trust=Trust.PROVEN, why=told)


def told_of(authenticity: Authenticity) -> str:
    """Return in words what was found out about a mail, for an admin."""
    whose = authenticity.domain or "From"
    says = {
        Finding.PROVEN: f"it is surely from {whose}",
        Finding.FORGED: f"{whose} says that it is not its own (forged, or changed on"
        " the way)",
        Finding.UNPROVEN: f"nothing proves that it is from {whose}",
        Finding.UNKNOWN: f"whether it is from {whose} could not be looked up",
    }[authenticity.finding]
    seen = [
        f"signed by {', '.join(authenticity.signed_by)}"
        if authenticity.signed_by
        else "no good signature",
        f"SPF {authenticity.spf}"
        + (f" for {authenticity.spf_domain}" if authenticity.spf_domain else "")
        if authenticity.spf
        else "SPF not looked at",
        f"DMARC {authenticity.dmarc}"
        + (f", policy {authenticity.policy}" if authenticity.policy else "")
        if authenticity.dmarc
        else "no DMARC",
        *([authenticity.detail] if authenticity.detail else []),
    ]
    return f"{says} ({authenticity.by}: {'; '.join(seen)})"
