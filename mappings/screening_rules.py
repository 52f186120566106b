"""The rules of screening, each by itself; their order is a matter of screening."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from mappings.authentication import authenticity_told
from mappings.auto_replies import automatic_sign, may_be_automatic
from mappings.bounces import delivery_failures, is_delivery_report
from mappings.bridge_header import BRIDGE_HEADER, bridge_header
from mappings.challenges import challenge_sign
from mappings.identity import is_ours, post_id_of
from mappings.list_mail import (
    answers_digest,
    asks_for_a_person,
    is_digest,
    is_from_list,
    is_list_admin,
)
from mappings.proof import told_of
from mappings.spam_marks import spam_sign
from mappings.verdict import (
    DeliveryFailure,
    Outcome,
    Screened,
    Verdict,
    VerdictKind,
)
from moodle_bridge.model.authenticity import Finding

_OVERSIZE = "x-moodle-bridge-oversize"
_CALENDAR_ANSWER = re.compile(r"(?im)^method:\s*(?:reply|counter|declinecounter)\s*$")
_MOODLE_LIST = re.compile(r"(?i)(?:^|<)moodle(?:forum|course)\d+[.@]")
_UNREADABLE = frozenset(
    {"over-lines", "over-parts", "over-nesting", "unparseable", "encrypted"}
)
_RECEIPT_LONGEST = 800
_RECEIPT_SUBJECT = re.compile(
    r"(?i)^\s*(?:\[[^\[\]]{1,60}\]\s*)*(?:(?:not )?read|gelesen|ungelesen|gelezen|lu|non lu"
    r"|leído|leido|no leído|lida|lido|letto|läst|lest|læst|luettu|przeczytano|прочитано"
    r"|已读|已讀|開封済み|read receipt|return receipt[^:]{0,30})\s?(?:[:：-]|$)"
)
_RECEIPT_WORDS = re.compile(
    r"(?i)was (?:read on|deleted without being read)|(?:wurde|ist) .{0,80}gelesen"
    r"|is (?:op .{0,60})?gelezen|a été lue?\b|fue leído|se leyó|foi lid[ao]|è stato letto"
    r"|lästes|ble lest|blev læst|on luettu|został przeczytan|было прочитано"
    r"|this is a return receipt for the mail|已被阅读|開封されました"
)
_DETAIL_LONGEST = 200
_DIGITS_MOST = 15
_TOLD_MOST = 20

Check = Callable[[Screened, "Rule"], Verdict | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: `check` returns its verdict, None when it does not hit."""

    name: str
    description: str
    kind: VerdictKind
    outcome: Outcome
    advice: str
    check: Check


def _hit(rule: Rule, detail: str = "", *, reason: str = "") -> Verdict:
    return Verdict(
        kind=rule.kind,
        outcome=rule.outcome,
        reason=reason or rule.kind.value,
        advice=rule.advice,
        rule=rule.name,
        detail=detail[:_DETAIL_LONGEST],
    )


def circle(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what went through too many mail servers."""
    if asked.mail.received_count > asked.rules.max_received:
        return _hit(rule, f"{asked.mail.received_count} Received fields")
    return None


def own(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what this bridge wrote."""
    mail, rules = asked.mail, asked.rules
    mark = bridge_header(mail.headers.first(BRIDGE_HEADER))
    if mark and mark.site == rules.site_tag:
        return Verdict(
            kind=rule.kind,
            outcome=rule.outcome,
            reason=rule.kind.value,
            advice=rule.advice,
            rule=rule.name,
            detail=BRIDGE_HEADER,
            receipt_key=mark.key,
            receipt_post_id=mark.post_id,
        )
    message_id = mail.message_id
    if message_id and is_ours(message_id, site_tag=rules.site_tag, domain=rules.domain):
        return Verdict(
            kind=rule.kind,
            outcome=rule.outcome,
            reason=rule.kind.value,
            advice=rule.advice,
            rule=rule.name,
            detail="Message-ID",
            receipt_post_id=post_id_of(
                message_id, site_tag=rules.site_tag, domain=rules.domain
            ),
        )
    return None


def hops(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what went through too many bridges."""
    mark = bridge_header(asked.mail.headers.first(BRIDGE_HEADER))
    if mark and mark.hops >= asked.rules.max_hops:
        return _hit(rule, f"site {mark.site}, {mark.hops} hops")
    return None


def echo(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what a bridge wrote that no longer says which."""
    mail = asked.mail
    if BRIDGE_HEADER in mail.headers and not bridge_header(
        mail.headers.first(BRIDGE_HEADER)
    ):
        return _hit(rule, BRIDGE_HEADER)
    own = {address.lower() for address in asked.rules.own_addresses}
    if any(sender.address.lower() in own for sender in mail.senders):
        return _hit(rule, "From")
    return None


def notification(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit Moodle's own notifications."""
    mail = asked.mail
    if mail.list_id and _MOODLE_LIST.search(mail.list_id):
        return _hit(rule, "List-Id")
    if "x-course-id" in mail.headers:
        return _hit(rule, "X-Course-Id")
    return None


def bounce(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit delivery reports; the verdict names their recipients."""
    mail = asked.mail
    if not is_delivery_report(mail, null_sender=asked.null_sender):
        return None
    failures = delivery_failures(mail)
    failed = any(failure.action == "failed" for failure in failures)
    kind = VerdictKind.BOUNCE if failed or not failures else VerdictKind.DELAY
    return Verdict(
        kind=kind,
        outcome=rule.outcome,
        reason=kind.value if failures else "bounce-of-nobody",
        advice=rule.advice,
        rule=rule.name,
        detail=", ".join(_failure_told(failure) for failure in failures[:_TOLD_MOST]),
        failures=failures,
    )


def _failure_told(failure: DeliveryFailure) -> str:
    return f"{failure.address} {failure.status}".rstrip()


def complaint(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit abuse reports (RFC 5965)."""
    if asked.mail.report_type == "feedback-report":
        return _hit(rule, "feedback-report")
    return None


def read_receipt(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit disposition notifications (RFC 8098)."""
    mail = asked.mail
    if mail.report_type == "disposition-notification" or any(
        part.media_type.endswith("disposition-notification")
        for part in mail.machine_parts
    ):
        return _hit(rule, "disposition-notification")
    # Lists take the part for programs off; the words of the program stay.
    top = " ".join(mail.text[:_RECEIPT_LONGEST].split())
    if _RECEIPT_SUBJECT.match(mail.subject) and _RECEIPT_WORDS.search(top):
        return replace(
            _hit(rule, "the words"),
            outcome=Outcome.HOLD,
            advice="Read it; drop it, or release it if a person wrote it.",
        )
    return None


def calendar(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit answers of calendars (RFC 5546), not invitations."""
    for part in asked.mail.machine_parts:
        if part.media_type != "text/calendar":
            continue
        method = dict(part.parameters).get("method", "").lower()
        if method in {"reply", "counter", "declinecounter"}:
            return _hit(rule, f"method={method}")
        if not method and _CALENDAR_ANSWER.search(part.text):
            return _hit(rule, "METHOD:REPLY")
    return None


def list_asks(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit letters of the list's own program that want a person to act."""
    if asks_for_a_person(asked.mail):
        return list_admin(asked, rule)
    return None


def list_admin(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit letters of the list's own program."""
    if is_list_admin(asked.mail, asked.rules.mailing_list):
        return _hit(rule, asked.mail.subject)
    return None


def challenge(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what wants the bridge to confirm a mail of its own."""
    sign = challenge_sign(asked.mail)
    return _hit(rule, sign) if sign else None


def digest(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit digests (RFC 2046 5.1.5, RFC 1153)."""
    return _hit(rule, asked.mail.subject) if is_digest(asked.mail) else None


def digest_answer(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit answers to a digest, which name none of the posts in it."""
    if answers_digest(asked.mail) and not asked.rules.answers_issue:
        return _hit(rule, asked.mail.subject, reason="digest-answer")
    return None


def auto_reply(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what a program answered (RFC 3834)."""
    from_list = is_from_list(asked.mail, asked.rules.mailing_list)
    sign = automatic_sign(asked.mail, from_list=from_list)
    if sign is None and asked.null_sender:
        sign = "the null return path"
    return _hit(rule, sign) if sign else None


def maybe_auto_reply(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what has nothing but the subject of an auto-reply."""
    if may_be_automatic(asked.mail):
        return _hit(rule, asked.mail.subject, reason="maybe-auto-reply")
    return None


def unauthenticated(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what was found forged."""
    found = asked.rules.authenticity
    if found is None and asked.rules.authserv_id:
        found = authenticity_told(asked.mail.headers, asked.rules.authserv_id)
    if found is None or found.finding is not Finding.FORGED:
        return None
    return _hit(rule, told_of(found))


def spam(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what a filter on the way marked, as the settings want it."""
    if asked.rules.spam == "post":
        return None
    sign = spam_sign(asked.mail)
    if sign is None:
        return None
    ignored = asked.rules.spam == "ignore"
    return replace(_hit(rule, sign), outcome=Outcome.ASIDE if ignored else Outcome.HOLD)


def too_big(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what is over the limit, or came without its body for that reason."""
    mail = asked.mail
    told = mail.headers.first(_OVERSIZE)
    size = max(
        mail.size, int(told) if told.isdecimal() and len(told) <= _DIGITS_MOST else 0
    )
    if told or size > asked.rules.max_size or "over-size" in mail.problems:
        return _hit(rule, f"{size} bytes")
    return None


def unreadable(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what could not be read."""
    found = [problem for problem in asked.mail.problems if problem in _UNREADABLE]
    return _hit(rule, ", ".join(found)) if found else None


def empty(asked: Screened, rule: Rule) -> Verdict | None:
    """Hit what holds nothing."""
    if not asked.mail.text.strip() and not asked.mail.files:
        return _hit(rule)
    return None
