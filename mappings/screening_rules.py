"""The rules of screening, in the order in which they are asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mappings.authentication import authentication_failure
from mappings.auto_replies import automatic_sign, may_be_automatic
from mappings.bounces import delivery_failures, is_delivery_report
from mappings.bridge_header import BRIDGE_HEADER, bridge_header
from mappings.identity import is_ours, post_id_of
from mappings.list_mail import is_digest, is_from_list, is_list_admin
from mappings.verdict import Outcome, Screened, Verdict, VerdictKind

_OVERSIZE = "x-moodle-bridge-oversize"
_CALENDAR_ANSWER = re.compile(r"(?im)^method:\s*(?:reply|counter|declinecounter)\s*$")
_MOODLE_LIST = re.compile(r"(?i)(?:^|<)moodle(?:forum|course)\d+[.@]")
_SPAM_SUBJECT = re.compile(r"(?i)^\W{0,5}(?:possible )?spam\W{1,5}\s")
_UNREADABLE = frozenset({"over-parts", "over-nesting", "unparseable", "encrypted"})
_DETAIL_LONGEST = 200
_DIGITS_MOST = 15

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


def _circle(asked: Screened, rule: Rule) -> Verdict | None:
    if asked.mail.received_count > asked.rules.max_received:
        return _hit(rule, f"{asked.mail.received_count} Received fields")
    return None


def _own(asked: Screened, rule: Rule) -> Verdict | None:
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


def _hops(asked: Screened, rule: Rule) -> Verdict | None:
    mark = bridge_header(asked.mail.headers.first(BRIDGE_HEADER))
    if mark and mark.hops >= asked.rules.max_hops:
        return _hit(rule, f"site {mark.site}, {mark.hops} hops")
    return None


def _echo(asked: Screened, rule: Rule) -> Verdict | None:
    mail = asked.mail
    if BRIDGE_HEADER in mail.headers and not bridge_header(
        mail.headers.first(BRIDGE_HEADER)
    ):
        return _hit(rule, BRIDGE_HEADER)
    own = {address.lower() for address in asked.rules.own_addresses}
    if any(sender.address.lower() in own for sender in mail.senders):
        return _hit(rule, "From")
    return None


def _notification(asked: Screened, rule: Rule) -> Verdict | None:
    mail = asked.mail
    if mail.list_id and _MOODLE_LIST.search(mail.list_id):
        return _hit(rule, "List-Id")
    if "x-course-id" in mail.headers:
        return _hit(rule, "X-Course-Id")
    return None


def _bounce(asked: Screened, rule: Rule) -> Verdict | None:
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
        detail=f"{len(failures)} recipients",
        failures=failures,
    )


def _complaint(asked: Screened, rule: Rule) -> Verdict | None:
    if asked.mail.report_type == "feedback-report":
        return _hit(rule, "feedback-report")
    return None


def _read_receipt(asked: Screened, rule: Rule) -> Verdict | None:
    mail = asked.mail
    if mail.report_type == "disposition-notification" or any(
        part.media_type.endswith("disposition-notification")
        for part in mail.machine_parts
    ):
        return _hit(rule, "disposition-notification")
    return None


def _calendar(asked: Screened, rule: Rule) -> Verdict | None:
    for part in asked.mail.machine_parts:
        if part.media_type != "text/calendar":
            continue
        method = dict(part.parameters).get("method", "").lower()
        if method in {"reply", "counter", "declinecounter"}:
            return _hit(rule, f"method={method}")
        if not method and _CALENDAR_ANSWER.search(part.text):
            return _hit(rule, "METHOD:REPLY")
    return None


def _list_admin(asked: Screened, rule: Rule) -> Verdict | None:
    if is_list_admin(asked.mail, asked.rules.mailing_list):
        return _hit(rule, asked.mail.subject)
    return None


def _digest(asked: Screened, rule: Rule) -> Verdict | None:
    return _hit(rule, asked.mail.subject) if is_digest(asked.mail) else None


def _auto_reply(asked: Screened, rule: Rule) -> Verdict | None:
    from_list = is_from_list(asked.mail, asked.rules.mailing_list)
    sign = automatic_sign(asked.mail, from_list=from_list)
    if sign is None and asked.null_sender:
        sign = "the null return path"
    return _hit(rule, sign) if sign else None


def _maybe_auto_reply(asked: Screened, rule: Rule) -> Verdict | None:
    if may_be_automatic(asked.mail):
        return _hit(rule, asked.mail.subject, reason="maybe-auto-reply")
    return None


def _unauthenticated(asked: Screened, rule: Rule) -> Verdict | None:
    if not asked.rules.authserv_id:
        return None
    failure = authentication_failure(asked.mail.headers, asked.rules.authserv_id)
    return _hit(rule, failure) if failure else None


def _spam(asked: Screened, rule: Rule) -> Verdict | None:
    headers = asked.mail.headers
    for name in ("x-spam-flag", "x-spam-status", "x-spam"):
        if headers.first(name).lower().startswith("yes"):
            return _hit(rule, name)
    if _SPAM_SUBJECT.match(asked.mail.subject):
        return _hit(rule, "the subject")
    return None


def _too_big(asked: Screened, rule: Rule) -> Verdict | None:
    mail = asked.mail
    told = mail.headers.first(_OVERSIZE)
    size = max(
        mail.size, int(told) if told.isdecimal() and len(told) <= _DIGITS_MOST else 0
    )
    if told or size > asked.rules.max_size or "over-size" in mail.problems:
        return _hit(rule, f"{size} bytes")
    return None


def _unreadable(asked: Screened, rule: Rule) -> Verdict | None:
    found = [problem for problem in asked.mail.problems if problem in _UNREADABLE]
    return _hit(rule, ", ".join(found)) if found else None


def _empty(asked: Screened, rule: Rule) -> Verdict | None:
    if not asked.mail.text.strip() and not asked.mail.files:
        return _hit(rule)
    return None


RULES: tuple[Rule, ...] = (
    Rule(
        name="circle",
        description="It went through more mail servers than any mail has to.",
        kind=VerdictKind.LOOP,
        outcome=Outcome.ASIDE,
        advice="Look which two addresses forward to each other.",
        check=_circle,
    ),
    Rule(
        name="own-mail",
        description="The bridge wrote it: our header, or our Message-ID.",
        kind=VerdictKind.RECEIPT,
        outcome=Outcome.ASIDE,
        advice="Nothing to do: it shows that the list handed the mail out.",
        check=_own,
    ),
    Rule(
        name="hops",
        description="It went through more bridges than may be.",
        kind=VerdictKind.LOOP,
        outcome=Outcome.ASIDE,
        advice="Look whether two bridges join the same forum or list.",
        check=_hops,
    ),
    Rule(
        name="echo",
        description="A bridge wrote it, or it comes from an address of the bridge.",
        kind=VerdictKind.ECHO,
        outcome=Outcome.ASIDE,
        advice="Nothing to do: the words are in the forum already.",
        check=_echo,
    ),
    Rule(
        name="moodle-notification",
        description="Moodle itself sent it, to tell of a post.",
        kind=VerdictKind.NOTIFICATION,
        outcome=Outcome.ASIDE,
        advice="Turn off forum mail for the account that the bridge reads mail with.",
        check=_notification,
    ),
    Rule(
        name="delivery-report",
        description="A mail server tells of a mail that it did not deliver.",
        kind=VerdictKind.BOUNCE,
        outcome=Outcome.ASIDE,
        advice="See which address failed; after several, ask its owner for another.",
        check=_bounce,
    ),
    Rule(
        name="complaint",
        description="A mail host passes on that somebody called our mail spam.",
        kind=VerdictKind.COMPLAINT,
        outcome=Outcome.ASIDE,
        advice="Ask whether this person still wants mail; send none until they do.",
        check=_complaint,
    ),
    Rule(
        name="read-receipt",
        description="A mail program tells that a mail was shown.",
        kind=VerdictKind.READ_RECEIPT,
        outcome=Outcome.ASIDE,
        advice="Nothing to do.",
        check=_read_receipt,
    ),
    Rule(
        name="calendar-answer",
        description="A calendar accepts or declines an invitation.",
        kind=VerdictKind.CALENDAR,
        outcome=Outcome.ASIDE,
        advice="Nothing to do.",
        check=_calendar,
    ),
    Rule(
        name="list-admin",
        description="The program of the mailing list wrote it itself.",
        kind=VerdictKind.LIST_ADMIN,
        outcome=Outcome.ASIDE,
        advice="Read it: the list may be holding a mail of the bridge.",
        check=_list_admin,
    ),
    Rule(
        name="digest",
        description="It is several posts of a list in one mail.",
        kind=VerdictKind.DIGEST,
        outcome=Outcome.HOLD,
        advice="Set the bridge's list membership to single mails, not digests.",
        check=_digest,
    ),
    Rule(
        name="auto-reply",
        description="A program answered in somebody's place.",
        kind=VerdictKind.AUTO_REPLY,
        outcome=Outcome.ASIDE,
        advice="Nothing to do; release it if a person did write it.",
        check=_auto_reply,
    ),
    Rule(
        name="authentication",
        description="Our mail server says that the sender's address is forged.",
        kind=VerdictKind.UNAUTHENTICATED,
        outcome=Outcome.HOLD,
        advice="Ask the named sender whether they wrote it, then release or drop it.",
        check=_unauthenticated,
    ),
    Rule(
        name="spam",
        description="A spam filter on the way marked it.",
        kind=VerdictKind.SPAM,
        outcome=Outcome.HOLD,
        advice="Read it, then release or drop it.",
        check=_spam,
    ),
    Rule(
        name="too-big",
        description="It is larger than the settings allow.",
        kind=VerdictKind.TOO_BIG,
        outcome=Outcome.HOLD,
        advice="Ask its sender for smaller files, or raise the limit and release it.",
        check=_too_big,
    ),
    Rule(
        name="unreadable",
        description="It cannot be read: encrypted, or built to be a burden.",
        kind=VerdictKind.UNREADABLE,
        outcome=Outcome.HOLD,
        advice="Ask its sender to write it again as plain text.",
        check=_unreadable,
    ),
    Rule(
        name="maybe-auto-reply",
        description="Its subject looks like an auto-reply, but nothing else does.",
        kind=VerdictKind.AUTO_REPLY,
        outcome=Outcome.HOLD,
        advice="Read it; release it if a person wrote it.",
        check=_maybe_auto_reply,
    ),
    Rule(
        name="empty",
        description="It holds neither text nor files.",
        kind=VerdictKind.EMPTY,
        outcome=Outcome.HOLD,
        advice="Ask its sender to write the answer above the quoted text.",
        check=_empty,
    ),
)
