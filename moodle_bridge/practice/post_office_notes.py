"""Mail that the post office writes itself: bounces and out-of-office notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from moodle_bridge.practice.post_office_letter import Letter, bare, divided, joined

# Python folds long identifiers into encoded words, which no reader understands.
_POLICY = SMTP.clone(max_line_length=998)
_TO_MANY = {"list", "bulk", "junk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoReply:
    """What a mailbox answers by itself while its owner is away.

    One that `obeys` RFC 3834 answers a sender once, to the envelope sender, with the
    null return path, and never a list or another machine. One that does not answers
    every mail, to whoever stands in From, as if a person had written it.
    """

    text: str = "I am away until Monday."
    subject: str = "Out of office"
    obeys: bool = True

    def answer(self, letter: Letter, *, number: int, now: datetime) -> Letter | None:
        """Return the answer to a mail; None where none is due."""
        message = letter.message()
        own = bare(letter.recipient)
        if self.obeys:
            addressed = str(message.get("To", "")) + str(message.get("Cc", ""))
            if (
                not letter.sender
                or str(message.get("Auto-Submitted", "no")).lower() != "no"
                or "List-Id" in message
                or str(message.get("Precedence", "")).lower() in _TO_MANY
                or own not in addressed.lower()
            ):
                return None
        whom = letter.sender if self.obeys else letter.author()[1]
        if not whom or bare(whom) == own:
            return None
        note = EmailMessage(policy=_POLICY)
        note["From"] = own
        note["To"] = whom
        note["Subject"] = f"{self.subject}: {message.get('Subject', '')}"[:200]
        note["Date"] = format_datetime(now)
        note["Message-ID"] = f"<away.{number}@{own.rpartition('@')[2]}>"
        if message.get("Message-ID"):
            note["In-Reply-To"] = str(message["Message-ID"]).strip()
        if self.obeys:
            note["Auto-Submitted"] = "auto-replied"
        note.set_content(self.text)
        return Letter(
            sender="" if self.obeys else own, recipient=whom, content=bytes(note)
        )


def bounce(
    letter: Letter, *, status: str, why: str, host: str, number: int, now: datetime
) -> Letter | None:
    """Return the report that a mail could not be delivered (RFC 3464).

    None for a mail with the null return path: nobody wants to hear of it.
    """
    if not letter.sender:
        return None
    report = EmailMessage(policy=_POLICY)
    report["From"] = f"Mail Delivery System <MAILER-DAEMON@{host}>"
    report["To"] = letter.sender
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = format_datetime(now)
    report["Message-ID"] = f"<bounce.{number}@{host}>"
    report["Auto-Submitted"] = "auto-replied"
    report["MIME-Version"] = "1.0"
    report["Content-Type"] = (
        'multipart/report; report-type=delivery-status; boundary="=_bounce"'
    )
    told = EmailMessage(policy=_POLICY)
    told.set_content(f"{letter.recipient} could not be reached: {why}\n")
    facts = (
        f"Reporting-MTA: dns; {host}\r\n\r\n"
        f"Final-Recipient: rfc822; {letter.recipient}\r\n"
        "Action: failed\r\n"
        f"Status: {status}\r\n"
        f"Diagnostic-Code: smtp; 550 {status} {why}\r\n"
    )
    fields, _ = divided(letter.content)
    parts = (
        bytes(told),
        b"Content-Type: message/delivery-status\r\n\r\n" + facts.encode(),
        b"Content-Type: text/rfc822-headers\r\n\r\n" + joined(fields, b""),
    )
    body = b"".join(b"--=_bounce\r\n" + part + b"\r\n" for part in parts)
    header = b"".join(divided(bytes(report))[0])
    return Letter(
        sender="",
        recipient=letter.sender,
        content=header + b"\r\n" + body + b"--=_bounce--\r\n",
    )
