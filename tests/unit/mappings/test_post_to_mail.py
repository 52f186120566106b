"""What a forum post becomes as a mail."""

from __future__ import annotations

import email
import email.policy
import os
import re
from dataclasses import replace
from datetime import timedelta
from email import charset
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.bridge_header import BRIDGE_HEADER, bridge_header
from mappings.identity import (
    ReplyKey,
    key_of_address,
    key_of_reference,
    post_id_of,
    read_reply_key,
)
from mappings.post_body import FOOTER_LINE
from moodle_bridge.model.forum import Attachment, Author
from moodle_bridge.model.mail import MailFile, OutgoingMail
from tests.unit.mappings.course_of_mails import (
    DISCUSSION,
    FIRST,
    LIST,
    MOODLE_IDS,
    NAKATO,
    PLAN,
    SITE,
    STARTED,
    TO_NAKATO,
    URL,
    Reader,
    answer,
    correction_of,
    first_id,
    mail_of,
)

MAILS = Path(__file__).parents[2] / "mail" / "out"
VIETNAMESE = (
    "<p>Chào chị Aminata,</p><p>Ở Đồng Tháp chúng tôi bắt đầu bằng một cuộc họp với"
    " phụ huynh. Quan trọng nhất là lắng nghe.</p>"
)
ARABIC = (
    '<p dir="rtl" lang="ar">السلام عليكم، نبدأ بالاجتماع مع الأسر ثم نكتب الخطة.</p>'
)
DUTCH = "<ul><li>één vergadering</li><li>één plan</li></ul><p>Groet, Sanne</p>"
EDITED = answer("Nguyễn Thị Hoa", VIETNAMESE, modified=STARTED + timedelta(hours=2))

CASES: dict[str, OutgoingMail] = {
    "senegal-first-post": mail_of(FIRST, files=(PLAN,), language="fr"),
    "vietnam-answer": mail_of(answer("Nguyễn Thị Hoa", VIETNAMESE), parent=FIRST),
    "uganda-to-one-person": mail_of(
        answer("Okello Ojara", "<p>We began with the parents.</p>"),
        delivery=TO_NAKATO,
        parent=FIRST,
        ancestors=MOODLE_IDS[:3],
    ),
    "netherlands-answer": mail_of(
        answer("Sanne van 't Hoff", DUTCH), parent=FIRST, language="nl", hops=1
    ),
    "arabic-answer": mail_of(answer("فاطمة الزهراء", ARABIC), parent=FIRST),
    "correction": correction_of(EDITED, language="pt"),
}


def read(mail: OutgoingMail) -> EmailMessage:
    return email.message_from_bytes(mail.content, policy=email.policy.default)


def text_of(mail: OutgoingMail) -> str:
    part = read(mail).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html_of(mail: OutgoingMail) -> str:
    part = read(mail).get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("name", CASES)
def test_a_post_becomes_exactly_this_mail(name: str) -> None:
    path = MAILS / f"{name}.eml"
    if os.environ.get("WRITE_EXPECTED_MAILS"):
        path.write_bytes(CASES[name].content)
    assert CASES[name].content == path.read_bytes()


@pytest.mark.parametrize("name", CASES)
def test_every_mail_keeps_the_rules_of_the_wire(name: str) -> None:
    content = CASES[name].content
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert content.endswith(b"\r\n")
    mail = read(CASES[name])
    assert not mail.defects
    assert all(not part.defects for part in mail.walk())
    for field in ("Message-ID", "In-Reply-To", "References", "List-Id", "Archived-At"):
        raw = email.message_from_bytes(content)[field]
        assert raw is None or "=?" not in raw


@pytest.mark.parametrize("name", CASES)
def test_plain_text_stands_before_html(name: str) -> None:
    kinds = [part.get_content_type() for part in read(CASES[name]).walk()]
    assert kinds.index("text/plain") < kinds.index("text/html")
    assert "multipart/alternative" in kinds


@pytest.mark.parametrize("name", CASES)
def test_no_mail_holds_a_token_or_speaks_as_a_machine(name: str) -> None:
    mail = read(CASES[name])
    assert "Auto-Submitted" not in mail
    assert "Precedence" not in mail
    for text in (text_of(CASES[name]), html_of(CASES[name])):
        assert "token" not in text
        assert "webservice" not in text


def test_the_same_post_is_always_the_same_bytes() -> None:
    again = mail_of(FIRST, files=(PLAN,), language="fr")
    before = CASES["senegal-first-post"]
    assert again.content.splitlines() == before.content.splitlines()
    assert again == before


def test_it_is_whatever_a_library_does_to_the_whole_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(charset, "CHARSETS", dict(charset.CHARSETS))
    charset.add_charset("utf-8", charset.QP, charset.QP, "utf-8")
    again = mail_of(FIRST, files=(PLAN,), language="fr")
    assert again == CASES["senegal-first-post"]


def test_the_first_post_answers_nothing() -> None:
    mail = read(CASES["senegal-first-post"])
    assert mail["Subject"] == "[SM25] Démarrer l'école"
    assert "In-Reply-To" not in mail
    assert "References" not in mail
    assert CASES["senegal-first-post"].message_id == mail["Message-ID"] == first_id()


def test_an_answer_names_its_parent_and_the_whole_chain() -> None:
    mail = read(mail_of(answer("Hoa", "<p>x</p>"), ancestors=MOODLE_IDS[:5]))
    assert mail["Subject"] == "Re: [SM25] Démarrer l'école"
    assert mail["In-Reply-To"] == MOODLE_IDS[4]
    assert mail["References"].split() == list(MOODLE_IDS[:5])


def test_a_long_chain_keeps_its_first_and_its_last_ids() -> None:
    mail = read(mail_of(answer("Hoa", "<p>x</p>"), ancestors=MOODLE_IDS))
    assert mail["References"].split() == [MOODLE_IDS[0], *MOODLE_IDS[-10:]]


def test_sender_and_time_are_those_of_the_post() -> None:
    mail = read(CASES["netherlands-answer"])
    sender = mail["From"]
    assert isinstance(sender, AddressHeader)
    (address,) = sender.addresses
    assert address.display_name == "Sanne van 't Hoff via SM25"
    assert address.addr_spec == "bridge@example.org"
    assert mail["Date"].datetime == STARTED


def test_what_goes_to_a_list_is_answered_to_the_list() -> None:
    mail = read(CASES["vietnam-answer"])
    assert mail["To"] == "SM25 <sm25@lists.example.org>"
    assert mail["Reply-To"] == LIST.address
    assert "everybody on the list" in text_of(CASES["vietnam-answer"])


def test_what_goes_to_a_list_does_not_look_like_mail_from_a_list() -> None:
    # Lists drop what bears their own marks as an echo, and Mailman tells nobody that
    # it holds a mail which bears those of any list.
    mail = read(CASES["vietnam-answer"])
    assert not [name for name in mail if name.lower().startswith("list-")]
    assert mail["Archived-At"]


def test_what_goes_to_a_person_carries_the_key_twice() -> None:
    mail = read(CASES["uganda-to-one-person"])
    key = key_of_address(mail["Reply-To"], SITE.bridge_address)
    assert key is not None
    assert SITE.reply_secret is not None
    told = read_reply_key(SITE.reply_secret, key)
    assert told == ReplyKey(post_id=201, user_id=NAKATO.user_id)
    ids = mail["References"].split()
    assert [ids[0], *ids[2:]] == list(MOODLE_IDS[:3])
    assert key_of_reference(ids[1], domain=SITE.domain) == key
    assert mail["To"] == "Nakato Grace <nakato@example.ug>"
    assert mail["List-Id"] == '"SM25" <sm25.lists.example.org>'
    assert mail["List-Post"] == "<mailto:sm25@lists.example.org>"


def test_the_carrier_of_the_key_is_never_the_last_id_of_an_answer() -> None:
    for count in range(1, 4):
        mail = mail_of(
            answer("Hoa", "x"), delivery=TO_NAKATO, ancestors=MOODLE_IDS[:count]
        )
        assert read(mail)["References"].split()[-1] == MOODLE_IDS[count - 1]


def test_without_a_secret_a_person_answers_to_the_list() -> None:
    site = replace(SITE, reply_secret=None)
    mail = read(mail_of(FIRST, delivery=TO_NAKATO, site=site))
    assert mail["Reply-To"] == LIST.address
    assert "References" not in mail


def test_a_list_without_an_id_of_its_own_has_that_of_the_forum() -> None:
    for list_id in (None, "sm25@not-an-id"):
        address = replace(LIST, list_id=list_id)
        mail = mail_of(FIRST, delivery=TO_NAKATO, list_address=address)
        assert f"forum-3.{SITE.site_tag}." in read(mail)["List-Id"]


def test_our_mark_says_which_post_it_is_and_how_far_it_came() -> None:
    outgoing = CASES["netherlands-answer"]
    mark = bridge_header(read(outgoing)[BRIDGE_HEADER])
    assert mark is not None
    assert (mark.site, mark.post_id, mark.hops) == (SITE.site_tag, 201, 1)
    assert mark.key == outgoing.key
    assert outgoing.recipients == (LIST.address, "receipt@example.org")
    assert outgoing.sender == SITE.bridge_address


def test_one_line_recalls_the_parent() -> None:
    text = text_of(CASES["vietnam-answer"])
    quoted = [line for line in text.splitlines() if line.startswith(">")]
    assert len(quoted) == 1
    assert quoted[0].startswith("> Aminata Diop: Chers collègues, Comment démarrer")
    assert len(quoted[0]) <= 80


def test_the_day_of_a_parent_is_told_when_it_is_another() -> None:
    asked = replace(FIRST, message="<p>When?</p>")
    late = answer("Hoa", "<p>Now</p>", created=STARTED + timedelta(days=3))
    assert text_of(mail_of(late, parent=asked, language="fr")).startswith(
        "> Aminata Diop, 2 novembre : When?\n"
    )
    old = replace(asked, created=STARTED - timedelta(days=365))
    assert text_of(mail_of(late, parent=old)).startswith(
        "> Aminata Diop, 2 November 2025: When?\n"
    )


def test_the_day_of_a_parent_is_that_of_the_reader() -> None:
    asked = replace(FIRST, message="<p>When?</p>", created=STARTED.replace(hour=22))
    late = answer("Hoa", "<p>Now</p>", created=STARTED + timedelta(hours=16))
    there = replace(NAKATO, timezone="Africa/Kampala")
    to_her = Reader(recipient=TO_NAKATO.recipient, person=there)
    assert "> Aminata Diop: When?" in text_of(
        mail_of(late, parent=asked, delivery=to_her)
    )
    assert "> Aminata Diop: When?" in text_of(mail_of(late, parent=asked))
    later = answer("Hoa", "<p>Now</p>", created=STARTED + timedelta(hours=41))
    assert "> Aminata Diop, 3 November: When?" in text_of(
        mail_of(later, parent=asked, delivery=to_her)
    )


def test_a_name_from_right_to_left_stays_in_its_place() -> None:
    asked = replace(
        FIRST,
        author=Author(id=11, fullname="فاطمة"),
        message="<p>مرحبا 12</p>",
    )
    mail = mail_of(answer("Hoa", "<p>x</p>"), parent=asked)
    assert text_of(mail).startswith("> \u2068فاطمة\u2069: \u2068مرحبا 12\u2069\n")
    for field in ("From", "To", "Subject"):
        assert "\u2068" not in str(read(mail_of(asked))[field])


def test_a_file_with_a_name_from_right_to_left_stays_in_its_line() -> None:
    file = MailFile(filename="خطة.pdf", media_type="application/pdf", content=b"x")
    mail = mail_of(answer("Hoa", "<p>x</p>"), files=(file,))
    assert "* \u2068خطة.pdf\u2069 (1 KB, attached)\n" in text_of(mail)


@pytest.mark.parametrize(
    "changes",
    [{"private": True}, {"deleted": True}, {"visible": False}, {"created": None}],
)
def test_a_parent_that_not_everybody_sees_is_not_quoted(
    changes: dict[str, object],
) -> None:
    parent = replace(FIRST, message="<p>secret</p>", **changes)  # type: ignore[arg-type]
    mail = mail_of(answer("Hoa", "<p>x</p>"), parent=parent)
    assert "secret" not in mail.content.decode()


def test_a_parent_without_text_is_not_quoted() -> None:
    mail = mail_of(answer("Hoa", "<p>x</p>"), parent=replace(FIRST, message=""))
    assert ">" not in text_of(mail)


@pytest.mark.parametrize(
    "changes",
    [{"private": True}, {"deleted": True}, {"visible": False}, {"created": None}],
)
def test_a_post_that_may_be_mailed_to_nobody_never_becomes_a_mail(
    changes: dict[str, object],
) -> None:
    post = replace(answer("Hoa", "x"), **changes)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="post 201 may be mailed to nobody"):
        mail_of(post)
    with pytest.raises(ValueError, match="post 201 may be mailed to nobody"):
        correction_of(post)


def test_files_are_attached_up_to_the_limit_and_named_with_a_link_beyond() -> None:
    mail = CASES["senegal-first-post"]
    assert [part.get_filename() for part in read(mail).iter_attachments()] == [
        "plan d'action.pdf"
    ]
    text = text_of(mail)
    assert "* plan d'action.pdf (1 Ko, joint)\n" in text
    assert (
        f"* école.mp4 (12,3 Mo): {URL}/pluginfile.php/1/mod_forum/attachment/200/e.mp4"
    ) in text
    assert text.index("* école.mp4") < text.index(FOOTER_LINE)


def test_no_file_is_attached_where_the_site_wants_links_only() -> None:
    site = replace(SITE, max_attached_bytes=0)
    mail = read(mail_of(FIRST, files=(PLAN,), site=site))
    assert list(mail.iter_attachments()) == []


def test_a_big_file_is_passed_over_and_a_small_one_still_goes() -> None:
    big = MailFile(filename="big.bin", media_type="x/y", content=b"x" * 1001)
    odd = MailFile(filename="not-named.txt", media_type="text/plain", content=b"x")
    mail = mail_of(FIRST, files=(big, PLAN, odd))
    names = [part.get_filename() for part in read(mail).iter_attachments()]
    assert names == ["plan d'action.pdf", "not-named.txt"]
    assert "* not-named.txt (1 KB, attached)" in text_of(mail)


def test_a_file_whose_address_holds_a_key_is_named_without_it() -> None:
    secret = Attachment(
        filename="a.pdf", url=f"{URL}/tokenpluginfile.php/0a1b/1/a.pdf", size=1000
    )
    mail = mail_of(replace(FIRST, attachments=(secret,)))
    assert "* a.pdf (1 KB)\n" in text_of(mail)
    assert "0a1b" not in mail.content.decode()


def test_a_token_that_somebody_pasted_does_not_travel() -> None:
    html = f"<p>{URL}/webservice/pluginfile.php/1/a?token=0a1b2c</p>"
    mail = mail_of(replace(FIRST, message=html), parent=None)
    quoting = mail_of(answer("Hoa", "x"), parent=replace(FIRST, message=html))
    for outgoing in (mail, quoting):
        assert "0a1b2c" not in text_of(outgoing) + html_of(outgoing)


def test_the_foot_says_where_the_post_is_and_how_to_answer() -> None:
    foot = text_of(CASES["netherlands-answer"]).split(f"{FOOTER_LINE}\n")[1]
    assert foot == (
        f"In Moodle: {URL}/mod/forum/discuss.php?d=20#p201\n"
        "Antwoord op deze mail en iedereen op de lijst leest het.\n"
    )
    assert read(CASES["netherlands-answer"])["Archived-At"] == (
        f"<{URL}/mod/forum/discuss.php?d=20#p201>"
    )


def test_moodles_own_address_of_the_post_is_taken() -> None:
    own = f"{URL}/mod/forum/discuss.php?d=20&parent=200&token=1"
    mail = mail_of(replace(FIRST, url=own))
    assert read(mail)["Archived-At"] == (
        f"<{URL}/mod/forum/discuss.php?d=20&parent=200>"
    )


def test_a_locked_discussion_does_not_ask_for_an_answer() -> None:
    mail = mail_of(FIRST, discussion=replace(DISCUSSION, locked=True))
    assert text_of(mail).endswith("d=20#p200\n")


def test_a_post_cannot_pretend_to_end() -> None:
    html = f"<p>{FOOTER_LINE}</p><p>still the post</p>"
    mail = mail_of(replace(FIRST, message=html))
    assert text_of(mail).count(FOOTER_LINE) == 1
    assert html_of(mail).count(FOOTER_LINE) == 1


def test_a_subject_of_its_own_is_not_lost() -> None:
    post = answer("Hoa", "<p>x</p>", subject="A new <idea>")
    mail = mail_of(post)
    assert text_of(mail).startswith("A new <idea>\n\nx\n")
    assert "<p>A new &lt;idea&gt;</p>" in html_of(mail)


def test_text_that_runs_from_right_to_left_is_shown_so() -> None:
    html = html_of(CASES["arabic-answer"])
    assert '<div dir="rtl"><p dir="rtl" lang="ar">' in html
    assert "dir=" not in html_of(CASES["vietnam-answer"])


def test_an_author_without_a_name_is_somebody() -> None:
    post = replace(FIRST, author=Author(id=None, fullname="", deleted=True))
    mail = read(mail_of(post, language="fr", subject_tag=None))
    assert mail["From"] == "Quelqu'un via SM25 <bridge@example.org>"
    assert mail["Subject"] == "Démarrer l'école"


def test_the_html_can_be_left_out() -> None:
    site = replace(SITE, html_alternative=False)
    mail = read(mail_of(answer("Hoa", "<p>Xin chào</p>"), site=site))
    assert mail.get_content_type() == "text/plain"
    assert "Xin chào" in mail.get_content()


def test_a_correction_answers_the_mail_that_it_corrects() -> None:
    outgoing = CASES["correction"]
    mail = read(outgoing)
    assert mail["Subject"] == "Correção: [SM25] Démarrer l'école"
    original = mail["In-Reply-To"]
    assert post_id_of(original, site_tag=SITE.site_tag, domain=SITE.domain) == 201
    assert outgoing.message_id != original
    assert mail["References"].split() == [first_id(), original]
    assert mail["Date"].datetime == EDITED.modified
    assert "Nguyễn Thị Hoa alterou esta mensagem." in text_of(outgoing)


def test_a_post_that_came_by_mail_keeps_the_id_of_that_mail() -> None:
    mail = mail_of(answer("Hoa", "x"), message_id="<q1@example.vn>")
    assert mail.message_id == read(mail)["Message-ID"] == "<q1@example.vn>"
    for odd in ("<q 1@example.vn>", "<q1@example.vn>\r\nBcc: x", ""):
        mail = mail_of(answer("Hoa", "x"), message_id=odd)
        found = post_id_of(mail.message_id, site_tag=SITE.site_tag, domain=SITE.domain)
        assert found == 201


def test_corrections_can_be_counted() -> None:
    first, second = (correction_of(EDITED, revision=count) for count in (1, 2))
    assert first.message_id == f"<post.201.r1.{SITE.site_tag}@bridge.example.org>"
    assert first.message_id != second.message_id


def test_a_correction_of_a_post_without_time_of_change_has_that_of_the_post() -> None:
    mail = read(correction_of(answer("Hoa", "x", modified=None)))
    assert mail["Date"].datetime == STARTED


def test_an_ordinary_mail_is_small() -> None:
    mail = mail_of(answer("Okello Ojara", "<p>We began with the parents.</p>"))
    assert len(mail.content) < 1700


hostile = st.text(
    st.one_of(st.characters(), st.sampled_from('\r\n\t\x00"<>@,;:\\=?_ \u2028\u202e-')),
    max_size=60,
)


@given(hostile, hostile, hostile, hostile, hostile)
def test_nothing_from_outside_can_add_a_header_or_a_part(
    name: str, subject: str, message: str, filename: str, tag: str
) -> None:
    attachment = Attachment(filename=filename, url=subject, size=1)
    post = answer(
        name, message, subject=subject, attachments=(attachment,), url=filename
    )
    outgoing = mail_of(
        post,
        discussion=replace(DISCUSSION, name=subject),
        delivery=Reader(
            recipient="nakato@example.ug", person=replace(NAKATO, fullname=name)
        ),
        parent=replace(FIRST, message=message, author=Author(id=1, fullname=tag)),
        files=(MailFile(filename=filename, media_type=tag, content=b"x"),),
        ancestors=(subject, first_id()),
        subject_tag=tag,
        key=filename,
    )
    ordinary = mail_of(
        answer("Hoa", "x"), delivery=TO_NAKATO, files=(PLAN,), parent=FIRST
    )
    mail = read(outgoing)
    assert mail.keys() == read(ordinary).keys()
    kinds = [part.get_content_maintype() for part in mail.walk()]
    assert kinds[:4] == ["multipart", "multipart", "text", "text"]
    assert len(kinds) == 5
    assert outgoing.content.isascii()
    assert all(len(line) <= 998 for line in outgoing.content.split(b"\r\n"))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", outgoing.content)
    sender = mail["From"]
    assert isinstance(sender, AddressHeader)
    assert [one.addr_spec for one in sender.addresses] == [SITE.bridge_address]
