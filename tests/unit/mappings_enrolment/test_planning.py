"""Whose account it is, and what is to be done for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.enrolment.duplicates import told_apart
from mappings.enrolment.limits import Limits, beyond, shrunk
from mappings.enrolment.matching import Match, Unmatched, match
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
from mappings.enrolment.plan import EnrolmentPlan, SourceMark, Step, StepKind
from mappings.enrolment.plan_file import NotAPlan, plan_of, plan_text
from mappings.enrolment.planning import PersonPlan, person_plan
from mappings.enrolment.usernames import username_for
from moodle_bridge.model.applicants import Applicant
from moodle_bridge.model.channels import Channel, ChannelKind

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WANTED = Wanted(
    source="sm25", course="SM25", cohort="SM25-2025", list_address="l@example.org"
)


def applicant(**more: Any) -> Applicant:
    values: dict[str, Any] = {
        "source": "sm25",
        "entry": "e1",
        "first_name": "Amina",
        "last_name": "Okello",
        "email": "Amina@Example.org",
        "country": "UG",
    }
    return Applicant(**{**values, **more})


def account(user_id: int = 7, **more: Any) -> SeenAccount:
    values: dict[str, Any] = {
        "user_id": user_id,
        "username": "amina.okello",
        "idnumber": "",
        "fullname": "Amina Okello",
        "email": "amina@example.org",
        "fields": {
            "first_name": "Amina",
            "last_name": "Okello",
            "country": "UG",
        },
    }
    return SeenAccount(**{**values, **more})


KNOWN = KnownPerson(id="mb-1")


def test_who_has_no_account_gets_one() -> None:
    found = match(applicant(), KNOWN, Accounts([]))
    assert found == Match(account=None)


def test_an_account_that_the_bridge_did_not_make_is_adopted_only_by_decision() -> None:
    accounts = Accounts([account()])
    held = match(applicant(), KNOWN, accounts)
    assert isinstance(held, Unmatched)
    assert (held.code, held.candidates[0]["user_id"]) == ("adopt", 7)
    decided = Decision(verdict=Verdict.ADOPT, user_id=7)
    found = match(applicant(), KNOWN, accounts, decided)
    assert isinstance(found, Match)
    assert (found.how, found.owned) == ("decision", Owned.ADOPTED)


def test_an_account_with_the_bridges_idnumber_is_found_again() -> None:
    found = match(
        applicant(email="new@example.org"), KNOWN, Accounts([account(idnumber="mb-1")])
    )
    assert isinstance(found, Match)
    assert (found.how, found.owned) == ("idnumber", Owned.CREATED)


@pytest.mark.parametrize(
    ("accounts", "complete", "code"),
    [
        ([], True, "gone"),
        ([], False, "cannot-see"),
        ([account(suspended=True)], True, "suspended"),
    ],
)
def test_an_account_that_the_ledger_knows_and_is_not_right_is_held(
    accounts: list[SeenAccount], complete: bool, code: str
) -> None:
    known = replace(KNOWN, user_id=7, owned=Owned.CREATED)
    found = match(applicant(), known, Accounts(accounts, complete=complete))
    assert isinstance(found, Unmatched)
    assert found.code == code


def test_of_several_accounts_none_is_guessed() -> None:
    both = [account(7), account(8, username="amina2", email="AMINA@example.org")]
    found = match(applicant(), KNOWN, Accounts(both))
    assert isinstance(found, Unmatched)
    assert (found.code, len(found.candidates)) == ("several", 2)


def planned(
    person: Applicant,
    *,
    found: SeenAccount | None = None,
    known: KnownPerson = KNOWN,
    standing: Standing | None = None,
    wanted: Wanted = WANTED,
    decision: Decision | None = None,
) -> PersonPlan:
    return person_plan(
        person,
        known,
        Match(account=found, owned=known.owned),
        standing or Standing(),
        wanted,
        username="amina.okello",
        decision=decision,
    )


def kinds(plan: PersonPlan) -> list[str]:
    return [str(step.kind) for step in plan.steps]


THERE = Standing(in_cohort=True, enrolment=SeenEnrolment(active=True), list_member=True)
OURS = KnownPerson(
    id="mb-1",
    user_id=7,
    owned=Owned.CREATED,
    welcomed_at=NOW,
    applied={
        "first_name": "Amina",
        "last_name": "Okello",
        "email": "Amina@Example.org",
        "country": "UG",
    },
)


def test_somebody_new_is_made_enrolled_put_into_the_cohort_and_welcomed() -> None:
    plan = planned(applicant())
    assert kinds(plan) == [
        "user.create",
        "enrolment.add",
        "cohort.add",
        "mail.welcome",
    ]
    create = plan.steps[0].key
    assert all(create in step.after for step in plan.steps[1:])
    assert plan.steps[1].key in plan.steps[-1].after


def test_who_is_as_wanted_is_left_alone() -> None:
    plan = planned(applicant(), found=account(), known=OURS, standing=THERE)
    assert (plan.steps, plan.held) == ([], [])
    assert plan.left_alone[0].why == "as is"


def test_what_changed_in_the_form_changes_in_moodle() -> None:
    plan = planned(applicant(country="SN"), found=account(), known=OURS, standing=THERE)
    (step,) = plan.steps
    assert (step.kind, step.expects["country"], step.sets) == (
        StepKind.CHANGE_USER,
        "UG",
        {"country": "SN"},
    )


def test_what_an_admin_changed_in_moodle_stays() -> None:
    changed = account(fields={**account().fields, "country": "KE"})
    plan = planned(applicant(), found=changed, known=OURS, standing=THERE)
    assert (plan.steps, plan.held) == ([], [])


def test_what_changed_on_both_sides_is_held_by_field() -> None:
    changed = account(fields={**account().fields, "country": "KE"})
    plan = planned(applicant(country="SN"), found=changed, known=OURS, standing=THERE)
    assert [held.code for held in plan.held] == ["conflict:country"]
    assert plan.steps == []


def test_nobody_takes_part_again_by_accident() -> None:
    standing = replace(
        THERE, enrolment=SeenEnrolment(active=False, starts=NOW, ends=None)
    )
    held = planned(applicant(), found=account(), known=OURS, standing=standing)
    assert [one.code for one in held.held] == ["suspended-enrolment"]
    again = planned(
        applicant(),
        found=account(),
        known=OURS,
        standing=standing,
        decision=Decision(verdict=Verdict.REACTIVATE),
    )
    (step,) = again.steps
    assert step.kind is StepKind.REACTIVATE
    assert step.sets["starts"] == NOW.isoformat()


def test_who_withdraws_is_suspended_then_off_the_list_and_stays_in_the_cohort() -> None:
    plan = planned(
        applicant(withdrawn=True), found=account(), known=OURS, standing=THERE
    )
    assert kinds(plan) == ["enrolment.suspend", "list.unsubscribe"]
    assert "stays in cohort" in plan.left_alone[0].why
    harmless = planned(
        applicant(withdrawn=True),
        found=account(),
        known=OURS,
        standing=THERE,
        wanted=replace(WANTED, leave_cohort=True),
    )
    assert kinds(harmless)[-1] == "cohort.remove"


def test_a_group_that_is_missing_is_made_once_or_held() -> None:
    wanted = replace(WANTED, create_groups=True)
    made = planned(
        applicant(group="Uganda"),
        found=account(),
        known=OURS,
        standing=THERE,
        wanted=wanted,
    )
    assert kinds(made) == ["group.create", "group.add"]
    assert made.steps[1].after == (made.steps[0].key,)
    held = planned(
        applicant(group="Uganda"), found=account(), known=OURS, standing=THERE
    )
    assert [one.code for one in held.held] == ["no-group:Uganda"]


@pytest.mark.parametrize(("by", "kinds_"), [("form", ["channel.set"]), ("mail", [])])
def test_what_somebody_chose_by_mail_stays_theirs(by: str, kinds_: list[str]) -> None:
    standing = replace(
        THERE, channel=Channel(kind=ChannelKind.EACH), channel_chosen_by=by
    )
    plan = planned(
        applicant(channel=Channel(kind=ChannelKind.BUNDLE)),
        found=account(),
        known=OURS,
        standing=standing,
    )
    assert kinds(plan) == kinds_


def test_two_entries_of_one_person_are_asked_about_or_the_latest_counts() -> None:
    one = applicant(entry="e1", submitted=NOW)
    two = applicant(entry="e2", email="AMINA@example.org", submitted=NOW.replace(day=3))
    asked = told_apart([one, two], policy="ask", decisions={})
    assert (asked.counting, len(asked.unclear)) == ((), 1)
    latest = told_apart([two, one], policy="latest", decisions={})
    assert (latest.counting, latest.superseded) == ((two,), {"e1": "e2"})
    decided = told_apart(
        [one, two],
        policy="ask",
        decisions={"e1": Decision(verdict=Verdict.SAME_AS, other_entry="e2")},
    )
    assert decided.counting == (two,)


def test_colleagues_with_one_address_are_asked_about_whatever_the_policy() -> None:
    one = applicant(entry="e1")
    two = applicant(entry="e2", first_name="Bo", last_name="Li")
    found = told_apart([one, two], policy="latest", decisions={})
    assert (found.counting, found.superseded) == ((), {})
    assert found.unclear == ((one, two),)


def test_of_two_entries_without_a_time_the_lower_one_is_the_latest() -> None:
    one, two = applicant(entry="e1"), applicant(entry="e2")
    found = told_apart([one, two], policy="latest", decisions={})
    assert found.counting == (two,)


def test_who_is_like_two_others_brings_these_together() -> None:
    one = applicant(entry="e1", email="a@example.org")
    two = applicant(entry="e2", email="b@example.org", phone="+254722000001")
    three = applicant(entry="e3", email="a@example.org", phone="+254722000001")
    four = applicant(entry="e4", email="c@example.org", second_email="B@example.org")
    found = told_apart([one, two, three, four], policy="ask", decisions={})
    assert found.unclear == ((one, two, three, four),)


def test_colleagues_with_one_second_address_are_two_people() -> None:
    office = "office@example.org"
    one = applicant(entry="e1", email="a@example.org", second_email=office)
    two = applicant(
        entry="e2", email="b@example.org", first_name="Bo", second_email=office
    )
    found = told_apart([one, two], policy="ask", decisions={})
    assert found.counting == (one, two)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Amina", "Okello", "amina.okello"),
        ("José María", "Núñez", "jose.maria.nunez"),
        ("Nguyễn Thị", "Hương", "nguyen.thi.huong"),
        ("Sukarno", "Sukarno", "sukarno"),
        ("😀", "😀", "grinning"),
    ],
)
def test_usernames_are_legal_and_readable(first: str, last: str, expected: str) -> None:
    assert username_for(first, last, taken=()) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_every_name_gives_a_username_that_moodle_takes(first: str, last: str) -> None:
    name = username_for(first, last, taken={"amina.okello"})
    assert name
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.")
    assert name != "amina.okello"
    assert len(name) <= 100


def plan_with(*steps: Step) -> EnrolmentPlan:
    return EnrolmentPlan(
        name="first",
        made_at=NOW,
        site="https://moodle.example.org",
        sources=(SourceMark(name="sm25", fingerprint="f", entries=1),),
        steps=steps,
        held=(),
        left_alone=(),
    )


def test_a_plan_is_read_back_as_it_was_written() -> None:
    plan = plan_with(*planned(applicant()).steps)
    assert plan_of(plan_text(plan)) == plan


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("Okello", "Odongo"), "changed by hand"),
        (lambda text: text[:-20], "no JSON"),
        (lambda text: text.replace("plan 1", "plan 0"), "version"),
    ],
)
def test_a_plan_that_was_changed_is_not_carried_out(change: Any, said: str) -> None:
    text = plan_text(plan_with(*planned(applicant()).steps))
    with pytest.raises(NotAPlan, match=said):
        plan_of(change(text))


def test_limits_are_told_all_at_once() -> None:
    steps = [
        Step(key=f"k{number}", kind=StepKind.SUSPEND, person="p", shown="", target="")
        for number in range(8)
    ]
    limits = Limits(most={StepKind.SUSPEND: 5}, percent={StepKind.SUSPEND: 10})
    found = beyond(steps, 20, limits)
    assert [one.key for one in found] == [
        "enrolment.suspend",
        "enrolment.suspend percent",
    ]


@pytest.mark.parametrize(
    ("before", "now", "wrong"),
    [(None, 0, False), (60, 60, False), (60, 0, True), (60, 50, False), (60, 40, True)],
)
def test_a_form_that_lost_entries_stops(
    before: int | None, now: int, wrong: bool
) -> None:
    assert (shrunk(before, now, Limits(shrink_percent=20)) is not None) is wrong
