from __future__ import annotations

import pytest

from mappings.mail_reading import read_mail
from mappings.screening import RULES as ORDER
from mappings.screening import (
    Outcome,
    ScreeningRules,
    Verdict,
    VerdictKind,
    explained,
    screen,
)
from moodle_bridge.model.mail import ListAddress
from tests.unit.mappings_in.mails_in import LIST, RULES, mail, written

PERSON = "From: Ami <ami@example.sn>\nMessage-ID: <x@y.example>"


def verdict_of(headers: str, body: str = "Hello.\n", **envelope: str) -> Verdict:
    return screen(written(f"{PERSON}\n{headers}", body), RULES, **envelope)


def test_every_rule_has_a_name_of_its_own_a_description_and_an_advice() -> None:
    assert len({rule.name for rule in ORDER}) == len(ORDER)
    assert all(rule.description and rule.advice for rule in ORDER)


def test_what_explains_a_verdict_ends_with_the_rule_that_hit() -> None:
    told = explained(mail("out-of-office-fr"), RULES)
    assert told[-1].name == "auto-reply"
    assert told[-1].verdict == screen(mail("out-of-office-fr"), RULES)
    assert all(outcome.verdict is None for outcome in told[:-1])


def test_of_an_accepted_mail_every_rule_was_asked() -> None:
    told = explained(mail("french-quotes-below"), RULES)
    assert [outcome.name for outcome in told] == [rule.name for rule in ORDER]


def test_our_own_mail_that_comes_back_is_a_receipt_with_its_key() -> None:
    verdict = screen(mail("own-mail-back"), RULES)
    assert verdict.kind == VerdictKind.RECEIPT
    assert (verdict.receipt_key, verdict.receipt_post_id) == ("post:417", 417)


def test_our_message_id_alone_is_enough_for_a_receipt() -> None:
    read = written(
        "From: a@b.example\nMessage-ID: <post.417.abcdef@bridge.example.org>"
    )
    verdict = screen(read, RULES)
    assert verdict.kind == VerdictKind.RECEIPT
    assert (verdict.receipt_key, verdict.receipt_post_id) == (None, 417)


def test_a_mail_of_another_bridge_is_taken_until_it_went_through_too_many() -> None:
    once = verdict_of("X-Moodle-Bridge: site=zzzzzz; post=9; key=post:9; hops=1")
    twice = verdict_of("X-Moodle-Bridge: site=zzzzzz; post=9; key=post:9; hops=2")
    assert once.kind == VerdictKind.ACCEPT
    assert twice.kind == VerdictKind.LOOP


def test_a_bridge_header_that_makes_no_sense_is_an_echo_all_the_same() -> None:
    assert verdict_of("X-Moodle-Bridge: what?").kind == VerdictKind.ECHO


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-generated",
        "Auto-Submitted: auto-replied; owner-email=a@b.example",
        "X-Autoreply: yes",
        "X-Autorespond: vacation",
        "Precedence: auto_reply",
        "Precedence: junk",
        "Preference: auto_reply",
        "Return-Path: <>",
    ],
)
def test_a_program_that_says_so_is_believed(header: str) -> None:
    verdict = verdict_of(header)
    assert (verdict.kind, verdict.outcome) == (VerdictKind.AUTO_REPLY, Outcome.ASIDE)


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "X-Autoreply: no",
        "X-Auto-Response-Suppress: All",
        "Precedence: normal",
        "Precedence: list",
        "Return-Path: <ami@example.sn>",
        "X-MS-Exchange-Inbox-Rules-Loop: ami@example.sn",
        "Subject: Re: Automatic reply: Plan",
        "Subject: About automatic replies",
        "Subject: Réponse à la question 3",
    ],
)
def test_a_person_is_not_taken_for_a_program(header: str) -> None:
    assert verdict_of(header).kind == VerdictKind.ACCEPT


def test_the_null_return_path_of_the_envelope_counts_before_the_headers() -> None:
    assert verdict_of("", envelope_sender="").kind == VerdictKind.AUTO_REPLY
    told = verdict_of("Return-Path: <>", envelope_sender="ami@example.sn")
    assert told.kind == VerdictKind.ACCEPT


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Plan",
        "Out of Office: Plan",
        "[SM25] Réponse automatique : Plan",
        "Automatisch antwoord: Plan",
        "Respuesta automática: Plan",
        "Resposta automática: Plan",
        "Risposta automatica: Plan",
        "Abwesenheitsnotiz: Plan",
        "Autosvar: Plan",
        "Automaattinen vastaus: Plan",
        "Odpowiedź automatyczna: Plan",
        "Automatická odpověď: Plan",
        "Автоответ: Plan",
        "Otomatik yanıt: Plan",
        "Trả lời tự động: Plan",
        "自动回复: Plan",
        "自動返信: Plan",
        "자동 회신: Plan",
        "رد تلقائي: Plan",
        "תשובה אוטומטית: Plan",
        "Jibu la kiotomatiki: Plan",
    ],
)
def test_the_subject_of_an_auto_reply_is_known_in_many_languages(subject: str) -> None:
    assert verdict_of(f"Subject: {subject}").kind == VerdictKind.AUTO_REPLY


def test_bulk_of_our_own_list_is_the_lists_word_and_of_another_is_not() -> None:
    ours = "List-Id: SM25 <sm25.lists.example.org>\nPrecedence: bulk"
    other = "List-Id: X <sm25.lists.example.org.evil.example>\nPrecedence: bulk"
    assert verdict_of(ours).kind == VerdictKind.ACCEPT
    assert verdict_of(other).kind == VerdictKind.AUTO_REPLY


def test_a_list_post_that_only_ends_like_our_address_is_not_our_list() -> None:
    near = "List-Post: <mailto:not-sm25@lists.example.org>\nPrecedence: bulk"
    assert verdict_of(near).kind == VerdictKind.AUTO_REPLY


def test_a_report_of_a_success_is_no_bounce() -> None:
    report = read_mail(
        b"From: MAILER-DAEMON@x.example\nReturn-Path: <>\nSubject: Delivered\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        b"Final-Recipient: rfc822; a@b.example\nAction: delivered\nStatus: 2.0.0\n\n"
        b"--b--\n"
    )
    verdict = screen(report, RULES)
    assert verdict.kind == VerdictKind.DELAY
    assert [failure.action for failure in verdict.failures] == ["delivered"]


def test_a_person_who_passes_a_report_on_is_no_mail_server() -> None:
    read = read_mail(
        b"From: ami@example.sn\nSubject: What is this?\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nI got this.\n"
        b"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        b"Final-Recipient: rfc822; a@b.example\nAction: failed\n\n--b--\n"
    )
    assert screen(read, RULES).kind == VerdictKind.ACCEPT


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ("mx.example.org; dmarc=fail", VerdictKind.UNAUTHENTICATED),
        ("MX.example.org 1; dmarc = FAIL (p=none)", VerdictKind.UNAUTHENTICATED),
        ('mx.example.org; dmarc=fail reason="x;";', VerdictKind.UNAUTHENTICATED),
        ("mx.example.org; dmarc=pass", VerdictKind.ACCEPT),
        ("mx.example.org; dmarc=none; spf=fail; dkim=fail", VerdictKind.ACCEPT),
        ('mx.example.org; dkim=fail reason="dmarc=fail"', VerdictKind.ACCEPT),
        ("mx.example.org; none", VerdictKind.ACCEPT),
        ("mx.evil.example; dmarc=fail", VerdictKind.ACCEPT),
    ],
)
def test_only_what_our_own_mail_server_found_counts(
    result: str, kind: VerdictKind
) -> None:
    assert verdict_of(f"Authentication-Results: {result}").kind == kind


def test_without_a_server_to_believe_none_is_believed() -> None:
    rules = ScreeningRules(site_tag="abcdef", domain="bridge.example.org")
    assert screen(mail("forged-failing"), rules).kind == VerdictKind.ACCEPT


def test_too_big_is_measured_in_bytes_or_told_by_the_mailbox() -> None:
    small = ScreeningRules(
        site_tag="abcdef", domain="bridge.example.org", mailing_list=LIST, max_size=100
    )
    verdict = screen(mail("phone-photo"), small)
    assert (verdict.kind, verdict.outcome) == (VerdictKind.TOO_BIG, Outcome.HOLD)
    assert screen(mail("too-big-header"), RULES).detail == "31457280 bytes"


def test_a_mail_with_a_file_and_no_text_is_not_empty() -> None:
    read = read_mail(
        b"From: ami@example.sn\nContent-Type: image/png; name=a.png\n"
        b"Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
    )
    assert screen(read, RULES).kind == VerdictKind.ACCEPT


@pytest.mark.parametrize(
    "headers",
    [
        "List-Id: <sm25.lists.example.org>",
        "List-Id: <the-list.example.org>",
        "List-Post: <mailto:SM25@lists.example.org>",
        "X-BeenThere: sm25@lists.example.org",
        "Mailing-list: list sm25@lists.example.org; contact x@lists.example.org",
    ],
)
def test_a_list_is_known_by_each_of_its_marks(headers: str) -> None:
    other = ListAddress(
        address="sm25@lists.example.org", name="SM25", list_id="the-list.example.org"
    )
    rules = ScreeningRules(
        site_tag="abcdef", domain="bridge.example.org", mailing_list=other
    )
    read = written(f"{PERSON}\n{headers}\nPrecedence: bulk")
    assert screen(read, rules).kind == VerdictKind.ACCEPT


@pytest.mark.parametrize(
    "headers",
    [
        "From: x@y.example\nX-List-Administrivia: yes",
        "From: sm25-bounces@lists.example.org\nPrecedence: bulk",
        "From: mailman@lists.example.org\nPrecedence: bulk\nSubject: Welcome",
        "From: noreply@googlegroups.com\nAuto-Submitted: auto-generated",
        "Precedence: bulk\nSubject: Votre message à SM25 est en attente d'approbation",
    ],
)
def test_letters_of_the_lists_program_are_no_posts(headers: str) -> None:
    assert screen(written(headers), RULES).kind == VerdictKind.LIST_ADMIN


@pytest.mark.parametrize(
    "subject",
    ["Re: Sm25 Digest, Vol 1, Issue 2", "[SM25] Re: Sm25 Digest, Vol 1, Issue 2"],
)
def test_an_answer_to_a_digest_has_no_place(subject: str) -> None:
    headers = f"{PERSON}\nSubject: {subject}\nIn-Reply-To: <digest@lists.example.org>"
    verdict = screen(written(headers), RULES)
    assert (verdict.outcome, verdict.reason) == (Outcome.HOLD, "digest-answer")
    ordinary = f"{PERSON}\nSubject: Re: A digest of ideas\nIn-Reply-To: <a@b.example>"
    assert screen(written(ordinary), RULES).kind == VerdictKind.ACCEPT


def test_without_a_list_nobody_is_its_owner() -> None:
    rules = ScreeningRules(site_tag="abcdef", domain="bridge.example.org")
    read = written("From: sm25-owner@lists.example.org\nSubject: Plan")
    assert screen(read, rules).kind == VerdictKind.ACCEPT


def test_a_moodle_notification_is_known_by_its_course_alone() -> None:
    assert verdict_of("X-Course-Id: 7").kind == VerdictKind.NOTIFICATION


def test_a_calendar_that_names_its_method_only_inside_is_an_answer() -> None:
    read = read_mail(
        b"From: ami@example.sn\nContent-Type: text/calendar\n\n"
        b"BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n"
    )
    assert screen(read, RULES).kind == VerdictKind.CALENDAR


def test_a_filter_may_mark_spam_in_the_subject() -> None:
    assert verdict_of("Subject: [SPAM] You won").kind == VerdictKind.SPAM


@pytest.mark.parametrize(
    ("fields", "status", "hard"),
    [
        ("Action: failed\nDiagnostic-Code: smtp; 450 try later", "", False),
        ("Action: failed\nDiagnostic-Code: smtp; 550 no", "", True),
        ("Action: failed\nDiagnostic-Code: smtp; 550 5.1.1 no", "5.1.1", True),
        ("Action: failed", "", True),
        ("Action: failed\nStatus: 4.2.2 (full)", "4.2.2", False),
    ],
)
def test_whether_a_failure_is_for_good_is_read_from_what_is_there(
    fields: str, status: str, hard: bool
) -> None:
    read = written(
        "From: MAILER-DAEMON@x.example\nReturn-Path: <>\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        f"Final-Recipient: rfc822; a@b.example\n{fields}\n\n--b--\n",
    )
    (failure,) = screen(read, RULES).failures
    assert (failure.status, failure.hard) == (status, hard)


def test_a_report_that_names_nobody_is_a_bounce_of_nobody() -> None:
    read = written("From: MAILER-DAEMON@x.example\nSubject: Undeliverable mail")
    verdict = screen(read, RULES)
    assert (verdict.kind, verdict.reason) == (VerdictKind.BOUNCE, "bounce-of-nobody")
    broken = read_mail(read.raw + b"\n--x" * 6_000)
    assert screen(broken, RULES).reason == "bounce-of-nobody"


@pytest.mark.parametrize(
    ("headers", "body", "address"),
    [
        (
            "From: MAILER-DAEMON@mail.example.net\nSubject:",
            (
                "Message from yahoo.example.\nUnable to deliver message to the following"
                " address(es).\n\n<ana@mail.example.net>:\nUser is unknown\n"
            ),
            "ana@mail.example.net",
        ),
        (
            "From: postmaster@mail.example.net\nPrecedence: bulk\nSubject: Sorry",
            (
                "Hi. This is the qmail-send program at mail.example.net.\nI'm afraid I wasn't"
                " able to deliver your message to the following addresses.\n\n"
                "<ana@mail.example.net>:\nno such user\n\n--- Below this line is a copy"
                " of the message.\n"
            ),
            "ana@mail.example.net",
        ),
        ("From: MAILER-DAEMON@x.example\nSubject: Something odd", "Sorry.\n", ""),
        ("From: NDR@x.example\nSubject: Mail delivery failed", "Sorry.\n", ""),
        (
            (
                "From: gate@x.example\nReturn-Path: <MAILER-DAEMON@x.example>\n"
                "Subject: Mail could not be delivered"
            ),
            "Sorry.\n",
            "",
        ),
        ("From: postmaster@x.example\nSubject: Kan inte levereras", "Tyvärr.\n", ""),
    ],
)
def test_letters_of_mail_servers_are_bounces_whatever_their_subject(
    headers: str, body: str, address: str
) -> None:
    verdict = screen(written(headers, body), RULES)

    assert verdict.kind is VerdictKind.BOUNCE
    assert [one.address for one in verdict.failures] == [address][: bool(address)]


def test_what_a_person_tells_of_a_bounce_is_no_bounce() -> None:
    verdict = verdict_of(
        "Subject: Mail delivery failed, why?",
        "I got this from our server:\n\nThe following address(es) failed:\n\n"
        "  ana@mail.example.net\n    no such user\n",
    )

    assert verdict.kind is VerdictKind.ACCEPT


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        (
            "Read: Visit",
            "Your message\n\n   To: Forum\n   Subject: Visit\n\n was read on Monday.",
        ),
        ("Gelesen: Besuch", "Ihre Nachricht\n\n An: Forum\n\nwurde am Montag gelesen."),
        ("Lu : Visite", "Votre message\n\n À : Forum\n\na été lu le lundi."),
        (
            "Return Receipt (displayed) - Visit",
            "This is a Return Receipt for the mail that you sent to Ann.",
        ),
    ],
)
def test_a_read_receipt_without_its_part_is_known_by_subject_and_words(
    subject: str, body: str
) -> None:
    verdict = verdict_of(f"Subject: {subject}", body)

    assert (verdict.kind, verdict.outcome) == (VerdictKind.READ_RECEIPT, Outcome.HOLD)


def test_who_has_read_something_is_no_program() -> None:
    for subject, body in (
        ("Read: a book on wells", "It is very good."),
        ("Visit", "Your letter was read on the radio."),
    ):
        assert verdict_of(f"Subject: {subject}", body).kind is VerdictKind.ACCEPT
