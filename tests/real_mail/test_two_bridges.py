"""Two bridges meet on one list or in one forum, and neither answers the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from moodle_bridge.practice import PracticeMoodle, running
from sync.ledger.inbound import InboundState
from tests.real_mail.hub import Hub
from tests.real_mail.mailman_core import MailmanCore, until
from tests.real_mail.real_town import LaterClock, RealTown
from tests.real_mail.test_through_mailman import CALM

pytestmark = pytest.mark.real

Towns = Callable[..., RealTown]

OWN = (InboundState.IGNORED, "own-mail")


def on_one_list(mailman: MailmanCore, *towns: RealTown) -> None:
    """Join all towns to the list of the first; its people and all bridges are members.

    Each bridge has an account of its own.
    """
    first = towns[0]
    list_id = mailman.add_list(first.list_address, **CALM)
    for person in first.people:
        mailman.add_member(list_id, person.email)
    for town in towns:
        town.list_address = first.list_address
        mailman.add_member(list_id, town.address)
        town.by_mailman(mailman)
        town.begin()


def rest(mailman: MailmanCore, *towns: RealTown) -> int:
    """Let the bridges run in turns until none does anything; return how many turns."""
    for turn in range(8):
        until(mailman.rests, "Mailman comes to rest")
        acted = [_acts(town) for town in towns]
        if not any(acted):
            return turn
    pytest.fail("the bridges keep each other busy")


def _acts(town: RealTown) -> bool:
    done = town.sync()
    assert done.code in {0, 3}, done.said
    counts = done.data["counts"]
    return any(counts.get(name) for name in ("done", "planned", "in doubt"))


def what_became(town: RealTown) -> list[tuple[InboundState, str]]:
    """Return what became of the mails that came to a bridge, but its own copies."""
    return [(mail.state, str(mail.rule)) for mail in town.taken()]


def test_what_one_bridge_mails_to_a_list_the_other_does_not_post(
    town: Towns, mailman: MailmanCore
) -> None:
    here, there = town("echo"), town("echoed")
    on_one_list(mailman, here, there)
    here.post(here.grace, "Echo", "Is anybody there?")
    assert here.sync().code == 0
    here.gets(here.ha, "Is anybody there")
    here.list_brings("Is anybody there")
    there.list_brings("Is anybody there")

    assert rest(mailman, here, there) == 0
    assert what_became(here) == []
    assert what_became(there) == [OWN]
    assert len(here.posts()) == 1
    assert len(here.mails(here.ha)) == 1


def test_two_bridges_between_one_forum_and_one_list_stop_at_once(
    town: Towns, mailman: MailmanCore
) -> None:
    here, there = town("mine"), town("thine")
    there.forum, there.course = here.forum, here.course
    here.moodle.enrol(there.bridge, here.course, "editingteacher")
    on_one_list(mailman, here, there)
    here.post(here.grace, "Echo", "Is anybody there?")
    assert rest(mailman, here, there) == 1
    # Both mail the post, under the same Message-ID; neither posts what the other mails.
    mails = here.gets(here.ha, "Is anybody there")
    assert len({str(mail["Message-ID"]) for mail in mails}) == 1
    assert set(what_became(here) + what_became(there)) == {OWN}
    assert len(here.posts()) == 1

    here.write(here.jan, "Who knows a good camera?", subject="Cameras")
    here.gets(here.ha, "good camera")
    # One turn in which each posts the mail, one in which it mails what the other
    # posted, and then it is over.
    assert rest(mailman, here, there) <= 2
    for one in (here, there):
        assert what_became(one).count((InboundState.POSTED, "none")) == 1
        assert set(what_became(one)) == {OWN, (InboundState.POSTED, "none")}
    assert len(here.posts()) == 3
    assert len(here.gets(here.ha, "good camera")) <= 3


def test_bridges_of_two_sites_on_one_list_carry_no_post_to_and_fro(
    town: Towns, mailman: MailmanCore, hub: Hub, clock: LaterClock, tmp_path: Path
) -> None:
    here = town("north")
    elsewhere = PracticeMoodle.empty(now=clock.unix)
    with running(elsewhere) as url:
        folder = tmp_path / "south"
        folder.mkdir()
        there = RealTown(folder, "south", elsewhere, url, hub, clock)
        on_one_list(mailman, here, there)
        here.post(here.grace, "North", "Is anybody there?")
        there.post(there.grace, "South", "Does it snow?")
        rest(mailman, here, there)
        for one, asked, said in (
            (here, "Does it snow", "Is anybody there"),
            (there, "Is anybody there", "Does it snow"),
        ):
            # The other bridge is nobody who takes part in this course.
            (mail,) = one.taken()
            assert (mail.state, mail.rule) == (InboundState.HELD, "author")
            assert asked.encode() in (mail.raw or b"")
            assert [said in post.message for post in one.posts()] == [True]
        for words in ("Is anybody there", "Does it snow"):
            assert len(here.gets(here.ha, words)) == 1
