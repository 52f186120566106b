"""All people of a form together: who shares an account, what comes before what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mappings.enrolment.assembling import (
    Assembled,
    CourseAim,
    FormAim,
    Person,
    assembled,
    duplicate,
    in_order,
)
from mappings.enrolment.grouping import GroupBy
from mappings.enrolment.people import (
    Accounts,
    Decision,
    KnownPerson,
    Owned,
    SeenAccount,
    SeenEnrolment,
    Standing,
    Verdict,
    Wanted,
)
from mappings.enrolment.plan import StepKind
from moodle_bridge.model.applicants import Applicant

AIM = FormAim(courses=(CourseAim(wanted=Wanted(source="sm25", course="SM25")),))


def person(number: int, **more: Any) -> Person:
    changed = more.pop("applicant", {})
    values: dict[str, Any] = {
        "applicant": Applicant(
            **{
                "source": "sm25",
                "entry": str(number),
                "first_name": "Ana",
                "last_name": f"Diop {chr(96 + number)}",
                "email": f"ana{number}@example.org",
                "country": "KE",
                **changed,
            }
        ),
        "known": KnownPerson(id=f"mb-{number}"),
        "username": f"ana.{number}",
    }
    return Person(**{**values, **more})


def account(user_id: int, **more: Any) -> SeenAccount:
    values: dict[str, Any] = {
        "user_id": user_id,
        "username": f"ana.{user_id}",
        "idnumber": "",
        "fullname": "Ana",
        "email": f"ana{user_id}@example.org",
    }
    return SeenAccount(**{**values, **more})


def nothing(course: str, user_id: int | None, addresses: Iterable[str]) -> Standing:
    return Standing()


def enrolled(course: str, user_id: int | None, addresses: Iterable[str]) -> Standing:
    return Standing(enrolment=SeenEnrolment(active=True))


def put_together(
    people: Iterable[Person], accounts: Iterable[SeenAccount] = (), **more: Any
) -> Assembled:
    return assembled(
        people,
        more.get("aim", AIM),
        Accounts(accounts, complete=more.get("complete", True)),
        more.get("standing", nothing),
    )


def test_two_people_of_one_account_are_both_held() -> None:
    known = KnownPerson(id="mb-2", user_id=7, owned=Owned.CREATED)
    adopts = Decision(verdict=Verdict.ADOPT, user_id=7)
    found = put_together(
        [person(1, decision=adopts), person(2, known=known)], [account(7)]
    )
    assert [one.code for one in found.held] == ["same-account", "same-account"]
    assert found.steps == []
    assert found.matches == {}


def test_who_was_refused_is_left_alone() -> None:
    found = put_together([person(1, decision=Decision(verdict=Verdict.REFUSE))])
    assert (found.steps, found.held) == ([], [])
    assert found.left_alone[0].why == "was refused by decision"


def test_who_withdrew_and_was_never_here_is_no_question() -> None:
    withdrew = person(7, applicant={"withdrawn": True})
    found = put_together([withdrew], [account(7)])
    assert (found.steps, found.held) == ([], [])


def test_nobody_new_is_made_where_not_all_accounts_are_seen() -> None:
    found = put_together([person(1)], complete=False)
    assert [one.code for one in found.held] == ["cannot-see"]
    decided = person(1, decision=Decision(verdict=Verdict.NEW))
    assert put_together([decided], complete=False).steps


def test_an_address_that_another_has_is_not_taken_over() -> None:
    known = KnownPerson(
        id="mb-1",
        user_id=7,
        owned=Owned.CREATED,
        applied={"email": "ana7@example.org", "country": "KE"},
    )
    fields = {"first_name": "Ana", "last_name": "Diop a", "country": "KE"}
    found = put_together(
        [person(1, known=known)],
        [account(7, fields=fields), account(1)],
        standing=enrolled,
    )
    assert [one.code for one in found.held] == ["address-taken"]
    assert found.steps == []


def test_a_hidden_phone_of_an_adopted_account_is_not_overwritten() -> None:
    known = KnownPerson(id="mb-1", user_id=1, owned=Owned.ADOPTED)
    fields = {"first_name": "Ana", "last_name": "Diop a", "country": "KE"}
    one = person(1, known=known, applicant={"phone": "+254700000001"})
    theirs = account(1, fields=fields)
    assert put_together([one], [theirs], standing=enrolled).steps == []
    shows = account(2, fields={**fields, "phone": "+254700000002"})
    (step,) = put_together([one], [theirs, shows], standing=enrolled).steps
    assert step.sets == {"phone": "+254700000001"}


def test_a_later_entry_in_another_form_says_how_the_account_is() -> None:
    known = KnownPerson(
        id="mb-1", user_id=1, owned=Owned.CREATED, applied={"country": "UG"}
    )
    theirs = account(
        1, fields={"first_name": "Ana", "last_name": "Diop a", "country": "UG"}
    )
    speaks = put_together([person(1, known=known)], [theirs], standing=enrolled)
    silent = put_together(
        [person(1, known=known, speaks=False)], [theirs], standing=enrolled
    )
    assert [step.kind for step in speaks.steps] == [StepKind.CHANGE_USER]
    assert silent.steps == []


def test_every_course_of_a_form_is_planned_and_the_welcome_once() -> None:
    aim = FormAim(
        courses=tuple(
            CourseAim(wanted=Wanted(source="sm25", course=name, cohort="C"))
            for name in ("SM25", "TOOLS")
        )
    )
    found = put_together([person(1)], aim=aim)
    assert [(step.kind, step.target) for step in found.steps] == [
        (StepKind.CREATE_USER, "ana.1"),
        (StepKind.ENROL, "SM25"),
        (StepKind.ENROL, "TOOLS"),
        (StepKind.ADD_TO_COHORT, "C"),
        (StepKind.WELCOME, "ana1@example.org"),
    ]


def test_a_group_is_known_by_its_key_whatever_it_is_called() -> None:
    wanted = Wanted(
        source="sm25",
        course="SM25",
        existing_groups=frozenset({"Our friends of Kenya"}),
        create_groups=True,
    )
    course = CourseAim(
        wanted=wanted, groups=(("Our friends of Kenya", "mb-group-country-ke"),)
    )
    aim = FormAim(courses=(course,), groups_by=GroupBy.COUNTRY)
    found = put_together([person(1), person(2, applicant={"country": "UG"})], aim=aim)
    assert [
        (step.kind, step.target) for step in found.steps if "group" in step.kind
    ] == [
        (StepKind.ADD_TO_GROUP, "SM25/Our friends of Kenya"),
        (StepKind.CREATE_GROUP, "SM25/Uganda"),
        (StepKind.ADD_TO_GROUP, "SM25/Uganda"),
    ]
    made = next(step for step in found.steps if step.kind is StepKind.CREATE_GROUP)
    assert made.sets == {"group": "Uganda", "idnumber": "mb-group-country-ug"}


def test_who_withdraws_stays_where_another_form_wants_them() -> None:
    known = KnownPerson(id="mb-1", user_id=1, owned=Owned.CREATED)
    aim = FormAim(
        courses=(
            CourseAim(
                wanted=Wanted(
                    source="sm25",
                    course="SM25",
                    cohort="C",
                    list_address="l@example.org",
                    leave_cohort=True,
                )
            ),
        )
    )

    def everywhere(
        course: str, user_id: int | None, addresses: Iterable[str]
    ) -> Standing:
        return Standing(
            in_cohort=True, enrolment=SeenEnrolment(active=True), list_member=True
        )

    withdrew = {"known": known, "applicant": {"withdrawn": True}}
    leaves = put_together(
        [person(1, **withdrew)], [account(1)], aim=aim, standing=everywhere
    )
    assert [step.kind for step in leaves.steps] == [
        StepKind.SUSPEND,
        StepKind.UNSUBSCRIBE,
        StepKind.REMOVE_FROM_COHORT,
    ]
    stays = put_together(
        [
            person(
                1,
                **{
                    **withdrew,
                    "stays_in": frozenset({"SM25"}),
                    "stays_on_list": True,
                    "stays_in_cohort": True,
                },
            )
        ],
        [account(1)],
        aim=aim,
        standing=everywhere,
    )
    assert stays.steps == []
    assert stays.left_alone


def test_steps_come_in_the_order_in_which_they_are_done_each_once() -> None:
    first, second = put_together([person(1)]).steps, put_together([person(2)]).steps
    ordered = in_order([*second, *first, *second])
    assert [step.kind for step in ordered] == [
        StepKind.CREATE_USER,
        StepKind.CREATE_USER,
        StepKind.ENROL,
        StepKind.ENROL,
        StepKind.WELCOME,
        StepKind.WELCOME,
    ]
    assert [step.person for step in ordered[:2]] == ["mb-2", "mb-1"]


def test_entries_that_may_be_of_one_person_name_each_other() -> None:
    group = [person(1).applicant, person(2, applicant={"entry": "2 b"}).applicant]
    held = duplicate(group)
    assert [one.candidates[0]["entry"] for one in held] == ["sm25:2 b", "sm25:1"]
    assert "--same-as 'sm25:2 b'" in held[0].advice


def test_a_new_address_takes_the_place_of_the_old_one_on_the_list() -> None:
    known = KnownPerson(
        id="mb-1",
        user_id=7,
        owned=Owned.CREATED,
        email="ana7@example.org",
        applied={"email": "ana7@example.org"},
    )
    aim = FormAim(
        courses=(
            CourseAim(
                wanted=Wanted(
                    source="sm25",
                    course="SM25",
                    list_address="l@example.org",
                    subscribes=True,
                )
            ),
        )
    )

    def on_list(course: str, user_id: int | None, addresses: Iterable[str]) -> Standing:
        return Standing(
            enrolment=SeenEnrolment(active=True),
            list_member=True,
            on_list=frozenset({"ana7@example.org"}),
        )

    fields = {"first_name": "Ana", "last_name": "Diop a", "country": "KE"}
    found = put_together(
        [person(1, known=known)], [account(7, fields=fields)], aim=aim, standing=on_list
    )
    assert [(step.kind, step.sets["email"]) for step in found.steps] == [
        (StepKind.CHANGE_USER, "ana1@example.org"),
        (StepKind.SUBSCRIBE, "ana1@example.org"),
        (StepKind.UNSUBSCRIBE, "ana7@example.org"),
    ]
    assert found.steps[2].after == (found.steps[1].key,)
