"""A plan says what the token's service lacks before anything is done, not half-way."""

from __future__ import annotations

import csv

import pytest

from moodle_bridge.moodle.functions import PURPOSES_OF, Job
from tests.unit.sync_enrol.scene import Scene

ALL = {function for purposes in PURPOSES_OF.values() for function in purposes}


def form(scene: Scene) -> None:
    with (scene.folder / "form.csv").open("w", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["No", "First", "Last", "Address", "Country"])
        writer.writerow([1, "Amina", "Okello", "amina@example.org", "Kenya"])
        writer.writerow([2, "Rui", "Costa", "rui@example.org", "Kenya"])


def without(scene: Scene, *functions: str) -> None:
    held = ALL - set(functions)
    scene.environ["TOKEN"] = scene.site.token_for(scene.bridge, functions=held)


def test_a_plan_names_the_functions_that_it_calls_and_the_service_lacks(
    scene: Scene,
) -> None:
    form(scene)
    without(scene, "core_user_create_users", "core_group_add_group_members")
    called = scene.call("enrol", "plan", "--name", "one")
    assert called.code == 3, called.err
    assert "This plan cannot be applied yet" in called.out
    assert (
        "core_user_create_users, to give an applicant an account (2 steps)"
        in called.out
    )
    assert "core_group_add_group_members" in called.out
    assert "Ask whoever administers the Moodle site" in " ".join(called.out.split())
    told = scene.call("enrol", "plan", "--name", "one", "--json").data
    assert told["lacking_functions"] == [
        {"function": "core_user_create_users", "steps": 2},
        {"function": "core_group_add_group_members", "steps": 2},
    ]


def test_nothing_of_a_plan_is_begun_before_the_service_holds_all_that_it_calls(
    scene: Scene,
) -> None:
    form(scene)
    without(scene, "core_cohort_add_cohort_members")
    before = scene.world()
    assert scene.call("enrol", "plan", "--name", "one").code == 3
    called = scene.apply("one", "--yes")
    assert called.code not in {0, 3}
    assert "core_cohort_add_cohort_members" in called.err + called.out
    assert scene.world() == before
    without(scene)
    assert scene.apply("one", "--yes").code == 0
    assert len(scene.world()["cohort"]) == 2


def test_functions_that_a_plan_does_not_call_are_not_missed(scene: Scene) -> None:
    form(scene)
    without(scene, "core_user_update_users", "core_cohort_delete_cohort_members")
    called = scene.call("enrol", "plan", "--name", "one", "--json")
    assert (called.code, called.data["lacking_functions"]) == (0, [])


@pytest.mark.parametrize("function", sorted(PURPOSES_OF[Job.ENROL]))
def test_check_names_each_function_of_the_job_that_lacks(
    scene: Scene, function: str
) -> None:
    form(scene)
    if function == "core_webservice_get_site_info":
        pytest.skip("without it no token works at all")
    without(scene, function)
    assert function in scene.call("check").out


def test_check_calls_the_making_of_groups_missing_where_a_form_makes_them(
    scene: Scene,
) -> None:
    form(scene)
    without(scene, "core_group_create_groups")
    told = scene.call("check", "--json").data
    found = [
        one for one in told["findings"] if one["what"] == "core_group_create_groups"
    ]
    assert [one["state"] for one in found] == ["missing"]


def test_a_run_that_applies_by_itself_waits_for_what_the_service_lacks(
    scene: Scene,
) -> None:
    form(scene)
    without(scene, "core_cohort_add_cohort_members")
    path = scene.folder / "bridge.toml"
    path.write_text(
        path.read_text()
        .replace('groups_by = "country"', 'groups_by = "country"\nevery = "1m"')
        .replace(
            'address = "bridge@lists.example.org"\n',
            'address = "bridge@lists.example.org"\nadmin = "admin@example.org"\n',
        )
        .replace("[intake.questions]", "[intake.auto_apply]\n[intake.questions]")
    )
    before = scene.world()
    called = scene.call("sync", "--from", "now")
    assert scene.world() == before, called.out
    (mail,) = (scene.folder / "out" / "new").iterdir()
    assert "core_cohort_add_cohort_members" in mail.read_text()
