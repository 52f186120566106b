"""A discussion of people far apart, as the client would have read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mappings.identity import site_tag
from mappings.letter import MailSite
from moodle_bridge.model.forum import (
    Author,
    Course,
    Discussion,
    Forum,
    ForumKind,
    Post,
)
from moodle_bridge.model.mail import ListAddress

SITE_URL = "https://learn.example.org"
DOMAIN = "lists.example.org"
SITE = MailSite(
    bridge_address=f"bridge@{DOMAIN}",
    domain=DOMAIN,
    site_tag=site_tag(SITE_URL),
    site_url=SITE_URL,
    reply_secret=b"a secret of thirty-two bytes .....",
)
COURSE = Course(id=2, shortname="SM25", fullname="Social media 2025")
FORUM = Forum(id=3, cmid=31, course_id=2, name="Questions", kind=ForumKind.GENERAL)
LIST = ListAddress(address=f"sm25@{DOMAIN}", name="SM25", list_id=f"sm25.{DOMAIN}")

_BEGUN = datetime(2025, 11, 3, 7, 0, tzinfo=UTC)
_AUTHORS = ("Aminata Diop", "Nguyễn Thị Hà", "Florence Achieng", "Joost van den Berg")
_POSTS_EACH = 10
_MESSAGES = (
    (
        "<p>Chers collègues,</p><p>Comment faire parler un groupe qui est devenu"
        " <b>silencieux</b> après la semaine {number}&nbsp;? Voyez"
        ' <a href="/mod/page/view.php?id={number}">le guide</a>.</p>'
        "<ul><li>une seule question</li><li>attendre un jour</li></ul>"
    ),
    (
        "<p>Xin chào các bạn, tôi nghĩ nên hỏi một câu hỏi nhỏ mỗi ngày ({number}).</p>"
        "<blockquote><p>une seule question</p></blockquote><p>Cảm ơn!</p>"
    ),
    "<p>In Kampala we met in the <i>market</i> and took photos; see"
    " https://example.org/photos/{number}</p><p>Then, back online:</p>"
    "<ol><li>name those who have not written</li><li>thank those who have</li></ol>"
    "<p>It took a week, and then everybody wrote at once. "
    + "And wrote. " * 20
    + "</p>",
    "<p>Prima idee. Wie neemt week {number} op zich?<br />Groet, Joost</p>",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A post in its discussion, with what it answers; None for the first post."""

    post: Post
    discussion: Discussion
    parent: Post | None


def talk(posts: int) -> Iterator[Spoken]:
    """Yield so many posts, in discussions of ten; the same number, the same posts."""
    discussion: Discussion | None = None
    parent: Post | None = None
    for number in range(posts):
        written = _BEGUN + timedelta(minutes=number)
        first = number % _POSTS_EACH == 0
        if first or discussion is None:
            parent = None
            discussion = Discussion(
                id=100 + number // _POSTS_EACH,
                forum_id=FORUM.id,
                first_post_id=1000 + number,
                name=f"Un groupe silencieux, {number // _POSTS_EACH + 1}",
                author_id=10,
                group_id=None,
                created=written,
                modified=written,
            )
        post = Post(
            id=1000 + number,
            discussion_id=discussion.id,
            parent_id=None if parent is None else parent.id,
            subject=discussion.name if first else f"Re: {discussion.name}",
            message=_MESSAGES[number % len(_MESSAGES)].format(number=number),
            author=Author(id=10 + number % 4, fullname=_AUTHORS[number % 4]),
            created=written,
            modified=written,
            url=f"{SITE_URL}/mod/forum/discuss.php?d={discussion.id}#p{1000 + number}",
        )
        yield Spoken(post=post, discussion=discussion, parent=parent)
        parent = post
