"""Killed at any moment, an answer to a digest is neither lost nor doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import pytest
from _pytest.mark.structures import ParameterSet

from sync.ledger import Ledger, Transaction
from sync.ledger.inbound import InboundState
from tests.unit.sync_jobs.bridged import BRIDGE, BridgedCourse
from tests.unit.sync_jobs.test_answering_digests import Answering

Writing = Callable[[Ledger], AbstractContextManager[Transaction]]
# Longer than a lease, and than a doubt is left alone.
MUCH_LATER = 45


class Killed(BaseException):
    """The process ends here; nothing that follows reaches the ledger."""


class Death:
    """Ends the process before or after it commits for the n-th time."""

    def __init__(self, writing: Writing, number: int, *, after: bool) -> None:
        self._writing = writing
        self._left = number
        self._after = after
        self.came = False

    @contextmanager
    def __call__(self, ledger: Ledger) -> Iterator[Transaction]:
        if self.came:
            raise Killed
        self._left -= 1
        with self._writing(ledger) as transaction:
            yield transaction
            if self._left == 0 and not self._after:
                self.came = True
                raise Killed
        if self._left == 0:
            self.came = True
            raise Killed


def blows(first: int, last: int) -> Iterator[ParameterSet]:
    """Give the commits to die at; the short form dies at every other one."""
    for number in range(first, last):
        for after in (False, True):
            short = (number % 2 == 0) == after
            marks = () if short else pytest.mark.soak
            yield pytest.param(number, after, marks=marks)


def killed_in_a_run(
    course: BridgedCourse,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    *,
    after: bool,
) -> bool:
    """Run once and die at a commit; False when the run ended before."""
    death = Death(Ledger.writing, number, after=after)
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "writing", lambda ledger: death(ledger))  # noqa: PLW0108
        with suppress(Killed):
            course.sync()
    return death.came


@pytest.mark.parametrize(("number", "after"), list(blows(13, 24)))
def test_each_part_is_posted_once_and_one_receipt_goes_out(
    direct: BridgedCourse,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    *,
    after: bool,
) -> None:
    answering = Answering(direct)
    answer = answering.answer("3: At one\n1: Use a pen\n2: A Bic")
    assert killed_in_a_run(direct, monkeypatch, number, after=after)
    for _ in range(3):
        direct.clock.move(minutes=MUCH_LATER)
        direct.sync()
    assert [len(answering.said(place)) for place in range(3)] == [1, 1, 1]
    assert len(answering.receipts()) == 1
    assert direct.mail(answer).state is InboundState.POSTED
    assert direct.sync().counts == {}


@pytest.mark.parametrize(("number", "after"), list(blows(13, 18)))
def test_a_command_is_carried_out_and_answered_once(
    direct: BridgedCourse,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    *,
    after: bool,
) -> None:
    asked = direct.write(direct.aminata, "channel moodle", to=BRIDGE)
    assert killed_in_a_run(direct, monkeypatch, number, after=after)
    for _ in range(3):
        direct.clock.move(minutes=MUCH_LATER)
        direct.sync()
    assert direct.mail(asked).state is InboundState.ANSWERED
    assert len(direct.mails(direct.aminata.email)) == 1
