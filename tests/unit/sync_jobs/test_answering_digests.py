"""One mail answers several posts of a digest: each answer goes where it belongs."""

from __future__ import annotations

from datetime import time
from email.message import EmailMessage

import pytest

from mappings.mail_wishes import ChooseChannel
from moodle_bridge.errors import InDoubt, Transient
from moodle_bridge.model.channels import Channel, ChannelKind
from moodle_bridge.practice import FaultKind
from moodle_bridge.practice.records import Discussion, Post, User
from sync.channels import choose
from sync.ledger import Ledger
from sync.ledger.inbound import InboundState
from sync.ledger.parts import Part, PartState
from tests.unit.sync_jobs.bridged import BridgedCourse, text_of

ADD_REPLY = "mod_forum_add_discussion_post"
SUBJECTS = ("Blog", "Pens", "Lunch")


class Answering:
    """A course of which Aminata has a digest of three discussions."""

    def __init__(self, course: BridgedCourse) -> None:
        self.course = course
        ledger = Ledger.open(
            f"sqlite:///{course.folder / 'ledger.db'}", clock=course.clock
        )
        with ledger.writing() as transaction:
            choose(
                transaction,
                course.aminata.id,
                ChooseChannel(kind=ChannelKind.DIGEST, at=time(18)),
                default=Channel(),
                by="admin",
            )
        ledger.close()
        self.discussions = [
            course.post(course.jan, subject, f"<p>What about {subject.lower()}?</p>")
            for subject in SUBJECTS
        ]
        course.sync()
        course.clock.now = course.clock.now.replace(hour=18, minute=5)
        assert course.sync().code == 0
        (self.digest,) = course.mails(course.aminata.email)

    def answer(
        self,
        text: str,
        *,
        by: User | None = None,
        keyed: bool = True,
        quoted: bool = True,
        files: tuple[tuple[str, bytes], ...] = (),
    ) -> str:
        digest = text_of(self.digest).replace("\r\n", "\n")
        below = "\n".join(f"> {line}" for line in digest.split("\n"))
        return self.course.write(
            by or self.course.aminata,
            f"{text}\n\n{below}\n" if quoted else text,
            to=str(self.digest["Reply-To"] if keyed else self.digest["From"]),
            subject=f"Re: {self.digest['Subject']}",
            answers=str(self.digest["Message-ID"]),
            files=files,
        )

    def said(self, place: int) -> list[str]:
        """Return the messages of the answers in a discussion, first one is 0."""
        return [post.message for post in self.course.posts(self.discussions[place])[1:]]

    def receipts(self, user: User | None = None) -> list[str]:
        address = (user or self.course.aminata).email
        return [
            text_of(mail).replace("\r\n", "\n")
            for mail in self.course.mails(address)
            if mail["Auto-Submitted"] == "auto-replied"
        ]

    def parts(self, message_id: str) -> list[Part]:
        mail = self.course.mail(message_id)
        with self.course.reading() as transaction:
            return transaction.parts.of_mail(mail.id)


@pytest.fixture
def answering(direct: BridgedCourse) -> Answering:
    return Answering(direct)


def test_each_answer_becomes_a_post_in_its_own_discussion(
    answering: Answering,
) -> None:
    course = answering.course
    answer = answering.answer("3: At one o'clock\n1: Use a pen\n[2] A Bic")
    assert course.sync().code == 0
    for place, words in enumerate(("Use a pen", "A Bic", "At one")):
        (message,) = answering.said(place)
        assert words in message
        assert "Aminata Diop" in message
        assert "What about" not in message
    mail = course.mail(answer)
    assert mail.state is InboundState.POSTED
    (receipt,) = answering.receipts()
    assert receipt.startswith("Your answers are in the forum:\n[3] Lunch\n    http")
    for discussion in answering.discussions:
        post = course.posts(discussion)[1]
        assert f"#p{post.id}" in receipt
        assert course.link(post).message_id.startswith(f"<post.{post.id}.")
    assert course.sync().counts == {}


def test_others_get_each_answer_in_its_thread(answering: Answering) -> None:
    course = answering.course
    answering.answer("1: Use a pen\n3: At one")
    course.sync()
    course.clock.move(minutes=2)
    course.sync()
    new = course.mails(course.ha.email)[-2:]
    by_subject = {str(mail["Subject"]): mail for mail in new}
    assert set(by_subject) == {"Re: [FO26] Blog", "Re: [FO26] Lunch"}
    for discussion, subject in (
        (answering.discussions[0], "Re: [FO26] Blog"),
        (answering.discussions[2], "Re: [FO26] Lunch"),
    ):
        first = course.link(discussion.firstpost).message_id
        assert str(by_subject[subject]["In-Reply-To"]) == first


def test_text_under_a_quoted_item_answers_it(answering: Answering) -> None:
    course = answering.course
    lines = text_of(answering.digest).replace("\r\n", "\n").split("\n")
    told: list[str] = []
    for line in lines:
        told.append(f"> {line}")
        if line == "What about pens?":
            told.append("\nA Bic\n")
    answering.answer("\n".join(told), quoted=False)
    assert course.sync().code == 0
    assert [len(answering.said(place)) for place in range(3)] == [0, 1, 0]


def test_the_digest_is_known_without_its_key(answering: Answering) -> None:
    answering.answer("2: A Bic", keyed=False)
    assert answering.course.sync().code == 0
    assert len(answering.said(1)) == 1


def test_what_says_not_what_it_answers_is_held_and_named(
    answering: Answering,
) -> None:
    course = answering.course
    answer = answering.answer("I was away for a week.\n\n3: At one")
    assert course.sync().code == 3
    assert len(answering.said(2)) == 1
    mail = course.mail(answer)
    assert (mail.state, mail.reason) == (InboundState.HELD, "unplaced")
    (receipt,) = answering.receipts()
    assert "[3] Lunch\n    http" in receipt
    assert "> I was away for a week." in receipt
    (row,) = course.call("held").data["held"]
    shown = course.call("held", "show", row["id"])
    assert [
        (part["item"], part["state"], part["text"]) for part in shown.data["parts"]
    ] == [(3, "posted", "At one"), (None, "unplaced", "I was away for a week.")]
    # Released, it begins a discussion; what is posted already is not posted again.
    course.call("held", "release", row["id"])
    assert course.sync().code == 0
    assert len(answering.said(2)) == 1
    assert course.mail(answer).state is InboundState.POSTED
    newest = course.posts()[-1]
    assert newest.parent == 0
    assert "I was away for a week." in newest.message
    assert len(answering.receipts()) == 2
    assert course.sync().counts == {}


def test_nothing_is_posted_of_a_mail_that_says_nothing_of_where(
    answering: Answering,
) -> None:
    course = answering.course
    answer = answering.answer("What a fine course!")
    assert course.sync().code == 3
    assert course.mail(answer).state is InboundState.HELD
    assert all(answering.said(place) == [] for place in range(3))
    assert "> What a fine course!" in answering.receipts()[0]


def test_a_digest_of_somebody_else_is_not_answered(answering: Answering) -> None:
    course = answering.course
    answer = answering.answer("1: Use a pen", by=course.jan)
    assert course.sync().code == 3
    assert course.mail(answer).reason == "not-their-digest"
    assert answering.said(0) == []
    (row,) = course.call("held").data["held"]
    course.call("held", "release", row["id"])
    assert course.sync().code == 0
    assert "Jan de Wit" in answering.said(0)[0]


def test_a_part_that_moodle_refuses_holds_the_mail_and_the_others_go(
    answering: Answering,
) -> None:
    course = answering.course
    with course.refusing(ADD_REPLY, "cannotcreatediscussion"):
        answer = answering.answer("1: Use a pen")
        assert course.sync().code == 3
    assert course.mail(answer).reason == "part-refused"
    assert "[1] Blog: Moodle did not take it" in answering.receipts()[0]
    (part,) = answering.parts(answer)
    assert part.state is PartState.REFUSED
    (row,) = course.call("held").data["held"]
    course.call("held", "release", row["id"])
    assert course.sync().code == 0
    assert len(answering.said(0)) == 1
    assert course.mail(answer).state is InboundState.POSTED


def test_a_post_that_is_gone_takes_no_answer(answering: Answering) -> None:
    course = answering.course
    gone: Post = course.posts(answering.discussions[1])[0]
    link = course.link(gone)
    ledger = Ledger.open(f"sqlite:///{course.folder / 'ledger.db'}", clock=course.clock)
    with ledger.writing() as transaction:
        transaction.links.change("fo26", link.post_id, gone_at=course.clock.now)
    ledger.close()
    answering.answer("1: Use a pen\n2: A Bic")
    assert course.sync().code == 3
    assert [len(answering.said(place)) for place in range(3)] == [1, 0, 0]
    assert "[2] Pens: the post is no longer there" in answering.receipts()[0]


def files_of(course: BridgedCourse, post: Post) -> list[str]:
    return [
        file.filename
        for (_, _, _, item), files in course.moodle.state.files.items()
        for file in files
        if item == post.id
    ]


def test_files_go_with_the_only_answer_and_else_are_named(
    answering: Answering,
) -> None:
    course = answering.course
    answering.answer("1: Look", files=(("cat.jpg", b"\xff\xd8\xff cat"),))
    assert course.sync().code == 0
    (_, reply) = course.posts(answering.discussions[0])
    assert files_of(course, reply) == ["cat.jpg"]
    answering.answer("1: Two\n2: Three", files=(("dog.jpg", b"\xff\xd8\xff dog"),))
    assert course.sync().code == 3
    assert len(answering.said(1)) == 1
    assert "dog.jpg" in answering.receipts()[-1]
    assert not any("dog.jpg" in files_of(course, post) for post in course.posts())


def test_a_lost_answer_of_moodle_doubles_no_part(answering: Answering) -> None:
    course = answering.course
    course.moodle.faults.plan(FaultKind.DROP_AFTER, ADD_REPLY)
    answering.answer("1: Use a pen\n2: A Bic\n3: At one")
    course.sync()
    course.clock.move(minutes=11)
    course.sync()
    course.clock.move(minutes=11)
    assert course.sync().code == 0
    assert [len(answering.said(place)) for place in range(3)] == [1, 1, 1]
    assert len(answering.receipts()) == 1


@pytest.mark.parametrize(
    "trouble", [Transient("busy", advice=""), InDoubt("", advice="")]
)
def test_a_receipt_in_trouble_goes_once(
    answering: Answering, trouble: Transient | InDoubt
) -> None:
    course = answering.course
    course.outbox.troubles.append(trouble)
    answering.answer("1: Use a pen")
    course.sync()
    for _ in range(3):
        course.clock.move(minutes=20)
        course.sync()
    assert len(answering.receipts()) == 1
    assert len(answering.said(0)) == 1


def test_a_command_as_an_answer_to_a_digest_is_one(answering: Answering) -> None:
    course = answering.course
    number = answering.discussions[0].firstpost
    answer = answering.answer(f"get {number}")
    course.sync()
    assert course.mail(answer).state is InboundState.ANSWERED
    assert all(answering.said(place) == [] for place in range(3))


def test_a_digest_of_one_post_is_answered_without_a_number(
    direct: BridgedCourse,
) -> None:
    one = OneOf(direct)
    one.course.write(
        direct.aminata,
        "Use a pen",
        to=str(one.digest["Reply-To"]),
        subject="Re: 1 new post",
    )
    assert direct.sync().code == 0
    assert len(direct.posts(one.discussion)) == 2


class OneOf:
    """A digest of one discussion."""

    def __init__(self, course: BridgedCourse) -> None:
        self.course = course
        course.write(course.aminata, "channel digest 18:00", to="bridge@lists.example")
        course.sync()
        self.discussion: Discussion = course.post(course.jan)
        course.sync()
        course.clock.now = course.clock.now.replace(hour=18, minute=5)
        course.sync()
        self.digest: EmailMessage = course.mails(course.aminata.email)[-1]


def test_explain_tells_of_each_part(answering: Answering) -> None:
    answer = answering.answer("1: Use a pen\n3: At one")
    answering.course.sync()
    (mail,) = answering.course.call("explain", answer).data["mails"]
    assert [(part["item"], part["state"]) for part in mail["parts"]] == [
        (1, "posted"),
        (3, "posted"),
    ]
