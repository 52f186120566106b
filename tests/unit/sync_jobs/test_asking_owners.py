"""Whose mail it is: what is proven, what is asked, and what is never posted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from email.message import EmailMessage

import pytest

from mappings.bounce_score import AddressState, Standing
from moodle_bridge.practice.records import Discussion
from sync.ledger import Ledger, Transaction
from sync.ledger.inbound import InboundState
from sync.ledger.questions import Answer
from tests.unit.authenticity.signed_mail import FakeDns, signed
from tests.unit.sync_jobs.bridged import (
    BRIDGE,
    DIRECT,
    BridgedCourse,
    MakeCourse,
    TriedBridge,
    text_of,
)

AMINATA = "aminata@sn.example"
OTHER = "aminata.private@mail.example"
LIBRARY = 'authenticity = { by = "library" }'
POSTING = 'authenticity = { by = "library", unproven = "post" }'
HOLDING = 'authenticity = { by = "library", unproven = "hold" }'
SERVER = 'authserv_id = "mx.ours.example"'


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> FakeDns:
    found = FakeDns()
    monkeypatch.setattr(TriedBridge, "resolver", lambda _self: found)
    return found


@pytest.fixture
def checked(course: BridgedCourse, dns: FakeDns) -> BridgedCourse:
    """A course with a remote list, where the bridge itself looks whether From is true."""
    course.configure(mail=LIBRARY)
    return course


@pytest.fixture
def direct_checked(make_course: MakeCourse, dns: FakeDns) -> BridgedCourse:
    made = make_course(lists=DIRECT)
    made.configure(mail=LIBRARY)
    made.begin()
    return made


def sign(course: BridgedCourse, domain: str, dns: FakeDns) -> None:
    """Let the last mail in the box bear a good signature."""
    dns.signs(domain)
    key, mail = list(course.box.waiting.items())[-1]
    course.box.waiting[key] = replace(mail, raw=signed(mail.raw, domain))


def questions(course: BridgedCourse, address: str = AMINATA) -> list[EmailMessage]:
    return [
        mail
        for mail in course.mails(address)
        if "Did you write" in str(mail["Subject"])
    ]


def answer(
    course: BridgedCourse, question: EmailMessage, text: str, sender: str = AMINATA
) -> str:
    course.clock.move(minutes=1)
    message_id = course.write(
        sender,
        text,
        to=str(question["Reply-To"]),
        subject=f"Re: {question['Subject']}",
        answers=str(question["Message-ID"]),
    )
    course.sync()
    course.clock.move(minutes=1)
    course.sync()
    return message_id


def held(course: BridgedCourse, message_id: str) -> tuple[str, str]:
    mail = course.mail(message_id)
    return mail.state.value, mail.reason


def test_a_mail_that_its_domain_signed_is_posted(
    checked: BridgedCourse, dns: FakeDns
) -> None:
    checked.write(checked.aminata, "It is me.")
    sign(checked, "sn.example", dns)
    assert checked.sync().code == 0
    assert len(checked.posts()) == 1
    assert questions(checked) == []


@pytest.mark.parametrize("policy", ["none", "quarantine", "reject", ""])
@pytest.mark.parametrize("setting", [LIBRARY, POSTING, HOLDING])
def test_a_spoofed_mail_is_never_posted_under_the_name_it_claims(
    checked: BridgedCourse, dns: FakeDns, policy: str, setting: str
) -> None:
    """Signed by somebody else, and its domain says what it likes."""
    checked.configure(mail=setting)
    if policy:
        dns.asks("sn.example", f"v=DMARC1; p={policy}")
    message_id = checked.write(checked.aminata, "Send me your password.")
    sign(checked, "evil.example", dns)
    checked.sync()
    proven_otherwise = setting == POSTING and policy in {"", "none"}
    assert len(checked.posts()) == int(proven_otherwise)
    if not proven_otherwise:
        assert held(checked, message_id)[0] == "held"


def test_the_owner_is_asked_in_a_mail_that_starts_no_loop(
    checked: BridgedCourse,
) -> None:
    message_id = checked.write(
        checked.aminata, "See http://evil.example/x now", subject="A question"
    )
    checked.sync()
    (question,) = questions(checked)
    said = text_of(question)
    assert "A question" in said
    assert "evil.example/x" not in said
    assert question["Auto-Submitted"] == "auto-generated"
    assert checked.sent()[-1].sender == ""
    assert held(checked, message_id) == ("held", "asked-owner")
    checked.clock.move(minutes=5)
    checked.sync()
    assert len(questions(checked)) == 1


@pytest.mark.parametrize("word", ["yes", "Ja.", "OUI", "sí", "Sim, obrigada"])
def test_yes_posts_it(checked: BridgedCourse, word: str) -> None:
    message_id = checked.write(checked.aminata, "It is me.")
    checked.sync()
    said = answer(checked, questions(checked)[0], f"{word}\n")
    (post,) = checked.posts()
    assert "It is me." in post.message
    assert checked.mail(message_id).state is InboundState.POSTED
    assert held(checked, said) == ("answered", "answered-yes")


@pytest.mark.parametrize("word", ["no", "Nee", "non", "NÃO", "No!"])
def test_no_throws_it_away_and_nobody_is_asked_again(
    checked: BridgedCourse, word: str
) -> None:
    message_id = checked.write(checked.aminata, "It is not me.")
    checked.sync()
    said = answer(checked, questions(checked)[0], f"{word}\n")
    assert checked.mail(message_id).state is InboundState.DROPPED
    assert held(checked, said) == ("answered", "answered-no")
    again = checked.write(checked.aminata, "Me again.")
    checked.sync()
    assert held(checked, again) == ("held", "unproven")
    assert checked.posts() == []
    assert len(questions(checked)) == 1


def test_a_yes_with_the_question_quoted_below_is_a_yes(checked: BridgedCourse) -> None:
    checked.write(checked.aminata, "It is me.")
    checked.sync()
    question = questions(checked)[0]
    quoted = "".join(f"> {line}\n" for line in text_of(question).splitlines())
    answer(checked, question, f"Yes\n\nOn 1 Mar 2026, FO26 wrote:\n{quoted}")
    assert len(checked.posts()) == 1


def test_an_answer_that_is_neither_is_held_and_posts_nothing(
    checked: BridgedCourse,
) -> None:
    message_id = checked.write(checked.aminata, "It is me.")
    checked.sync()
    said = answer(checked, questions(checked)[0], "Yes, but who are you to ask me?\n")
    assert held(checked, said) == ("held", "unclear-answer")
    assert held(checked, message_id) == ("held", "asked-owner")
    assert checked.posts() == []


def test_a_question_is_answered_once(checked: BridgedCourse) -> None:
    checked.write(checked.aminata, "It is not me.")
    checked.sync()
    question = questions(checked)[0]
    answer(checked, question, "no\n")
    late = answer(checked, question, "yes\n")
    assert held(checked, late) == ("answered", "answered-before")
    assert checked.posts() == []


def test_an_auto_reply_to_the_question_is_no_answer(checked: BridgedCourse) -> None:
    checked.write(checked.aminata, "It is me.")
    checked.sync()
    question = questions(checked)[0]
    checked.write(
        AMINATA,
        "yes\n",
        to=str(question["Reply-To"]),
        headers={"Auto-Submitted": "auto-replied"},
    )
    checked.sync()
    assert checked.posts() == []


def test_silence_for_two_weeks_leaves_it_to_the_admin(checked: BridgedCourse) -> None:
    message_id = checked.write(checked.aminata, "It is me.")
    checked.sync()
    checked.clock.move(days=15)
    checked.sync()
    assert held(checked, message_id) == ("held", "owner-silent")
    again = checked.write(checked.aminata, "And now?")
    checked.sync()
    assert held(checked, again)[1] == "unproven"
    assert len(questions(checked)) == 1


def test_a_flood_of_forged_mails_brings_one_question(checked: BridgedCourse) -> None:
    for number in range(20):
        checked.write(checked.aminata, f"Forged {number}", subject=f"Number {number}")
    checked.sync()
    checked.clock.move(minutes=1)
    checked.sync()
    assert len(questions(checked)) == 1
    assert checked.posts() == []


def test_when_one_was_theirs_the_next_is_asked_about(checked: BridgedCourse) -> None:
    checked.write(checked.aminata, "First", subject="One")
    checked.clock.move(minutes=1)
    checked.write(checked.aminata, "Second", subject="Two")
    checked.sync()
    answer(checked, questions(checked)[0], "yes\n")
    checked.clock.move(minutes=1)
    checked.sync()
    assert ["One" in q["Subject"] for q in questions(checked)] == [True, False]
    answer(checked, questions(checked)[1], "yes\n")
    assert len(checked.posts()) == 2


def test_a_dns_that_is_down_keeps_mails_waiting_and_posts_none(
    checked: BridgedCourse, dns: FakeDns
) -> None:
    message_id = checked.write(checked.aminata, "It is me.")
    sign(checked, "sn.example", dns)
    dns.silent.add("*")
    checked.sync()
    assert checked.mail(message_id).state is InboundState.NEW
    assert checked.posts() == []
    dns.silent.clear()
    checked.clock.move(minutes=5)
    checked.sync()
    assert len(checked.posts()) == 1


def test_a_dns_that_stays_down_ends_with_the_owner_asked(
    checked: BridgedCourse, dns: FakeDns
) -> None:
    message_id = checked.write(checked.aminata, "It is me.")
    dns.silent.add("*")
    for _ in range(8):
        checked.sync()
        checked.clock.move(hours=6)
    assert held(checked, message_id) == ("held", "asked-owner")
    assert checked.posts() == []


def test_what_our_own_server_found_counts(course: BridgedCourse) -> None:
    course.configure(mail=SERVER)
    course.write(
        course.aminata,
        "It is me.",
        headers={
            "Authentication-Results": "mx.ours.example; dmarc=pass"
            " header.from=sn.example"
        },
    )
    message_id = course.write(
        course.ha,
        "It is not me.",
        headers={
            "Authentication-Results": "mx.evil.example; dmarc=pass"
            " header.from=vn.example"
        },
    )
    course.sync()
    assert len(course.posts()) == 1
    assert held(course, message_id)[0] == "held"


def asked_directly(course: BridgedCourse) -> tuple[Discussion, str]:
    """Let somebody ask in the forum; return the reply address that Aminata got."""
    discussion = course.post(course.ha)
    course.sync()
    (mail,) = course.mails(AMINATA)
    return discussion, str(mail["Reply-To"])


def test_a_persons_own_reply_address_proves_them(direct_checked: BridgedCourse) -> None:
    discussion, address = asked_directly(direct_checked)
    direct_checked.write(direct_checked.aminata, "With a pen.", to=address)
    direct_checked.sync()
    assert len(direct_checked.posts(discussion)) == 2


def test_it_does_not_outweigh_that_the_mail_is_forged(
    direct_checked: BridgedCourse, dns: FakeDns
) -> None:
    discussion, address = asked_directly(direct_checked)
    dns.asks("sn.example")
    direct_checked.write(direct_checked.aminata, "With a pen.", to=address)
    direct_checked.sync()
    assert len(direct_checked.posts(discussion)) == 1
    assert len(questions(direct_checked)) == 1


def test_the_reply_address_of_another_proves_nothing(
    direct_checked: BridgedCourse,
) -> None:
    discussion, address = asked_directly(direct_checked)
    direct_checked.write(direct_checked.jan, "With a pen.", to=address)
    direct_checked.sync()
    assert len(direct_checked.posts(discussion)) == 1
    assert len(questions(direct_checked, "jan@nl.example")) == 1
    assert questions(direct_checked) == []


def test_a_reply_address_used_from_elsewhere_asks_its_owner(
    direct: BridgedCourse,
) -> None:
    """Also where nobody looks whether From is true."""
    discussion, address = asked_directly(direct)
    message_id = direct.write(OTHER, "With a pen.", to=address)
    direct.sync()
    assert len(direct.posts(discussion)) == 1
    assert held(direct, message_id) == ("held", "asked-owner")
    assert direct.mails(OTHER) == []
    (question,) = questions(direct)
    assert OTHER in text_of(question)


def test_yes_makes_the_new_address_theirs_from_now_on(direct: BridgedCourse) -> None:
    discussion, address = asked_directly(direct)
    direct.write(OTHER, "With a pen.", to=address)
    waiting = direct.write(OTHER, "Or with ink.", to=address, subject="More")
    direct.sync()
    answer(direct, questions(direct)[0], "yes\n")
    direct.clock.move(minutes=1)
    direct.sync()
    assert len(direct.posts(discussion)) == 3
    assert direct.mail(waiting).state is InboundState.POSTED
    direct.write(OTHER, "A new one.", to=BRIDGE, subject="New")
    direct.sync()
    assert len(direct.posts()) == 4
    assert len(questions(direct)) == 1
    with direct.reading() as transaction:
        further = transaction.addresses.of_user(direct.aminata.id)
    assert [one.shown for one in further] == [OTHER]


def test_no_to_a_new_address_is_remembered(direct: BridgedCourse) -> None:
    discussion, address = asked_directly(direct)
    direct.write(OTHER, "With a pen.", to=address)
    direct.sync()
    answer(direct, questions(direct)[0], "no\n")
    again = direct.write(OTHER, "Really.", to=address, subject="Again")
    direct.sync()
    assert held(direct, again) == ("held", "unknown-sender")
    assert len(direct.posts(discussion)) == 1
    assert len(questions(direct)) == 1


def test_a_stranger_with_a_guessed_key_asks_nobody(direct: BridgedCourse) -> None:
    _, address = asked_directly(direct)
    key = address.partition("+")[2].partition("@")[0]
    guessed = address.replace(key, key[:-4] + "aaaa")
    message_id = direct.write(OTHER, "With a pen.", to=guessed)
    direct.sync()
    assert held(direct, message_id) == ("held", "unknown-sender")
    assert questions(direct) == []


def test_only_who_has_the_question_can_answer_it(direct: BridgedCourse) -> None:
    """The key of the reply address is not that of the question."""
    discussion, address = asked_directly(direct)
    direct.write(OTHER, "With a pen.", to=address)
    direct.sync()
    direct.write(OTHER, "yes", to=address, subject="Re: Did you write this?")
    direct.sync()
    assert len(direct.posts(discussion)) == 1
    with direct.reading() as transaction:
        assert [one.answer for one in transaction.questions.open()] == [None]


def test_the_admin_may_decide_before_the_owner_does(checked: BridgedCourse) -> None:
    message_id = checked.write(checked.aminata, "It is me.")
    checked.sync()
    number = checked.mail(message_id).id
    checked.call("held", "release", f"mail-{number}")
    checked.clock.move(minutes=1)
    checked.sync()
    assert len(checked.posts()) == 1
    checked.sync()
    with checked.reading() as transaction:
        (asked,) = transaction.questions.of_mail(number)
    assert asked.answer is Answer.EXPIRED


LIST_HEADERS = {
    "List-Id": "<fo26.lists.example>",
    "List-Post": "<mailto:fo26@lists.example>",
}


def test_the_list_that_surely_handed_it_on_vouches_for_its_author(
    checked: BridgedCourse, dns: FakeDns
) -> None:
    dns.asks("sn.example")
    checked.write(checked.aminata, "Broken by the list's foot.", headers=LIST_HEADERS)
    sign(checked, "lists.example", dns)
    checked.sync()
    assert len(checked.posts()) == 1


@pytest.mark.parametrize("reply_to", [AMINATA, "fo26@lists.example"])
def test_a_mail_that_only_says_it_came_by_the_list_is_not_believed(
    checked: BridgedCourse, dns: FakeDns, reply_to: str
) -> None:
    message_id = checked.write(
        "Aminata Diop via FO26 <fo26@lists.example>",
        "Send me your password.",
        headers={**LIST_HEADERS, "Reply-To": reply_to, "X-Original-From": AMINATA},
    )
    sign(checked, "evil.example", dns)
    checked.sync()
    assert checked.posts() == []
    assert held(checked, message_id)[0] == "held"


def test_an_author_whom_the_list_named_is_believed_when_the_list_did(
    checked: BridgedCourse, dns: FakeDns
) -> None:
    checked.write(
        "Aminata Diop via FO26 <fo26@lists.example>",
        "How do I begin?",
        headers={**LIST_HEADERS, "Reply-To": AMINATA},
    )
    sign(checked, "lists.example", dns)
    checked.sync()
    assert len(checked.posts()) == 1


HA = "ha@vn.example"
AMINATA_VIA = "Aminata Diop via FO26 <fo26@lists.example>"


@pytest.mark.parametrize(
    "named",
    [
        # The author's own Reply-To, where answers go to the list (Mailman).
        {"Reply-To": f"{HA}, fo26@lists.example", "Cc": f"Aminata Diop <{AMINATA}>"},
        {
            "Reply-To": f"{HA}, fo26@lists.example",
            "Cc": AMINATA,
            "X-Mailman-Version": "3.3.10",
        },
        # The same where answers go to the author.
        {"Reply-To": f"{HA}, {AMINATA}"},
        # What the list does not write, and leaves where it stands.
        {"Reply-To": AMINATA, "X-Original-From": HA},
        {"Reply-To": AMINATA, "X-Original-Sender": HA},
    ],
)
def test_a_mail_in_which_a_list_names_two_people_is_held(
    checked: BridgedCourse, dns: FakeDns, named: dict[str, str]
) -> None:
    message_id = checked.write(
        AMINATA_VIA, "Who am I?", headers={**LIST_HEADERS, **named}
    )
    sign(checked, "lists.example", dns)
    checked.sync()
    assert checked.posts() == []
    assert held(checked, message_id) == ("held", "unclear-author")
    told = checked.mail(message_id).detail
    assert HA in told
    assert AMINATA in told


def test_two_addresses_of_one_person_leave_no_doubt_who_wrote(
    checked: BridgedCourse, dns: FakeDns
) -> None:
    checked.call("person", "address", "add", "aminata", OTHER)
    checked.write(
        AMINATA_VIA,
        "Answer me at home.",
        headers={
            **LIST_HEADERS,
            "Reply-To": f"{OTHER}, fo26@lists.example",
            "Cc": f"Aminata Diop <{AMINATA}>",
        },
    )
    sign(checked, "lists.example", dns)
    checked.sync()
    (post,) = checked.posts()
    assert "Aminata Diop" in post.message


def test_another_list_of_the_same_host_vouches_for_nobody(
    checked: BridgedCourse, dns: FakeDns
) -> None:
    dns.asks("sn.example")
    message_id = checked.write(
        checked.aminata,
        "From a list that anybody can open.",
        headers={**LIST_HEADERS, "List-ID": "<mallory.lists.example>"},
    )
    sign(checked, "lists.example", dns)
    checked.sync()
    assert checked.posts() == []
    assert held(checked, message_id)[0] == "held"


def test_a_forged_stranger_gets_no_notice(checked: BridgedCourse, dns: FakeDns) -> None:
    dns.asks("victim.example")
    message_id = checked.write("boss@victim.example", "Hello", to=BRIDGE)
    checked.sync()
    assert checked.mails("boss@victim.example") == []
    assert held(checked, message_id) == ("held", "unauthenticated")


def test_what_was_found_out_is_kept_and_told(
    checked: BridgedCourse, dns: FakeDns
) -> None:
    message_id = checked.write(checked.aminata, "It is me.")
    sign(checked, "sn.example", dns)
    checked.sync()
    assert checked.mail(message_id).authenticity["finding"] == "proven"
    said = checked.call("explain", message_id).data["mails"][0]
    assert "signed by sn.example" in said["authenticity"]


def test_an_owner_whom_no_mail_reaches_is_not_asked(
    checked: BridgedCourse, dns: FakeDns
) -> None:
    dead = Standing(state=AddressState.DEAD, score=5.0, since=checked.clock.now)
    with writing(checked) as transaction:
        transaction.bounces.put(AMINATA, dead)
    message_id = checked.write(checked.aminata, "A new thought.")
    sign(checked, "evil.example", dns)
    checked.sync()
    assert held(checked, message_id) != ("held", "asked-owner")
    assert checked.posts() == []
    assert questions(checked) == []


@contextmanager
def writing(course: BridgedCourse) -> Iterator[Transaction]:
    ledger = Ledger.open(f"sqlite:///{course.folder / 'ledger.db'}", clock=course.clock)
    with closing(ledger), ledger.writing() as transaction:
        yield transaction
