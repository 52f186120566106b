"""Who is forgotten leaves no address behind, though it was the key of their entry."""

from __future__ import annotations

import csv
import json
from datetime import timedelta

import pytest

from tests.unit.sync_enrol.scene import Scene

ZEBULON = ("Zebulon", "Quagmire", "zebulon@example.org", "Kenya")
NAMESAKE = ("Zebulon", "Quagmire", "other@example.org", "Kenya")
AMINA = ("Amina", "Okello", "amina@example.org", "Kenya")
FEW = [
    ("P", f"Person{number}", f"p{number}@example.org", "Kenya") for number in "12345"
]


def written(scene: Scene, *people: tuple[str, ...]) -> None:
    with (scene.folder / "form.csv").open("w", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["First", "Last", "Address", "Country"])
        writer.writerows(people)


def planned(scene: Scene, name: str) -> dict[str, object]:
    scene.move(timedelta(minutes=1))
    called = scene.call("enrol", "plan", "--name", name, "--json")
    assert called.code in {0, 3}, called.err
    plan: dict[str, object] = called.data["plan"]
    return plan


def in_ledger(scene: Scene, *words: str) -> list[str]:
    held = b"".join(
        path.read_bytes().lower() for path in scene.folder.glob("ledger.db*")
    )
    return [word for word in words if word.encode() in held]


@pytest.fixture
def keyed(scene: Scene) -> Scene:
    """Entries are named by their address, as tables of people most often are."""
    path = scene.folder / "bridge.toml"
    path.write_text(path.read_text().replace('key = ["No"]', 'key = ["Address"]'))
    written(scene, ZEBULON, AMINA, *FEW)
    planned(scene, "one")
    assert scene.apply("one", "--yes").code == 0
    return scene


def leave(scene: Scene) -> None:
    user = scene.user("zebulon.quagmire")
    assert user is not None
    user.deleted = True
    for one in scene.site.state.enrolments_in(scene.course.id):
        if one.userid == user.id:
            one.suspended = True
    scene.site.state.enrolments = {
        key: one
        for key, one in scene.site.state.enrolments.items()
        if one.userid != user.id
    }


def test_nothing_of_a_forgotten_person_is_left_in_the_ledger(keyed: Scene) -> None:
    written(keyed, ZEBULON, NAMESAKE, AMINA, *FEW)
    plan = planned(keyed, "two")
    assert [one["code"] for one in plan["held"]] == ["namesake"]  # type: ignore[attr-defined]
    said = keyed.call(
        "enrol", "decide", "form:other@example.org", "--same-as",
        "form:zebulon@example.org", "--reason", "Zebulon said so",
    )  # fmt: skip
    assert said.code == 0
    planned(keyed, "three")
    leave(keyed)
    called = keyed.call("person", "forget", "zebulon@example.org", "--yes")
    assert called.code == 0, called.err
    assert in_ledger(keyed, "zebulon", "quagmire") == []


def test_the_entry_of_a_forgotten_person_is_known_when_it_is_read_again(
    keyed: Scene,
) -> None:
    leave(keyed)
    assert keyed.call("person", "forget", "zebulon@example.org", "--yes").code == 0
    for name in ("two", "three"):
        plan = planned(keyed, name)
        assert (plan["steps"], plan["held"]) == ([], [])
        assert "was forgotten, as they wished" in json.dumps(plan["left_alone"])
        assert in_ledger(keyed, "zebulon", "quagmire") == []


def test_somebody_held_beside_a_forgotten_person_is_not_told_of_them(
    keyed: Scene,
) -> None:
    written(keyed, ZEBULON, NAMESAKE, AMINA, *FEW)
    planned(keyed, "two")
    leave(keyed)
    assert keyed.call("person", "forget", "zebulon@example.org", "--yes").code == 0
    assert in_ledger(keyed, "zebulon@example.org") == []


def test_somebody_is_found_by_an_address_that_stands_in_their_entry_alone(
    scene: Scene,
) -> None:
    path = scene.folder / "bridge.toml"
    path.write_text(path.read_text().replace('key = ["No"]', 'key = ["Last"]'))
    written(scene, ZEBULON, AMINA, *FEW)
    planned(scene, "one")
    assert scene.apply("one", "--yes").code == 0
    written(scene, ("Zebulon", "Quagmire", "new@example.org", "Kenya"), AMINA, *FEW)
    planned(scene, "two")
    called = scene.call("person", "export", "New@example.org", "--json")
    assert called.code == 0, called.err
    assert "zebulon@example.org" in json.dumps(called.data)


def test_who_was_told_of_a_broken_entry_is_forgotten_too(scene: Scene) -> None:
    path = scene.folder / "bridge.toml"
    path.write_text(
        path.read_text()
        .replace('key = ["No"]', 'key = ["Address"]')
        .replace("[intake.questions]", "tell_refused = true\n[intake.questions]")
    )
    written(scene, ("Zebulon", "Quagmire", "zebulon@example.org", "Nowhere"), *FEW)
    plan = planned(scene, "one")
    assert "mail.refused" in {one["kind"] for one in plan["steps"]}  # type: ignore[attr-defined]
    assert scene.apply("one", "--yes").code == 0
    called = scene.call("person", "forget", "zebulon@example.org", "--yes")
    assert called.code == 0, called.err
    assert in_ledger(scene, "zebulon", "quagmire") == []
