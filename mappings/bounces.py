"""Reads delivery reports: whom a mail did not reach, and whether for good."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from email import policy
from email.parser import BytesParser

from flufl.bounce import all_failures

from mappings.mail_headers import decoded_words
from mappings.mail_reading import ReadMail
from mappings.verdict import DeliveryFailure

_REPORT_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_FIELD = re.compile(r"(?m)^([A-Za-z-]{3,40}):[ \t]*(.*(?:\n[ \t]+.*)*)")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY = re.compile(r"\b([45])\d\d\b")
_DAEMON = re.compile(
    r"(?i)^(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|mail\.?delivery\S*"
    r"|bounces?|auto-?notify|mmdf|daemon|ndr|imss|[\w.-]*(?:smtp|anti-?virus)[\w.-]*"
    r")(?:[+-].*)?@|^$"
)
# No person has such an address: whatever they write, it is about mail.
_SURE_DAEMON = re.compile(r"(?i)^(?:mailer-?daemon|mail-?daemon|mdaemon)(?:[+-].*)?@")
_SUBJECT = re.compile(
    r"(?i)undeliver|deliver(?:y|ed).{0,20}(?:fail|status|notif|problem|delay)|returned mail"
    r"|mail delivery|(?:mail|message).{0,40} not (?:be )?delivered|failure (?:notice|delivery)"
    r"|mail failed|non-?delivery|non remis|échec|unzustellbar|unzustellbarkeit"
    r"|nicht (?:zugestellt|zustellbar)|onbestelbaar|niet (?:bezorgd|afgeleverd)|no entregad"
    r"|no se (?:ha )?(?:podido|pudo) entregar|devuelto|não entregue|devolvid"
    r"|não foi possível entregar|mancato recapito|impossibile recapitare"
    r"|warning: message|could not send|не доставлен|недоставлен|не удалось доставить"
    r"|không gửi được|không thể gửi|gửi thư không thành công|退信|无法送达|未送达|投递失败"
    r"|無法傳遞|配信不能|配信できません|반송|배달되지 않음|kunde inte leverera|kan inte levereras"
    r"|olevererbar|ikke leveres|kunne ikke levere|ei voitu toimittaa|toimittamaton"
    r"|niedostarcz|nie można dostarczyć|nedoručiteln|nedoručen|nedoruč|teslim edilem"
    r"|kézbesíthetetlen|kézbesítés sikertelen|nelivrat|αδύνατη η παράδοση|μη παραδοτέο"
    r"|tidak terkirim|gagal terkirim|تعذر (?:ال)?تسليم|غير قابل للتسليم|לא ניתן למסור"
)
# Mailboxes that are full are emptied again, and a mail too large says nothing of them.
_SOFT_ALTHOUGH_5 = frozenset({"5.2.2", "5.2.3", "5.3.4", "5.7.1"})
_RECIPIENTS_MOST = 200
_DIAGNOSTIC_LONGEST = 300
_FLUFL_LARGEST = 2_000_000
_TOP_OF_A_LETTER = 200_000
_LINE_LONGEST = 998


def is_delivery_report(mail: ReadMail, *, null_sender: bool) -> bool:
    """Say whether a mail server wrote the mail about one that it did not deliver.

    Where its subject does not say so, a letter counts that names whom a mail did not
    reach in the words of one of the servers that flufl.bounce knows.
    """
    if mail.report_type == "delivery-status":
        return True
    from_machine = _is_from_daemon(mail) or null_sender
    if any(part.media_type in _REPORT_TYPES for part in mail.machine_parts):
        return from_machine
    if not from_machine:
        return False
    return bool(
        _SURE_DAEMON.match(mail.from_.address if mail.from_ else "")
        or _SUBJECT.search(mail.subject)
        or "x-failed-recipients" in mail.headers
        or _of_letter(mail)
    )


def delivery_failures(mail: ReadMail) -> tuple[DeliveryFailure, ...]:
    """Return what a delivery report says, recipient by recipient.

    RFC 3464 first; what is no such report is left to flufl.bounce, which knows the
    letters of older servers. Empty when nobody is named. Never raises.
    """
    told = tuple(
        failure
        for part in mail.machine_parts
        if part.media_type in _REPORT_TYPES
        for failure in _of_report(part.text)
    )
    return told[:_RECIPIENTS_MOST] or _of_letter(mail)


def _of_report(text: str) -> Iterator[DeliveryFailure]:
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        fields = {
            name.lower(): " ".join(value.split())
            for name, value in _FIELD.findall(block)
        }
        address = _address(fields.get("original-recipient")) or _address(
            fields.get("final-recipient")
        )
        if not address:
            continue
        action = fields.get("action", "").partition(" ")[0].lower() or "failed"
        diagnostic = decoded_words(fields.get("diagnostic-code", ""))
        found = _STATUS.search(fields.get("status", "")) or _STATUS.search(diagnostic)
        status = found[0] if found else ""
        yield DeliveryFailure(
            address=address,
            action=action,
            status=status,
            hard=action == "failed" and _is_hard(status, diagnostic),
            diagnostic=diagnostic[:_DIAGNOSTIC_LONGEST],
        )


def _of_letter(mail: ReadMail) -> tuple[DeliveryFailure, ...]:
    if mail.size > _FLUFL_LARGEST or mail.problems:
        return ()
    # Whom a mail did not reach stands at the top; what follows is that mail, whole.
    # No line of a mail is longer (RFC 5322, 2.1.1), and some of those readers take a
    # time that grows with the square of it.
    lines = mail.raw[:_TOP_OF_A_LETTER].split(b"\n")
    top = b"\n".join(line[:_LINE_LONGEST] for line in lines)
    message = BytesParser(policy=policy.compat32).parsebytes(top)
    with suppress(Exception):  # thirty readers of strangers' letters, none of them ours
        soft, hard = all_failures(message)
        return (*_named(hard, permanent=True), *_named(soft, permanent=False))
    return ()


def _named(addresses: Iterable[bytes], *, permanent: bool) -> Iterator[DeliveryFailure]:
    for octets in sorted(addresses)[:_RECIPIENTS_MOST]:
        yield DeliveryFailure(
            address=octets.decode("utf-8", "replace"),
            action="failed" if permanent else "delayed",
            status="",
            hard=permanent,
        )


def _address(value: str | None) -> str:
    if not value:
        return ""
    bare = value.rpartition(";")[2].strip().strip("<>")
    return bare if "@" in bare and len(bare.split()) == 1 else ""


def _is_hard(status: str, diagnostic: str) -> bool:
    if status:
        return status.startswith("5") and status not in _SOFT_ALTHOUGH_5
    reply = _REPLY.search(diagnostic)
    return reply is None or reply[1] == "5"


def _is_from_daemon(mail: ReadMail) -> bool:
    came_from = mail.from_.address if mail.from_ else ""
    return bool(_DAEMON.match(came_from) or _SURE_DAEMON.match(mail.return_path or ""))
