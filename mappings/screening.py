"""What is to become of a mail that came in: the first rule that hits decides.

Each rule is a small function with a name and a description. None looks at anything
but the mail and the settings, so the same mail always gets the same verdict, and
`explained` can tell an admin why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mappings import screening_rules as rule
from mappings.mail_reading import ReadMail
from mappings.screening_rules import Rule
from mappings.verdict import (
    DeliveryFailure,
    Outcome,
    Screened,
    ScreeningRules,
    Verdict,
    VerdictKind,
)

__all__ = [
    "RULES",
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
    for one in RULES:
        verdict = one.check(screened, one)
        yield RuleOutcome(name=one.name, description=one.description, verdict=verdict)
        if verdict:
            return


RULES: tuple[Rule, ...] = (
    Rule(
        name="circle",
        description="It went through more mail servers than any mail has to.",
        kind=VerdictKind.LOOP,
        outcome=Outcome.ASIDE,
        advice="Look which two addresses forward to each other.",
        check=rule.circle,
    ),
    Rule(
        name="own-mail",
        description="The bridge wrote it: our header, or our Message-ID.",
        kind=VerdictKind.RECEIPT,
        outcome=Outcome.ASIDE,
        advice="Nothing to do: it shows that the list handed the mail out.",
        check=rule.own,
    ),
    Rule(
        name="hops",
        description="It went through more bridges than may be.",
        kind=VerdictKind.LOOP,
        outcome=Outcome.ASIDE,
        advice="Look whether two bridges join the same forum or list.",
        check=rule.hops,
    ),
    Rule(
        name="echo",
        description="A bridge wrote it, or it comes from an address of the bridge.",
        kind=VerdictKind.ECHO,
        outcome=Outcome.ASIDE,
        advice="Nothing to do: the words are in the forum already.",
        check=rule.echo,
    ),
    Rule(
        name="moodle-notification",
        description="Moodle itself sent it, to tell of a post.",
        kind=VerdictKind.NOTIFICATION,
        outcome=Outcome.ASIDE,
        advice="Turn off forum mail for the account that the bridge reads mail with.",
        check=rule.notification,
    ),
    Rule(
        name="delivery-report",
        description="A mail server tells of a mail that it did not deliver.",
        kind=VerdictKind.BOUNCE,
        outcome=Outcome.ASIDE,
        advice="Correct the address in Moodle, or ask its owner for another; then drop"
        " this report. Until then further ones for the address are put aside.",
        check=rule.bounce,
    ),
    Rule(
        name="complaint",
        description="A mail host passes on that somebody called our mail spam.",
        kind=VerdictKind.COMPLAINT,
        outcome=Outcome.ASIDE,
        advice="Ask whether this person still wants mail; send none until they do.",
        check=rule.complaint,
    ),
    Rule(
        name="read-receipt",
        description="A mail program tells that a mail was shown.",
        kind=VerdictKind.READ_RECEIPT,
        outcome=Outcome.ASIDE,
        advice="Nothing to do.",
        check=rule.read_receipt,
    ),
    Rule(
        name="calendar-answer",
        description="A calendar accepts or declines an invitation.",
        kind=VerdictKind.CALENDAR,
        outcome=Outcome.ASIDE,
        advice="Nothing to do.",
        check=rule.calendar,
    ),
    Rule(
        name="list-asks",
        description="The program of the mailing list wants a person to act.",
        kind=VerdictKind.LIST_ADMIN,
        outcome=Outcome.HOLD,
        advice="Look in the list's own pages: it may keep a mail of the bridge for its"
        " moderator. When that is settled, drop this notice.",
        check=rule.list_asks,
    ),
    Rule(
        name="list-admin",
        description="The program of the mailing list wrote it itself.",
        kind=VerdictKind.LIST_ADMIN,
        outcome=Outcome.ASIDE,
        advice="Nothing to do.",
        check=rule.list_admin,
    ),
    Rule(
        name="challenge",
        description="A program keeps our mail back until its sender confirms it.",
        kind=VerdictKind.CHALLENGE,
        outcome=Outcome.HOLD,
        advice="Its owner does not get our mail. Ask them to allow the address of the"
        " bridge, or confirm it in a browser; then drop this letter.",
        check=rule.challenge,
    ),
    Rule(
        name="digest",
        description="It is several posts of a list in one mail.",
        kind=VerdictKind.DIGEST,
        outcome=Outcome.HOLD,
        advice="Set the bridge's list membership to single mails, not digests.",
        check=rule.digest,
    ),
    Rule(
        name="digest-answer",
        description="It answers a digest, which holds several posts.",
        kind=VerdictKind.DIGEST,
        outcome=Outcome.HOLD,
        advice="Ask its author to answer in Moodle or to a single mail; or release it,"
        " and it begins a discussion of its own.",
        check=rule.digest_answer,
    ),
    Rule(
        name="auto-reply",
        description="A program answered in somebody's place.",
        kind=VerdictKind.AUTO_REPLY,
        outcome=Outcome.ASIDE,
        advice="Nothing to do; release it if a person did write it.",
        check=rule.auto_reply,
    ),
    Rule(
        name="spam",
        description="A spam filter on the way marked it.",
        kind=VerdictKind.SPAM,
        outcome=Outcome.HOLD,
        advice="Read it, then release or drop it.",
        check=rule.spam,
    ),
    Rule(
        name="too-big",
        description="It is larger than the settings allow.",
        kind=VerdictKind.TOO_BIG,
        outcome=Outcome.HOLD,
        advice="Ask its sender for smaller files, or raise the limit and release it.",
        check=rule.too_big,
    ),
    Rule(
        name="unreadable",
        description="It cannot be read: encrypted, or built to be a burden.",
        kind=VerdictKind.UNREADABLE,
        outcome=Outcome.HOLD,
        advice="Ask its sender to write it again as plain text.",
        check=rule.unreadable,
    ),
    Rule(
        name="maybe-auto-reply",
        description="Its subject looks like an auto-reply, but nothing else does.",
        kind=VerdictKind.AUTO_REPLY,
        outcome=Outcome.HOLD,
        advice="Read it; release it if a person wrote it.",
        check=rule.maybe_auto_reply,
    ),
    Rule(
        name="empty",
        description="It holds neither text nor files.",
        kind=VerdictKind.EMPTY,
        outcome=Outcome.HOLD,
        advice="Ask its sender to write the answer above the quoted text.",
        check=rule.empty,
    ),
    Rule(
        name="authentication",
        description="The sender's address is forged, or the mail was changed on the way.",
        kind=VerdictKind.UNAUTHENTICATED,
        outcome=Outcome.HOLD,
        advice="Ask the named sender whether they wrote it, then release or drop it.",
        check=rule.unauthenticated,
    ),
)
