"""From the answers of a form to people in Moodle, by the commands that an admin runs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.unit.sync_enrol.scene import Scene

_COUNTRIES = ("Kenya", "Mozambique", "Senegal")


def written(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / "form.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def rows(scene: Scene) -> list[dict[str, str]]:
    rows = [
        {
            "No": str(number),
            "First": f"Ama{chr(97 + number)}",
            "Last": f"Diop{chr(97 + number)}",
            "Address": f"ama{number}@example.org",
            "Country": _COUNTRIES[number % 3],
        }
        for number in range(9)
    ]
    written(scene.folder, rows)
    return rows


def planned(scene: Scene, name: str) -> list[dict[str, str]]:
    called = scene.call("enrol", "plan", "--name", name, "--json")
    assert called.code == 0, called.out
    steps: list[dict[str, str]] = called.data["plan"]["steps"]
    return steps


def test_a_plan_applied_leaves_nothing_to_plan_and_each_change_is_one(
    scene: Scene, rows: list[dict[str, str]]
) -> None:
    first = planned(scene, "one")
    assert len(first) == 3 + 9 * 6
    called = scene.apply("one", "--yes")
    assert called.data["counts"] == {"done": len(first)}, called.out
    assert planned(scene, "two") == []
    rows[0]["Last"] = "Diallo"
    rows[4]["Country"] = "Kenya"
    rows[8]["Address"] = "new8@example.org"
    written(scene.folder, rows)
    third = planned(scene, "three")
    changed = [step for step in third if step["kind"] == "user.change"]
    assert len(changed) == 3
    assert scene.apply("three", "--yes").code == 0
    assert planned(scene, "four") == []
    world = scene.world()
    assert len(world["cohort"]) == 9
    assert {len(members) for members in world["groups"].values()} == {2, 3, 4}


def test_what_was_undone_is_told_by_the_next_plan(
    scene: Scene, rows: list[dict[str, str]]
) -> None:
    planned(scene, "one")
    before = scene.world()
    assert scene.apply("one", "--yes").code == 0
    called = scene.undo("one")
    assert called.code == 0, called.out
    after = scene.world()
    assert (after["cohort"], after["list"]) == (before["cohort"], before["list"])
    again = scene.call("enrol", "plan", "--name", "two", "--json")
    kinds = {step["kind"] for step in again.data["plan"]["steps"]}
    # Nobody comes back by accident: the accounts and enrolments wait for a decision.
    assert not kinds & {"user.create", "enrolment.add", "enrolment.reactivate"}
    assert len(again.data["plan"]["held"]) >= len(rows)
