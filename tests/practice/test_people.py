"""Users, cohorts, enrolments, roles and groups: who is refused, and what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from moodle_bridge.practice.records import User
from tests.practice.course import Site

STUDENT, TEACHER, MANAGER = 5, 4, 1


def person(username: str, **more: Any) -> dict[str, Any]:
    return {
        "username": username,
        "firstname": "Ngozi",
        "lastname": "Eze",
        "email": f"{username}@example.org",
        "createpassword": 1,
    } | more


def create(site: Site, *people: dict[str, Any]) -> Any:
    return site.ask(site.bridge, "core_user_create_users", users=list(people))


def found(site: Site, username: str) -> User | None:
    rows = site.moodle.state.users.values()
    return next((row for row in rows if row.username == username), None)


@pytest.mark.parametrize(
    "bad",
    [
        {"username": "Ngozi"},
        {"username": "ngozi+1"},
        {"lastname": " "},
        {"email": "josé@example.org"},
        {"email": "PART1@EXAMPLE.ORG"},
        {"username": "part1"},
        {"lang": "xx"},
        {"auth": "webservice"},
        {"createpassword": 0},
        {"firstname": "<b>Ngozi</b>"},
    ],
    ids=str,
)
def test_one_bad_user_keeps_all_from_being_made(
    site: Site, bad: dict[str, Any]
) -> None:
    answer = create(site, person("first"), person("second") | bad)
    assert answer["errorcode"] == "invalidparameter"
    assert found(site, "first") is None


def test_a_batch_may_not_hold_the_same_user_twice(site: Site) -> None:
    assert create(site, person("a"), person("a"))["errorcode"] == "invalidparameter"
    assert found(site, "a") is None


def test_a_weak_password_comes_back_as_html_for_an_errorcode(site: Site) -> None:
    answer = create(site, person("a", createpassword=0, password="x"))
    assert answer["errorcode"].startswith("<div>Passwords must be at least 8")


def test_what_a_profile_cannot_hold_is_dropped_without_a_word(site: Site) -> None:
    fields = [{"type": "organisation", "value": "Radio"}, {"type": "x", "value": "y"}]
    answer = create(
        site, person("a", country="XX", timezone="Mars/Base", customfields=fields)
    )
    assert answer[0]["username"] == "a"
    made = found(site, "a")
    assert made is not None
    assert (made.country, made.timezone) == ("", "99")
    assert made.customfields == {"organisation": "Radio"}


def test_a_name_too_long_for_its_column_is_a_write_error(site: Site) -> None:
    assert create(site, person("a", city="x" * 121))["errorcode"] == "dmlwriteexception"
    assert found(site, "a") is None


def test_users_are_changed_one_by_one_and_what_fails_is_warned_of(site: Site) -> None:
    first, second = site.participant, site.other_participant
    answer = site.ask(
        site.bridge,
        "core_user_update_users",
        users=[
            {"id": first.id, "email": second.email.upper()},
            {"id": 9999, "city": "Enugu"},
            {"id": second.id, "city": "Enugu", "suspended": 1},
        ],
    )
    codes = [(row["itemid"], row["warningcode"]) for row in answer["warnings"]]
    assert codes == [(first.id, "useremailduplicate"), (9999, "invaliduserid")]
    assert (second.city, second.suspended) == ("Enugu", True)


def test_a_search_by_an_unknown_key_finds_everybody(site: Site) -> None:
    answer = site.ask(
        site.bridge, "core_user_get_users", criteria=[{"key": "colour", "value": "x"}]
    )
    assert len(answer["users"]) == len(site.moodle.state.users)
    assert answer["warnings"][0]["warningcode"] == "invalidfieldparameter"


@pytest.mark.parametrize(
    ("sought", "usernames"),
    [
        ("PART1@example.org", {"part1"}),
        ("part_@example.org", {f"part{number}" for number in range(1, 10)}),
        (r"part\_@example.org", set()),
        ("part1%", {"part1", *(f"part{number}" for number in range(10, 15))}),
    ],
)
def test_addresses_are_sought_with_wildcards(
    site: Site, sought: str, usernames: set[str]
) -> None:
    answer = site.ask(
        site.bridge, "core_user_get_users", criteria=[{"key": "email", "value": sought}]
    )
    assert {user["username"] for user in answer["users"]} == usernames


def cohort(site: Site, idnumber: str = "autumn") -> Any:
    kind = {"type": "system", "value": ""}
    return site.ask(
        site.bridge,
        "core_cohort_create_cohorts",
        cohorts=[{"categorytype": kind, "name": idnumber, "idnumber": idnumber}],
    )


def test_an_empty_idnumber_is_taken_by_the_first_cohort(site: Site) -> None:
    assert cohort(site, "")[0]["idnumber"] == ""
    assert cohort(site, "")["errorcode"] == "invalidparameter"


def test_cohorts_are_sought_by_page_whatever_the_name_says(site: Site) -> None:
    for number in range(4):
        cohort(site, f"autumn{number}")

    def page(start: int) -> list[str]:
        answer = site.ask(
            site.bridge,
            "core_cohort_search_cohorts",
            query="autumn",
            context={"contextid": 1},
            limitfrom=start,
            limitnum=2,
        )
        return [row["idnumber"] for row in answer["cohorts"]]

    assert page(1) == ["autumn2", "autumn3"]
    assert page(2) == []


def test_what_cohort_members_are_warned_of_names_no_item(site: Site) -> None:
    cohort(site)
    autumn = {"type": "idnumber", "value": "autumn"}

    def member(kind: str, value: str) -> dict[str, Any]:
        return {"cohorttype": autumn, "usertype": {"type": kind, "value": value}}

    answer = site.ask(
        site.bridge,
        "core_cohort_add_cohort_members",
        members=[
            member("username", "part1"),
            member("username", "part1"),
            member("email", "part2@example.org"),
            member("id", "9999"),
        ],
    )
    assert [row["warningcode"] for row in answer["warnings"]] == ["3", "1", "2"]
    assert all(row.keys() == {"warningcode", "message"} for row in answer["warnings"])
    autumn_row = next(iter(site.moodle.state.cohorts.values()))
    assert autumn_row.members == [site.participant.id]


def test_an_unknown_user_keeps_all_in_the_cohort(site: Site) -> None:
    group = site.moodle.add_cohort("a", site.participant, idnumber="a")
    answer = site.ask(
        site.bridge,
        "core_cohort_delete_cohort_members",
        members=[
            {"cohortid": group.id, "userid": site.participant.id},
            {"cohortid": group.id, "userid": 9999},
        ],
    )
    assert answer["errorcode"] == "invaliduser"
    assert group.members == [site.participant.id]


def test_who_leaves_a_synced_cohort_loses_the_course_and_its_groups(site: Site) -> None:
    course, newcomer = (
        site.seeded.course,
        site.moodle.add_user("n", "N", "N", "n@x.org"),
    )
    synced = site.moodle.add_cohort("a", newcomer, idnumber="a")
    site.moodle.sync_cohort(synced, course)
    red = site.seeded.groups[0]
    red.members.append(newcomer.id)
    unenrolled = site.ask(
        site.bridge,
        "enrol_manual_unenrol_users",
        enrolments=[{"userid": newcomer.id, "courseid": course.id}],
    )
    assert unenrolled is None
    assert (newcomer.id, course.id) in site.moodle.state.enrolments
    site.ask(
        site.bridge,
        "core_cohort_delete_cohort_members",
        members=[{"cohortid": synced.id, "userid": newcomer.id}],
    )
    assert (newcomer.id, course.id) not in site.moodle.state.enrolments
    assert newcomer.id not in red.members


def enrol(site: Site, caller: User, *rows: dict[str, Any]) -> Any:
    course = {"courseid": site.seeded.course.id}
    return site.ask(
        caller, "enrol_manual_enrol_users", enrolments=[course | row for row in rows]
    )


def test_enrolling_again_resets_what_is_not_sent_and_adds_the_role(site: Site) -> None:
    userid = site.participant.id
    first = {"roleid": STUDENT, "userid": userid}
    assert enrol(
        site, site.bridge, first | {"timeend": 2_000_000_000, "suspend": 1}
    ) is (None)
    row = site.moodle.state.enrolments[userid, site.seeded.course.id]
    assert (row.suspended, row.timeend) == (True, 2_000_000_000)
    enrol(site, site.bridge, first | {"roleid": TEACHER})
    assert (row.suspended, row.timeend) == (False, 0)
    assert row.roles == ["student", "teacher"]


def test_one_refused_enrolment_refuses_all(site: Site) -> None:
    newcomer = site.moodle.add_user("n", "N", "N", "n@x.org")
    rows = [
        {"roleid": STUDENT, "userid": newcomer.id},
        {"roleid": MANAGER, "userid": newcomer.id},
    ]
    assert enrol(site, site.facilitator, *rows)["errorcode"] == "wsusercannotassign"
    assert (newcomer.id, site.seeded.course.id) not in site.moodle.state.enrolments


def test_a_course_without_enrolment_by_hand_refuses_it(site: Site) -> None:
    site.seeded.course.methods.remove("manual")
    answer = enrol(
        site, site.bridge, {"roleid": STUDENT, "userid": site.participant.id}
    )
    assert answer["errorcode"] == "wsnoinstance"


def test_a_role_by_itself_does_not_enrol(site: Site) -> None:
    newcomer, course = (
        site.moodle.add_user("n", "N", "N", "n@x.org"),
        site.seeded.course,
    )
    rows = [{"roleid": TEACHER, "userid": newcomer.id, "contextid": course.contextid}]
    assert site.ask(site.bridge, "core_role_assign_roles", assignments=rows) is None
    assert (newcomer.id, course.id) not in site.moodle.state.enrolments
    assert (
        site.moodle.desk("")
        .call_as(newcomer)
        .viewer(course.id)
        .can_forum("readprivatereplies")
    )
    site.ask(site.bridge, "core_role_unassign_roles", unassignments=rows)
    assert not site.moodle.state.role_assignments


def test_only_the_enrolled_become_members_of_groups(site: Site) -> None:
    red, newcomer = (
        site.seeded.groups[0],
        site.moodle.add_user("n", "N", "N", "n@x.org"),
    )
    before = list(red.members)
    answer = site.ask(
        site.bridge,
        "core_group_add_group_members",
        members=[
            {"groupid": red.id, "userid": site.other_participant.id},
            {"groupid": red.id, "userid": newcomer.id},
        ],
    )
    assert answer["errorcode"] == "invalidparameter"
    assert red.members == before


def test_two_groups_of_a_course_may_not_share_a_name(site: Site) -> None:
    course = {"courseid": site.seeded.course.id, "description": ""}
    answer = site.ask(
        site.bridge,
        "core_group_create_groups",
        groups=[course | {"name": "Green"}, course | {"name": "Red"}],
    )
    assert answer["errorcode"] == "invalidparameter"
    assert len(site.moodle.state.groups) == 2
