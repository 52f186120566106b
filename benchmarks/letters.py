"""Mails as they come to the bridge, of many kinds; made here, the same every time."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from benchmarks.talk import LIST, SITE, Spoken, talk
from mappings.identity import post_message_id

_SIGNATURE = "-- \nFlorence Achieng\nKampala Media Collective\n+256 700 000000\n"
_PHOTO_BYTES = 120_000
_BOUNCE = """\
Return-Path: <>
From: Mail Delivery System <mailer-daemon@mx.example>
To: {bridge}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce.{count}@mx.example>
Date: Mon, 3 Nov 2025 10:00:00 +0000
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="of.{count}"

--of.{count}
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--of.{count}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; gone@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox

--of.{count}
Content-Type: text/rfc822-headers

From: {bridge}
Message-ID: {parent}

--of.{count}--
"""
_SENDERS = (
    ("Florence Achieng", "fac@uganda.example"),
    ("Nguyễn Thị Hà", "ha@vn.example"),
    ("Aminata Diop", "aminata@sn.example"),
    ("Joost van den Berg", "joost@nl.example"),
)


def letters(number: int) -> Iterator[tuple[bytes, Spoken]]:
    """Yield so many mails, each with the post that it answers; kinds take turns."""
    chance = random.Random(1)
    for count, spoken in enumerate(talk(number)):
        kind = _KINDS[count % len(_KINDS)]
        mail = kind(count, spoken, chance)
        yield mail if isinstance(mail, bytes) else bytes(mail), spoken


def parent_id(spoken: Spoken) -> str:
    """Return the Message-ID under which the post went out."""
    return post_message_id(spoken.post.id, site_tag=SITE.site_tag, domain=SITE.domain)


def _begun(count: int, spoken: Spoken) -> EmailMessage:
    name, address = _SENDERS[count % len(_SENDERS)]
    assert spoken.post.created is not None
    mail = EmailMessage(policy=policy.SMTP)
    mail["Return-Path"] = f"<{address}>"
    mail["Delivered-To"] = SITE.bridge_address
    for hop in range(4):
        mail["Received"] = (
            f"from mx{hop}.example by relay{hop}.example with ESMTPS id {count:08x};"
            " Mon, 03 Nov 2025 09:00:00 +0000"
        )
    mail["DKIM-Signature"] = (
        "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=one; b=" + "Ab0/" * 60
    )
    mail["From"] = f'"{name}" <{address}>'
    mail["To"] = f"{LIST.name} <{LIST.address}>"
    mail["Subject"] = f"Re: [SM25] {spoken.discussion.name}"
    mail["Message-ID"] = f"<mail.{count}.7f3a@{address.partition('@')[2]}>"
    mail["Date"] = format_datetime(spoken.post.created + timedelta(hours=1))
    mail["In-Reply-To"] = parent_id(spoken)
    mail["References"] = parent_id(spoken)
    return mail


def _words(count: int) -> str:
    return (
        f"Dear all,\n\nthank you for this; number {count} is just what I needed. Xin chào"
        " từ Hà Nội! We tried it with the women's group, and à la fin tout le monde a"
        " parlé.\n\nWhat I would still like to know: how long do you wait?\n\n"
    )


def _quoted(spoken: Spoken) -> str:
    told = "\n".join(
        f"> Question {line}: how do you keep a group talking after a quiet week?"
        for line in range(12)
    )
    by = spoken.post.author.fullname
    return f"On Mon, 3 Nov 2025 at 09:00, {by} via SM25 <{SITE.bridge_address}> wrote:\n{told}\n"


def _plain(count: int, spoken: Spoken, _chance: random.Random) -> EmailMessage:
    mail = _begun(count, spoken)
    mail.set_content(_words(count) + _SIGNATURE)
    return mail


def _with_quote(count: int, spoken: Spoken, _chance: random.Random) -> EmailMessage:
    mail = _begun(count, spoken)
    mail.set_content(_words(count) + _quoted(spoken), cte="quoted-printable")
    return mail


def _html(count: int, spoken: Spoken) -> str:
    words = "".join(
        f"<div>{line or '<br>'}</div>" for line in _words(count).split("\n")
    )
    quote = "<br>".join(f"Question {line}: quiet?" for line in range(12))
    return (
        f'<html><body><div dir="ltr">{words}</div><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">On Mon, 3 Nov 2025 at 09:00,'
        f" {spoken.post.author.fullname} wrote:<br></div>"
        '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">'
        f"<p>{quote}</p></blockquote></div></body></html>"
    )


def _html_only(count: int, spoken: Spoken, _chance: random.Random) -> EmailMessage:
    mail = _begun(count, spoken)
    mail.set_content(_html(count, spoken), subtype="html", cte="quoted-printable")
    return mail


def _both(count: int, spoken: Spoken, chance: random.Random) -> EmailMessage:
    mail = _with_quote(count, spoken, chance)
    mail.add_alternative(_html(count, spoken), subtype="html", cte="base64")
    return mail


def _photo(count: int, spoken: Spoken, chance: random.Random) -> EmailMessage:
    mail = _both(count, spoken, chance)
    mail.add_attachment(
        b"\xff\xd8\xff\xe0" + chance.randbytes(_PHOTO_BYTES),
        maintype="image",
        subtype="jpeg",
        filename="marché de Thiès.jpg",
    )
    return mail


def _out_of_office(count: int, spoken: Spoken, _chance: random.Random) -> EmailMessage:
    mail = _begun(count, spoken)
    del mail["Subject"]
    mail["Subject"] = "Réponse automatique : absente du bureau"
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content("Je suis absente jusqu'au 10 novembre.\n")
    return mail


def _bounce(count: int, spoken: Spoken, _chance: random.Random) -> bytes:
    text = _BOUNCE.format(
        count=count, bridge=SITE.bridge_address, parent=parent_id(spoken)
    )
    return text.replace("\n", "\r\n").encode()


# More of what people write than of what machines do.
_KINDS: tuple[Callable[[int, Spoken, random.Random], EmailMessage | bytes], ...] = (
    _plain,
    _both,
    _with_quote,
    _html_only,
    _both,
    _photo,
    _plain,
    _both,
    _bounce,
    _out_of_office,
)
