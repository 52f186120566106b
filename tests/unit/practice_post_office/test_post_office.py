from __future__ import annotations

import json
import os
import re
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from moodle_bridge.errors import Permanent
from moodle_bridge.practice.post_office import PostOffice
from moodle_bridge.practice.post_office_misbehave import Misbehave, Mischief
from moodle_bridge.practice.post_office_notes import AutoReply
from moodle_bridge.practice.post_office_plan import office_of, read_plan

DOMAIN = "learning.example.org"
AMINA, BEN, CHI = (f"{name}@{DOMAIN}" for name in ("amina", "ben", "chi"))
FORUM = f"forum@{DOMAIN}"
NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def raw(
    subject: str = "Week 2", *, author: str = AMINA, to: str = FORUM, more: str = ""
) -> bytes:
    return (
        f"From: {author}\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Message-ID: <{subject.replace(' ', '.')}@x.org>\r\n{more}\r\nHello\r\n"
    ).encode()


def parsed(stored: bytes) -> EmailMessage:
    return message_from_bytes(stored, policy=policy.default)


def subjects(office: PostOffice, address: str) -> list[str]:
    return [str(parsed(mail)["Subject"]) for mail in office.mails(address)]


@pytest.fixture
def office(tmp_path: Path) -> PostOffice:
    """Give an office that is not listening: everything but the socket."""
    office = PostOffice(tmp_path, [DOMAIN], clock=lambda: NOW)
    for address in (AMINA, BEN, CHI):
        office.add_mailbox(address)
    return office


@pytest.fixture
def client(office: PostOffice) -> Iterator[smtplib.SMTP]:
    with office, smtplib.SMTP(office.host, office.port, timeout=60) as client:
        client.ehlo_or_helo_if_needed()
        yield client


def test_a_mail_is_delivered_with_its_envelope_above_it(office: PostOffice) -> None:
    office.send(raw(), AMINA, [BEN])
    (stored,) = office.mails(BEN)
    lines = stored.split(b"\n")
    assert lines[:2] == [
        f"Return-Path: <{AMINA}>".encode(),
        f"Delivered-To: {BEN}".encode(),
    ]
    assert lines[2].startswith(b"Received: ")
    assert stored.endswith(raw().replace(b"\r\n", b"\n"))


def test_mails_are_given_by_arrival(office: PostOffice) -> None:
    for number in range(12):
        office.send(raw(f"n{number}"), AMINA, [BEN])
    assert subjects(office, BEN) == [f"n{number}" for number in range(12)]


def test_arrival_goes_on_counting_in_an_office_opened_again(
    office: PostOffice, tmp_path: Path
) -> None:
    office.send(raw("first"), AMINA, [BEN])
    again = PostOffice(tmp_path, [DOMAIN])
    again.add_mailbox(BEN)
    again.send(raw("second"), AMINA, [BEN])
    assert subjects(again, BEN) == ["first", "second"]


def test_an_address_with_detail_or_capitals_leads_to_its_mailbox(
    office: PostOffice,
) -> None:
    office.send(raw(), AMINA, [f"Ben+key.17@{DOMAIN.upper()}"])
    (stored,) = office.mails(BEN)
    assert f"Delivered-To: Ben+key.17@{DOMAIN.upper()}".encode() in stored


@pytest.mark.parametrize("stranger", ["eve@elsewhere.org", f"nobody@{DOMAIN}"])
def test_who_does_not_live_here_is_refused_and_nobody_gets_the_mail(
    office: PostOffice, stranger: str
) -> None:
    with pytest.raises(Permanent, match="550"):
        office.send(raw(), AMINA, [BEN, stranger])
    assert office.mails(BEN) == []


def test_strangers_are_refused_at_the_counter(client: smtplib.SMTP) -> None:
    client.mail(AMINA)
    assert client.rcpt("eve@elsewhere.org")[0] == 550
    assert client.rcpt(f"nobody@{DOMAIN}")[0] == 550
    assert client.rcpt(BEN)[0] == 250


def test_a_list_sends_a_copy_to_each_member(office: PostOffice) -> None:
    office.add_list(FORUM, [AMINA, BEN, CHI], name="The forum")
    office.send(raw(), AMINA, [FORUM])
    for address in (AMINA, BEN, CHI):
        (stored,) = office.mails(address)
        mail = parsed(stored)
        assert mail["List-Id"] == f'"The forum" <forum.{DOMAIN}>'
        assert mail["List-Post"] == f"<mailto:{FORUM}>"
        assert mail["Precedence"] == "list"
        assert mail["From"] == AMINA
        assert stored.startswith(f"Return-Path: <{AMINA}>".encode())


def test_a_list_can_keep_their_own_mail_from_authors(office: PostOffice) -> None:
    office.add_list(FORUM, [AMINA, BEN], returns_own_mail=False)
    office.send(raw(), AMINA, [FORUM])
    assert office.mails(AMINA) == []
    assert len(office.mails(BEN)) == 1


def test_a_list_puts_its_prefix_once(office: PostOffice) -> None:
    office.add_list(FORUM, [BEN], subject_prefix="[forum]")
    office.send(raw("Week 2"), AMINA, [FORUM])
    office.send(raw("Re: [forum] Week 2"), AMINA, [FORUM])
    assert subjects(office, BEN) == ["[forum] Week 2", "Re: [forum] Week 2"]


def test_a_list_puts_its_footer_under_plain_text(office: PostOffice) -> None:
    office.add_list(FORUM, [BEN], footer="Leave by mail.")
    office.send(raw(), AMINA, [FORUM])
    (stored,) = office.mails(BEN)
    assert stored.endswith(b"\n\nHello\n-- \nLeave by mail.\n")


def test_a_list_puts_its_footer_beside_anything_else(office: PostOffice) -> None:
    office.add_list(FORUM, [BEN], footer="Leave by mail.")
    more = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n"
    office.send(raw(more=more), AMINA, [FORUM])
    (stored,) = office.mails(BEN)
    mail = parsed(stored)
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/html", "text/plain"]
    assert parts[0].get_content() == "Hello\n"
    assert "Leave by mail." in parts[1].get_content()
    assert mail["Subject"] == "Week 2"


def test_a_list_can_put_itself_into_from(office: PostOffice) -> None:
    office.add_list(FORUM, [BEN], name="Forum", munge_from=True)
    author = f"=?utf-8?q?Am=C3=ADna?= <{AMINA}>"
    office.send(raw(author=author), AMINA, [FORUM])
    (stored,) = office.mails(BEN)
    mail = parsed(stored)
    assert mail["From"].addresses[0].display_name == "Amína via Forum"
    assert mail["From"].addresses[0].addr_spec == FORUM
    assert mail["Reply-To"].addresses[0].addr_spec == AMINA
    assert mail["Reply-To"].addresses[0].display_name == "Amína"


def test_an_answer_address_that_is_there_survives_munging(office: PostOffice) -> None:
    office.add_list(FORUM, [BEN], munge_from=True)
    office.send(raw(more="Reply-To: key@bridge.org\r\n"), AMINA, [FORUM])
    (stored,) = office.mails(BEN)
    assert parsed(stored).get_all("Reply-To") == ["key@bridge.org"]


def test_a_list_member_who_does_not_exist_bounces_to_the_sender(
    office: PostOffice,
) -> None:
    office.add_list(FORUM, [f"gone@{DOMAIN}", BEN])
    office.send(raw(), AMINA, [FORUM])
    assert len(office.mails(BEN)) == 1
    (stored,) = office.mails(AMINA)
    assert stored.startswith(b"Return-Path: <>\n")
    report = parsed(stored)
    assert report.get_content_type() == "multipart/report"
    assert report["Auto-Submitted"] == "auto-replied"
    _, status, original = report.iter_parts()
    assert status.get_content_type() == "message/delivery-status"
    assert f"gone@{DOMAIN}" in str(status)
    assert "Status: 5.1.1" in str(status)
    assert "Subject: Week 2" in str(original)


def test_a_list_can_take_its_own_bounces(office: PostOffice) -> None:
    office.add_list(FORUM, [f"gone@{DOMAIN}"], bounces_to="list")
    office.send(raw(), AMINA, [FORUM])
    assert office.mails(AMINA) == []
    assert len(office.mails(f"forum-bounces@{DOMAIN}")) == 1


def test_a_dead_address_takes_mail_and_bounces_later(
    office: PostOffice, client: smtplib.SMTP
) -> None:
    office.add_dead(f"full@{DOMAIN}", status="5.2.2")
    client.sendmail(AMINA, [f"full@{DOMAIN}"], raw())
    (stored,) = office.mails(AMINA)
    assert b"Status: 5.2.2" in stored


def test_a_bounce_never_bounces(office: PostOffice) -> None:
    office.add_dead(f"full@{DOMAIN}")
    office.send(raw(), "", [f"full@{DOMAIN}"])
    assert office.mails(AMINA) == []


def test_a_mail_with_too_many_hops_is_returned(office: PostOffice) -> None:
    office.send(raw(more="Received: by x\r\n" * 31), AMINA, [BEN])
    assert office.mails(BEN) == []
    (stored,) = office.mails(AMINA)
    assert b"5.4.6" in stored


class TestAutoReply:
    @pytest.fixture(autouse=True)
    def _away(self, office: PostOffice) -> None:
        office.add_mailbox(CHI, autoreply=AutoReply())

    def test_it_answers_a_person_once(self, office: PostOffice) -> None:
        for number in range(3):
            office.send(raw(f"n{number}", to=CHI), AMINA, [CHI])
        (stored,) = office.mails(AMINA)
        assert stored.startswith(b"Return-Path: <>\n")
        answer = parsed(stored)
        assert answer["Auto-Submitted"] == "auto-replied"
        assert answer["In-Reply-To"] == "<n0@x.org>"
        assert answer["Subject"] == "Out of office: n0"

    @pytest.mark.parametrize(
        ("more", "sender", "to"),
        [
            ("List-Id: <x.y>\r\n", AMINA, CHI),
            ("Precedence: bulk\r\n", AMINA, CHI),
            ("Auto-Submitted: auto-generated\r\n", AMINA, CHI),
            ("", "", CHI),
            ("", AMINA, FORUM),
            ("", CHI, CHI),
        ],
        ids=["list", "bulk", "machine", "null sender", "not to it", "itself"],
    )
    def test_it_leaves_others_in_peace(
        self, office: PostOffice, more: str, sender: str, to: str
    ) -> None:
        office.send(raw(more=more, to=to), sender, [CHI])
        assert len(office.mails(CHI)) == 1
        assert office.mails(AMINA) == []

    def test_one_that_does_not_obey_answers_every_list_mail_as_a_person(
        self, office: PostOffice
    ) -> None:
        office.add_mailbox(CHI, autoreply=AutoReply(obeys=False))
        office.add_list(FORUM, [CHI])
        for number in range(2):
            office.send(raw(f"n{number}"), AMINA, [FORUM])
        answers = [parsed(mail) for mail in office.mails(AMINA)]
        assert len(answers) == 2
        assert all("Auto-Submitted" not in answer for answer in answers)

    def test_two_that_do_not_obey_are_stopped(self, office: PostOffice) -> None:
        for address in (BEN, CHI):
            office.add_mailbox(address, autoreply=AutoReply(obeys=False))
        office.send(raw(author=BEN, to=CHI), BEN, [CHI])
        assert office.storms == 1


def test_a_list_that_is_its_own_member_is_stopped(office: PostOffice) -> None:
    office.add_list(FORUM, [FORUM, FORUM])
    office.send(raw(), AMINA, [FORUM])
    assert office.storms == 1


def test_everything_that_comes_of_a_mail_is_there_when_it_is_answered(
    office: PostOffice, client: smtplib.SMTP
) -> None:
    office.add_list(FORUM, [AMINA, BEN, CHI, f"gone@{DOMAIN}"])
    client.sendmail(AMINA, [FORUM], raw())
    assert [len(office.mails(address)) for address in (AMINA, BEN, CHI)] == [2, 1, 1]


def test_greylisting_refuses_the_first_and_takes_the_next(
    office: PostOffice, client: smtplib.SMTP
) -> None:
    office.misbehave.next(Mischief.GREYLIST, times=2)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="451"):
            client.sendmail(AMINA, [BEN], raw())
    client.sendmail(AMINA, [BEN], raw())
    assert len(office.mails(BEN)) == 1
    assert office.misbehave.done[Mischief.GREYLIST] == 2


@pytest.mark.parametrize(
    ("mischief", "kept"),
    [
        (Mischief.HANG_UP_EARLY, 0),
        (Mischief.HANG_UP_BEFORE_STORING, 0),
        (Mischief.HANG_UP_AFTER_STORING, 1),
    ],
)
def test_hanging_up_keeps_the_mail_or_not(
    office: PostOffice, client: smtplib.SMTP, mischief: Mischief, kept: int
) -> None:
    office.misbehave.next(mischief)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.sendmail(AMINA, [BEN], raw())
    assert len(office.mails(BEN)) == kept


def test_a_mail_said_to_be_too_large_is_not_kept(
    office: PostOffice, client: smtplib.SMTP
) -> None:
    office.misbehave.next(Mischief.TOO_LARGE)
    with pytest.raises(smtplib.SMTPDataError, match="552"):
        client.sendmail(AMINA, [BEN], raw())
    assert office.mails(BEN) == []


def test_a_delay_is_longer_than_an_impatient_client_waits(tmp_path: Path) -> None:
    misbehave = Misbehave(delay_seconds=30)
    misbehave.next(Mischief.DELAY)
    with PostOffice(tmp_path, [DOMAIN], misbehave=misbehave) as office:
        office.add_mailbox(BEN)
        client = smtplib.SMTP(office.host, office.port, timeout=60)
        client.ehlo()
        client.mail(AMINA)
        client.rcpt(BEN)
        assert client.docmd("DATA")[0] == 354
        client.send(raw() + b".\r\n")
        assert client.sock is not None
        client.sock.settimeout(0.5)
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            client.getreply()
        client.close()
        # One after the other at the counter: this is answered when that is stored.
        with smtplib.SMTP(office.host, office.port, timeout=60) as other:
            other.noop()
        assert len(office.mails(BEN)) == 1


def test_chances_are_the_same_for_the_same_seed() -> None:
    def chances(seed: int) -> list[bool]:
        misbehave = Misbehave(seed=seed)
        misbehave.rate(Mischief.GREYLIST, 0.5)
        return [misbehave.does(Mischief.GREYLIST) for _ in range(50)]

    assert chances(1) == chances(1)
    assert chances(1) != chances(2)
    assert 10 < sum(chances(1)) < 40


def test_mischief_can_be_stopped() -> None:
    misbehave = Misbehave()
    misbehave.next(Mischief.GREYLIST, times=9)
    misbehave.rate(Mischief.TOO_LARGE, 1.0)
    misbehave.stop()
    assert not misbehave.does(Mischief.GREYLIST)
    assert not misbehave.does(Mischief.TOO_LARGE)


PLAN = {
    "domains": [DOMAIN],
    "mailboxes": [
        {"address": AMINA},
        {"address": CHI, "autoreply": {"obeys": False, "text": "Away"}},
    ],
    "dead": [f"gone@{DOMAIN}"],
    "lists": [{"address": FORUM, "members": [AMINA, CHI], "subject_prefix": "[f]"}],
    "rates": {"greylist": 0.25},
    "seed": 3,
}


def test_a_plan_is_read_from_json(tmp_path: Path) -> None:
    office = office_of(read_plan(json.dumps(PLAN)), tmp_path)
    office.send(raw(), AMINA, [FORUM])
    assert subjects(office, AMINA) == ["[f] Week 2", "Out of office: [f] Week 2"]
    assert office.refusal(f"gone@{DOMAIN}") is None


@pytest.mark.parametrize(
    "wrong",
    [{"domain": []}, {"rates": {"sing": 1}}, {"mailboxes": [{"adress": AMINA}]}],
)
def test_a_plan_with_a_misspelt_word_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=re.escape(next(iter(wrong)))):
        read_plan(json.dumps({**PLAN, **wrong}))


def test_it_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({**PLAN, "rates": {}}))
    folder = tmp_path / "mail"
    command = [sys.executable, "-m", "moodle_bridge.practice.post_office"]
    with subprocess.Popen(
        [*command, "--folder", str(folder), "--plan", str(plan)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    ) as running:
        assert running.stdout is not None
        told = json.loads(running.stdout.readline())
        with smtplib.SMTP(told["host"], told["port"], timeout=60) as client:
            client.sendmail(BEN, [AMINA], raw())
        running.send_signal(signal.SIGTERM)
        assert running.wait(120) == 0
    assert subjects(PostOffice(folder, [DOMAIN]), AMINA) == ["Week 2"]
