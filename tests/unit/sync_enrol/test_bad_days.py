"""Answers get lost, sites go away, and two run at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from moodle_bridge.practice import FaultKind
from tests.trial.held import held
from tests.unit.sync_enrol.scene import Called, Scene, new_group, new_person

_WRITES = (
    "core_group_create_groups",
    "core_user_create_users",
    "enrol_manual_enrol_users",
    "core_cohort_add_cohort_members",
    "core_group_add_group_members",
)


def people(scene: Scene) -> dict[str, int]:
    world = scene.world()
    return {
        "accounts": len([one for one in world["accounts"] if one[0].startswith("ama")]),
        "cohort": len(world["cohort"]),
        "enrolled": len(world["enrolled"]) - 1,
        "groups": sum(len(members) for members in world["groups"].values()),
        "list": len(world["list"]),
    }


ALL = {"accounts": 3, "cohort": 3, "enrolled": 3, "groups": 3, "list": 3}


@pytest.fixture
def plan(scene: Scene) -> None:
    scene.keep(
        scene.plan([new_group(), *new_person(1), *new_person(2), *new_person(3)])
    )


@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("function", _WRITES)
def test_a_lost_answer_is_looked_for_before_anything_is_repeated(
    scene: Scene, function: str
) -> None:
    scene.site.faults.plan(FaultKind.DROP_AFTER, function=function)
    called = scene.apply("spring", "--yes")
    assert called.code == 0, called.out
    assert called.data["counts"] == {"done": 22}
    assert people(scene) == ALL


@pytest.mark.usefixtures("plan")
def test_a_site_that_goes_away_loses_nothing_that_was_done(scene: Scene) -> None:
    # The account is made, and then the site is gone.
    scene.site.faults.plan(
        FaultKind.BAD_GATEWAY, function="enrol_manual_enrol_users", count=None
    )
    stopped = scene.apply("spring", "--yes")
    assert stopped.code in {3, 5}
    assert (scene.folder / "spring.report.json").exists()
    assert people(scene)["accounts"] == 3
    scene.site.faults.clear()
    scene.move(timedelta(hours=1))
    assert scene.apply("spring", "--yes").data["counts"] == {"done": 22}
    assert people(scene) == ALL


@pytest.mark.usefixtures("plan")
def test_of_two_at_once_one_does_it_and_the_other_says_so(scene: Scene) -> None:
    ended: list[Called] = []
    first = threading.Thread(
        target=lambda: ended.append(scene.apply("spring", "--yes"))
    )
    with held(
        scene.site.faults, "next_for", only=lambda names: _WRITES[0] in names
    ) as writing:
        first.start()
        writing.wait()
        ended.append(scene.apply("spring", "--yes"))
    first.join()
    assert [one.code for one in ended] == [0, 0]
    assert ["counts" in one.data for one in ended] == [False, True], ended
    assert people(scene) == ALL
