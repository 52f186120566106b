"""What `enrol plan` shows, holds and stops at, over a practice site."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from moodle_bridge.practice.records import User
from tests.unit.sync_enrol.scene import Called, Scene

Row = dict[str, str]
Written = Callable[[list[Row]], None]

FIELDS = ("No", "First", "Last", "Address", "Country")


def row(number: int, **changed: str) -> Row:
    return {
        "No": str(number),
        "First": f"Ama{chr(96 + number)}",
        "Last": f"Diop{chr(96 + number)}",
        "Address": f"ama{number}@example.org",
        "Country": "Kenya",
        **changed,
    }


@pytest.fixture
def written(scene: Scene) -> Written:
    """Writes the form."""

    def write(rows: list[Row]) -> None:
        with (scene.folder / "form.csv").open("w", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, FIELDS)
            writer.writeheader()
            writer.writerows(rows)

    return write


def set_in_toml(scene: Scene, *lines: str, old: str = "") -> None:
    """Put lines into [[intake]], before its questions; `old` is taken out."""
    path = scene.folder / "bridge.toml"
    text = path.read_text("utf-8").replace(old, "")
    before, questions = text.split("[intake.questions]")
    path.write_text(
        f"{before}{chr(10).join(lines)}\n[intake.questions]{questions}", "utf-8"
    )


def plan(scene: Scene, name: str = "one", *flags: str) -> Called:
    return scene.call("enrol", "plan", "--name", name, "--json", *flags)


def kinds(called: Called) -> list[str]:
    return [step["kind"] for step in called.data["plan"]["steps"]]


def codes(called: Called) -> list[str]:
    return [held["code"] for held in called.data["plan"]["held"]]


def test_a_plan_is_in_the_order_in_which_it_is_done(
    scene: Scene, written: Written
) -> None:
    written([row(1), row(2, Country="Senegal")])
    called = plan(scene)
    assert called.code == 0, called.out
    assert kinds(called) == [
        *["group.create"] * 2,
        *["user.create"] * 2,
        *["enrolment.add"] * 2,
        *["cohort.add"] * 2,
        *["group.add"] * 2,
        *["list.subscribe"] * 2,
        *["mail.welcome"] * 2,
    ]
    keys = [step["key"] for step in called.data["plan"]["steps"]]
    for at, step in enumerate(called.data["plan"]["steps"]):
        assert set(step["after"]) <= set(keys[:at])


def test_the_same_form_gives_the_same_plan_again(
    scene: Scene, written: Written
) -> None:
    written([row(1), row(2)])
    first, again = plan(scene, "one"), plan(scene, "two")
    assert first.data["plan"]["steps"] == again.data["plan"]["steps"]
    assert first.data["plan"]["sources"] == again.data["plan"]["sources"]


def test_a_plan_changes_nothing_on_the_site(scene: Scene, written: Written) -> None:
    written([row(1), row(2)])
    before = scene.world()
    plan(scene)
    assert scene.world() == before


def test_the_file_of_a_plan_is_for_its_owner_alone(
    scene: Scene, written: Written
) -> None:
    written([row(1)])
    called = plan(scene)
    file = scene.folder / "one.plan.json"
    assert called.data["file"] == str(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shown = scene.call("enrol", "show", "one.plan.json", "--json")
    kept = scene.call("enrol", "show", "one", "--json")
    assert shown.data["plan"] == kept.data["plan"] == called.data["plan"]
    assert kept.data["state"] == "waits"


def test_plans_get_names_that_are_free(scene: Scene, written: Written) -> None:
    written([row(1)])
    first = scene.call("enrol", "plan", "--json").data["plan"]["name"]
    second = scene.call("enrol", "plan", "--json").data["plan"]["name"]
    assert (first, second) == ("form-2026-03-02", "form-2026-03-02-2")
    listed = scene.call("enrol", "list", "--json").data["plans"]
    assert {one["name"] for one in listed} == {first, second}


@pytest.mark.parametrize(
    ("changed", "where", "advice"),
    [
        ('cohort = "C26"', "cohort", "the bridge makes none"),
        ('course = "SM26"', "course", "short name"),
        ('role = "learner"', "role", "Roles of people there: editingteacher"),
    ],
)
def test_what_is_not_on_the_site_is_named_with_what_to_do(
    scene: Scene, written: Written, changed: str, where: str, advice: str
) -> None:
    written([row(1)])
    old = {"cohort": 'cohort = "C25"\n', "role": ""}.get(where, "")
    path = scene.folder / "bridge.toml"
    if where == "course":
        head, tail = path.read_text("utf-8").split("[[intake]]")
        path.write_text(f"{head}[[intake]]{tail.replace('SM25', 'SM26', 1)}", "utf-8")
    else:
        set_in_toml(scene, changed, old=old)
    called = plan(scene)
    assert called.code == 2
    (problem,) = called.data["error"]["problems"]
    assert problem["where"] == f"[[intake]] form.{where}"
    assert advice in problem["advice"]
    looked = scene.call("check", "--json").data["findings"]
    assert [one["what"] for one in looked if one["what"] == problem["where"]]


def add(scene: Scene, **more: Any) -> User:
    values = {
        "username": "amaa.diopa",
        "firstname": "Amaa",
        "lastname": "Diopa",
        "email": "AMA1@example.org",
        **more,
    }
    return scene.site.add_user(**values)


def test_an_account_of_the_same_address_is_adopted_by_decision_alone(
    scene: Scene, written: Written
) -> None:
    there = add(scene)
    written([row(1)])
    called = plan(scene)
    assert called.code == 3
    assert codes(called) == ["adopt"]
    assert "user.create" not in kinds(called)
    (held,) = called.data["plan"]["held"]
    assert f"enrol decide form:1 --adopt {there.id}" in held["advice"]

    decided = scene.call(
        "enrol", "decide", "ama1@example.org", "--adopt", str(there.id)
    )
    assert decided.code == 0, decided.err
    called = plan(scene)
    assert called.code == 0
    (step,) = [
        one for one in called.data["plan"]["steps"] if one["kind"] == "enrolment.add"
    ]
    assert step["expects"]["user_id"] == there.id
    assert "user.create" not in kinds(called)
    # Their own answer fills what was empty, and changes nothing that stood there.
    (change,) = [
        one for one in called.data["plan"]["steps"] if one["kind"] == "user.change"
    ]
    assert change["sets"] == {"country": "KE", "timezone": "Africa/Nairobi"}


def test_an_adoption_can_be_taken_back_before_anything_is_done(
    scene: Scene, written: Written
) -> None:
    there = add(scene)
    written([row(1)])
    plan(scene)
    scene.call("enrol", "decide", "form:1", "--adopt", str(there.id))
    assert codes(plan(scene)) == []
    assert scene.call("enrol", "decide", "form:1", "--take-back").code == 0
    assert codes(plan(scene)) == ["adopt"]


def test_an_account_that_is_not_there_cannot_be_adopted(
    scene: Scene, written: Written
) -> None:
    written([row(1)])
    plan(scene)
    called = scene.call("enrol", "decide", "form:1", "--adopt", "999")
    assert (called.code, "Nothing was decided" in called.err) == (2, True)


def test_where_the_token_does_not_see_everybody_nobody_new_is_made(
    scene: Scene, written: Written
) -> None:
    low = scene.site.add_user("low", "Low", "Rights", "low@example.org")
    scene.site.enrol(low, scene.course, "editingteacher")
    scene.environ["TOKEN"] = scene.site.token_for(low)
    set_in_toml(scene, old='cohort = "C25"\n')
    written([row(1)])
    called = plan(scene)
    assert called.code == 3, called.out
    assert codes(called) == ["cannot-see"]
    assert kinds(called) == []
    assert "moodle/user:viewalldetails" in called.data["plan"]["held"][0]["advice"]


def test_usernames_do_not_clash_and_stay(scene: Scene, written: Written) -> None:
    add(scene, username="rui.costa", email="other@example.org")
    both = [
        row(1, First="Rui", Last="Costa"),
        row(2, First="Rúi", Last="Costa", Country="Senegal"),
    ]
    written(both)
    first = named_by_plan(scene)
    assert set(first.values()) == {"rui.costa2", "rui.costa3"}
    written(both[::-1])
    assert named_by_plan(scene) == first


def named_by_plan(scene: Scene) -> dict[str, str]:
    return {
        step["sets"]["email"]: step["target"]
        for step in plan(scene).data["plan"]["steps"]
        if step["kind"] == "user.create"
    }


def test_entries_of_one_person_are_held_until_somebody_decides(
    scene: Scene, written: Written
) -> None:
    written([row(1), row(2, Address="AMA1@example.org")])
    called = plan(scene)
    assert codes(called) == ["duplicate", "duplicate"]
    assert kinds(called) == []
    # Key 2, and row 2 of the file: what is not clear is asked.
    unclear = scene.call("enrol", "decide", "2", "--same-as", "form:1")
    assert (unclear.code, "Name one: form:1, form:2" in unclear.err) == (2, True)
    decided = scene.call("enrol", "decide", "3", "--same-as", "form:1")
    assert decided.code == 0, decided.err
    called = plan(scene)
    assert kinds(called).count("user.create") == 1
    (left,) = called.data["plan"]["left_alone"]
    assert left["why"] == "entry form:1 counts instead"


def test_one_that_was_of_the_same_person_and_is_not_is_never_taken_for_them(
    scene: Scene, written: Written
) -> None:
    written([row(1), row(2, Address="ama1@example.org")])
    plan(scene)
    scene.call("enrol", "decide", "form:1", "--same-as", "form:2")
    plan(scene)
    assert scene.apply("one", "--yes").code == 0
    scene.call("enrol", "decide", "form:1", "--take-back")
    written([row(1), row(2, Address="ama1@example.org")])
    written(
        [row(1, Address="somebody@example.org"), row(2, Address="ama1@example.org")]
    )
    called = plan(scene, "two")
    assert codes(called) == ["same-person"]
    assert kinds(called) == []
    scene.call("enrol", "decide", "form:1", "--new")
    assert kinds(plan(scene, "two")).count("user.create") == 1


def test_an_entry_with_problems_is_held_with_all_of_them(
    scene: Scene, written: Written
) -> None:
    written([row(1, Address="nowhere", Country="Atlantis"), row(2)])
    called = plan(scene)
    assert (called.code, codes(called)) == (3, ["problems"])
    (held,) = called.data["plan"]["held"]
    assert "nowhere" in held["what"]
    assert "Atlantis" in held["what"]
    assert held["row"] == 2
    assert kinds(called).count("user.create") == 1
    assert scene.call("enrol", "decide", "form:1", "--refuse").code == 0
    assert plan(scene).code == 0


def test_a_form_that_became_empty_or_much_smaller_stops(
    scene: Scene, written: Written
) -> None:
    written([row(number) for number in range(1, 11)])
    assert plan(scene).code == 0
    written([row(number) for number in range(1, 6)])
    called = plan(scene)
    assert called.code == 4
    assert called.data["error"]["item"] == "[[intake]] form → limits.shrink_percent"
    written([])
    called = plan(scene)
    assert called.code == 4
    assert "empty form removes nobody" in called.data["error"]["advice"]


def test_who_is_missing_from_the_form_is_left_alone(
    scene: Scene, written: Written
) -> None:
    written([row(number) for number in range(1, 11)])
    plan(scene)
    assert scene.apply("one", "--yes").code == 0
    written([row(number) for number in range(1, 10)])
    called = scene.call("enrol", "plan", "--name", "two")
    assert called.code == 0
    assert "Nobody is removed because their entry is gone." in called.out
    assert "Nothing is to be done." in called.out


def test_a_plan_beyond_a_limit_is_shown_and_not_kept(
    scene: Scene, written: Written
) -> None:
    path = scene.folder / "bridge.toml"
    path.write_text(path.read_text("utf-8") + "[intake.limits]\ncreate = 1\n", "utf-8")
    written([row(1), row(2)])
    called = plan(scene)
    assert called.code == 4
    assert kinds(called).count("user.create") == 2
    (beyond,) = called.data["beyond_limits"]
    assert beyond["setting"] == "[[intake]] form → limits.create"
    assert not (scene.folder / "one.plan.json").exists()
    assert scene.call("enrol", "list", "--json").data["plans"] == []


def test_who_left_the_list_or_the_course_is_not_put_back(
    scene: Scene, written: Written
) -> None:
    written([row(1), row(2)])
    plan(scene)
    assert scene.apply("one", "--yes").code == 0
    scene.roll.entries.clear()
    scene.cohort.members.clear()
    user = scene.user("amab.diopb")
    assert user is not None
    enrolments = scene.site.state.enrolments
    for key in [key for key, one in enrolments.items() if one.userid == user.id]:
        del enrolments[key]
    called = plan(scene, "two")
    assert kinds(called) == []
    assert codes(called) == ["unenrolled"]
    whys = {one["why"] for one in called.data["plan"]["left_alone"]}
    assert any("left the list" in why for why in whys)
    assert any("taken out of cohort" in why for why in whys)

    scene.move(timedelta(minutes=5))
    scene.call("enrol", "decide", "form:2", "--reactivate")
    called = plan(scene, "two")
    assert "enrolment.add" in kinds(called)
    scene.move(timedelta(minutes=5))
    assert scene.apply("two", "--yes").code == 0
    scene.roll.entries.clear()
    assert kinds(plan(scene, "three")) == []


def test_one_person_in_two_forms_is_one_account(scene: Scene, written: Written) -> None:
    written([row(1)])
    (scene.folder / "second.csv").write_text(
        "No,First,Last,Address,Country\n7,Amaa,Diopa,AMA1@example.org,Kenya\n"
        "8,Other,Name,ama1@example.org,Kenya\n",
        "utf-8",
    )
    path = scene.folder / "bridge.toml"
    text = path.read_text("utf-8")
    first = text[text.index("[[intake]]") :]
    second = first.replace('name = "form"', 'name = "second"')
    path.write_text(text + second.replace("form.csv", "second.csv"), "utf-8")
    called = plan(scene)
    assert kinds(called).count("user.create") == 1
    assert kinds(called).count("enrolment.add") == 1
    assert codes(called) == ["duplicate", "duplicate"]
    assert scene.call("enrol", "decide", "second:8", "--refuse").code == 0
    scene.call("enrol", "decide", "second:8", "--new")
    called = plan(scene)
    created = [
        step for step in called.data["plan"]["steps"] if step["kind"] == "user.create"
    ]
    assert len({step["person"] for step in created}) == len(created) == 2


def test_the_tables_say_who_and_what_in_words(scene: Scene, written: Written) -> None:
    written([row(1)])
    called = scene.call("enrol", "plan", "--name", "one")
    assert "Accounts to make (1)" in called.out
    assert "Amaa Diopa  amaa.diopa  ama1@example.org  country KE" in called.out
    assert "`moodle-bridge enrol apply one.plan.json` does exactly this." in called.out


def test_decisions_are_listed_with_their_reasons(
    scene: Scene, written: Written
) -> None:
    written([row(1)])
    plan(scene)
    scene.call("enrol", "decide", "form:1", "--refuse", "--reason", "wrote by phone")
    (one,) = scene.call("enrol", "decisions", "--json").data["decisions"]
    assert (one["entry"], one["verdict"], one["reason"]) == (
        "form:1",
        "refuse",
        "wrote by phone",
    )
    assert scene.call("enrol", "decide", "form:1").code == 2


def test_check_says_what_each_form_is_for(scene: Scene, written: Written) -> None:
    written([row(1)])
    looked = {
        one["what"]: (one["state"], one["seen"])
        for one in scene.call("check", "--json").data["findings"]
    }
    assert looked["intake form, cohort"] == ("ok", "Cohort 2025 (C25)")
    assert looked["intake form, form"] == ("ok", "1 entries count")
    assert looked["accounts"][0] == "ok"
    assert looked["job enrol"][0] in {"ok", "warning"}


def test_a_plan_that_was_changed_by_hand_is_not_shown(
    scene: Scene, written: Written
) -> None:
    written([row(1)])
    plan(scene)
    file = scene.folder / "one.plan.json"
    whole = json.loads(file.read_text("utf-8"))
    whole["steps"][0]["target"] = "SM25/Elsewhere"
    file.write_text(json.dumps(whole), "utf-8")
    called = scene.call("enrol", "show", "one.plan.json")
    assert (called.code, "changed by hand" in called.err) == (2, True)


def test_a_group_that_was_renamed_is_known_again(
    scene: Scene, written: Written
) -> None:
    written([row(1)])
    plan(scene)
    assert scene.apply("one", "--yes").code == 0
    (group,) = scene.site.state.groups.values()
    assert group.idnumber == "mb-group-country-ke"
    group.name = "Our friends in Kenya"
    written([row(1), row(2)])
    called = plan(scene, "two")
    assert "group.create" not in kinds(called)
    targets = [
        step["target"]
        for step in called.data["plan"]["steps"]
        if step["kind"] == "group.add"
    ]
    assert targets == ["SM25/Our friends in Kenya"]
