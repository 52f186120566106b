"""What is to become of a mail that came in: the first rule that hits decides.

Each rule is a small function with a name and a description. None looks at anything
but the mail and the settings, so the same mail always gets the same verdict, and
`explained` can tell an admin why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mappings.mail_reading import ReadMail
from mappings.screening_rules import RULES
from mappings.verdict import (
    DeliveryFailure,
    Outcome,
    Screened,
    ScreeningRules,
    Verdict,
    VerdictKind,
)

__all__ = [
    "DeliveryFailure",
    "Outcome",
    "RuleOutcome",
    "ScreeningRules",
    "Verdict",
    "VerdictKind",
    "explained",
    "screen",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """What one rule said of a mail; `verdict` is None when it did not hit."""

    name: str
    description: str
    verdict: Verdict | None


def screen(
    mail: ReadMail,
    rules: ScreeningRules,
    envelope_sender: str | None = None,
    envelope_recipient: str | None = None,
) -> Verdict:
    """Return the verdict of the first rule that hits, else ACCEPT.

    `envelope_sender` is None when not known and empty for the null return path; so
    is `envelope_recipient` None when not known. Never raises; may be repeated.
    """
    for asked in _asked(mail, rules, envelope_sender, envelope_recipient):
        if asked.verdict:
            return asked.verdict
    return Verdict(
        kind=VerdictKind.ACCEPT,
        outcome=Outcome.ACCEPT,
        reason="accept",
        advice="Nothing to do.",
        rule="none",
    )


def explained(
    mail: ReadMail,
    rules: ScreeningRules,
    envelope_sender: str | None = None,
    envelope_recipient: str | None = None,
) -> tuple[RuleOutcome, ...]:
    """Return every rule that was asked, in order; the last one is the one that hit.

    When none hit, all of them are listed and the mail is accepted.
    """
    return tuple(_asked(mail, rules, envelope_sender, envelope_recipient))


def _asked(
    mail: ReadMail,
    rules: ScreeningRules,
    envelope_sender: str | None,
    envelope_recipient: str | None,
) -> Iterator[RuleOutcome]:
    screened = Screened(
        mail=mail,
        rules=rules,
        envelope_sender=envelope_sender,
        envelope_recipient=envelope_recipient,
    )
    for rule in RULES:
        verdict = rule.check(screened, rule)
        yield RuleOutcome(name=rule.name, description=rule.description, verdict=verdict)
        if verdict:
            return
