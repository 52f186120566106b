"""The letter that carries a post: its header fields, its body, its bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mappings.bridge_header import BRIDGE_HEADER, BridgeHeader, bridge_header_value
from mappings.header_lines import (
    address_field,
    date_field,
    display_name,
    header_field,
    ids_field,
    list_field,
    list_id_field,
    text_field,
)
from mappings.identity import (
    forum_list_id,
    plus_address,
    reply_key,
    reply_reference,
)
from mappings.links import safe_link
from mappings.mime_parts import file_part, multipart, text_part
from mappings.one_line import one_line
from mappings.personal_fields import bounce_address, unsubscribe_fields
from mappings.phrases import phrase
from mappings.post_body import PostBody, html_body, plain_body
from moodle_bridge.model.forum import Course, Discussion, Forum, Post
from moodle_bridge.model.mail import ListAddress, MailFile, OutgoingMail
from moodle_bridge.model.people import Person

MOST_REFERENCES = 11
"""The first id of a long chain and the last ten: enough for every mail program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSite:
    """What a mail says about the bridge and its Moodle.

    `bridge_address` is From and envelope sender; `domain` stands in Message-IDs;
    `site_tag` is `identity.site_tag(site_url)`. `reply_secret` signs personal reply
    addresses, None where the bridge's mail system takes no plus addresses.
    `max_attached_bytes` is the most that is attached to one mail; 0 means links
    only. `html_alternative` false leaves the HTML part out, which halves the bytes.
    """

    bridge_address: str
    domain: str
    site_tag: str
    site_url: str
    reply_secret: bytes | None = field(default=None, repr=False)
    max_attached_bytes: int = 0
    html_alternative: bool = True
    web_url: str | None = None
    owner_address: str | None = None
    personal_senders: bool = True


class Addressed(Protocol):
    """To whom a mail goes; `Delivery` of the mailing lists is one.

    `person` is None for a list whose members the bridge does not know.
    """

    @property
    def recipient(self) -> str:
        """The To address."""

    @property
    def person(self) -> Person | None:
        """Who reads it, None when that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is the same in every mail about a post to one address.

    See `post_to_mail.post_to_mail` for what the fields mean.
    """

    post: Post
    discussion: Discussion
    forum: Forum
    course: Course
    list_address: ListAddress
    delivery: Addressed
    language: str
    site: MailSite
    subject_tag: str | None
    key: str
    hops: int

    @property
    def author(self) -> str:
        """Who wrote the post, in the reader's language where nobody is named."""
        return author_name(self.post, self.language)

    @property
    def url(self) -> str:
        """The address of the post in Moodle."""
        site_url = self.site.site_url
        made = f"/mod/forum/discuss.php?d={self.discussion.id}#p{self.post.id}"
        whole = f"{site_url.rstrip('/')}{made}"
        given = self.post.url and safe_link(self.post.url, base_url=site_url)
        return given or whole

    @property
    def answer_address(self) -> str:
        """Where an answer goes: the list, or the reader's own address for this post."""
        person, secret = self.delivery.person, self.site.reply_secret
        if person is None or secret is None:
            return self.list_address.address
        key = reply_key(secret, self.post.id, person.user_id)
        return plus_address(self.site.bridge_address, key)

    def footer(self) -> tuple[str, ...]:
        """Return what stands below: where the post is, and how to answer."""
        where = phrase(self.language, "discussion", url=self.url)
        if self.discussion.locked:
            return (where,)
        way = "answer_list" if self.delivery.person is None else "answer_person"
        return where, phrase(self.language, way)


def author_name(post: Post, language: str) -> str:
    """Return the author's name fit for a header and a line of text."""
    return display_name(post.author.fullname) or phrase(language, "somebody")


def letter_to_mail(
    letter: Letter,
    *,
    message_id: str,
    subject: str,
    date: datetime,
    ancestors: Sequence[str],
    body: PostBody,
    files: Sequence[MailFile],
    recipients: tuple[str, ...],
) -> OutgoingMail:
    """Return the mail ready for the wire; the same letter gives the same bytes."""
    fields = _fields(letter, message_id, subject, date, ancestors)
    content = "\r\n".join([*fields, "MIME-Version: 1.0", ""]).encode()
    return OutgoingMail(
        key=letter.key,
        message_id=message_id,
        sender=_sender(letter),
        recipients=recipients,
        content=content + _mime(letter.site, body, files, message_id),
    )


def _fields(
    letter: Letter,
    message_id: str,
    subject: str,
    date: datetime,
    ancestors: Sequence[str],
) -> list[str]:
    via = one_line(letter.subject_tag or "").strip("[] ") or letter.course.shortname
    person = letter.delivery.person
    reader = letter.list_address.name if person is None else person.fullname
    mark = BridgeHeader(
        site=letter.site.site_tag,
        post_id=letter.post.id,
        key=letter.key,
        hops=letter.hops,
    )
    fields = [
        date_field(date),
        address_field("From", letter.site.bridge_address, f"{letter.author} via {via}"),
        address_field("To", letter.delivery.recipient, reader),
        address_field("Reply-To", letter.answer_address),
        text_field("Subject", subject),
        header_field("Message-ID", message_id),
        ids_field("In-Reply-To", ancestors[-1:]),
        ids_field("References", _references(letter, ancestors)),
        *_list_fields(letter),
        list_field("Archived-At", letter.url),
        header_field(BRIDGE_HEADER, bridge_header_value(mark)),
        # Asks Exchange not to send a holiday notice; nothing is read into it.
        header_field("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ]
    return [written for written in fields if written is not None]


def _references(letter: Letter, ancestors: Sequence[str]) -> list[str]:
    ids = list(ancestors)
    if len(ids) > MOST_REFERENCES:
        ids = [ids[0], *ids[1 - MOST_REFERENCES :]]
    person, secret = letter.delivery.person, letter.site.reply_secret
    if person is not None and secret is not None:
        carrier = reply_reference(
            reply_key(secret, letter.post.id, person.user_id),
            domain=letter.site.domain,
        )
        # Mail programs take the first id for the thread and the last for the parent,
        # so the carrier stands between them where there is a between.
        ids.insert(1 if len(ids) > 1 else 0, carrier)
    return ids


def _sender(letter: Letter) -> str:
    person, site = letter.delivery.person, letter.site
    if person is None:
        return site.bridge_address
    return bounce_address(site, person.user_id)


def _list_fields(letter: Letter) -> list[str | None]:
    site_url = letter.site.site_url.rstrip("/")
    archive = f"{site_url}/mod/forum/view.php?id={letter.forum.cmid}"
    own_id = forum_list_id(
        letter.forum.id, site_tag=letter.site.site_tag, domain=letter.site.domain
    )
    name = letter.list_address.name
    person, site = letter.delivery.person, letter.site
    if person is None:
        # A list puts in its own. One that finds any in a mail takes it for an echo and
        # drops it, or keeps it for its moderator, and either without a word to us.
        return []
    return [
        list_id_field(letter.list_address.list_id or own_id, name)
        or list_id_field(own_id, name),
        list_field("List-Post", f"mailto:{letter.list_address.address}"),
        list_field("List-Archive", archive),
        list_field("List-Help", f"mailto:{site.bridge_address}?subject=help&body=help"),
        list_field("List-Owner", f"mailto:{site.owner_address}")
        if site.owner_address
        else None,
        *unsubscribe_fields(site, person.user_id),
    ]


def _mime(
    site: MailSite, body: PostBody, files: Sequence[MailFile], seed: str
) -> bytes:
    content = text_part(plain_body(body))
    if site.html_alternative:
        page = text_part(html_body(body), "html")
        content = multipart("alternative", [content, page], seed)
    if not files:
        return content
    return multipart("mixed", [content, *map(file_part, files)], seed)
