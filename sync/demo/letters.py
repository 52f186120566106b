"""Mails as the mail programs of the story's people write them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime, formataddr, parseaddr, parsedate_to_datetime
from typing import TYPE_CHECKING

from sync.demo.people import Character

if TYPE_CHECKING:
    from datetime import datetime

    from sync.demo.stage import Stage

_WROTE = {
    "fr": "Le {date:%d/%m/%Y} à {date:%H:%M}, {name} a écrit :",
    "vi": "Vào {date:%H:%M} {date:%d-%m-%Y}, {name} đã viết:",
    "nl": "Op {date:%d-%m-%Y} om {date:%H:%M} schreef {name}:",
    "en": "On {date:%d %b %Y}, at {date:%H:%M}, {name} wrote:",
}


def latest_mail(stage: Stage, reader: Character, subject: str) -> EmailMessage:
    """Return the newest mail in somebody's mailbox that begins a discussion.

    Raises LookupError when there is none, which would be a fault of the bridge.
    """
    for raw in reversed(stage.office.mails(reader.address)):
        mail = parsed(raw)
        tag, _, rest = str(mail["Subject"]).partition(" ")
        if tag.startswith("[") and rest == subject:
            return mail
    msg = f"no mail about {subject!r} reached {reader.address}"
    raise LookupError(msg)


def latest_issue(stage: Stage, reader: Character) -> EmailMessage:
    """Return the newest digest or bundle in somebody's mailbox.

    Raises LookupError when there is none, which would be a fault of the bridge.
    """
    for raw in reversed(stage.office.mails(reader.address)):
        mail = parsed(raw)
        if mail["Auto-Submitted"] == "auto-generated":
            return mail
    msg = f"no digest reached {reader.address}"
    raise LookupError(msg)


def shown(mail: EmailMessage) -> str:
    """Return a mail as a mail program shows it."""
    lines = [
        f"{name}: {mail[name]}"
        for name in ("From", "To", "Reply-To", "Subject")
        if mail[name]
    ]
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    files = [f"[file: {part.get_filename()}]" for part in mail.iter_attachments()]
    return "\n".join([*lines, "", *text.strip().splitlines(), *files])


def parsed(raw: bytes) -> EmailMessage:
    """Return a mail of a mailbox, its header decoded."""
    return message_from_bytes(raw, policy=default)


def letter(
    sender: Character, to: str, subject: str, text: str, *, key: str, date: datetime
) -> EmailMessage:
    """Return a new mail; `key` becomes its Message-ID."""
    mail = EmailMessage()
    mail["From"] = formataddr((sender.name, sender.address))
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = f"<{key}@{sender.domain}>"
    mail.set_content(text + "\n", cte="quoted-printable")
    return mail


def answer(
    sender: Character,
    to: EmailMessage,
    text: str,
    *,
    key: str,
    date: datetime,
    quoting: bool = True,
) -> EmailMessage:
    """Return an answer to a mail, what is answered quoted below as programs do."""
    subject = str(to["Subject"])
    whom = str(to["Reply-To"] or to["From"])
    name, _ = parseaddr(str(to["From"]))
    if quoting:
        written = parsedate_to_datetime(str(to["Date"]))
        wrote = _WROTE[sender.language].format(date=written, name=name)
        body = to.get_body(("plain",))
        old = body.get_content() if body is not None else ""
        quote = "\n".join(f"> {line}".rstrip() for line in old.splitlines())
        text = f"{text}\n\n{wrote}\n\n{quote}"
    mail = letter(
        sender,
        parseaddr(whom)[1],
        subject if subject.startswith("Re:") else f"Re: {subject}",
        text,
        key=key,
        date=date,
    )
    mail["In-Reply-To"] = str(to["Message-ID"]).strip()
    chain = f"{to['References'] or ''} {to['Message-ID']}".split()
    mail["References"] = " ".join(chain)
    return mail
