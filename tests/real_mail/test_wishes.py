"""What people ask of the bridge by mail, over real SMTP and IMAP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from moodle_bridge.model.channels import ChannelKind
from sync.ledger.inbound import InboundState
from tests.real_mail.real_town import RealTown, text_of

pytestmark = pytest.mark.real

Towns = Callable[..., RealTown]


def test_who_asks_for_a_digest_by_mail_is_answered_and_gets_it(town: Towns) -> None:
    here = town("wish")
    here.direct()
    here.begin()
    hour = here.clock.far_hour()
    wish = f"Channel DIGEST {hour}\n"
    here.write(here.jan, wish, to=here.address, subject="mail")
    here.waits(1)
    assert here.sync().code == 0
    (answer,) = here.gets(here.jan, hour)
    assert answer["Auto-Submitted"] == "auto-replied"
    assert str(answer["Subject"]) != ""
    with here.reading() as transaction:
        channel = transaction.channels.get(here.jan.id)
    assert channel is not None
    assert (channel.kind, f"{channel.at:%H:%M}") == (ChannelKind.DIGEST, hour)
    (mail,) = here.taken()
    assert mail.state is InboundState.ANSWERED

    here.post(here.grace, "Week 1", "Read chapter one.")
    assert here.sync().code == 0
    here.gets(here.ha, "Read chapter one")
    assert len(here.mails(here.jan)) == 1
    here.clock.move(hours=24)
    assert here.sync().code == 0
    (digest,) = here.gets(here.jan, "Read chapter one")
    assert "[1] Week 1" in text_of(digest)
    assert len(here.posts()) == 1


def test_a_wish_is_understood_and_answered_in_ones_own_language(town: Towns) -> None:
    here = town("wens")
    here.direct()
    here.begin()
    here.jan.lang = "nl"
    here.clock.move(hours=24)  # until the bridge asks again who takes part, and how
    here.write(here.jan, "kanaal OVERZICHT 19:30", to=here.address, subject="wens")
    here.waits(1)
    assert here.sync().code == 0
    (answer,) = here.gets(here.jan, "19:30")
    assert "U krijgt één mail per dag" in text_of(answer)


def test_an_automatic_mail_with_a_command_is_not_answered(town: Towns) -> None:
    here = town("autowish")
    here.direct()
    here.begin()
    here.write(
        here.jan,
        "help",
        to=here.address,
        headers={"Auto-Submitted": "auto-replied"},
    )
    here.waits(1)
    for _ in range(2):
        assert here.sync().code == 0
    assert here.mails(here.jan) == []
    assert here.posts() == []
