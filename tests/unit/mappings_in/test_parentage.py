from __future__ import annotations

from mappings.identity import plus_address, reply_key, reply_reference
from mappings.mail_reading import ReadMail
from mappings.parentage import LinkRef, Parent, ParentClue, ReplyRoute, find_parent
from tests.unit.mappings_in.mails_in import mail, written

SECRET = b"sixteen bytes at least"
ROUTE = ReplyRoute(
    address="bridge@bridge.example.org", domain="bridge.example.org", secret=SECRET
)
KEY = reply_key(SECRET, 500, 7)
LINKS = {
    "<one@x>": LinkRef(post_id=1, subject="The visit"),
    "<two@x>": LinkRef(post_id=2, subject="Re: The visit"),
    "<bare@x>": LinkRef(post_id=3),
}


def answer(headers: str) -> ReadMail:
    return written(f"From: ami@example.sn\n{headers}")


def found(headers: str) -> Parent | None:
    return find_parent(answer(headers), LINKS.get, route=ROUTE).parent


def test_a_mail_that_answers_nothing_begins_a_discussion() -> None:
    told = find_parent(answer("Subject: New"), LINKS.get)
    assert (told.parent, told.reason) == (None, "it answers no mail: a new discussion")


def test_in_reply_to_is_believed_whatever_the_subject() -> None:
    parent = found("Subject: Something else\nIn-Reply-To: <one@x>")
    assert parent == Parent(post_id=1, how=ParentClue.IN_REPLY_TO)


def test_of_several_ids_in_reply_to_the_last_known_one_is_the_nearest() -> None:
    parent = found("In-Reply-To: <one@x> <two@x> <nobody@x>")
    assert parent == Parent(post_id=2, how=ParentClue.IN_REPLY_TO)


def test_references_count_from_the_nearest_when_the_subject_is_the_same() -> None:
    parent = found("Subject: Aw: [SM25] the visit\nReferences: <one@x> <two@x> <n@x>")
    assert parent == Parent(post_id=2, how=ParentClue.REFERENCES)


def test_an_old_mail_taken_for_a_new_subject_begins_a_discussion() -> None:
    told = find_parent(
        answer("Subject: The bus\nReferences: <one@x> <two@x>"), LINKS.get
    )
    assert told.parent is None
    assert "subject is another one" in told.reason


def test_references_count_where_no_subject_can_be_compared() -> None:
    assert found("Subject: Any\nReferences: <bare@x>") is not None
    assert found("Subject: Re:\nReferences: <two@x>") is not None


def test_what_in_reply_to_does_not_know_references_are_not_asked_again() -> None:
    assert found("In-Reply-To: <nobody@x>\nReferences: <nobody@x>") is None


def test_unknown_ids_begin_a_discussion_and_the_reason_says_so() -> None:
    told = find_parent(answer("In-Reply-To: <nobody@x>"), LINKS.get)
    assert told.parent is None
    assert "stands for no post" in told.reason


def test_a_reply_key_in_an_address_goes_before_everything() -> None:
    to = plus_address("bridge@bridge.example.org", KEY)
    parent = found(f"To: {to}\nIn-Reply-To: <one@x>")
    assert parent is not None
    assert (parent.post_id, parent.how) == (500, ParentClue.REPLY_KEY)
    assert parent.key is not None
    assert parent.key.user_id == 7


def test_a_reply_key_is_found_wherever_the_recipient_is_told() -> None:
    to = plus_address("bridge@bridge.example.org", KEY).upper()
    assert found(f"Delivered-To: {to}") is not None
    assert found(f"Cc: Forum <{to}>") is not None
    told = find_parent(answer("To: x@y.example"), LINKS.get, route=ROUTE)
    assert told.parent is None
    by_envelope = find_parent(
        answer("To: x@y.example"), LINKS.get, route=ROUTE, envelope_recipient=to
    )
    assert by_envelope.parent is not None


def test_a_reply_key_in_references_is_the_second_carrier() -> None:
    carrier = reply_reference(KEY, domain="bridge.example.org")
    parent = found(f"References: <one@x> {carrier} <two@x>")
    assert parent is not None
    assert parent.post_id == 500


def test_a_forged_reply_key_is_passed_over() -> None:
    forged = reply_key(b"another secret of 16", 500, 7)
    to = plus_address("bridge@bridge.example.org", forged)
    parent = found(f"To: {to}\nIn-Reply-To: <one@x>")
    assert parent == Parent(post_id=1, how=ParentClue.IN_REPLY_TO)


def test_without_a_route_no_key_is_looked_for() -> None:
    to = plus_address("bridge@bridge.example.org", KEY)
    assert find_parent(answer(f"To: {to}"), LINKS.get).parent is None


def test_ids_among_commas_and_sentences_are_looked_up_whole() -> None:
    asked: list[str] = []

    def lookup(message_id: str) -> None:
        asked.append(message_id)

    find_parent(mail("odd-ids"), lookup)
    assert asked == [
        "<q1[2]@x.example>",
        "<d@x.example>",
        "<c@x.example>",
        "<b@x.example>",
        "<a@x.example>",
    ]
