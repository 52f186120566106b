"""Rows that are numbered anew, written over, or doubled: nobody gets another's name."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.sync_enrol.scene import Called, Scene

AMINA = ("Amina", "Okello", "amina@example.org")
RUI = ("Rui", "Costa", "rui@example.org")
HA = ("Ha", "Nguyen", "ha@example.org")
ZOE = ("Zoe", "Martin", "zoe@example.org")


def written(scene: Scene, *people: tuple[str, ...]) -> None:
    with (scene.folder / "form.csv").open("w", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["No", "First", "Last", "Address", "Country"])
        for number, one in enumerate(people, 1):
            writer.writerow([number, *one[:3], *(one[3:] or ("Kenya",))])


def planned(scene: Scene, name: str) -> Called:
    scene.move(timedelta(minutes=1))
    return scene.call("enrol", "plan", "--name", name, "--json")


def held(called: Called) -> list[tuple[str, str]]:
    return [(one["entry"], one["code"]) for one in called.data["plan"]["held"]]


def steps(called: Called) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = called.data["plan"]["steps"]
    return found


def decided(scene: Scene, *said: str) -> None:
    scene.move(timedelta(minutes=1))
    called = scene.call("enrol", "decide", *said)
    assert called.code == 0, called.err


@pytest.fixture
def enrolled(scene: Scene) -> Scene:
    written(scene, AMINA, RUI, HA)
    assert planned(scene, "one").code == 0
    assert scene.apply("one", "--yes").code == 0
    return scene


def test_rows_that_are_numbered_anew_rename_nobody(enrolled: Scene) -> None:
    before = enrolled.world()
    written(enrolled, RUI, AMINA, HA)
    called = planned(enrolled, "two")
    assert held(called) == [("1", "another-person"), ("2", "another-person")]
    assert steps(called) == []
    assert "Amina Okello" in called.data["plan"]["held"][0]["what"]
    decided(enrolled, "form:1", "--adopt", str(user_id(enrolled, "rui.costa")))
    decided(enrolled, "form:2", "--adopt", str(user_id(enrolled, "amina.okello")))
    called = planned(enrolled, "three")
    assert (held(called), steps(called)) == ([], [])
    assert enrolled.world() == before


def test_a_row_put_in_above_the_others_takes_nobodys_account(enrolled: Scene) -> None:
    written(enrolled, ZOE, AMINA, RUI, HA)
    called = planned(enrolled, "two")
    # Ha has a row of its own now, the fourth; the other three are asked about.
    assert [entry for entry, _ in held(called)] == ["3", "1", "2"]
    assert steps(called) == []


def test_somebody_written_over_another_is_somebody_new_by_decision(
    enrolled: Scene,
) -> None:
    written(enrolled, ZOE, RUI, HA)
    assert held(planned(enrolled, "two")) == [("1", "another-person")]
    decided(enrolled, "form:1", "--new")
    called = planned(enrolled, "three")
    made = [one["target"] for one in steps(called) if one["kind"] == "user.create"]
    assert (held(called), made) == ([], ["zoe.martin"])
    assert enrolled.apply("three", "--yes").code == 0
    amina = enrolled.user("amina.okello")
    assert amina is not None
    assert (amina.fullname, amina.email) == ("Amina Okello", "amina@example.org")
    # What was decided was followed, and does not hold for whoever comes next.
    written(enrolled, ("Bo", "Li", "bo@example.org"), RUI, HA)
    assert held(planned(enrolled, "four")) == [("1", "another-person")]


def test_who_has_another_name_and_address_is_renamed_by_decision(
    enrolled: Scene,
) -> None:
    written(enrolled, ZOE, RUI, HA)
    planned(enrolled, "two")
    decided(enrolled, "form:1", "--adopt", str(user_id(enrolled, "amina.okello")))
    called = planned(enrolled, "three")
    assert held(called) == []
    assert enrolled.apply("three", "--yes").code == 0
    zoe = enrolled.user("amina.okello")
    assert zoe is not None
    assert (zoe.fullname, zoe.email) == ("Zoe Martin", "zoe@example.org")
    # The decision was followed: it says nothing of the next who is written there.
    written(enrolled, ("Bo", "Li", "bo@example.org"), RUI, HA)
    assert held(planned(enrolled, "four")) == [("1", "another-person")]


def test_a_new_name_or_a_new_address_alone_is_a_change_as_before(
    enrolled: Scene,
) -> None:
    written(
        enrolled,
        ("Amina", "Otieno", "amina@example.org"),
        ("Ruy", "Kosta", "rui@example.org"),
        ("Ha", "Nguyen", "ha.nguyen@example.com"),
    )
    called = planned(enrolled, "two")
    assert held(called) == []
    assert [one["kind"] for one in steps(called)].count("user.change") == 3


def test_who_marries_and_takes_a_new_address_is_renamed_by_one_command(
    enrolled: Scene,
) -> None:
    written(enrolled, ("Amina", "Otieno", "amina.otieno@example.org"), RUI, HA)
    called = planned(enrolled, "two")
    assert held(called) == [("1", "another-person")]
    number = user_id(enrolled, "amina.okello")
    said = f"`moodle-bridge enrol decide form:1 --adopt {number}`"
    assert said in called.data["plan"]["held"][0]["advice"]
    decided(enrolled, "form:1", "--adopt", str(number))
    called = planned(enrolled, "three")
    assert held(called) == []
    assert [one["kind"] for one in steps(called)].count("user.change") == 1
    assert enrolled.apply("three", "--yes").code == 0
    assert held(planned(enrolled, "four")) == []


def test_of_a_family_nobody_gets_the_account_of_another(enrolled: Scene) -> None:
    written(enrolled, ("John", "Okello", "john@example.org"), RUI, HA)
    assert held(planned(enrolled, "two")) == [("1", "another-person")]
    written(
        enrolled,
        AMINA,
        ("Rui", "Santos", "santos@example.org"),
        ("Binh", "Nguyen", "binh@example.org"),
    )
    assert [code for _, code in held(planned(enrolled, "three"))] == [
        "another-person",
        "another-person",
    ]


def test_a_slip_that_is_put_right_with_a_new_address_is_no_question(
    enrolled: Scene,
) -> None:
    written(
        enrolled,
        ("Aminah W.", "Okello", "aminah@example.org"),
        ("Costa", "Rui", "costa@example.org"),
        ("Ha Thi", "Nguyen", "ha.thi@example.org"),
    )
    called = planned(enrolled, "two")
    assert held(called) == []
    assert [one["kind"] for one in steps(called)].count("user.change") == 3


def test_a_family_that_shares_an_address_is_asked_about_and_not_merged(
    scene: Scene,
) -> None:
    path = scene.folder / "bridge.toml"
    path.write_text(
        path.read_text().replace(
            "[intake.questions]", 'duplicates = "latest"\n[intake.questions]'
        )
    )
    written(scene, ("Amina", "Okello", "family@example.org"))
    planned(scene, "one")
    assert scene.apply("one", "--yes").code == 0
    written(
        scene,
        ("Amina", "Okello", "family@example.org"),
        ("John", "Okello", "family@example.org"),
    )
    called = planned(scene, "two")
    assert {code for _, code in held(called)} == {"duplicate"}
    assert steps(called) == []


def test_names_that_differ_in_their_tones_are_of_two_people(scene: Scene) -> None:
    written(
        scene,
        ("Thị Hà", "Nguyễn", "ha1@example.org"),
        ("Thị Hạ", "Nguyễn", "ha2@example.org"),
    )
    called = planned(scene, "one")
    assert held(called) == []
    assert [one["kind"] for one in steps(called)].count("user.create") == 2
    # Who leaves the marks out may be either.
    written(
        scene,
        ("Thị Hà", "Nguyễn", "ha1@example.org"),
        ("Thị Hạ", "Nguyễn", "ha2@example.org"),
        ("Thi Ha", "Nguyen", "ha3@example.org"),
    )
    assert held(planned(scene, "two")) == [
        ("1", "namesake"),
        ("2", "namesake"),
        ("3", "namesake"),
    ]


def test_an_account_that_was_deleted_is_made_anew_by_decision(enrolled: Scene) -> None:
    ha = enrolled.user("ha.nguyen")
    assert ha is not None
    ha.deleted = True
    called = planned(enrolled, "two")
    assert held(called) == [("3", "gone")]
    decided(enrolled, "form:3", "--new")
    called = planned(enrolled, "three")
    assert held(called) == []
    assert [one["kind"] for one in steps(called)].count("user.create") == 1


def test_a_username_that_was_meant_for_another_name_is_not_kept(scene: Scene) -> None:
    written(scene, AMINA, RUI)
    planned(scene, "one")
    written(scene, RUI, AMINA)
    made = [
        (one["sets"]["first_name"], one["target"])
        for one in steps(planned(scene, "two"))
        if one["kind"] == "user.create"
    ]
    assert all(first.lower() in username for first, username in made)


def test_one_name_with_two_addresses_is_asked_about(scene: Scene) -> None:
    written(scene, AMINA, ("Okello", "Amina", "amina2@example.org"), HA)
    called = planned(scene, "one")
    assert held(called) == [("1", "namesake"), ("2", "namesake")]
    decided(scene, "form:2", "--same-as", "form:1")
    called = planned(scene, "two")
    made = [one["shown"] for one in steps(called) if one["kind"] == "user.create"]
    assert (held(called), made) == ([], ["Amina Okello", "Ha Nguyen"])


def test_two_of_one_name_have_two_accounts_when_that_is_said(scene: Scene) -> None:
    written(scene, AMINA, ("Amina", "Okello", "amina2@example.org"))
    planned(scene, "one")
    decided(scene, "form:2", "--new")
    called = planned(scene, "two")
    assert held(called) == []
    assert [one["kind"] for one in steps(called)].count("user.create") == 2


def test_who_is_there_already_is_not_asked_about_for_a_namesake(
    enrolled: Scene,
) -> None:
    written(enrolled, AMINA, RUI, HA, ("Ha", "Nguyen", "ha2@example.org"))
    assert held(planned(enrolled, "two")) == [("4", "namesake")]
    other = ("Ha", "Nguyen", "ha2@example.org", "Vietnam")
    written(enrolled, AMINA, RUI, HA, other)
    called = planned(enrolled, "three")
    assert held(called) == []
    assert [one["kind"] for one in steps(called)].count("user.create") == 1


def user_id(scene: Scene, username: str) -> int:
    user = scene.user(username)
    assert user is not None
    return user.id


def test_after_an_undo_people_come_back_as_they_were_by_decision(
    enrolled: Scene,
) -> None:
    before = enrolled.world()
    enrolled.move(timedelta(minutes=1))
    assert enrolled.undo("one").code == 0
    called = planned(enrolled, "two")
    assert [code for _, code in held(called)] == ["suspended"] * 3
    assert steps(called) == []
    for entry in ("form:1", "form:2", "form:3"):
        decided(enrolled, entry, "--reactivate")
    called = planned(enrolled, "three")
    assert held(called) == []
    assert "user.create" not in {one["kind"] for one in steps(called)}
    enrolled.move(timedelta(minutes=1))
    assert enrolled.apply("three", "--yes").code == 0
    assert enrolled.world() == before
    # Undone once more, they are asked about once more.
    enrolled.move(timedelta(minutes=1))
    assert enrolled.undo("three").code == 0
    called = planned(enrolled, "four")
    assert [code for _, code in held(called)] == ["suspended"] * 3
    assert steps(called) == []


def test_an_account_that_somebody_else_made_and_suspended_stays_so(
    scene: Scene,
) -> None:
    bo = scene.site.add_user("bo", "Bo", "Li", "bo@example.org")
    written(scene, ("Bo", "Li", "bo@example.org"))
    planned(scene, "one")
    decided(scene, "form:1", "--adopt", str(bo.id))
    planned(scene, "two")
    assert scene.apply("two", "--yes").code == 0
    bo.suspended = True
    decided(scene, "form:1", "--reactivate")
    called = planned(scene, "three")
    assert (held(called), steps(called)) == ([("1", "suspended")], [])


def test_who_was_adopted_comes_back_by_one_decision(scene: Scene) -> None:
    bo = scene.site.add_user("bo", "Bo", "Li", "bo@example.org")
    written(scene, ("Bo", "Li", "bo@example.org"))
    planned(scene, "one")
    decided(scene, "form:1", "--adopt", str(bo.id))
    planned(scene, "two")
    assert scene.apply("two", "--yes").code == 0
    for one in scene.site.state.enrolments_in(scene.course.id):
        one.suspended = one.suspended or one.userid == bo.id
    assert held(planned(scene, "three")) == [("1", "suspended-enrolment")]
    decided(scene, "form:1", "--reactivate")
    called = planned(scene, "four")
    assert held(called) == []
    assert [one["kind"] for one in steps(called)] == ["enrolment.reactivate"]


def test_a_run_applies_the_others_and_mails_what_to_type_for_a_namesake_once(
    scene: Scene,
) -> None:
    path = scene.folder / "bridge.toml"
    path.write_text(
        path.read_text()
        .replace("[mail.out]", 'admin = "admin@example.org"\n[mail.out]')
        .replace('groups_by = "country"', 'groups_by = "country"\nevery = "1m"')
        .replace("[intake.questions]", "[intake.auto_apply]\n[intake.questions]")
    )
    written(scene, AMINA, ("Amina", "Okello", "amina2@example.org"), RUI)
    for moment in (("--from", "now"), (), ()):
        scene.move(timedelta(minutes=5))
        scene.call("sync", *moment)
    assert scene.user("rui.costa") is not None
    assert scene.user("amina.okello") is None
    (mail,) = (
        text
        for one in (scene.folder / "out" / "new").iterdir()
        if "To: admin@example.org" in (text := one.read_text())
    )
    for command in ("form:1 --same-as form:2", "form:1 --new", "form:2 --new"):
        assert f"`moodle-bridge enrol decide {command}`" in mail
