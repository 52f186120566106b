"""A day of 40 posts for one reader: bytes on the wire, in each way of taking part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.benchmark import Aim, Benchmark, Figures, Size
from benchmarks.talk import COURSE, DOMAIN, FORUM, LIST, SITE, Spoken
from mappings.identity import post_message_id
from mappings.issue_entry import entry_of
from mappings.issue_layout import IssueReader
from mappings.issue_mail import IssueHead, issue_to_mail
from mappings.post_to_mail import post_to_mail
from moodle_bridge.interfaces import Delivery
from moodle_bridge.model.forum import Attachment, Author, Discussion, Post
from moodle_bridge.model.people import Person

_POSTS = 40
_EVENING = datetime(2026, 5, 3, 16, tzinfo=UTC)
# Not sent here, but reckoned: Moodle 4.5.6 was measured to send 4.8 to 5.4 KB on the
# wire for a post of 160 characters, in plain text and as a page of HTML. The smallest,
# less what the post itself took in both parts, is added to each post. That favours
# Moodle: letters that are not ASCII take more than their bytes. Pictures are links.
_NATIVE_SMALLEST = 4800
_NATIVE_LETTERS = 160
_NATIVE_FRAME = _NATIVE_SMALLEST - 2 * _NATIVE_LETTERS
_READER = Person(
    user_id=23,
    username="ana",
    fullname="Ana Macuácua",
    addresses=("ana@example.org",),
    language="en",
    timezone="Africa/Maputo",
)
_AUTHORS = (
    "Aminata Diop",
    "Nguyễn Thị Hà",
    "Florence Achieng",
    "Joost van den Berg",
    "José Macamo",
)
_SUBJECTS = (
    "How do you keep a group talking?",
    "Photos of our market day",
    "Week 3: first tries with radio",
    "Une question sur les téléphones",
    "Meeting on Saturday",
    "Who has a projector?",
    "Thank you all",
    "Lista de contactos",
)
_SHORT = (
    (
        "Thank you for this! We tried the same with the women's group on Tuesday, and it"
        " took only ten minutes before everybody spoke. How long do you wait at first?"
    ),
    (
        "Bonjour à tous, chez nous à Thiès nous faisons comme Florence : une seule question"
        " par jour, et les plus timides répondent le lendemain par téléphone."
    ),
    (
        "In Kampala the network was down until noon, so I answer only now. I agree with"
        " Joost: fewer words, more pictures, and always a name at the beginning."
    ),
    (
        "Obrigado pela ideia. Vamos experimentar na próxima semana com os jovens de Xai-Xai"
        " e depois contamos como correu, com fotografias da primeira reunião."
    ),
)
_LONGER = (
    " What I would add is that the second week is the hardest. People have said who"
    " they are, and nobody yet knows what comes next. We made a small rota: each day"
    " one of us writes three lines about what was seen at work, and ends with a"
    " question that can be answered in one sentence. After ten days there was no need"
    " of it any more."
)


def measure(size: Size) -> Figures:
    """Make every mail of the day, and weigh it whole: header fields and body."""
    day = list(_day(_POSTS if size is Size.FULL else 8))
    native = sum(_native(spoken) for spoken in day)
    each = sum(_each(spoken) for spoken in day)
    digest, bundle = (_gathered(day, compact=compact) for compact in (False, True))
    return {
        "posts": len(day),
        "native_bytes": native,
        "each_bytes": each,
        "digest_bytes": digest,
        "bundle_bytes": bundle,
        "native_by_each": round(native / each, 1),
        "native_by_digest": round(native / digest, 1),
        "native_by_bundle": round(native / bundle, 1),
    }


def _day(posts: int) -> Iterator[Spoken]:
    """Yield the posts of a day: a discussion begins with every fifth."""
    parent: Post | None = None
    discussion: Discussion | None = None
    for number in range(posts):
        written = _EVENING - timedelta(minutes=15 * (posts - number))
        if number % 5 == 0 or discussion is None:
            parent = None
            discussion = Discussion(
                id=300 + number,
                forum_id=FORUM.id,
                first_post_id=4000 + number,
                name=_SUBJECTS[number // 5 % len(_SUBJECTS)],
                author_id=10,
                group_id=None,
                created=written,
                modified=written,
            )
        words = _SHORT[number % len(_SHORT)] + (_LONGER if number % 6 == 5 else "")
        post = Post(
            id=4000 + number,
            discussion_id=discussion.id,
            parent_id=None if parent is None else parent.id,
            subject=discussion.name if parent is None else f"Re: {discussion.name}",
            message=f"<p>{words}</p>",
            author=Author(
                id=10 + number % len(_AUTHORS),
                fullname=_AUTHORS[number % len(_AUTHORS)],
            ),
            created=written,
            modified=written,
            attachments=(_photo(number),) if number in {7, 25} else (),
        )
        yield Spoken(post=post, discussion=discussion, parent=parent)
        parent = parent or post


def _photo(number: int) -> Attachment:
    name = f"IMG_{number:04}.jpg"
    return Attachment(
        filename=name,
        url=f"https://learn.example.org/webservice/pluginfile.php/9/mod_forum/{name}",
        size=2_400_000,
        media_type="image/jpeg",
    )


def _native(spoken: Spoken) -> int:
    words = spoken.post.message.removeprefix("<p>").removesuffix("</p>")
    return _NATIVE_FRAME + 2 * len(words.encode())


def _each(spoken: Spoken) -> int:
    names = {"site_tag": SITE.site_tag, "domain": DOMAIN}
    above = [] if spoken.parent is None else [spoken.parent.id]
    mail = post_to_mail(
        spoken.post,
        discussion=spoken.discussion,
        forum=FORUM,
        course=COURSE,
        list_address=LIST,
        delivery=Delivery(recipient=_READER.addresses[0], person=_READER),
        ancestors=[post_message_id(number, **names) for number in above],
        parent=spoken.parent,
        files=(),
        recipients=_READER.addresses,
        language="en",
        site=SITE,
        subject_tag=COURSE.shortname,
        key="0" * 32,
        hops=0,
    )
    return len(mail.content)


def _gathered(day: Sequence[Spoken], *, compact: bool) -> int:
    made = issue_to_mail(
        [
            entry_of(
                spoken.post,
                spoken.discussion,
                pair="sm25",
                section="",
                parent=spoken.parent,
                importance=4,
                language="en",
                site_url=SITE.site_url,
            )
            for spoken in day
        ],
        head=IssueHead(
            number=12,
            person=_READER,
            recipient=_READER.addresses[0],
            name=LIST.name,
            tag=COURSE.shortname,
            key="0" * 32,
        ),
        reader=IssueReader(
            language="en", zone=_READER.timezone, made_at=_EVENING, budget=None
        ),
        site=SITE,
        recipients=_READER.addresses,
        compact=compact,
        limit=None,
    )
    if made is None or len(made.entries) != len(day):
        msg = "not every post stands in the issue"
        raise RuntimeError(msg)
    return len(made.mail.content)


BENCHMARK = Benchmark(
    name="day-size",
    description="a day of 40 posts for one reader, in bytes on the wire, beside"
    " Moodle's own notifications",
    measure=measure,
    aims=(
        Aim(figure="native_by_digest", least=6),
        Aim(figure="native_by_bundle", least=10),
    ),
)
