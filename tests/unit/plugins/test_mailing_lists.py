from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from moodle_bridge.model.people import Person
from moodle_bridge.plugins.lists.direct import DirectList, DirectListSettings
from moodle_bridge.plugins.lists.remote import RemoteList, RemoteListSettings

ADDRESS = "forum@learning.example.org"


def a_person(user_id: int, *addresses: str, suspended: bool = False) -> Person:
    return Person(
        user_id=user_id,
        username=f"p{user_id}",
        fullname=f"Person {user_id}",
        addresses=addresses,
        suspended=suspended,
    )


def a_direct_list(**changes: Any) -> DirectList:
    opted_out = changes.pop("opted_out", ())
    settings = DirectListSettings(**{"address": ADDRESS, "name": "Forum", **changes})
    return DirectList(settings, opted_out=opted_out)


def test_a_remote_list_is_one_delivery_whoever_reads() -> None:
    remote = RemoteList(RemoteListSettings(address=ADDRESS, name="Forum"))
    for readers in ([], [a_person(1, "a@x.org"), a_person(2)]):
        (delivery,) = remote.deliveries(readers)
        assert delivery.recipient == ADDRESS
        assert delivery.person is None


def test_a_remote_list_of_which_little_is_known_may_return_our_mail() -> None:
    remote = RemoteList(RemoteListSettings(address=ADDRESS, name="Forum"))
    assert remote.traits.returns_own_mail is True
    assert remote.traits.list_ids == ()
    assert remote.address.list_id is None


@pytest.mark.parametrize("kind", ["google-groups", "groups-io"])
def test_a_list_of_a_known_host_has_the_id_that_the_host_gives_it(kind: str) -> None:
    settings = RemoteListSettings.model_validate(
        {"address": "SM25@groups.example", "name": "SM25", "kind": kind}
    )
    remote = RemoteList(settings)
    assert remote.address.list_id == "sm25.groups.example"
    assert remote.traits.list_ids == ("sm25.groups.example",)


def test_a_list_is_known_by_all_its_addresses_each_once() -> None:
    settings = RemoteListSettings(
        address=ADDRESS, name="Forum", aliases=("course@x.org", ADDRESS, "course@x.org")
    )
    assert RemoteList(settings).traits.addresses == (ADDRESS, "course@x.org")


def test_a_direct_list_makes_its_list_id_from_its_address() -> None:
    direct = a_direct_list(address="Forum@Learning.example.org")
    assert direct.address.list_id == "forum.learning.example.org"
    assert direct.traits.list_ids == ("forum.learning.example.org",)
    assert direct.traits.returns_own_mail is False


def test_who_opted_out_gets_no_mail() -> None:
    direct = a_direct_list(opted_out=[2])
    readers = [a_person(1, "a@x.org"), a_person(2, "b@x.org")]
    assert [each.person for each in direct.deliveries(readers)] == readers[:1]


def test_who_opted_out_leaves_a_shared_address_to_the_other() -> None:
    direct = a_direct_list(opted_out=[1])
    readers = [a_person(1, "home@x.org"), a_person(2, "home@x.org")]
    assert [each.person for each in direct.deliveries(readers)] == readers[1:]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nowhere",
        "a@x.org, eve@y.org",
        "a@x.org\r\nBcc: eve@y.org",
        "<a@x.org>",
        "a@b@x.org",
        "a b@x.org",
    ],
)
def test_an_address_that_is_none_or_several_gets_no_mail(address: str) -> None:
    assert list(a_direct_list().deliveries([a_person(1, address, "b@x.org")])) == []


def test_the_bridge_never_writes_to_itself() -> None:
    direct = a_direct_list(aliases=("course@x.org",))
    readers = [a_person(1, ADDRESS.upper()), a_person(2, "Course@x.org")]
    assert list(direct.deliveries(readers)) == []


people = st.builds(
    a_person,
    st.integers(1, 8),
    st.sampled_from(["a@x.org", "A@x.org", "b@x.org", "bad", "", ADDRESS, "ü@x.org"]),
    suspended=st.booleans(),
)


@given(st.lists(people, max_size=20), st.sets(st.integers(1, 8)))
def test_no_person_and_no_address_gets_two(
    readers: list[Person], opted_out: set[int]
) -> None:
    deliveries = a_direct_list(opted_out=opted_out).deliveries(readers)
    reached = [each.person.user_id for each in deliveries if each.person]
    addresses = [each.recipient.casefold() for each in deliveries]
    assert len(reached) == len(deliveries)
    assert len(set(reached)) == len(reached)
    assert len(set(addresses)) == len(addresses)
    assert not opted_out & set(reached)
    assert ADDRESS not in addresses
    wanted = {
        person.addresses[0].casefold()
        for person in readers
        if not person.suspended and person.user_id not in opted_out
    }
    assert set(addresses) <= wanted


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"address": "forum"}, "name@host"),
        ({"address": "a@x.org, b@x.org"}, "name@host"),
        ({"list_id": "moodleforum3@host"}, "without @"),
        ({"name": ""}, "at least 1"),
        ({"adress": "a@x.org"}, "adress"),
    ],
)
def test_settings_that_are_wrong_are_told(wrong: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        RemoteListSettings.model_validate({"address": ADDRESS, "name": "F", **wrong})
