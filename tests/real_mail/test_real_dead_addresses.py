"""An address to which mail comes back: it is scored, left in peace, and shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mappings.addresses import folded
from mappings.bounce_score import AddressState, Standing
from sync.ledger.inbound import InboundState
from tests.real_mail.hub import Hub
from tests.real_mail.mailman_core import until
from tests.real_mail.real_town import RealTown, text_of

pytestmark = pytest.mark.real

Towns = Callable[..., RealTown]

_THRESHOLD = 5


def test_an_address_that_is_dead_for_days_rests_and_facilitators_are_told(
    town: Towns, hub: Hub
) -> None:
    here = town("gone")
    here.direct()
    here.begin()
    hub.forget(here.jan.email)
    for day in range(1, _THRESHOLD + 1):
        here.post(here.grace, f"Day {day}", f"Read chapter {day}.")
        assert here.sync().code == 0
        here.gets(here.ha, f"Read chapter {day}")
        comes_back(here, day)
        assert here.sync().code == 0
        assert standing(here, here.jan.email).score == day
        here.clock.move(hours=24)
    assert standing(here, here.jan.email).state is AddressState.DEAD
    assert standing(here, here.ha.email) == Standing()
    assert {mail.state for mail in here.taken()} == {InboundState.IGNORED}

    assert here.sync().code == 0
    # When it became doubtful, and when it was dead.
    doubtful, dead = here.gets(here.grace, here.jan.email, number=2)
    assert "Jan de Wit" in text_of(dead)
    assert text_of(dead) != text_of(doubtful)
    assert dead["Auto-Submitted"] is not None

    # Nothing more goes there, and it is told once.
    here.post(here.grace, "Day 6", "Read chapter 6.")
    for _ in range(2):
        assert here.sync().code == 0
    here.gets(here.ha, "Read chapter 6")
    assert comes_back(here, _THRESHOLD) == _THRESHOLD
    assert len(here.gets(here.grace, here.jan.email)) == 2

    # Its owner writes from it: it lives, and what was said meanwhile comes.
    hub.add_mailbox(here.jan.email)
    here.write(here.jan, "I am back.", to=here.address, subject="Hello")
    until(lambda: number_from(here, here.jan.email), "the mail is there")
    for _ in range(2):
        assert here.sync().code == 0
    assert standing(here, here.jan.email).state is AddressState.ALIVE
    assert len(here.gets(here.jan, "Read chapter 6")) == 1
    assert [post.subject for post in here.posts()][-1] == "Hello"


def comes_back(here: RealTown, number: int) -> int:
    """Wait for so many delivery reports in the account; return how many there are."""
    until(lambda: number_from(here, "MAILER-DAEMON") >= number, f"{number} reports")
    return number_from(here, "MAILER-DAEMON")


def number_from(here: RealTown, sender: str) -> int:
    """Return how many mails of somebody lie in the bridge's account."""
    return sum(sender in str(mail["From"]) for mail in here.office.mails(here.address))


def standing(here: RealTown, address: str) -> Standing:
    with here.reading() as transaction:
        found: Standing = transaction.bounces.get(folded(address))
        return found
