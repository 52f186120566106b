"""Digests and bundles that are read in a mailbox of one's own, and answered."""

from __future__ import annotations

import io
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from PIL import Image

from moodle_bridge.practice.records import Discussion
from sync.ledger.inbound import InboundState
from tests.real_mail.mailman_core import MailmanCore
from tests.real_mail.real_town import RealTown, quoted, text_of
from tests.real_mail.test_through_mailman import joined

pytestmark = pytest.mark.real

Towns = Callable[..., RealTown]

HELD = 3
QUESTIONS = (
    ("Blogs", "How does one begin a blog?"),
    ("Pens", "Which pen do you use?"),
    ("Lunch", "When do we eat?"),
)


def by_a_way(towns: Towns, mailman: MailmanCore, way: str) -> RealTown:
    """Return a town with a list of Mailman, or with one that is the bridge's own."""
    if way == "mailman":
        return joined(towns, mailman, "digestlist")
    here = towns("digestown")
    here.direct()
    here.begin()
    return here


def has_an_account(here: RealTown) -> None:
    """Let Hà read her mail by IMAP."""
    here.office.add_account(here.ha.email)


def has_digests(here: RealTown) -> None:
    """Let Hà have digests, at an hour that does not come as long as nobody waits."""
    hour = here.clock.far_hour()
    chosen = here.run("person", "channel", here.ha.username, "digest", "--at", hour)
    assert chosen.code == 0, chosen.said


def mails_of_hour(here: RealTown, kind: str) -> list[EmailMessage]:
    """Let a day pass and its hour come; return what then lies in Hà's mailbox."""
    here.clock.move(hours=24)
    done = here.sync()
    assert done.code == 0, done.said
    assert [one["kind"] for one in done.data.get("done", [])] in ([], [f"mail.{kind}"])
    here.gets(here.ha, QUESTIONS[0][1])
    return here.mails(here.ha)


def in_three_parts(digest: EmailMessage) -> str:
    """Return an answer: one by its number, one in brackets, one under what it quotes."""
    lines = ["2: A Bic, always.", "", "[3] At one o'clock.", ""]
    for line in quoted(digest):
        lines.append(line)
        if line == f"> {QUESTIONS[0][1]}":
            lines += ["", "With one page, tonight.", ""]
    return "\n".join(lines)


@pytest.mark.parametrize("way", ["own", "mailman"])
def test_an_answer_to_a_digest_becomes_posts_in_three_discussions(
    town: Towns, mailman: MailmanCore, way: str
) -> None:
    here = by_a_way(town, mailman, way)
    has_an_account(here)
    has_digests(here)
    if way == "mailman":
        assert here.run("list", "sync").code == 0
    discussions: list[Discussion] = [
        here.post(here.grace, subject, words) for subject, words in QUESTIONS
    ]
    assert here.sync().code == 0
    for _, words in QUESTIONS:
        here.gets(here.jan, words)
    assert here.mails(here.ha) == []

    (digest,) = mails_of_hour(here, "digest")
    assert digest["Auto-Submitted"] == "auto-generated"
    here.write(here.ha, in_three_parts(digest), answers=digest)
    here.waits(1)
    assert here.sync().code == 0
    said = ("With one page", "A Bic", "At one o'clock")
    for discussion, words in zip(discussions, said, strict=True):
        first, answer = here.posts(discussion)
        assert answer.parent == first.id
        assert words in answer.message
        assert "Thị Hà" in answer.message
        assert not any(asked in answer.message for _, asked in QUESTIONS)
    (receipt,) = here.gets(here.ha, "Your answers are in the forum")
    assert receipt["Auto-Submitted"] == "auto-replied"
    for discussion, (subject, _) in zip(discussions, QUESTIONS, strict=True):
        answer = here.posts(discussion)[1]
        assert subject in text_of(receipt)
        assert f"d={discussion.id}#p{answer.id}" in text_of(receipt)

    # The others get each answer once, its author none of them, and that is all.
    for _ in range(3):
        assert here.sync().code == 0
    for words in said:
        assert len(here.gets(here.jan, words)) == 1
    assert len(here.posts()) == 6
    assert len(here.mails(here.ha)) == 2
    states = {mail.state for mail in here.taken()}
    assert states <= {InboundState.POSTED, InboundState.IGNORED}


def test_what_an_answer_to_a_digest_does_not_place_is_told_and_held(
    town: Towns,
) -> None:
    here = town("unplaced")
    here.direct()
    here.begin()
    has_an_account(here)
    has_digests(here)
    discussions = [here.post(here.grace, *question) for question in QUESTIONS]
    assert here.sync().code == 0
    (digest,) = mails_of_hour(here, "digest")
    text = "The hall is cold in the morning.\n\n2: A Bic, always.\n"
    here.write(here.ha, text, answers=digest)
    here.waits(1)
    assert here.sync().code == HELD
    assert [len(here.posts(one)) for one in discussions] == [1, 2, 1]
    (receipt,) = here.gets(here.ha, "does not say which")
    assert "> The hall is cold" in text_of(receipt)
    held = here.run("held", "list")
    assert len(held.data["held"]) == 1


def test_an_hour_of_internet_has_all_in_one_mail_and_photos_by_wish(
    town: Towns,
) -> None:
    here = town("bundle")
    here.direct()
    here.begin()
    has_an_account(here)
    hour = here.clock.far_hour()
    wish = f"channel bundle {hour}"
    here.write(here.ha, wish, to=here.address, subject="bundle")
    here.waits(1)
    assert here.sync().code == 0
    here.gets(here.ha, hour)
    for subject, words in QUESTIONS:
        here.post(here.grace, subject, words, photo=photo())
    assert here.sync().code == 0
    here.gets(here.jan, QUESTIONS[2][1])
    assert len(here.mails(here.ha)) == 1

    bundle = mails_of_hour(here, "bundle")[1]
    text = text_of(bundle)
    for _, words in QUESTIONS:
        assert text.count(words) == 1
    post = here.posts()[1]
    assert f"{post.id}-1 market.jpg" in text
    assert not list(bundle.iter_attachments())
    # Smaller than one of the mails that the others had.
    assert len(bundle.as_bytes()) < len(here.mails(here.jan)[0].as_bytes()) * 2

    wish = f"get photo {post.id}-1\n\n" + "\n".join(quoted(bundle))
    here.write(here.ha, wish, answers=bundle)
    here.waits(1)
    assert here.sync().code == 0
    (mail,) = [one for one in here.mails(here.ha) if list(one.iter_attachments())]
    (part,) = mail.iter_attachments()
    with Image.open(io.BytesIO(part.get_content())) as image:
        assert image.format == "JPEG"
    assert len(here.posts()) == 3


def photo() -> bytes:
    held = io.BytesIO()
    Image.effect_noise((400, 300), 60).save(held, "JPEG", quality=90)
    return held.getvalue()
