"""Rounds of `sync`, until somebody stops them."""

from __future__ import annotations

import io
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from moodle_bridge.errors import GuardTripped, Transient
from sync.cli.invocation import Invocation
from sync.commands import run as run_command
from sync.engine import LEASE_TERM, RUN_LEASE
from sync.ledger import Ledger
from sync.ledger.leases import this_run
from tests.unit.sync_jobs.bridged import BridgedCourse


def invocation_of(course: BridgedCourse) -> Invocation:
    return Invocation(
        environ={
            "TOKEN": course.token,
            "SECRET": "a secret for reply keys",
            "XDG_STATE_HOME": str(course.folder / "state"),
        },
        folder=course.folder,
        home=course.folder,
        stdout=io.StringIO(),
        stderr=io.StringIO(),
        clock=course.clock,
    )


def rounds(
    course: BridgedCourse, *between: Callable[[], object]
) -> tuple[dict[str, int], list[float], str]:
    """Run, doing something in each pause; return rounds, pauses, and what was said."""
    waiting, pauses = list(between), []

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        course.clock.move(seconds=seconds)
        if not waiting:
            return True
        waiting.pop(0)()
        return False

    invocation = invocation_of(course)
    result = run_command.run(invocation, pause=pause)
    assert isinstance(invocation.stderr, io.StringIO)
    found = result.data["rounds"]
    assert isinstance(found, dict)
    return found, pauses, invocation.stderr.getvalue()


@contextmanager
def away(course: BridgedCourse) -> Iterator[None]:
    course.box.trouble = Transient("no connection")
    yield
    course.box.trouble = None


def test_each_round_carries_what_is_new(direct: BridgedCourse) -> None:
    told, pauses, _ = rounds(
        direct,
        lambda: direct.post(direct.grace),
        lambda: direct.post(direct.grace, "Another"),
    )
    assert told == {"done": 3, "failed": 0}
    assert pauses == [300.0, 300.0, 300.0]
    subjects = [mail["Subject"] for mail in direct.mails(direct.ha.email)]
    assert subjects == ["[FO26] Blog", "[FO26] Another"]


def test_the_pause_grows_while_a_remote_end_is_away(direct: BridgedCourse) -> None:
    with away(direct):
        told, pauses, said = rounds(direct, lambda: None, lambda: None)
    assert told == {"done": 0, "failed": 3}
    assert pauses == [600.0, 1200.0, 2400.0]
    assert "next round in 0:10:00" in said


def test_a_bridge_that_has_not_begun_says_how_to_begin(
    unbegun: BridgedCourse,
) -> None:
    with pytest.raises(GuardTripped, match="first run"):
        rounds(unbegun)


def test_a_guard_that_stops_a_later_round_does_not_end_it(
    direct: BridgedCourse,
) -> None:
    direct.configure(safety="max_mails = 1")

    def write_much() -> None:
        for number in range(3):
            direct.post(direct.grace, f"Post {number}")

    told, pauses, said = rounds(direct, write_much)
    assert told == {"done": 1, "failed": 1}
    assert pauses == [300.0, 600.0]
    assert "the limit is 1" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_between_two_effects(
    direct: BridgedCourse, number: int
) -> None:
    direct.post(direct.grace)
    whole = direct.outbox.send

    def send(mail: object) -> object:
        sent = whole(mail)  # type: ignore[arg-type]
        signal.raise_signal(number)
        return sent

    direct.outbox.send = send  # type: ignore[method-assign,assignment]
    told, pauses, _ = rounds(direct)
    direct.outbox.send = whole  # type: ignore[method-assign]
    assert told == {"done": 0, "failed": 0}
    assert pauses == []
    assert len(direct.sent()) == 1
    assert signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}
    with direct.reading() as transaction:
        states = transaction.intents.counts()
    assert not any("sending" in str(state) for state in states)
    direct.sync()
    assert len(direct.sent()) == len({mail.key for mail in direct.sent()}) == 4


def test_it_steps_aside_for_a_run_by_hand(direct: BridgedCourse) -> None:
    ledger = Ledger.open(f"sqlite:///{direct.folder / 'ledger.db'}", clock=direct.clock)
    other = this_run("other")
    with ledger.writing() as transaction:
        transaction.leases.take(RUN_LEASE, other, LEASE_TERM)

    def end() -> None:
        with ledger.writing() as transaction:
            transaction.leases.release(RUN_LEASE, other)
        direct.post(direct.grace)

    told, _, said = rounds(direct, end)
    ledger.close()
    assert told == {"done": 2, "failed": 0}
    assert "another run does this just now" in said
    assert len(direct.mails(direct.ha.email)) == 1
