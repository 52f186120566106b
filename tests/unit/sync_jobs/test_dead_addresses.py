"""Mail that comes back: what counts, who is told, and how an address lives again."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from mappings.bounce_score import AddressState, Standing
from moodle_bridge.model.mail import OutgoingMail
from tests.unit.sync_jobs.bridged import BRIDGE, BridgedCourse, text_of

AMINATA = "aminata@sn.example"
GRACE = "grace@ug.example"


def report(
    *,
    recipient: str = AMINATA,
    status: str = "5.1.1",
    action: str = "failed",
    returned: str = "",
    number: int = 0,
) -> bytes:
    """Return a delivery report (RFC 3464) with the header of the mail it returns."""
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.sn.example>
To: {BRIDGE}
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn{number}{status}@mx.sn.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.sn.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user here

--b
Content-Type: text/rfc822-headers

{returned}

--b--
""".replace("\n", "\r\n").encode()


def header_of(mail: OutgoingMail) -> str:
    head = mail.content.split(b"\r\n\r\n")[0].decode()
    return head.replace("\r\n", "\n")


def last_to(course: BridgedCourse, address: str) -> OutgoingMail:
    return [mail for mail in course.sent() if address in mail.recipients][-1]


def standing(course: BridgedCourse, address: str = AMINATA) -> Standing:
    with course.reading() as transaction:
        return transaction.bounces.get(address)


def bounce_daily(course: BridgedCourse, days: int = 5, status: str = "5.1.1") -> None:
    """Let Ha write each day, and the mail to Aminata come back to its own address."""
    for day in range(days):
        course.post(course.ha, f"Day {day}", f"<p>What is said on day {day}.</p>")
        course.sync()
        mail = last_to(course, AMINATA)
        course.box.lay(
            report(status=status, number=day), recipient=mail.sender, sender=""
        )
        course.clock.move(hours=23, minutes=30)
        course.sync()
        course.clock.move(minutes=30)


def told(course: BridgedCourse, address: str = GRACE) -> list[EmailMessage]:
    return [one for one in course.mails(address) if "does not reach" in one["Subject"]]


def test_five_days_of_bounces_and_mail_rests_and_the_facilitator_knows(
    direct: BridgedCourse,
) -> None:
    bounce_daily(direct)
    assert standing(direct).state is AddressState.DEAD
    said = text_of(told(direct)[-1])
    assert "Aminata Diop" in said
    assert "no such user here" in said
    before = len(direct.mails(AMINATA))
    direct.post(direct.ha, "After", "<p>Aminata cannot read this.</p>")
    assert direct.sync().code == 0
    assert len(direct.mails(AMINATA)) == before
    assert any("After" in one["Subject"] for one in direct.mails("jan@nl.example"))


def test_each_change_is_told_once(direct: BridgedCourse) -> None:
    bounce_daily(direct)
    states = ["several days" in text_of(one) for one in told(direct)]
    assert states == [True, False]
    for _ in range(3):
        direct.clock.move(hours=1)
        direct.sync()
    assert len(told(direct)) == 2
    assert told(direct)[0]["Auto-Submitted"] == "auto-generated"


def test_one_bounce_changes_nothing(direct: BridgedCourse) -> None:
    bounce_daily(direct, days=1)
    assert standing(direct).state is AddressState.ALIVE
    assert standing(direct).score == 1
    assert told(direct) == []


def test_a_full_mailbox_is_told_of_and_still_gets_mail(direct: BridgedCourse) -> None:
    bounce_daily(direct, days=8, status="4.2.2")
    assert standing(direct).state is AddressState.DOUBTFUL
    direct.post(direct.ha, "After", "<p>Still sent.</p>")
    direct.sync()
    assert "After" in str(direct.mails(AMINATA)[-1]["Subject"])


def test_a_forged_report_silences_nobody(direct: BridgedCourse) -> None:
    discussion = direct.post(direct.ha)
    direct.sync()
    link = direct.link(discussion.firstpost)
    for day in range(9):
        direct.box.lay(
            report(number=day, returned=f"Message-ID: {link.message_id}"),
            recipient=BRIDGE,
            sender="",
        )
        direct.clock.move(days=1)
        direct.sync()
    assert standing(direct) == Standing()
    with direct.reading() as transaction:
        held = transaction.inbound.counts()
    assert held["held"] == 1


def test_the_key_of_one_reader_does_not_silence_another(direct: BridgedCourse) -> None:
    direct.post(direct.ha)
    direct.sync()
    mine = last_to(direct, "jan@nl.example")
    direct.box.lay(report(recipient=AMINATA), recipient=mine.sender, sender="")
    direct.box.lay(
        report(recipient=AMINATA, returned=header_of(mine), number=1), sender=""
    )
    direct.clock.move(minutes=1)
    direct.sync()
    assert standing(direct) == Standing()
    assert standing(direct, "jan@nl.example").score == 1


def test_the_header_that_comes_back_is_a_proof(direct: BridgedCourse) -> None:
    direct.post(direct.ha)
    direct.sync()
    returned = header_of(last_to(direct, AMINATA))
    direct.box.lay(report(returned=returned), recipient=BRIDGE, sender="")
    direct.clock.move(minutes=1)
    direct.sync()
    assert standing(direct).score == 1


def test_what_is_only_late_does_not_count(direct: BridgedCourse) -> None:
    direct.post(direct.ha)
    direct.sync()
    mail = last_to(direct, AMINATA)
    late = report(action="delayed", status="4.4.1")
    direct.box.lay(late, recipient=mail.sender, sender="")
    direct.sync()
    assert standing(direct) == Standing()


def test_an_address_lives_again_when_its_owner_writes(direct: BridgedCourse) -> None:
    bounce_daily(direct)
    direct.post(direct.ha, "Missed", "<p>Said while the address was dead.</p>")
    direct.sync()
    assert all("Missed" not in one["Subject"] for one in direct.mails(AMINATA))
    direct.clock.move(hours=1)
    direct.write(direct.aminata, "I am back.", to=BRIDGE)
    direct.sync()
    assert standing(direct).state is AddressState.ALIVE
    direct.clock.move(hours=1)
    direct.sync()
    assert any(
        "Said while the address was dead" in text_of(one)
        for one in direct.mails(AMINATA)
    )
    direct.post(direct.ha, "Anew", "<p>As before.</p>")
    direct.sync()
    assert "Anew" in str(direct.mails(AMINATA)[-1]["Subject"])


def test_a_dead_address_is_tried_once_a_week_and_lives_if_nothing_comes_back(
    direct: BridgedCourse,
) -> None:
    bounce_daily(direct)
    tries = 0
    for _ in range(8):
        direct.clock.move(days=1)
        direct.sync()
        tries = sum("reach you" in str(one["Subject"]) for one in direct.mails(AMINATA))
    assert tries == 1
    for _ in range(4):
        direct.clock.move(days=1)
        direct.sync()
    assert standing(direct).state is AddressState.ALIVE


def test_a_trial_that_comes_back_leaves_it_dead(direct: BridgedCourse) -> None:
    bounce_daily(direct)
    for day in range(14):
        direct.clock.move(days=1)
        direct.sync()
        mail = last_to(direct, AMINATA)
        if b"reach you" in mail.content.split(b"\r\n\r\n")[0]:
            direct.box.lay(report(number=100 + day), recipient=mail.sender, sender="")
    assert standing(direct).state is AddressState.DEAD


def test_a_complaint_ends_the_mail_until_its_owner_writes(
    direct: BridgedCourse,
) -> None:
    direct.post(direct.ha)
    direct.sync()
    returned = header_of(last_to(direct, AMINATA))
    complaint = (
        "From: feedback@isp.example\nTo: bridge@lists.example\nSubject: Complaint\n"
        "Message-ID: <arf@isp.example>\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nA complaint.\n\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n"
        f"--b\nContent-Type: message/rfc822\n\n{returned}\n\nHello\n\n--b--\n"
    )
    direct.box.lay(complaint.replace("\n", "\r\n").encode(), sender="")
    direct.clock.move(minutes=1)
    direct.sync()
    assert standing(direct).state is AddressState.UNWANTED
    assert "spam" in text_of(told(direct)[-1])
    before = len(direct.mails(AMINATA))
    direct.post(direct.ha, "After", "<p>Not for Aminata.</p>")
    direct.sync()
    assert len(direct.mails(AMINATA)) == before


@pytest.mark.parametrize("proof", ["", "X-Moodle-Bridge: site=abcdef; key=00; hops=0"])
def test_a_forged_complaint_ends_nothing(direct: BridgedCourse, proof: str) -> None:
    complaint = (
        "From: feedback@isp.example\nSubject: Complaint\nMessage-ID: <arf@isp.example>\n"
        "MIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        "--b\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: abuse\nOriginal-Rcpt-To: {AMINATA}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{proof}\n\n--b--\n"
    )
    direct.box.lay(complaint.replace("\n", "\r\n").encode(), sender="")
    direct.sync()
    assert standing(direct) == Standing()
