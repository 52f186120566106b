"""Mails as nobody should send them: by number, so that each can be had again."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from random import Random

_TESTS = Path(__file__).parents[1]
_SHARED = _TESTS.parents[1] / "shared" / "corpora" / "replies" / "emails"

EVERY = 40
"""Of so many mails one is a bomb."""

Mutation = Callable[[Random, bytes], bytes]

_CHARSETS = (
    b"utf-8", b"us-ascii", b"iso-8859-1", b"windows-1252", b"utf-7", b"gb18030", b"big5",
    b"iso-2022-jp", b"koi8-r", b"utf-16", b"utf-32", b"x-unknown", b"", b"\xff\xfe",
    b"rot13", b"hex", b"zip", b"idna", b"punycode", b"unicode_escape", b"undefined",
    b"utf-8'en", b"a" * 10_000, b"mbcs", b"base64", b"utf-16-be", b"cp037", b"hz",
)  # fmt: skip
_ENCODINGS = (
    b"7bit", b"8bit", b"binary", b"quoted-printable", b"base64", b"x-uuencode", b"uue",
    b"", b"BASE64 ", b"quoted-printable; x", b"\xff", b"base64, base64", b"gzip64",
)  # fmt: skip
_FIELDS = (
    b"From", b"To", b"Cc", b"Subject", b"Date", b"Message-ID", b"In-Reply-To",
    b"References", b"Content-Type", b"Content-Transfer-Encoding", b"Return-Path",
    b"List-Id", b"Auto-Submitted", b"Precedence", b"Received", b"Reply-To",
    b"Authentication-Results", b"X-Moodle-Bridge", b"Content-Disposition", b"Sender",
    b"X-Spam-Flag", b"Delivered-To", b"List-Post", b"X-Original-From", b"X-Failed-Recipients",
)  # fmt: skip
_BAIT = (
    b"(", b")", b"<", b">", b"@", b"a@", b'"', b"\\", b",", b";", b"=?", b"?=", b"=?utf-8?q?",
    b"=?utf-8?b?////?=", b"[", b"]", b" ", b"\t", b":", b"a.", b"..", b"-", b"=", b"&#", b"&lt",
    b"\xe2\x80\xae", b"\xcc\x81", b"*", b"_", b"0", b"1 ", b"\xf0\x9f\x98\x80", b"://", b"www.",
    b"http://", b"\r", b"\x0b", b"\x00", b"\xff", b"\xc2\xa0", b"On ", b"wrote:", b"Re: ",
)  # fmt: skip
_LINE_BAIT = (
    b"> ", b">", b"> > > > > > > ", b"On Monday, somebody wrote:", b"-- ", b"--", b"____",
    b"-----Original Message-----", b"From: a <a@b.example>", b"Sent: Monday", b"|", b"3: x",
    b"[3] x", b"#3", b"Le lundi, quelqu'un a \xc3\xa9crit :", b"Am Montag schrieb jemand:",
    b" ", b"\t", b"", b"Sent from my iPhone", b"http://a.example/" , b"1) x", b"* * *",
    b"Begin forwarded message:", b"From: x", b"_" * 200, b"=20", b"=", b"begin 644 a", b".",
    b"pause until 3 May", b"channel digest 18:00", b"get 417", b"help", b"On", b"wrote:",
)  # fmt: skip
_TAGS = (
    b"<div>", b"<b>", b"<blockquote>", b"<table><tr><td>", b"<ul><li>", b"<font color=red>",
    b"<a href=x>", b"<span style='font-weight:bold;display:none'>", b"<p>", b"<i>", b"<form>",
    b"<svg>", b"<math>", b"<template>", b"<select>", b"<object>", b"<div class=gmail_quote>",
    b"<details>", b"<pre>", b"<ol>", b"<dl><dt>", b"<h1>", b"<code>", b"<button>", b"<frameset>",
)  # fmt: skip


_ODD_MARKUP = (
    b"one ", b"two", b"</div>", b"</b>", b"<br>", b"&nbsp;", b"<!--", b"-->", b"<style>",
    b"<script>x()</script>", b"<img src=cid:a>", b"<img src=http://t.example/p>", b"</p>",
    b"<a href='javascript:x()'>y</a>", b"<", b">", b"&#xD800;", b"&#0;", b"<![CDATA[",
    b"]]>", b"<?php ?>", b"<x:y>", b"<table>", b"</table>", b"<b onclick=x()>", b"<base href=x>",
)  # fmt: skip


def seeds() -> list[tuple[str, bytes]]:
    """Return the mails that are mutated: the tests' own, and a corpus beside them."""
    own = sorted((_TESTS / "mail").rglob("*.eml"))
    found = [(path.stem, path.read_bytes()) for path in own]
    if _SHARED.is_dir():
        paths = sorted(path for path in _SHARED.iterdir() if path.is_file())
        found += [
            (path.stem, path.read_bytes())
            if path.suffix == ".eml"
            else (
                path.stem,
                b"From: a@b.example\nSubject: Re: x\n\n" + path.read_bytes(),
            )
            for path in paths
        ]
    return found


def mutated(known: list[tuple[str, bytes]], number: int) -> tuple[str, bytes]:
    """Return a mutated mail and what was done to which: the same for each number.

    One in `EVERY` is a bomb; the others have one to four faults.
    """
    random = Random(number)
    name, raw = random.choice(known)
    if number % EVERY == 0:
        steps = [HEAVY[(number // EVERY) % len(HEAVY)]]
    else:
        steps = random.choices(LIGHT, k=random.randint(1, 4))
    for step in steps:
        raw = step(random, raw)
    return f"{name} {'+'.join(step.__name__ for step in steps)}", raw


def _split(raw: bytes) -> tuple[bytes, bytes]:
    for end in (b"\r\n\r\n", b"\n\n"):
        head, found, body = raw.partition(end)
        if found:
            return head, body
    return raw, b""


def _with_head(raw: bytes, *lines: bytes) -> bytes:
    return b"\n".join(lines) + b"\n" + raw


def _page(random: Random, html: bytes) -> bytes:
    """Return a mail of HTML alone, or with text that says the same beside it."""
    head = b"From: a@b.example\nSubject: x\nMIME-Version: 1.0\n"
    page = b"Content-Type: text/html; charset=utf-8\n\n" + html
    if random.random() < 0.5:
        return head + page
    text = b"Content-Type: text/plain; charset=utf-8\n\none two\n"
    return (
        head
        + b'Content-Type: multipart/alternative; boundary="b"\n\n--b\n'
        + text
        + b"--b\n"
        + page
        + b"\n--b--\n"
    )


# Faults of the small kind: bytes, lines, headers.


def flip_bytes(random: Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(random.randint(1, 30)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def cut_short(random: Random, raw: bytes) -> bytes:
    return raw[: random.randrange(len(raw)) + 1]


def cut_beginning(random: Random, raw: bytes) -> bytes:
    return raw[random.randrange(len(raw)) :]


def take_out(random: Random, raw: bytes) -> bytes:
    start = random.randrange(len(raw))
    return raw[:start] + raw[start + random.randrange(500) :] or b"x"


def say_again(random: Random, raw: bytes) -> bytes:
    start = random.randrange(len(raw))
    piece = raw[start : start + random.randrange(3_000)]
    return raw[:start] + piece * random.randint(2, 12) + raw[start:]


def put_bait(random: Random, raw: bytes) -> bytes:
    start = random.randrange(len(raw))
    bait = b"".join(random.choices(_BAIT, k=random.randint(1, 4)))
    return raw[:start] + bait * random.randint(1, 3_000) + raw[start:]


def put_lines(random: Random, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    at = random.randrange(len(lines))
    bait = random.choices(_LINE_BAIT, k=random.randint(1, 4))
    return b"\n".join(lines[:at] + bait * random.randint(1, 400) + lines[at:])


def mix_lines(random: Random, raw: bytes) -> bytes:
    lines = raw.split(b"\n")
    random.shuffle(lines)
    return b"\n".join(lines)


def mix_line_ends(random: Random, raw: bytes) -> bytes:
    ends = (b"\n", b"\r\n", b"\r", b"\n\r", b"\x0b", b"\x85", b"\xe2\x80\xa8")
    return b"".join(line + random.choice(ends) for line in raw.splitlines())


def put_nulls(random: Random, raw: bytes) -> bytes:
    start = random.randrange(len(raw))
    return raw[:start] + b"\x00" * random.randint(1, 2_000) + raw[start:]


def drop_headers(random: Random, raw: bytes) -> bytes:
    head, body = _split(raw)
    kept = [line for line in head.split(b"\n") if random.random() < 0.6]
    return b"\n".join(kept) + b"\n\n" + body


def no_headers(random: Random, raw: bytes) -> bytes:
    return _split(raw)[1] or b"x"


def say_headers_twice(random: Random, raw: bytes) -> bytes:
    head, body = _split(raw)
    lines = head.split(b"\n")
    return b"\n".join(lines + random.sample(lines, len(lines))) + b"\n\n" + body


def odd_header(random: Random, raw: bytes) -> bytes:
    value = b"".join(random.choices(_BAIT + _CHARSETS[:6], k=random.randint(1, 60)))
    return _with_head(raw, random.choice(_FIELDS) + b": " + value.replace(b"\n", b" "))


def odd_values(random: Random, raw: bytes) -> bytes:
    head, body = _split(raw)
    lines = head.split(b"\n")
    names, values = [], []
    for line in lines:
        name, _, value = line.partition(b":")
        names.append(name)
        values.append(value)
    random.shuffle(values)
    mixed = [name + b":" + value for name, value in zip(names, values, strict=True)]
    return b"\n".join(mixed) + b"\n\n" + body


def binary(random: Random, raw: bytes) -> bytes:
    return random.randbytes(random.randint(1, 20_000))


def wrong_charset(random: Random, raw: bytes) -> bytes:
    charset = random.choice(_CHARSETS)
    if b"charset=" in raw:
        place = raw.rindex(b"charset=") + 8
        end = min((raw + b"\n").index(b"\n", place), place + 60)
        return raw[:place] + charset + raw[end:]
    kind = random.choice((b"text/plain", b"text/html"))
    return _with_head(raw, b"Content-Type: " + kind + b"; charset=" + charset)


def wrong_bytes_for_charset(random: Random, raw: bytes) -> bytes:
    text = random.choice(
        ("Xin chào các bạn", "こんにちは世界", "здравствуйте", "مرحبا")
    )
    code = random.choice(
        ("utf-8", "utf-16", "utf-7", "gb18030", "iso-2022-jp", "koi8-r", "cp1256")
    )
    charset = random.choice(_CHARSETS)
    body = text.encode(code, "replace") * random.randint(1, 300)
    return (
        b"From: a@b.example\nSubject: x\nContent-Type: text/plain; charset="
        + charset
        + b"\n\n"
        + body
    )


def wrong_encoding(random: Random, raw: bytes) -> bytes:
    encoding = random.choice(_ENCODINGS)
    field = b"Content-Transfer-Encoding:"
    if field in raw:
        place = raw.rindex(field) + len(field)
        end = (raw + b"\n").index(b"\n", place)
        return raw[:place] + b" " + encoding + raw[end:]
    return _with_head(raw, field + b" " + encoding)


def wrong_boundary(random: Random, raw: bytes) -> bytes:
    boundary = random.choice(
        (b'""', b"-", b"a" * 5_000, b'"a b"', b"\xff", b"b\x00c", b"")
    )
    kind = random.choice(
        (b"mixed", b"alternative", b"related", b"report", b"signed", b"x")
    )
    return _with_head(
        raw, b"Content-Type: multipart/" + kind + b"; boundary=" + boundary
    )


def odd_type(random: Random, raw: bytes) -> bytes:
    kind = random.choice(
        (b"text", b"/", b"text/", b"message/rfc822", b"message/partial", b"text/calendar",
         b"message/delivery-status", b"multipart/report; report-type=delivery-status",
         b"application/ms-tnef", b"text/html; x=" + b"y" * 9_000, b"image/jpeg", b"a/b/c",
         b"message/external-body", b"multipart/digest; boundary=b", b"text/x-amp-html",
         b"text/plain; format=flowed; delsp=yes", b"message/rfc822; charset=utf-7")
    )  # fmt: skip
    return _with_head(raw, b"Content-Type: " + kind)


def two_in_one(random: Random, raw: bytes) -> bytes:
    return raw + b"\n" + raw[random.randrange(len(raw)) :]


def enclosed(random: Random, raw: bytes) -> bytes:
    return (
        b"From: a@b.example\nSubject: Fwd: x\nContent-Type: multipart/mixed; boundary=q1\n\n"
        b"--q1\n\nLook.\n--q1\nContent-Type: message/rfc822\n\n" + raw + b"\n--q1--\n"
    )


def odd_markup(random: Random, raw: bytes) -> bytes:
    pieces = [
        random.choice(_TAGS if random.random() < 0.5 else _ODD_MARKUP)
        for _ in range(random.randint(1, 200))
    ]
    return _page(random, b"".join(pieces))


LIGHT: tuple[Mutation, ...] = (
    flip_bytes, cut_short, cut_beginning, take_out, say_again, put_bait, put_lines,
    mix_lines, mix_line_ends, put_nulls, drop_headers, no_headers, say_headers_twice,
    odd_header, odd_header, odd_values, binary, wrong_charset, wrong_bytes_for_charset,
    wrong_encoding, wrong_boundary, odd_type, two_in_one, enclosed, odd_markup, odd_markup,
)  # fmt: skip


# Bombs.


def header_of_a_megabyte(random: Random, raw: bytes) -> bytes:
    bait = random.choice(
        (*_BAIT, b"a@b.example, ", b"<x@y.example> ", b"(a) ", b"=?utf-8?q?a?= ")
    )
    field = random.choice(_FIELDS)
    value = (bait * (1_000_000 // len(bait))).replace(b"\n", b" ").replace(b"\r", b" ")
    return _with_head(raw, field + b": " + value)


def folded_header_of_a_megabyte(random: Random, raw: bytes) -> bytes:
    line = b"\n " + random.choice(
        (b"x", b"=?utf-8?b?eA==?=", b"<a@b.example>", b'"', b"(")
    )
    return _with_head(raw, random.choice(_FIELDS) + b": a" + line * 100_000)


def many_recipients(random: Random, raw: bytes) -> bytes:
    people = (b'"P %d" <p%d@h%d.example>' % (n, n, n) for n in range(100_000))
    return _with_head(
        raw, random.choice((b"To", b"Cc", b"From")) + b": " + b", ".join(people)
    )


def many_headers(random: Random, raw: bytes) -> bytes:
    field = random.choice((*_FIELDS, b"X-A"))
    return _with_head(raw, *(field + b": <%d@x.example>" % n for n in range(100_000)))


def many_ids(random: Random, raw: bytes) -> bytes:
    ids = b" ".join(b"<%d@x.example>" % n for n in range(100_000))
    return _with_head(raw, random.choice((b"References: ", b"In-Reply-To: ")) + ids)


def nested_parts(random: Random, raw: bytes) -> bytes:
    depth = random.choice((40, 99, 1_000))
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n)
        for n in range(depth)
    )
    ends = b"".join(b"\n--b%d--\n" % n for n in reversed(range(depth)))
    return b"From: a@b.example\nSubject: x\n" + head + b"\nHello\n" + ends


def nested_mails(random: Random, raw: bytes) -> bytes:
    depth = random.choice((40, 99, 1_000))
    return b"From: a@b.example\nContent-Type: message/rfc822\n\n" * depth + raw


def many_parts(random: Random, raw: bytes) -> bytes:
    count = random.choice((900, 4_900, 100_000))
    kind = random.choice((b"text/plain", b"text/html", b"image/png", b"message/rfc822"))
    part = b"--b\nContent-Type: " + kind + b"\n\nx\n"
    return (
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
        + part * count
    )


def same_boundary(random: Random, raw: bytes) -> bytes:
    part = b"Content-Type: multipart/alternative; boundary=b\n\n--b\n"
    return b"From: a@b.example\n" + part * 90 + b"\nx\n" + b"--b\n" * 2_000


def nested_tags(random: Random, raw: bytes) -> bytes:
    tag = random.choice(_TAGS)
    depth = random.choice((100, 250, 2_100, 100_000))
    return _page(random, b"one " + tag * depth + b"two")


def many_tags(random: Random, raw: bytes) -> bytes:
    tag = random.choice(_TAGS)
    name = tag[1:].split(b">")[0].split(b" ")[0]
    return _page(random, (tag + b"x</" + name + b"> ") * 60_000)


def table_of_tables(random: Random, raw: bytes) -> bytes:
    return _page(random, b"<table><tr><td>" * 300 + b"<td>x" * 20_000)


def long_attribute(random: Random, raw: bytes) -> bytes:
    bait = random.choice(
        (b"a", b";", b"font-weight:", b"&amp;", b"url(", b" ", b"display:")
    )
    name = random.choice(
        (b"style", b"href", b"class", b"src", b"alt", b"id", b"onclick")
    )
    value = bait * (1_500_000 // len(bait))
    tag = random.choice((b"p", b"a", b"img", b"span", b"blockquote"))
    return _page(random, b"<" + tag + b" " + name + b'="' + value + b'">one two')


def many_attributes(random: Random, raw: bytes) -> bytes:
    told = b" ".join(b"a%d=%d" % (n, n) for n in range(50_000))
    return _page(random, b"<p " + told + b">one two</p>")


def unclosed(random: Random, raw: bytes) -> bytes:
    opened = random.choice(
        (b"<!--", b"<script", b"<style>", b"<", b"<a href='", b"&", b"<![CDATA[", b"<title>",
         b"<textarea>", b"</", b"<!", b"<?", b"<plaintext>", b"&#", b"<!-", b"<x ")
    )  # fmt: skip
    return _page(random, b"one two " + opened * 60_000)


def quotes_in_html(random: Random, raw: bytes) -> bytes:
    piece = b"<blockquote type=cite>old words</blockquote>my own words<br>"
    return _page(random, piece * 3_000)


def pictures_in_html(random: Random, raw: bytes) -> bytes:
    shown = b"".join(b"<img src=cid:p%d>" % n for n in range(3_000))
    parts = b"".join(
        b"--r\nContent-Type: image/png; name=p.png\nContent-ID: <p%d>\n\nx\n" % n
        for n in range(800)
    )
    return (
        b"From: a@b.example\nContent-Type: multipart/related; boundary=r\n\n--r\n"
        b"Content-Type: text/html\n\n<b>x</b>" + shown + b"\n" + parts + b"--r--\n"
    )


def data_pictures(random: Random, raw: bytes) -> bytes:
    one = (
        b"<img src='data:image/png;base64,"
        + base64.b64encode(b"\x89PNG" * 9_000)
        + b"'>"
    )
    return _page(random, b"<b>x</b>" + one * 18)


def base64_bomb(random: Random, raw: bytes) -> bytes:
    kind = random.choice(
        (b"text/plain", b"text/html", b"application/zip", b"image/png")
    )
    filling = random.choice(
        (b"\x00", b"a", b"a\n", b"> ", b"<b>", b"\n", b"\xff", b"\x00\xd8")
    )
    content = base64.encodebytes(
        filling * (random.choice((1, 5, 15)) * 1_000_000 // len(filling))
    )
    charset = random.choice(_CHARSETS)
    return (
        b"From: a@b.example\nSubject: x\nContent-Type: " + kind + b"; charset=" + charset
        + b"\nContent-Transfer-Encoding: base64\n\n" + content
    )  # fmt: skip


def quoted_printable_bomb(random: Random, raw: bytes) -> bytes:
    return (
        b"From: a@b.example\nContent-Type: text/plain; charset=utf-8\n"
        b"Content-Transfer-Encoding: quoted-printable\n\n"
        + random.choice((b"=C3=A9", b"=\n", b"=", b"= \n", b"=20" * 20 + b"\n"))
        * 700_000
    )


def uuencode_bomb(random: Random, raw: bytes) -> bytes:
    return (
        b"From: a@b.example\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n"
         b"M" + b"A" * 60 + b"\n" * 2 + b"MAAAA\n" * 400_000
    )  # fmt: skip


def one_line(random: Random, raw: bytes) -> bytes:
    bait = random.choice((*_BAIT, *_LINE_BAIT)).replace(b"\n", b" ") or b"a"
    size = random.choice((100_000, 1_000_000, 5_000_000))
    return b"From: a@b.example\nSubject: x\n\n" + bait * (size // len(bait))


def letter_of_a_mail_server(random: Random, raw: bytes) -> bytes:
    # Programs that know the letters of old mail servers look at each line again from
    # every comma, bracket or sign in it.
    length = random.choice((998, 100_000))
    line = random.choice((b",", b"<", b"a@", b"(", b" ")) * length + b"\n"
    head = b"From: MAILER-DAEMON@b.example\nSubject: x\n\n"
    return head + line * (1_900_000 // len(line))


def many_lines(random: Random, raw: bytes) -> bytes:
    bait = b"\n".join(random.choices(_LINE_BAIT, k=random.randint(1, 3))) + b"\n"
    count = random.choice((5_000, 19_000, 200_000))
    flowed = b"Content-Type: text/plain; format=flowed; delsp=yes\n"
    head = b"From: a@b.example\nSubject: x\n" + (
        flowed if random.random() < 0.3 else b""
    )
    return head + b"\nmy own words\n" + bait * (count // max(1, bait.count(b"\n")))


def different_lines(random: Random, raw: bytes) -> bytes:
    words = [
        b"what",
        b"do",
        b"you",
        b"think",
        b"of",
        b"number",
        b"much",
        b"said",
        b"for",
    ]
    lines = (
        random.choice((b"> ", b"", b">> ")) + b" ".join(random.choices(words, k=9))
        for _ in range(random.choice((3_000, 19_000)))
    )
    return b"From: a@b.example\nSubject: x\n\n" + b"\n".join(lines)


def links(random: Random, raw: bytes) -> bytes:
    link = random.choice(
        (b"http://a.example/%d ", b"www.a%d.example", b"a%d@b.example,", b"http://a%d",
         b"//a.example/(%d", b"mailto:a%d", b"http://[%d]/ ", b"http://a@%d:b/ ")
    )  # fmt: skip
    text = b"".join(link % n for n in range(30_000))
    end = b"\n" if random.random() < 0.5 else b""
    return b"From: a@b.example\nSubject: x\n\n" + text + end


def long_subject(random: Random, raw: bytes) -> bytes:
    bait = random.choice(
        (b"Re: ", b"[x] ", b"Fwd: [a] ", b"(", b"RE[2]: ", b"=?utf-8?q?=20?= ")
    )
    return _with_head(raw, b"Subject: " + bait * 200_000)


def marks_and_signs(random: Random, raw: bytes) -> bytes:
    sign = random.choice(
        (
            "\u0301",
            "\u202e",
            "\u200d",
            "\u0e33",
            "\ufdfa",
            "\U0001f468\u200d",
            "ß",
            "\u3164",
        )
    )
    text = ("a" + sign * 400_000).encode()
    head = b"From: a@b.example\nContent-Type: text/plain; charset=utf-8\nSubject: x\n\n"
    return head + text


def large_file(random: Random, raw: bytes) -> bytes:
    size = random.choice((1, 8, 29)) * 1_000_000
    content = base64.encodebytes(random.randbytes(1_000) * (size // 1_350))
    return (
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nLook.\n--b\n"
        b"Content-Type: image/jpeg; name=a.jpg\nContent-Transfer-Encoding: base64\n\n"
        + content + b"--b--\n"
    )  # fmt: skip


def too_large(random: Random, raw: bytes) -> bytes:
    return raw + b"x" * random.choice((40_000_000, 41_000_000))


def picture_bomb(random: Random, raw: bytes) -> bytes:
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\x02\0\0\0"
    jpeg = b"\xff\xd8" + b"\xff\xe1\0\x02" * 200_000
    gif = b"GIF89a\xff\xff\xff\xff\x80\0\0" + b"\0" * 6 + b"!\xfe\x01a\0" * 200_000
    riff = b"RIFF\xff\xff\xff\xffWEBP" + b"EXIF\0\0\0\0" * 100_000
    content = base64.encodebytes(random.choice((png, jpeg, gif, riff)))
    return (
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nLook.\n--b\n"
        b"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\n"
        + content + b"--b--\n"
    )  # fmt: skip


HEAVY: tuple[Mutation, ...] = (
    header_of_a_megabyte, folded_header_of_a_megabyte, many_recipients, many_headers,
    many_ids, nested_parts, nested_mails, many_parts, same_boundary, nested_tags, many_tags,
    table_of_tables, long_attribute, many_attributes, unclosed, quotes_in_html,
    pictures_in_html, data_pictures, base64_bomb, quoted_printable_bomb, uuencode_bomb,
    one_line, letter_of_a_mail_server, many_lines, different_lines, links, long_subject, marks_and_signs, large_file,
    too_large, picture_bomb,
)  # fmt: skip
