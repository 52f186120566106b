from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from moodle_bridge.errors import GuardTripped, InDoubt, LedgerError, Transient
from moodle_bridge.model.mail import IncomingMail
from sync.jobs.receive import Reception
from sync.ledger import Ledger
from sync.ledger.inbound import InboundState
from tests.unit.sync_jobs.bridged import BRIDGE, Box, BridgedCourse, Hands, read

AWAY = Transient("the mailbox is away")


def a_mail(number: int, **headers: str) -> bytes:
    lines = {
        "From": "ha@vn.example",
        "To": BRIDGE,
        "Subject": f"Mail {number}",
        "Message-ID": f"<{number}@vn.example>",
        **headers,
    }
    head = "\r\n".join(f"{name}: {value}" for name, value in lines.items())
    return f"{head}\r\n\r\nText {number}\r\n".encode()


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def box(clock: Hands) -> Box:
    return Box(clock)


@pytest.fixture
def ledger(tmp_path: Path, clock: Hands) -> Iterator[Ledger]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=clock)
    yield ledger
    ledger.close()


@pytest.fixture
def reception(ledger: Ledger) -> Reception:
    return Reception(ledger, site_tag="abcdef")


def counts(ledger: Ledger) -> dict[str, int]:
    with ledger.reading() as transaction:
        return transaction.inbound.counts()


def test_a_mail_is_acknowledged_only_when_it_is_in_the_ledger(
    reception: Reception, ledger: Ledger, box: Box
) -> None:
    seen: list[dict[str, int]] = []

    class Watching(Box):
        def acknowledge(self, keys: Iterable[str]) -> None:
            seen.append(counts(ledger))
            super().acknowledge(keys)

    watching = Watching(box.clock)
    for number in range(25):
        watching.lay(a_mail(number))
    assert reception.fetch([watching], begin=False).new == 25
    assert seen == [{"new": 20}, {"new": 25}]
    assert watching.waiting == {}


def test_what_the_ledger_cannot_keep_stays_in_the_mailbox(
    reception: Reception, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise LedgerError("there is no room to write")

    box.lay(a_mail(1))
    with monkeypatch.context() as patched:
        patched.setattr(Reception, "_keep", full)
        with pytest.raises(LedgerError):
            reception.fetch([box], begin=False)
    assert len(box.waiting) == 1
    assert reception.fetch([box], begin=False).new == 1


def test_a_mailbox_of_which_nothing_was_said_is_not_touched(
    reception: Reception, ledger: Ledger, box: Box
) -> None:
    box.lay(a_mail(1))
    with pytest.raises(GuardTripped, match="before the bridge began"):
        reception.fetch([box])
    assert len(box.waiting) == 1
    assert counts(ledger) == {}


def test_what_lay_there_before_is_history_and_what_comes_later_is_new(
    reception: Reception, ledger: Ledger, box: Box
) -> None:
    box.lay(a_mail(1))
    assert reception.fetch([box], begin=True).new == 1
    box.lay(a_mail(2))
    reception.fetch([box], begin=True)
    with ledger.reading() as transaction:
        old, new = (transaction.inbound.get(number) for number in (1, 2))
    assert old is not None
    assert new is not None
    assert (old.state, old.raw) == (InboundState.HISTORY, None)
    assert (new.state, new.raw) == (InboundState.NEW, a_mail(2))


def test_a_mailbox_that_gives_everything_again_brings_nothing_new(
    reception: Reception, ledger: Ledger, box: Box
) -> None:
    box.lay(a_mail(1))
    reception.fetch([box], begin=False)
    box.give_again()
    received = reception.fetch([box])
    assert (received.new, received.copies) == (0, 1)
    assert counts(ledger) == {"new": 1}


def test_a_mailbox_that_breaks_in_the_middle_keeps_the_rest(
    reception: Reception, ledger: Ledger, box: Box
) -> None:
    for number in range(30):
        box.lay(a_mail(number))
    box.trouble, box.before_trouble = AWAY, 25
    received = reception.fetch([box], begin=False)
    assert "away" in received.problems[0]
    assert reception.read_at([box.name]) is None
    assert counts(ledger) == {"new": 20}
    assert len(box.waiting) == 10
    box.trouble = None
    assert reception.fetch([box], begin=False).new == 10


def test_one_mailbox_that_is_away_does_not_stop_the_others(
    reception: Reception, box: Box, clock: Hands
) -> None:
    other = Box(clock, name="other", trouble=AWAY)
    box.lay(a_mail(1))
    received = reception.fetch([other, box], begin=False)
    assert (received.new, len(received.problems)) == (1, 1)
    assert reception.read_at([box.name]) == clock.now
    assert reception.read_at([box.name, other.name]) is None


def test_a_look_leaves_the_mailbox_as_it_is(
    reception: Reception, ledger: Ledger, box: Box
) -> None:
    box.lay(a_mail(1))
    assert reception.fetch([box], begin=True, leave=True).new == 0
    assert counts(ledger) == {}
    assert reception.fetch([box], begin=False, leave=True).new == 1
    assert len(box.waiting) == 1
    assert reception.fetch([box], begin=False).copies == 1
    assert box.waiting == {}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        a_mail(1, **{"Message-ID": "<" + "é" * 900 + "@x>"}),
        a_mail(1, Subject="=?utf-8?q?a=00b=ED=A0=80?=", From="nobody"),
        b"Subject: " + b"x" * 300_000 + b"\r\n\r\ntext",
    ],
    ids=["empty", "noise", "long-id", "half-characters", "long-subject"],
)
def test_any_bytes_are_kept_as_they_came(
    reception: Reception, ledger: Ledger, box: Box, raw: bytes
) -> None:
    box.lay(raw, recipient="bridge+key@lists.example", sender="")
    assert reception.fetch([box], begin=False).new == 1
    with ledger.reading() as transaction:
        kept = transaction.inbound.get(1)
    assert kept is not None
    assert kept.raw == raw
    assert (kept.envelope_recipient, kept.envelope_sender) == (
        "bridge+key@lists.example",
        "",
    )


def test_two_mails_under_one_id_are_two(
    reception: Reception, ledger: Ledger, box: Box
) -> None:
    mails = [
        IncomingMail(key=str(number), raw=raw, received=box.clock.now)
        for number, raw in enumerate(
            [a_mail(1), a_mail(1).replace(b"Text", b"Other text"), a_mail(1)]
        )
    ]
    received = reception.take(mails, mailbox="listen")
    assert (received.new, received.copies) == (2, 1)


def test_a_forged_receipt_settles_nothing_and_is_kept(
    course: BridgedCourse,
) -> None:
    course.post(course.aminata)
    course.outbox.troubles.append(InDoubt("the connection broke"))
    course.outbox.lost_after = False
    course.sync()
    with course.reading() as transaction:
        (intent,) = transaction.intents.of_source("post:fo26:1")
    tag = intent.details["message_id"].split(".")[2].partition("@")[0]
    for key in ("mail:fo26:1:0", "0" * 32, intent.key):
        course.write(
            course.jan,
            f"Believe me {key}",
            headers={"X-Moodle-Bridge": f"site={tag}; post=1; key={key}; hops=0"},
        )
    course.sync()
    with course.reading() as transaction:
        (after,) = transaction.intents.of_source("post:fo26:1")
        assert transaction.inbound.counts() == {"ignored": 3}
    assert after.state.value == "sending"
    assert after.receipt_at is None


def test_a_receipt_is_noted_and_not_kept(course: BridgedCourse) -> None:
    course.post(course.aminata)
    course.sync()
    (copy,) = course.box.waiting.values()
    assert read(copy.raw)["X-Moodle-Bridge"]
    course.sync()
    with course.reading() as transaction:
        (intent,) = transaction.intents.of_source("post:fo26:1")
        assert transaction.inbound.counts() == {}
    assert intent.receipt_at == course.clock.now
    assert course.box.waiting == {}


def test_a_mailbox_that_is_away_is_told_and_the_rest_is_done(
    course: BridgedCourse,
) -> None:
    course.post(course.aminata)
    course.box.trouble = AWAY
    away = course.sync()
    assert away.code == 5
    assert "the mailbox is away" in away.said
    assert len(course.sent()) == 1
