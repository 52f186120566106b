"""`moodle-bridge explain`: what became of a mail or a post, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mappings.proof import told_of
from moodle_bridge.errors import ConfigError
from sync.authenticity import authenticity_of
from sync.bridge import Bridge
from sync.cli.result import Result
from sync.ledger.links import Origin

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation
    from sync.ledger import Transaction
    from sync.ledger.inbound import Inbound
    from sync.ledger.intents import Intent
    from sync.ledger.links import Link

_WRITTEN = {Origin.FORUM: "in the forum", Origin.MAIL: "by mail"}


def run(invocation: Invocation, *, name: str) -> Result:
    """Return everything the ledger knows of a Message-ID, a mail's key or a post."""
    with (
        Bridge(
            invocation.settings(), invocation.registry(), clock=invocation.clock
        ) as bridge,
        bridge.ledger.reading() as transaction,
    ):
        mails, links = _found(transaction, name.strip())
        if not mails and not links:
            raise ConfigError(
                "the ledger knows no mail and no post of this name",
                item=name,
                advice="Give the Message-ID as it stands in the mail, or the number"
                " after #p in the address of a post.",
            )
        lines: list[str] = []
        for mail in mails:
            lines += _told_of_mail(mail)
            lines += _told_of(transaction.intents.of_source(f"mail:{mail.id}"))
            lines += _told_of(transaction.intents.of_source(f"notice:{mail.id}"))
        for link in links:
            lines += _told_of_link(link)
            lines += _told_of(
                transaction.intents.of_source(f"post:{link.pair}:{link.post_id}")
            )
        data = {
            "mails": [_mail_data(mail) for mail in mails],
            "posts": [_link_data(link) for link in links],
        }
    return Result(parts=lines, data=data)


def _found(transaction: Transaction, name: str) -> tuple[list[Inbound], list[Link]]:
    if name.isdigit():
        links = transaction.links.by_post(int(name))
        mails = [
            mail for link in links for mail in transaction.inbound.find(link.message_id)
        ]
        return mails, links
    wanted = name if name.startswith(("<", "mail:", "receipt:")) else f"<{name}>"
    mails = transaction.inbound.find(wanted)
    links = transaction.links.by_message_id([wanted])
    known = {link.post_id for link in links}
    for mail in mails:
        if mail.post_id is not None and mail.post_id not in known:
            links += transaction.links.by_post(mail.post_id)
    return mails, links


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


def _told_of(intents: list[Intent]) -> list[str]:
    lines = []
    for intent in intents:
        why = f": {intent.reason}" if intent.reason else ""
        tries = f", tried {intent.attempts} times" if intent.attempts > 1 else ""
        lines.append(f"  {intent.state.value}{tries}: {intent.summary}{why}")
    return lines


def _mail_data(mail: Inbound) -> dict[str, object]:
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
