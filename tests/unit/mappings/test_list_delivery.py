from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mappings.bounce_score import (
    AddressState,
    BounceRules,
    Standing,
    revived,
    told_by_list,
)
from mappings.list_delivery import (
    DeliveryChange,
    LeftAlone,
    Wish,
    delivery_changes,
)
from moodle_bridge.model.list_members import DeliveryMode, DeliveryStatus, ListMember
from moodle_bridge.model.people import Person

AMINA = Person(
    user_id=7, username="amina", fullname="Amina", addresses=("Amina@home.example",)
)
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ON, OFF = DeliveryStatus.ENABLED, DeliveryStatus.BY_USER


def changes(
    *,
    status: DeliveryStatus = ON,
    mode: DeliveryMode = DeliveryMode.REGULAR,
    delivers: bool = False,
    chosen: bool = True,
    noted: str | None = None,
) -> list[DeliveryChange | LeftAlone]:
    member = ListMember(address="amina@home.example", status=status, mode=mode)
    wish = Wish(person=AMINA, delivers=delivers, word="new", chosen=chosen)
    known = {} if noted is None else {"amina@home.example": noted}
    return list(delivery_changes([member], {"amina@home.example": wish}, known))


def test_who_wants_digests_is_mailed_by_the_list_no_more() -> None:
    (change,) = changes()
    assert isinstance(change, DeliveryChange)
    assert change.status is OFF


def test_who_wants_each_post_again_is_mailed_by_the_list() -> None:
    (change,) = changes(status=OFF, delivers=True, noted="old")
    assert isinstance(change, DeliveryChange)
    assert (change.status, change.mode) == (ON, None)


def test_who_wants_each_post_gets_no_digest_of_the_list() -> None:
    mode = DeliveryMode.MIME_DIGESTS
    (change,) = changes(status=ON, mode=mode, delivers=True)
    assert isinstance(change, DeliveryChange)
    assert (change.status, change.mode) == (ON, DeliveryMode.REGULAR)


def test_what_is_so_already_is_only_noted() -> None:
    (change,) = changes(status=OFF)
    assert isinstance(change, DeliveryChange)
    assert change.status is None


def test_a_wish_is_carried_out_once() -> None:
    # Who switched delivery on again at the list itself has said a later word.
    assert changes(status=ON, noted="new") == []


def test_who_never_chose_is_left_as_they_are_at_the_list() -> None:
    assert changes(status=OFF, delivers=True, chosen=False) == []


def test_where_the_pair_gives_all_a_digest_the_list_is_silent_for_all() -> None:
    (change,) = changes(chosen=False)
    assert isinstance(change, DeliveryChange)
    assert change.status is OFF


@pytest.mark.parametrize(
    "status", [DeliveryStatus.BY_BOUNCES, DeliveryStatus.BY_MODERATOR]
)
def test_what_the_list_or_its_moderator_switched_off_stays_off(
    status: DeliveryStatus,
) -> None:
    (left,) = changes(status=status, delivers=True)
    assert isinstance(left, LeftAlone)
    assert left.reason == status.value
    assert changes(status=status) == []


def test_a_member_whom_the_course_does_not_know_is_left_alone() -> None:
    stranger = ListMember(address="eve@elsewhere.example")
    assert list(delivery_changes([stranger], {}, {})) == []


def test_what_the_list_tells_of_bounces_counts_once() -> None:
    first = told_by_list(
        Standing(), score=1, dead=False, last_at=NOW, now=NOW, rules=BounceRules()
    )
    assert (first.state, first.score) == (AddressState.ALIVE, 1)
    again = told_by_list(
        first, score=1, dead=False, last_at=NOW, now=LATER, rules=BounceRules()
    )
    assert again == first


def test_whom_the_list_gave_up_is_dead_until_they_write() -> None:
    rules = BounceRules()
    dead = told_by_list(
        Standing(), score=5, dead=True, last_at=NOW, now=NOW, rules=rules
    )
    assert dead.state is AddressState.DEAD
    alive = revived(dead, LATER)
    told = told_by_list(alive, score=5, dead=True, last_at=NOW, now=LATER, rules=rules)
    assert told.state is AddressState.ALIVE


def test_what_the_list_counts_alone_is_never_death() -> None:
    told = told_by_list(
        Standing(), score=99, dead=False, last_at=NOW, now=NOW, rules=BounceRules()
    )
    assert told.state is AddressState.DOUBTFUL
