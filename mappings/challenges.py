"""Letters of programs that let a mail pass only when its sender says so once more."""

from __future__ import annotations

import re

from mappings.mail_reading import ReadMail

_FIELDS = (
    "x-boxbe-notification",
    "x-boxbe-event",
    "x-spamarrest-challenge",
    "x-mib-challenge",
    "x-mailinblack-challenge",
    "x-asg-challenge",
    "x-challenge-response",
)
_SENDER = re.compile(
    r"(?i)^(?:spamblocker-challenge@|.+@(?:[\w.-]+\.)?(?:boxbe|spamarrest|mailinblack"
    r"|bluebottle|sendio|cleanmail|0spam|choicemail)\.(?:com|net|org|ch)$)"
)
_SUBJECT = re.compile(
    r"(?i)spamblocker challenge|\(antispam uol\)|\(mailinblack\)"
    r"|^please confirm your (?:message|e-?mail)\b.*|\(verification required\)$"
    r"|^(?:re: )?.{0,200}\(action required\)$|\[confirm:? ?[0-9a-f]{6,}\]"
)
_PROGRAM = re.compile(r"(?i)\b(?:tmda|boxbe|choicemail|spamarrest)\b")


def challenge_sign(mail: ReadMail) -> str | None:
    """Return what shows that a program wants the sender to confirm a mail.

    None when nothing does. A subject alone shows it only where no person writes so.
    """
    headers = mail.headers
    for name in _FIELDS:
        if headers.first(name):
            return name
    sender = mail.from_.address if mail.from_ else ""
    answers = [one.address for one in mail.reply_to]
    if any(_SENDER.match(address) for address in (sender, *answers)):
        return "the sender"
    program = f"{headers.first('x-delivery-agent')} {headers.first('x-mailer')}"
    if _PROGRAM.search(program) and _SUBJECT.search(mail.subject):
        return "x-delivery-agent"
    if re.search(
        r"(?i)spamblocker challenge|\((?:antispam uol|mailinblack)\)", mail.subject
    ):
        return "the subject"
    return None
