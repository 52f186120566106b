"""A small course whose posts become mails, for the tests of mail going out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mappings.identity import post_message_id, site_tag
from mappings.post_to_mail import MailSite, correction_to_mail, post_to_mail
from moodle_bridge.interfaces import Delivery
from moodle_bridge.model.forum import (
    Attachment,
    Author,
    Course,
    Discussion,
    Forum,
    ForumKind,
    Post,
)
from moodle_bridge.model.mail import ListAddress, MailFile, OutgoingMail
from moodle_bridge.model.people import Person

URL = "https://moodle.example.org"
SITE = MailSite(
    bridge_address="bridge@example.org",
    domain="bridge.example.org",
    site_tag=site_tag(URL),
    site_url=URL,
    reply_secret=b"thirty-two bytes for the tests!!",
    max_attached_bytes=1000,
)
COURSE = Course(id=2, shortname="SM25", fullname="School management 2025")
FORUM = Forum(id=3, cmid=31, course_id=2, name="Questions", kind=ForumKind.GENERAL)
LIST = ListAddress(
    address="sm25@lists.example.org", name="SM25", list_id="sm25.lists.example.org"
)
STARTED = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
DISCUSSION = Discussion(
    id=20,
    forum_id=3,
    first_post_id=200,
    name="Démarrer l'école",
    author_id=11,
    group_id=None,
    created=STARTED,
    modified=STARTED,
)
FIRST = Post(
    id=200,
    discussion_id=20,
    parent_id=None,
    subject="Démarrer l'école",
    message=(
        "<p>Chers collègues,</p><p>Comment démarrer une école à Thiès&nbsp;?"
        ' Voyez <a href="/mod/page/view.php?id=3">le guide</a>.</p>'
        '<p><img src="x/champ.jpg" alt="le champ"></p>'
    ),
    author=Author(id=11, fullname="Aminata Diop"),
    created=STARTED,
    modified=STARTED,
    attachments=(
        Attachment(
            filename="plan d'action.pdf",
            url=f"{URL}/webservice/pluginfile.php/1/mod_forum/attachment/200/plan.pdf"
            "?token=0a1b2c",
            size=9,
            media_type="application/pdf",
        ),
        Attachment(
            filename="école.mp4",
            url=f"{URL}/webservice/pluginfile.php/1/mod_forum/attachment/200/e.mp4",
            size=12_300_000,
            media_type="video/mp4",
        ),
    ),
)
PLAN = MailFile(
    filename="plan d'action.pdf", media_type="application/pdf", content=b"%PDF-1.4\n"
)
MOODLE_IDS = tuple(f"<{f'{n:02x}' * 32}@learning.example.org>" for n in range(30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A delivery that no plug-in made."""

    recipient: str
    person: Person | None = None


TO_LIST = Delivery(recipient=LIST.address)
NAKATO = Person(
    user_id=23,
    username="nakato",
    fullname="Nakato Grace",
    addresses=("nakato@example.ug",),
    language="en",
)
TO_NAKATO = Delivery(recipient="nakato@example.ug", person=NAKATO)


def answer(fullname: str, message: str, **changes: object) -> Post:
    """Return an answer to the first post."""
    post = replace(
        FIRST,
        id=201,
        parent_id=200,
        subject="Re: Démarrer l'école",
        author=Author(id=12, fullname=fullname),
        message=message,
        attachments=(),
    )
    return replace(post, **changes)  # type: ignore[arg-type]


def first_id() -> str:
    """Return the Message-ID of the first post."""
    return post_message_id(200, site_tag=SITE.site_tag, domain=SITE.domain)


def mail_of(
    post: Post,
    *,
    discussion: Discussion = DISCUSSION,
    delivery: Delivery | Reader = TO_LIST,
    ancestors: tuple[str, ...] | None = None,
    parent: Post | None = None,
    files: tuple[MailFile, ...] = (),
    language: str = "en",
    site: MailSite = SITE,
    subject_tag: str | None = "SM25",
    list_address: ListAddress = LIST,
    key: str = "",
    hops: int = 0,
    message_id: str | None = None,
) -> OutgoingMail:
    """Return the mail of a post in this course."""
    if ancestors is None:
        ancestors = () if post.parent_id is None else (first_id(),)
    return post_to_mail(
        post,
        discussion=discussion,
        forum=FORUM,
        course=COURSE,
        list_address=list_address,
        delivery=delivery,
        ancestors=ancestors,
        parent=parent,
        files=files,
        recipients=(delivery.recipient, "receipt@example.org"),
        language=language,
        site=site,
        subject_tag=subject_tag,
        key=key or f"post:{post.id}:{delivery.recipient}",
        hops=hops,
        message_id=message_id,
    )


def correction_of(
    post: Post, *, language: str = "en", revision: int | None = None
) -> OutgoingMail:
    """Return the mail that corrects a post in this course."""
    return correction_to_mail(
        post,
        discussion=DISCUSSION,
        forum=FORUM,
        course=COURSE,
        list_address=LIST,
        delivery=TO_LIST,
        ancestors=(first_id(),),
        corrects=post_message_id(post.id, site_tag=SITE.site_tag, domain=SITE.domain),
        recipients=(LIST.address,),
        language=language,
        site=SITE,
        subject_tag="SM25",
        key=f"correction:{post.id}",
        hops=0,
        revision=revision,
    )
