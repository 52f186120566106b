"""Accounts, cohorts, enrolments, groups and roles, made and taken away again."""

from __future__ import annotations

import pytest

from moodle_bridge.moodle import (
    Enrolment,
    Match,
    Membership,
    NewCohort,
    NewGroup,
    NewMessage,
    NewNote,
    Outcome,
    Participation,
    RoleAssignment,
    UserChange,
)
from moodle_bridge.moodle import functions as named
from moodle_bridge.moodle.roles import Level
from tests.live.site import LiveSite

DELETE_USERS = "core_user_delete_users"
needs = pytest.mark.needs
pytestmark = needs(named.CREATE_USERS, named.USERS_BY_FIELD, removal=DELETE_USERS)


def test_an_account_is_made_and_stored_as_asked(site: LiveSite) -> None:
    name = site.name()
    made = site.moodle.users.create(
        [site.newcomer(name, city="Dakar", country="SN", idnumber=name)]
    )
    site.done(made[0])
    site.removed_by(DELETE_USERS, userids=[made[0].remote_id])

    (verified,) = site.moodle.users.verified_new(made)

    assert verified.stored_differently == ()


def test_what_the_site_stores_otherwise_is_told(site: LiveSite) -> None:
    name = site.name()
    made = site.moodle.users.create([site.newcomer(name, country="XX")])
    site.done(made[0])
    site.removed_by(DELETE_USERS, userids=[made[0].remote_id])

    (verified,) = site.moodle.users.verified_new(made)

    assert [one.field for one in verified.stored_differently] == ["country"]


def test_one_bad_account_does_not_stop_the_others(site: LiveSite) -> None:
    first, second, bad = site.name(), site.name(), site.name()
    made = site.moodle.users.create(
        [
            site.newcomer(first),
            site.newcomer(bad, username=f"{bad}+x"),
            site.newcomer(second),
        ]
    )
    for one in made:
        if one.remote_id:
            site.removed_by(DELETE_USERS, userids=[one.remote_id])
    site.done(made[0])

    assert [one.outcome for one in made] == [
        Outcome.DONE,
        Outcome.REFUSED,
        Outcome.DONE,
    ]


@needs(named.UPDATE_USERS)
def test_an_account_is_changed_and_what_is_not_said_stays(site: LiveSite) -> None:
    user_id = site.somebody()
    before = site.moodle.users.by_ids([user_id])[user_id]

    changed = site.moodle.users.update([UserChange(user_id=user_id, city="Lomé")])
    site.done(changed[0])
    after = site.moodle.users.by_ids([user_id])[user_id]

    assert site.moodle.users.verified(changed)[0].stored_differently == ()
    assert (after.city, after.email) == ("Lomé", before.email)


@needs(named.SEARCH_USERS)
def test_a_search_takes_signs_as_they_are(site: LiveSite) -> None:
    user_id = site.somebody()
    account = site.moodle.users.by_ids([user_id])[user_id]

    whole = site.moodle.users.search(email=account.email)
    part = site.moodle.users.search(
        last_name=account.last_name[:-1], match=Match.BEGINS
    )
    wild = site.moodle.users.search(email="%", match=Match.WHOLE)

    assert [one.user_id for one in whole] == [user_id]
    assert user_id in {one.user_id for one in part}
    assert wild == ()


COHORTS = (
    named.CREATE_COHORTS,
    named.SEARCH_COHORTS,
    named.COHORT_MEMBERS,
    named.ADD_COHORT_MEMBERS,
    named.DELETE_COHORT_MEMBERS,
)


@needs(*COHORTS, named.GET_COHORTS, removal="core_cohort_delete_cohorts")
def test_a_cohort_is_made_and_its_members_come_and_go(site: LiveSite) -> None:
    cohorts, name = site.moodle.cohorts, site.name()
    made = cohorts.create([NewCohort(name=f"{name} R&D", idnumber=name)])
    cohort_id = site.done(made[0]).remote_id
    assert cohort_id
    site.removed_by("core_cohort_delete_cohorts", cohortids=[cohort_id])
    found = cohorts.by_idnumber(name)
    assert found is not None
    assert (found.id, found.name) == (cohort_id, f"{name} R&D")
    assert cohorts.verified(made)[0].stored_differently == ()

    there, absent = (
        Membership(of=cohort_id, user_id=user_id)
        for user_id in (site.somebody(), 2_000_000_000)
    )
    added = cohorts.add_members([absent, there])
    again = cohorts.add_members([there])

    assert [one.outcome for one in added] == [Outcome.REFUSED, Outcome.DONE]
    assert again[0].outcome is Outcome.ALREADY
    assert cohorts.members([cohort_id]) == {cohort_id: frozenset({there.user_id})}

    assert site.done(cohorts.delete_members([there])[0]).is_so
    assert cohorts.members([cohort_id]) == {cohort_id: frozenset()}


ENROLS = (
    named.ENROL_USERS,
    named.UNENROL_USERS,
    named.ENROLLED_USERS,
    named.COURSES_BY_FIELD,
)


@needs(*ENROLS)
def test_somebody_is_enrolled_suspended_and_taken_out(site: LiveSite) -> None:
    enrolments, user_id = site.moodle.enrolments, site.somebody()
    wanted = Enrolment(
        user_id=user_id, course_id=site.course.id, role_id=site.student_role
    )

    enrolled = enrolments.enrol([wanted])
    site.done(enrolled[0])
    assert enrolments.verified(enrolled)[0].stored_differently == ()

    suspended = enrolments.suspend([wanted])
    site.done(suspended[0])
    assert enrolments.verified(suspended)[0].stored_differently == ()

    participation = Participation(user_id=user_id, course_id=site.course.id)
    assert enrolments.unenrol([participation])[0].outcome is Outcome.DONE
    assert enrolments.unenrol([participation])[0].outcome is Outcome.ALREADY


GROUPS = (
    named.CREATE_GROUPS,
    named.COURSE_GROUPS,
    named.GROUP_MEMBERS,
    named.ADD_GROUP_MEMBERS,
    named.DELETE_GROUP_MEMBERS,
)


@needs(*GROUPS, *ENROLS, removal="core_group_delete_groups")
def test_a_group_is_made_and_its_members_come_and_go(site: LiveSite) -> None:
    groups, user_id, stranger = site.moodle.groups, site.somebody(), site.somebody()
    enrolment = Enrolment(
        user_id=user_id, course_id=site.course.id, role_id=site.student_role
    )
    site.done(site.moodle.enrolments.enrol([enrolment])[0])
    made = groups.create([NewGroup(course_id=site.course.id, name=site.name())])
    group_id = site.done(made[0]).remote_id
    assert group_id
    site.removed_by("core_group_delete_groups", groupids=[group_id])
    assert group_id in {group.id for group in groups.of_course(site.course.id)}

    inside, outside = (
        Membership(of=group_id, user_id=one) for one in (user_id, stranger)
    )
    added = groups.add_members([outside, inside])

    assert [one.outcome for one in added] == [Outcome.REFUSED, Outcome.DONE]
    assert groups.members([group_id]) == {group_id: frozenset({user_id})}
    assert site.done(groups.delete_members([inside])[0]).is_so
    assert groups.members([group_id]) == {group_id: frozenset()}


@needs(named.ASSIGN_ROLES, named.UNASSIGN_ROLES, *ENROLS)
def test_a_role_is_given_and_taken_back(site: LiveSite) -> None:
    assignment = RoleAssignment(
        user_id=site.somebody(),
        role_id=site.student_role,
        level=Level.COURSE,
        instance_id=site.course.id,
    )

    assert site.done(site.moodle.roles.assign([assignment])[0]).is_so
    assert site.done(site.moodle.roles.unassign([assignment])[0]).is_so


@needs(named.SEND_MESSAGES)
def test_a_message_comes_to_one_person_and_to_nobody_of_no_number(
    site: LiveSite,
) -> None:
    there, absent = (
        NewMessage(user_id=user_id, text="<p>ça va</p>")
        for user_id in (site.somebody(), 2_000_000_000)
    )

    sent = site.moodle.messages.send_all([absent, there])

    assert site.done(sent[1]).remote_id
    assert sent[0].outcome is Outcome.REFUSED


@needs(named.CREATE_NOTES, *ENROLS, removal="core_notes_delete_notes")
def test_a_note_is_left_about_a_participant(site: LiveSite) -> None:
    user_id = site.somebody()
    enrolment = Enrolment(
        user_id=user_id, course_id=site.course.id, role_id=site.student_role
    )
    site.done(site.moodle.enrolments.enrol([enrolment])[0])

    made = site.moodle.notes.create(
        [NewNote(user_id=user_id, course_id=site.course.id, text=site.name())]
    )

    note_id = site.done(made[0]).remote_id
    assert note_id
    site.removed_by("core_notes_delete_notes", notes=[note_id])
