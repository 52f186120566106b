"""Makes the post that a mail becomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mappings.language import written_language
from mappings.mail_files import MACHINE_FILES, uniquely_named
from mappings.mail_markup import markup_of
from mappings.mail_pictures import elided_pictures, set_in_text
from mappings.mail_reading import ReadMail
from mappings.one_line import cut, one_line
from mappings.phrases import phrase
from mappings.quoting import is_quote
from mappings.stand_ins import StandIns
from mappings.subjects import plain_subject, post_subject, same_subject
from mappings.text_html import html_from_line, html_from_text, wrapped_in_marker
from mappings.trimming import Trimmed
from moodle_bridge.model.mail import MailFile

_AUTHOR_LINE = '<div class="via-mail-author">{}</div>'
_AUTHOR_LINE_AGAIN = re.compile(r'<div class="via-mail-author">.*?</div>\s*', re.DOTALL)
_QUOTE_RULES = frozenset({"headers-below", "mail-below", "quote-below", "quote-above"})
_SUBSTANTIAL_WORDS = 60
_FALLBACK_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDraft:
    """A post that is ready for Moodle.

    `subject` is at most 255 characters without markup; `message_html` is safe by
    construction and carries the marker as a class; `pictures` are those that it shows,
    `files` go beside it.
    """

    subject: str
    message_html: str
    files: tuple[MailFile, ...] = ()
    pictures: tuple[MailFile, ...] = ()


def post_from_mail(
    mail: ReadMail,
    *,
    trimmed: Trimmed,
    marker: str,
    author_line: str | None = None,
    author: tuple[str, str] | None = None,
    language: str | None = None,
    parent_subject: str | None = None,
    tags: Sequence[str] | None = None,
) -> PostDraft:
    """Return the post that a mail becomes.

    `author_line` is shown above the text when the account that posts is not the
    author's own (`Aminata Diop, by mail`); None when it is. `author` is the name in it
    and the address of its profile, which it then links. `marker` is the class
    name by which the post is known again; ValueError for what is none. `language` is
    the reader's, for the bridge's own words; None for English. `parent_subject` is
    that of the post that is answered, None for a new discussion. `tags` are the
    list's tags, taken off the subject; None takes off whatever stands in square
    brackets. Where the mail's HTML says just what the trimmed text says, its form is
    kept. Pictures that stand in the text are set in their places; those that stand in
    what was cut are let go.
    """
    body = _body(mail, trimmed)
    files, pictures = body.files, body.pictures
    pieces = []
    if author_line:
        shown = _linked(html_from_line(author_line), author)
        pieces.append(_AUTHOR_LINE.format(shown))
    pieces.append(body.html)
    if not trimmed.kept.strip() and files and not pictures:
        pieces.append(html_from_line(", ".join(file.filename for file in files)))
    if _is_substantial(trimmed):
        pieces.append(html_from_line(phrase(language, "quote_left_out")))
    return PostDraft(
        subject=_subject(mail, trimmed, (*pictures, *files), parent_subject, tags),
        message_html=wrapped_in_marker(
            "".join(pieces), marker, language=written_language(trimmed.kept)
        ),
        files=files,
        pictures=pictures,
    )


@dataclass(frozen=True, slots=True)
class _Body:
    html: str
    files: tuple[MailFile, ...]
    pictures: tuple[MailFile, ...]


def _body(mail: ReadMail, trimmed: Trimmed) -> _Body:
    files = [file for file in mail.files if file.media_type not in MACHINE_FILES]
    markup = markup_of(mail.html, trimmed.kept, files) if mail.html else None
    if markup is not None:
        html, pictures, elided = markup.html, markup.pictures, markup.elided
    else:
        stand_ins = StandIns()
        text, pictures = set_in_text(StandIns.without(trimmed.kept), files, stand_ins)
        html = stand_ins.resolved(html_from_text(text))
        elided = elided_pictures(mail.html, trimmed.cut, files)
    elsewhere = elided | {file.content_id for file in pictures}
    return _Body(
        html,
        uniquely_named(
            file
            for file in files
            if file.content_id is None or file.content_id not in elsewhere
        ),
        pictures,
    )


def without_author_line(message: str) -> str:
    """Return a post that was made from a mail without the line that names its author.

    For the mail that it becomes, where the author stands in From.
    """
    return _AUTHOR_LINE_AGAIN.sub("", message, count=1)


def _linked(line: str, author: tuple[str, str] | None) -> str:
    if author is None:
        return line
    name = html_from_line(author[0]).removeprefix("<p>").removesuffix("</p>")
    link = f'<a href="{escape(author[1])}">{name}</a>'
    return line.replace(name, link, 1) if name else line


def _subject(
    mail: ReadMail,
    trimmed: Trimmed,
    files: Sequence[MailFile],
    parent_subject: str | None,
    tags: Sequence[str] | None,
) -> str:
    if parent_subject is not None:
        name = plain_subject(mail.subject, tags=tags)
        if not name or same_subject(mail.subject, parent_subject):
            name = plain_subject(parent_subject, tags=tags, answer=False)
        return post_subject(f"Re: {name or parent_subject}")
    plain = plain_subject(mail.subject, tags=tags, answer=False)
    first = next(
        (
            one_line(line)
            for line in trimmed.kept.split("\n")
            if line.strip() and not is_quote(line)
        ),
        files[0].filename if files else "",
    )
    return post_subject(plain, fallback=cut(first, _FALLBACK_LONGEST))


def _is_substantial(trimmed: Trimmed) -> bool:
    if _QUOTE_RULES.isdisjoint(trimmed.rules):
        return False
    words = len(trimmed.cut.split())
    return words >= _SUBSTANTIAL_WORDS and words >= len(trimmed.kept.split())
