"""`moodle-bridge explain`: what became of a mail, a post or a digest, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mappings.proof import told_of
from moodle_bridge.errors import ConfigError
from moodle_bridge.redact import secrets_masked
from sync.authenticity import authenticity_of
from sync.bridge import Bridge
from sync.cli.result import Result
from sync.commands import story
from sync.commands.explain_people import (
    knows,
    people_of,
    told_of_address,
    told_of_person,
)
from sync.commands.explain_question import question_story
from sync.ledger.links import Origin

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from moodle_bridge.model.waits import Utterance
    from sync.cli.invocation import Invocation
    from sync.ledger import Transaction
    from sync.ledger.inbound import Inbound
    from sync.ledger.intents import Intent
    from sync.ledger.issues import Issue
    from sync.ledger.links import Link

_WRITTEN = {Origin.FORUM: "in the forum", Origin.MAIL: "by mail"}


def run(invocation: Invocation, *, name: str) -> Result:
    """Return everything the ledger knows of a mail, post, effect, digest or person.

    `name` is a Message-ID, a mail's key, the number of a post, `mail-12`, `effect-5`,
    `issue-3`, an address or a username. Raises ConfigError when nothing is known.
    """
    with (
        Bridge(
            invocation.settings(), invocation.registry(), clock=invocation.clock
        ) as bridge,
        bridge.ledger.reading() as transaction,
    ):
        found = _found(transaction, name.strip())
        found.said += [
            said
            for post_id in dict.fromkeys(_posts(found, name.strip()))
            for said in transaction.utterances.of_post(post_id)
        ]
        if not found:
            raise ConfigError(
                "the ledger knows nothing of this name",
                item=name,
                advice="Give the Message-ID as it stands in the mail, the number after"
                " #p in the address of a post, an id that another command showed"
                " (mail-12, effect-5, issue-3), an address or a username.",
            )
        lines: list[str] = []
        events: list[story.Event] = []
        mails = [_mail_data(transaction, mail) for mail in found.mails]
        for mail in found.mails:
            lines += _told_of_mail(mail)
            lines += story.parts_of(transaction, mail)
            events += story.of_mail(transaction, mail)
        for link in found.links:
            lines += _told_of_link(link)
            events += story.of_link(transaction, link)
        for issue in found.issues:
            lines += _told_of_issue(issue)
            events += story.of_issue(transaction, issue)
        questions = []
        for said in found.said:
            told = question_story(transaction, bridge.settings, said)
            lines += told.lines
            events += told.events
            questions.append(told.data)
        for intent in found.intents:
            lines += [f"Effect {intent.id}: {intent.summary}", f"  {intent.advice}"]
            events += story.of_intent(intent)
        for person in found.people:
            lines += told_of_person(transaction, person)
        if found.address is not None:
            lines.append("Nobody in the courses has this address.")
            lines += told_of_address(transaction, found.address)
    if events:
        lines += ["What happened (UTC):", *story.told(events)]
    return Result(
        parts=[line for line in lines if line.strip()],
        data={
            "mails": mails,
            "posts": [_link_data(link) for link in found.links],
            "questions": questions,
            "people": [
                {"user_id": one.user_id, "name": one.fullname} for one in found.people
            ],
            "events": [
                {"at": event.at.isoformat(), "what": secrets_masked(event.what)}
                for event in story.in_order(events)
            ],
        },
    )


@dataclass(slots=True, kw_only=True)
class Found:
    """What a name stands for; `address` is one that belongs to nobody."""

    mails: list[Inbound] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    said: list[Utterance] = field(default_factory=list)
    address: str | None = None

    def __bool__(self) -> bool:
        return bool(
            self.mails
            or self.links
            or self.issues
            or self.intents
            or self.people
            or self.said
            or self.address
        )


def _found(transaction: Transaction, name: str) -> Found:
    if name.isdigit():
        links = transaction.links.by_post(int(name))
        return Found(
            links=links,
            mails=[
                mail
                for link in links
                for mail in transaction.inbound.find(link.message_id)
            ],
        )
    kind, _, number = name.partition("-")
    if number.isdigit() and kind in {"mail", "effect", "issue"}:
        return _numbered(transaction, kind, int(number))
    wanted = name if name.startswith(("<", "mail:", "receipt:")) else f"<{name}>"
    found = _joined(transaction, transaction.inbound.find(wanted))
    known = {(link.pair, link.post_id) for link in found.links}
    found.links += [
        link
        for link in transaction.links.by_message_id([wanted])
        if (link.pair, link.post_id) not in known
    ]
    found.issues = transaction.issues.by_message_id([wanted])
    if not found:
        found.people = people_of(transaction, name)
    if not found and "@" in name and knows(transaction, name):
        found.address = name
    return found


def _posts(found: Found, name: str) -> list[int]:
    """Return the posts that a name stands for; history has posts without a link."""
    named = [int(name)] if name.isdigit() else []
    return named + [link.post_id for link in found.links]


def _numbered(transaction: Transaction, kind: str, number: int) -> Found:
    if kind == "mail":
        mail = transaction.inbound.get(number)
        return _joined(transaction, [mail] if mail else [])
    if kind == "issue":
        issue = transaction.issues.get(number)
        return Found(issues=[issue] if issue else [])
    intent = transaction.intents.by_id(number)
    return Found(intents=[intent] if intent else [])


def _joined(transaction: Transaction, mails: list[Inbound]) -> Found:
    """Return mails with the posts that they became."""
    numbers = [mail.post_id for mail in mails if mail.post_id is not None]
    numbers += [
        part.post_id
        for mail in mails
        for part in transaction.parts.of_mail(mail.id)
        if part.post_id is not None
    ]
    return Found(
        mails=mails,
        links=[
            link
            for post_id in dict.fromkeys(numbers)
            for link in transaction.links.by_post(post_id)
        ],
    )


def _told_of_issue(issue: Issue) -> list[str]:
    return [
        f"Issue {issue.id}: {issue.kind.value} for user {issue.user_id}",
        f"  Message-ID {issue.message_id}",
        *(
            f"  [{item.number}] post {item.post_id}: {item.author}: {item.subject}"
            for item in issue.items
        ),
        *(
            f"  left out: post {item.post_id}: {item.author}: {item.subject}"
            for item in issue.left_out
        ),
    ]


def _told_of_mail(mail: Inbound) -> list[str]:
    lines = [
        f"Mail {mail.id}: {mail.subject or '(no subject)'}",
        f"  Message-ID {mail.message_id or '(none)'}, from {mail.sender or 'nobody'},"
        f" {mail.size} bytes, came {mail.received_at:%Y-%m-%d %H:%M} UTC"
        f" through {mail.mailbox}" + (f", {mail.copies} times" * (mail.copies > 1)),
        f"  {mail.state.value}"
        + (f": {mail.reason}{_by_rule(mail)}" if mail.rule else ""),
    ]
    lines += [f"  {text}" for text in (mail.detail, mail.advice) if text]
    lines.append(f"  whether From is true: {whether_true(mail)}")
    if mail.post_id is not None:
        lines.append(f"  became post {mail.post_id} of pair {mail.pair}")
    if mail.cut:
        lines += ["  not shown in the post:"]
        lines += [f"  | {line}" for line in mail.cut.splitlines()]
    return lines


def whether_true(mail: Inbound) -> str:
    """Return in words what was found out about a mail's From when it came."""
    found = authenticity_of(mail.authenticity)
    return "nobody looked" if found is None else told_of(found)


def _by_rule(mail: Inbound) -> str:
    return "" if mail.rule == "none" else f" (rule {mail.rule})"


def _told_of_link(link: Link) -> list[str]:
    due = f", due {link.due_at:%Y-%m-%d %H:%M} UTC" if link.due_at else ""
    waits = due if link.state.value == "waiting" else ""
    lines = [
        f"Post {link.post_id} in discussion {link.discussion_id}: {link.subject}",
        (
            f"  by {link.author_name or '(nobody)'}, written"
            f" {_WRITTEN[link.origin]}, Message-ID {link.message_id},"
            f" pair {link.pair}"
        ),
        f"  {link.state.value}{f': {link.reason}' if link.reason else ''}{waits}",
    ]
    if link.edited_at:
        lines.append(f"  edited {link.edited_at:%Y-%m-%d %H:%M} UTC")
    if link.gone_at:
        lines.append(f"  deleted, as seen {link.gone_at:%Y-%m-%d %H:%M} UTC")
    return lines


def _mail_data(transaction: Transaction, mail: Inbound) -> dict[str, object]:
    return {
        "id": mail.id,
        "message_id": mail.message_id,
        "from": mail.sender,
        "subject": mail.subject,
        "received_at": mail.received_at.isoformat(),
        "copies": mail.copies,
        "state": mail.state.value,
        "rule": mail.rule,
        "reason": mail.reason,
        "advice": mail.advice,
        "detail": mail.detail,
        "authenticity": whether_true(mail),
        "pair": mail.pair,
        "post_id": mail.post_id,
        "cut": mail.cut,
        "parts": [
            {
                "item": part.item,
                "state": part.state.value,
                "reason": part.reason,
                "post_id": part.post_id,
            }
            for part in transaction.parts.of_mail(mail.id)
        ],
    }


def _link_data(link: Link) -> dict[str, object]:
    return {
        "post_id": link.post_id,
        "discussion_id": link.discussion_id,
        "pair": link.pair,
        "message_id": link.message_id,
        "origin": link.origin.value,
        "state": link.state.value,
        "reason": link.reason,
        "author": link.author_name,
        "subject": link.subject,
        "due_at": link.due_at.isoformat() if link.due_at else None,
        "edited_at": link.edited_at.isoformat() if link.edited_at else None,
        "gone_at": link.gone_at.isoformat() if link.gone_at else None,
    }
