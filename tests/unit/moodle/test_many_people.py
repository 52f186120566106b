"""Thousands of people are found in few requests, and none of them by mistake."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from moodle_bridge.moodle import Moodle
from moodle_bridge.moodle.enrolled import EnrolledPeople
from moodle_bridge.practice import PracticeMoodle, running


@pytest.fixture
def site() -> PracticeMoodle:
    return PracticeMoodle.empty()


@pytest.fixture
def moodle(site: PracticeMoodle) -> Iterator[Moodle]:
    bridge = site.add_user(
        "bridge", "Course", "Bridge", "bridge@example.org", systemrole="manager"
    )
    with (
        running(site) as url,
        Moodle.connect(url, site.token_for(bridge)) as connected,
    ):
        yield connected


def test_accounts_are_found_by_address_whatever_the_capitals(
    site: PracticeMoodle, moodle: Moodle
) -> None:
    for number, address in enumerate(
        ["small@example.org", "Begun@example.org", "LOUD@EXAMPLE.ORG"]
    ):
        site.add_user(f"u{number}", "A", "B", address)
    asked = ["Small@Example.org", "begun@example.org", "loud@example.org", "x@y.zz"]
    found = moodle.users.by_field("email", asked)
    assert {one.username for one in found} == {"u0", "u1", "u2"}


def test_an_address_that_is_spelt_in_no_usual_way_is_found_by_searching(
    site: PracticeMoodle, moodle: Moodle
) -> None:
    site.add_user("odd", "A", "B", "aMiNa_x@Example.org")
    site.add_user("near", "A", "B", "aminaax@example.org")
    found = moodle.users.with_addresses(["amina_x@example.org", "no address", ""])
    assert [one.username for one in found] == ["odd"]


def test_a_value_that_moodle_does_not_take_spoils_nothing(
    site: PracticeMoodle, moodle: Moodle
) -> None:
    site.add_user("ana", "A", "B", "ana@example.org")
    found = moodle.users.by_field("email", ["not an address", "ana@example.org"])
    assert [one.username for one in found] == ["ana"]


def test_an_idnumber_is_found_exactly(site: PracticeMoodle, moodle: Moodle) -> None:
    site.add_user("one", "A", "B", "one@example.org", idnumber="mb-1")
    site.add_user("two", "A", "B", "two@example.org", idnumber="MB-1")
    found = moodle.users.by_field("idnumber", ["mb-1", ""])
    assert [one.username for one in found] == ["one"]


def test_participants_of_several_courses_come_together_with_who_may_enter(
    site: PracticeMoodle, moodle: Moodle
) -> None:
    first = site.add_course("First", shortname="A")
    second = site.add_course("Second", shortname="B")
    people = [
        site.add_user(f"u{number}", "A", "B", f"u{number}@example.org")
        for number in range(1500)
    ]
    for one in people:
        site.enrol(one, first)
    site.enrol(people[0], second, "teacher")
    seen = EnrolledPeople(moodle.client).of_courses(
        [first.id, second.id, 999], active=True
    )
    assert seen.keys() == {first.id, second.id}
    assert len(seen[first.id].everybody) == len(seen[first.id].active) == 1500
    assert seen[first.id].role_ids == {"student": 5}
    assert seen[second.id].role_ids == {"teacher": 4}
