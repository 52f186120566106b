"""Traps of cohorts: a page called an offset, warnings of nobody, success of nothing."""

import pytest

from moodle_bridge.errors import InDoubt, Transient
from moodle_bridge.moodle import Membership, NewCohort, Outcome
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.cohorts import Cohorts
from moodle_bridge.moodle.functions import (
    ADD_COHORT_MEMBERS,
    COHORT_MEMBERS,
    CREATE_COHORTS,
    DELETE_COHORT_MEMBERS,
    SEARCH_COHORTS,
)

from .fakes import FakeTransport, refused
from .membership_fake import FakeCohorts

DONE, ALREADY, REFUSED = Outcome.DONE, Outcome.ALREADY, Outcome.REFUSED


@pytest.fixture
def fake(transport: FakeTransport) -> FakeCohorts:
    return FakeCohorts(transport)


@pytest.fixture
def cohorts(client: MoodleClient) -> Cohorts:
    return Cohorts(client)


def memberships(of: int, *users: int) -> list[Membership]:
    return [Membership(of=of, user_id=user) for user in users]


def test_limitfrom_is_the_number_of_a_page(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    for number in range(250):
        fake.has(f"sm-{number}")

    assert len({cohort.id for cohort in cohorts.search("sm")}) == 250
    asked = [given["limitfrom"] for _, given in transport.calls]
    assert asked == [0, 1, 2]


def test_a_site_that_takes_limitfrom_for_an_offset_gives_each_cohort_once(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    for number in range(120):
        fake.has(f"sm-{number}")
    rows = fake.cohorts
    transport.functions[SEARCH_COHORTS] = lambda given: {
        "cohorts": rows[given["limitfrom"] : given["limitfrom"] + given["limitnum"]]
    }

    found = [cohort.id for cohort in cohorts.search()]

    assert len(found) == len(set(found)) == 120


def test_a_search_reads_no_further_than_it_is_asked(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    for number in range(250):
        fake.has(f"sm-{number}")

    next(cohorts.search())

    assert len(transport.calls) == 1


def test_an_idnumber_is_matched_as_a_whole(cohorts: Cohorts, fake: FakeCohorts) -> None:
    fake.has("sm25-old")
    fake.has("sm25", name="R&amp;D")

    found = cohorts.by_idnumber("sm25")

    assert found is not None
    assert (found.id, found.name) == (2, "R&D")
    assert cohorts.by_idnumber("sm2") is None
    assert cohorts.by_idnumber("") is None


def test_a_cohort_whose_idnumber_is_taken_is_already_there(
    cohorts: Cohorts, fake: FakeCohorts
) -> None:
    fake.has("b")

    found = cohorts.create([NewCohort(name=name, idnumber=name) for name in "abc"])

    assert [(one.outcome, one.remote_id) for one in found] == [
        (DONE, 2),
        (ALREADY, 1),
        (DONE, 3),
    ]


def test_a_cohort_in_doubt_is_looked_for(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    run = fake.create

    def run_and_lose(given: object) -> object:
        run(given)  # type: ignore[arg-type]
        raise InDoubt("the answer was empty")

    transport.functions[CREATE_COHORTS] = run_and_lose

    (found,) = cohorts.create([NewCohort(name="a", idnumber="a")])

    assert (found.outcome, found.remote_id) == (DONE, 1)
    assert len(fake.cohorts) == 1


def test_a_warning_without_an_id_is_told_apart_by_sending_singly(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    cohort = fake.has("a", 3)

    found = cohorts.add_members(memberships(cohort, 1, 2, 3, 999, 4))

    assert [one.outcome for one in found] == [DONE, DONE, ALREADY, REFUSED, DONE]
    assert found[3].code == "2"
    assert fake.members[cohort] == {1, 2, 3, 4}
    sizes = [
        len(given["members"])
        for function, given in transport.calls
        if function == ADD_COHORT_MEMBERS
    ]
    # The one that was already in is not sent; of the rest, only who is still out goes
    # alone.
    assert sizes == [4, 1]


def test_members_that_cannot_be_read_are_all_sent_singly_after_a_warning(
    cohorts: Cohorts, fake: FakeCohorts
) -> None:
    cohort = fake.has("a", 3)
    fake.closed.add(cohort)

    found = cohorts.add_members(memberships(cohort, 1, 3, 999))

    # Who was put in a moment ago and who was in before look alike: undoing what was
    # not ours would be worse than leaving what was.
    assert [one.outcome for one in found] == [ALREADY, ALREADY, REFUSED]


def test_a_member_sent_once_and_not_again_is_in_doubt(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    cohort = fake.has("a")
    fake.closed.add(cohort)
    away = Transient("away", code="503")
    transport.errors[ADD_COHORT_MEMBERS] = [None, away, away, away, away]

    found = cohorts.add_members(memberships(cohort, 1, 999))

    assert [one.outcome for one in found] == [Outcome.IN_DOUBT, Outcome.IN_DOUBT]


def test_one_closed_cohort_does_not_hide_the_members_of_the_others(
    cohorts: Cohorts, fake: FakeCohorts
) -> None:
    first, second = fake.has("a", 1), fake.has("b", 2)
    fake.closed.add(first)

    assert cohorts.members([first, second]) == {second: frozenset({2})}


def test_an_unknown_user_does_not_keep_the_others_in_a_cohort(
    cohorts: Cohorts, fake: FakeCohorts
) -> None:
    cohort = fake.has("a", 1, 2, 999)

    found = cohorts.delete_members(memberships(cohort, 1, 999, 2, 5))

    assert [one.outcome for one in found] == [DONE, REFUSED, DONE, ALREADY]


def test_who_is_still_a_member_after_a_deletion_is_told(
    cohorts: Cohorts, fake: FakeCohorts
) -> None:
    cohort = fake.has("a", 1, 2)
    fake.stuck.add(2)

    found = cohorts.delete_members(memberships(cohort, 1, 2))

    assert [(one.outcome, one.code) for one in found] == [
        (DONE, ""),
        (REFUSED, "stillmember"),
    ]


def test_deleting_who_is_no_member_makes_no_write(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    cohort = fake.has("a", 1)

    (found,) = cohorts.delete_members(memberships(cohort, 2))

    assert found.outcome is ALREADY
    assert DELETE_COHORT_MEMBERS not in transport.asked


def test_a_member_who_is_none_after_all_is_told(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    cohort = fake.has("a")
    added = cohorts.add_members(memberships(cohort, 1, 2))
    fake.members[cohort].discard(2)

    found = cohorts.verified_members(added)

    assert [len(one.stored_differently) for one in found] == [0, 1]


def test_a_cohort_that_was_stored_otherwise_is_told(
    cohorts: Cohorts, fake: FakeCohorts
) -> None:
    made = cohorts.create([NewCohort(name="long", idnumber="a")])
    fake.cohorts[0]["name"] = "lo"

    (found,) = cohorts.verified(made)

    assert [str(one) for one in found.stored_differently] == [
        "name: asked 'long', stored 'lo'"
    ]


def test_a_site_that_is_away_while_members_are_read_raises(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    transport.errors[COHORT_MEMBERS] = [Transient("away", code="sitemaintenance")] * 9

    with pytest.raises(Transient):
        cohorts.add_members(memberships(1, 2))


def test_a_cohort_that_is_gone_is_missing(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    number = fake.has("a")

    assert list(cohorts.by_ids([number, 99])) == [number]
    transport.errors["core_cohort_get_cohorts"] = [refused("invalidrecord")]
    assert cohorts.by_ids([98]) == {}


def test_cohorts_that_an_answer_passes_over_were_not_made(
    cohorts: Cohorts, transport: FakeTransport
) -> None:
    transport.functions[CREATE_COHORTS] = lambda _: []

    (found,) = cohorts.create([NewCohort(name="a", idnumber="a")])

    assert (found.outcome, found.code) == (Outcome.NOT_TRIED, "dropped")


def test_a_refused_cohort_that_is_not_seen_may_be_hidden(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    fake.has("a")
    transport.functions[SEARCH_COHORTS] = lambda _: {"cohorts": []}

    (found,) = cohorts.create([NewCohort(name="a", idnumber="a")])

    assert found.outcome is REFUSED
    assert "hidden" in found.advice


def test_a_cohort_that_cannot_be_looked_for_stays_refused(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    fake.has("a")
    transport.errors[SEARCH_COHORTS] = [refused("nopermissions")]

    (found,) = cohorts.create([NewCohort(name="a", idnumber="a")])

    assert (found.outcome, found.code) == (REFUSED, "invalidparameter")


def test_a_cohort_that_cannot_be_read_back_is_told(
    cohorts: Cohorts, fake: FakeCohorts
) -> None:
    made = cohorts.create([NewCohort(name="a", idnumber="a")])
    fake.cohorts.clear()

    assert cohorts.verified(made)[0].stored_differently[0].field == "cohort"


def test_a_deletion_that_cannot_be_read_back_is_told_so(
    cohorts: Cohorts, fake: FakeCohorts, transport: FakeTransport
) -> None:
    cohort = fake.has("a", 1)
    away = Transient("away", code="sitemaintenance")
    transport.errors[COHORT_MEMBERS] = [None, *[away] * 9]

    (found,) = cohorts.delete_members(memberships(cohort, 1))

    assert (found.outcome, found.code) == (DONE, "unverified")


def test_a_cohort_made_under_another_key_than_asked_is_in_doubt(
    cohorts: Cohorts, transport: FakeTransport
) -> None:
    transport.functions[CREATE_COHORTS] = lambda _: [
        {"id": 1, "name": "a", "idnumber": "A"}
    ]

    (found,) = cohorts.create([NewCohort(name="a", idnumber="a")])

    assert found.outcome is Outcome.IN_DOUBT
