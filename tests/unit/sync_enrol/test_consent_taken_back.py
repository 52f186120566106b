"""Who agreed, was enrolled, and says later that they do not agree."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.sync_enrol.scene import Called, Scene


def written(scene: Scene, **agreed: str) -> None:
    with (scene.folder / "form.csv").open("w", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["No", "First", "Last", "Address", "Country", "Agree"])
        for number, (name, said) in enumerate(agreed.items(), 1):
            address = f"{name}@example.org"
            writer.writerow([number, name, "Diop", address, "Kenya", said])


def planned(scene: Scene, name: str) -> Called:
    scene.move(timedelta(minutes=1))
    return scene.call("enrol", "plan", "--name", name, "--json")


def steps(called: Called) -> list[tuple[str, str]]:
    found: list[dict[str, Any]] = called.data["plan"]["steps"]
    return [(one["kind"], one["shown"]) for one in found]


@pytest.fixture
def enrolled(scene: Scene) -> Scene:
    path = scene.folder / "bridge.toml"
    path.write_text(path.read_text("utf-8") + 'consent = "Agree"\n', "utf-8")
    written(scene, Ama="yes", Bo="yes")
    planned(scene, "one")
    assert scene.apply("one", "--yes").code == 0
    return scene


def test_who_agrees_no_more_is_suspended_and_off_the_list(enrolled: Scene) -> None:
    written(enrolled, Ama="no", Bo="yes")
    called = planned(enrolled, "two")
    assert called.data["plan"]["held"] == []
    assert steps(called) == [
        ("enrolment.suspend", "Ama Diop"),
        ("list.unsubscribe", "Ama Diop"),
    ]
    assert enrolled.apply("two", "--yes").code == 0
    assert enrolled.members() == {"Bo@example.org"}
    again = planned(enrolled, "three")
    assert (steps(again), again.data["plan"]["held"]) == ([], [])
    # Whoever changes their mind again comes back by decision alone.
    written(enrolled, Ama="yes", Bo="yes")
    back = planned(enrolled, "four")
    assert [one["code"] for one in back.data["plan"]["held"]] == ["suspended-enrolment"]


def test_who_never_agreed_is_a_problem_and_not_a_withdrawal(enrolled: Scene) -> None:
    written(enrolled, Ama="yes", Bo="yes", Cy="no")
    called = planned(enrolled, "two")
    assert steps(called) == []
    assert [one["code"] for one in called.data["plan"]["held"]] == ["problems"]


def test_no_answer_about_it_is_not_a_no(enrolled: Scene) -> None:
    written(enrolled, Ama="", Bo="yes")
    called = planned(enrolled, "two")
    assert steps(called) == []
    assert [one["code"] for one in called.data["plan"]["held"]] == ["problems"]


def test_who_is_on_the_list_with_their_own_address_leaves_with_that_one(
    enrolled: Scene,
) -> None:
    ama = enrolled.user("ama.diop")
    assert ama is not None
    ama.email = "ama@elsewhere.example"
    written(enrolled, Ama="no", Bo="yes")
    planned(enrolled, "two")
    assert enrolled.apply("two", "--yes").data["counts"] == {"done": 2}
    assert enrolled.members() == {"Bo@example.org"}
