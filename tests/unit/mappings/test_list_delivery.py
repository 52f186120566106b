from __future__ import annotations

import pytest

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
