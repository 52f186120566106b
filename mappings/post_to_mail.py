"""What a forum post becomes as a mail: small, threaded, and always the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mappings.header_lines import is_message_id
from mappings.html_text import html_text, text_excerpt
from mappings.identity import correction_message_id, post_message_id
from mappings.letter import Addressed, Letter, MailSite, author_name, letter_to_mail
from mappings.links import safe_link, tokens_masked
from mappings.mail_html import mail_html
from mappings.mime_parts import shown_name
from mappings.moments import date_text, local_day
from mappings.one_line import one_line
from mappings.phrases import file_size, known_language, phrase
from mappings.post_body import FileLine, PostBody
from mappings.subjects import mail_subject, same_subject
from moodle_bridge.model.forum import Course, Discussion, Forum, Post
from moodle_bridge.model.mail import ListAddress, MailFile, OutgoingMail

__all__ = ["Addressed", "MailSite", "correction_to_mail", "post_to_mail"]

_QUOTE_LIMIT = 74
_QUOTE_LEAST = 20


def post_to_mail(
    post: Post,
    *,
    discussion: Discussion,
    forum: Forum,
    course: Course,
    list_address: ListAddress,
    delivery: Addressed,
    ancestors: Sequence[str],
    parent: Post | None,
    files: Sequence[MailFile],
    recipients: tuple[str, ...],
    language: str,
    site: MailSite,
    subject_tag: str | None,
    key: str,
    hops: int,
    message_id: str | None = None,
) -> OutgoingMail:
    """Return the mail that a post becomes; the same arguments give the same bytes.

    `ancestors` are the Message-IDs of the posts above, the first post's first and the
    parent's last; empty for the first post. `parent` is quoted in one line, with its
    day where that is another; None for no quote. `files` are those of the post's attachments that were downloaded; they
    are attached in order up to the site's limit, the others are named with a link.
    `recipients` are the envelope addresses. `subject_tag` stands in square brackets
    before the subject and after "via" in the sender's name; None leaves it out there
    and takes the course's short name here. `hops` counts the bridges that the words
    went through before this one. `message_id` is that of the mail that the post was
    made from, None for a post that was written in Moodle. Where it is None, or too odd
    for a header, the id is `identity.post_message_id`.

    Raises ValueError for a post that may be mailed to nobody (private, deleted, a
    placeholder): the audience is looked at before, and this is the last door.
    """
    written = _written_at(post)
    letter = Letter(
        post=post,
        discussion=discussion,
        forum=forum,
        course=course,
        list_address=list_address,
        delivery=delivery,
        site=site,
        language=language,
        subject_tag=subject_tag,
        key=key,
        hops=hops,
    )
    attached = _attached(files, site.max_attached_bytes)
    derived = post_message_id(post.id, site_tag=site.site_tag, domain=site.domain)
    return letter_to_mail(
        letter,
        message_id=message_id if message_id and is_message_id(message_id) else derived,
        subject=mail_subject(
            discussion.name, tag=subject_tag, reply=post.parent_id is not None
        ),
        date=written,
        ancestors=ancestors,
        body=_body(
            letter,
            quote=_quote(letter, parent),
            notes=_own_subject(post, discussion),
            attached=attached,
        ),
        files=attached,
        recipients=recipients,
    )


def correction_to_mail(
    post: Post,
    *,
    discussion: Discussion,
    forum: Forum,
    course: Course,
    list_address: ListAddress,
    delivery: Addressed,
    ancestors: Sequence[str],
    corrects: str,
    recipients: tuple[str, ...],
    language: str,
    site: MailSite,
    subject_tag: str | None,
    key: str,
    hops: int,
    revision: int | None = None,
) -> OutgoingMail:
    """Return the mail that tells what a post says now that it was edited.

    `corrects` is the Message-ID under which the post went out; the correction
    answers that mail. `revision` sets this edit apart from others in its Message-ID;
    None takes the unix time of the change. Nothing is attached again. Otherwise as
    `post_to_mail`.
    """
    written = _written_at(post)
    changed = post.modified or written
    letter = Letter(
        post=post,
        discussion=discussion,
        forum=forum,
        course=course,
        list_address=list_address,
        delivery=delivery,
        site=site,
        language=language,
        subject_tag=subject_tag,
        key=key,
        hops=hops,
    )
    note = phrase(language, "corrected", name=letter.author)
    return letter_to_mail(
        letter,
        message_id=correction_message_id(
            post.id,
            int(changed.timestamp()) if revision is None else revision,
            site_tag=site.site_tag,
            domain=site.domain,
        ),
        subject=mail_subject(
            discussion.name, tag=subject_tag, prefix=phrase(language, "correction")
        ),
        date=changed,
        ancestors=[*ancestors, corrects],
        body=_body(letter, notes=(note, *_own_subject(post, discussion))),
        files=(),
        recipients=recipients,
    )


def _written_at(post: Post) -> datetime:
    if post.private or post.deleted or not post.visible or post.created is None:
        raise ValueError(f"post {post.id} may be mailed to nobody")
    return post.created


def _body(
    letter: Letter,
    *,
    quote: str = "",
    notes: tuple[str, ...] = (),
    attached: Sequence[MailFile] = (),
) -> PostBody:
    post, site, language = letter.post, letter.site, letter.language
    picture = phrase(language, "picture")
    text = html_text(post.message, base_url=site.site_url, picture=picture)
    html = ""
    if site.html_alternative:
        html = mail_html(post.message, base_url=site.site_url, picture=picture)
    return PostBody(
        text=tokens_masked(text, base_url=site.site_url),
        html=html,
        language=known_language(language),
        quote=quote,
        notes=notes,
        files=_file_lines(post, attached, site, language),
        footer=letter.footer(),
    )


def _attached(files: Sequence[MailFile], limit: int) -> tuple[MailFile, ...]:
    chosen = []
    for file in files:
        if len(file.content) <= limit:
            chosen.append(file)
            limit -= len(file.content)
    return tuple(chosen)


def _file_lines(
    post: Post, attached: Sequence[MailFile], site: MailSite, language: str
) -> tuple[FileLine, ...]:
    lines = []
    attached_word = phrase(language, "attached")
    waiting = {file.filename: file for file in attached}
    for attachment in post.attachments:
        about = file_size(language, attachment.size)
        url = safe_link(attachment.url, base_url=site.site_url)
        if waiting.pop(attachment.filename, None) is not None:
            about, url = f"{about}, {attached_word}", None
        name = shown_name(attachment.filename)
        lines.append(FileLine(name=name, about=about, url=url))
    for file in waiting.values():
        about = f"{file_size(language, len(file.content))}, {attached_word}"
        lines.append(FileLine(name=shown_name(file.filename), about=about, url=None))
    return tuple(lines)


def _quote(letter: Letter, parent: Post | None) -> str:
    if parent is None or parent.private or parent.deleted:
        return ""
    if not parent.visible or parent.created is None:
        return ""
    language = letter.language
    name = author_name(parent, language)
    day = _other_day(letter, parent.created)
    picture = phrase(language, "picture")
    text = html_text(parent.message, base_url=letter.site.site_url, picture=picture)
    masked = tokens_masked(text, base_url=letter.site.site_url)
    room = _QUOTE_LIMIT - len(name) - len(day)
    excerpt = text_excerpt(masked, max(room, _QUOTE_LEAST))
    if not excerpt:
        return ""
    if not day:
        return phrase(language, "quoted", name=name, text=excerpt)
    return phrase(language, "quoted_of_day", name=name, day=day, text=excerpt)


def _other_day(letter: Letter, then: datetime) -> str:
    """Return the day of an older post, empty for one of the same day."""
    person = letter.delivery.person
    zone = person.timezone if person else None
    day = local_day(then, zone)
    today = local_day(_written_at(letter.post), zone)
    if day == today:
        return ""
    return date_text(letter.language, day, year=day.year != today.year)


def _own_subject(post: Post, discussion: Discussion) -> tuple[str, ...]:
    # Somebody who gives an answer a subject of its own has said something by it.
    subject = one_line(post.subject)
    if not subject or same_subject(subject, discussion.name):
        return ()
    return (subject,)
