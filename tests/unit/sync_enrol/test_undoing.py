"""What a plan did is reverted, and nothing that anybody else did."""

from __future__ import annotations

import io

import pytest

from mappings.enrolment.plan import StepKind
from tests.unit.sync_enrol.scene import Scene, change, new_group, new_person, without


def test_everything_is_as_it_was_but_that_nothing_is_deleted(scene: Scene) -> None:
    ana = scene.site.add_user("ana", "Ana", "Silva", "ana@example.org", country="MZ")
    before = scene.world()
    scene.keep(
        scene.plan(
            [new_group(), *new_person(1), change(ana, "mb-9", country=("MZ", "AO"))]
        )
    )
    assert scene.apply("spring", "--yes").code == 0
    called = scene.undo()
    assert called.code == 0, called.out
    after = scene.world()
    assert after["cohort"] == before["cohort"]
    assert after["list"] == before["list"]
    assert after["groups"] == {"Kenya": []}
    made = ("ama.diop1", "Ama Diop1", "ama.diop1@example.org", "KE", True)
    assert [one for one in after["accounts"] if one != made] == before["accounts"]
    left = ("ama.diop1", "student", True)
    assert [one for one in after["enrolled"] if one != left] == before["enrolled"]
    ledger = scene.ledger()
    with ledger.reading() as transaction:
        deeds = transaction.deeds.of_plan("spring")
        kept = transaction.plans.get("spring")
        channel = transaction.channels.everyone()
    ledger.close()
    standing = {one.kind for one in deeds.values() if one.undone_at is None}
    assert standing == {StepKind.CREATE_GROUP, StepKind.WELCOME}
    assert kept is not None
    assert kept.state == "undone"
    assert channel == {}


def test_undone_once_it_is_not_undone_again(scene: Scene) -> None:
    scene.keep(scene.plan([new_group(), *new_person(1)]))
    scene.apply("spring", "--yes")
    assert scene.undo().code == 0
    writes = scene.site.state.writes
    assert scene.undo().data["plan"] == "spring"
    assert scene.undo("spring.undo.json").data["plan"] == "spring"
    assert scene.apply("spring", "--yes").code == 0
    assert scene.site.state.writes == writes


def test_a_field_that_was_changed_since_stays_and_the_others_go_back(
    scene: Scene,
) -> None:
    ana = scene.site.add_user("ana", "Ana", "Silva", "ana@example.org", country="MZ")
    scene.keep(
        scene.plan(
            [change(ana, "mb-9", country=("MZ", "AO"), first_name=("Ana", "Anna"))]
        )
    )
    scene.apply("spring", "--yes")
    ana.country = "ZW"
    called = scene.undo()
    assert called.code == 3
    assert (ana.firstname, ana.country) == ("Ana", "ZW")
    (refused,) = [one for one in called.data["steps"] if one["state"] == "refused"]
    assert refused["field"] == "country"


def test_what_somebody_else_did_stays(scene: Scene) -> None:
    scene.keep(scene.plan([new_group(), *new_person(1), *new_person(2)]))
    scene.join("ama.diop2@example.org")
    first = scene.apply("spring", "--yes")
    assert first.code == 3
    user = scene.user("ama.diop1")
    assert user is not None
    scene.cohort.members.remove(user.id)
    called = scene.undo()
    # Out of the cohort already: the undo says so, and does not mind.
    assert [
        (one["kind"], one["field"])
        for one in called.data["steps"]
        if one["state"] == "refused"
    ] == [("cohort.remove", "in_cohort")]
    assert scene.world()["list"] == ["ama.diop2@example.org"]


def test_an_undo_file_is_good_until_more_was_done(scene: Scene) -> None:
    scene.keep(scene.plan([new_group(), *new_person(1)]))
    scene.apply("spring", "--yes")
    assert scene.undo("spring.undo.json", "--dry-run").code == 0
    assert scene.undo("spring.undo.json").code == 0
    assert (scene.folder / "spring.undo.report.json").exists()


def test_what_a_person_did_not_mean_is_not_done(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    scene.keep(scene.plan(without([new_group(), *new_person(1)], StepKind.WELCOME)))
    scene.apply("spring", "--yes")
    called = scene.call("enrol", "undo", "spring")
    assert called.code == 0
    assert "Nothing was done" in called.out
    assert "cohort.remove" in called.err
    assert "cohort sync" in called.err
    assert scene.world()["cohort"] == ["ama.diop1"]


def test_a_name_that_the_ledger_does_not_know_is_told(scene: Scene) -> None:
    assert scene.undo("winter").code == 2
