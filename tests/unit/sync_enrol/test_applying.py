"""A plan is carried out to the letter, and not a step beyond."""

from __future__ import annotations

import json
from datetime import timedelta

from mappings.enrolment.plan import Step, StepKind
from mappings.enrolment.plan_file import plan_of, plan_text
from tests.unit.sync_enrol.scene import Scene, change, new_group, new_person


def test_new_people_are_in_everything_that_the_plan_names(scene: Scene) -> None:
    scene.keep(scene.plan([new_group(), *new_person(1), *new_person(2)]))
    called = scene.apply("spring", "--yes")
    assert called.code == 0, called.out + called.err
    assert called.data["counts"] == {"done": 15}
    world = scene.world()
    names = ["ama.diop1", "ama.diop2"]
    assert world["cohort"] == names
    assert world["enrolled"][:2] == [(name, "student", False) for name in names]
    assert world["groups"] == {"Kenya": names}
    assert world["list"] == [f"{name}@example.org" for name in names]
    user = scene.user("ama.diop1")
    assert user is not None
    assert (user.idnumber, user.country, user.auth) == ("mb-001", "KE", "manual")
    assert len(user.password) > 20
    ledger = scene.ledger()
    with ledger.reading() as transaction:
        known = transaction.participants.get("mb-001")
        channel = transaction.channels.get(user.id)
        kept = transaction.plans.get("spring")
    ledger.close()
    assert known is not None
    assert (known.person.user_id, known.person.owned) == (user.id, "created")
    assert known.person.groups == {"SM25": ("Kenya",)}
    assert known.person.applied["country"] == "KE"
    assert channel is not None
    assert channel.kind == "digest"
    assert kept is not None
    assert kept.state == "applied"
    assert len(list((scene.folder / "out" / "new").iterdir())) == 2


def test_a_plan_that_was_applied_does_nothing_again(scene: Scene) -> None:
    scene.keep(scene.plan([new_group(), *new_person(1)]))
    assert scene.apply("spring", "--yes").code == 0
    writes = scene.site.state.writes
    again = scene.apply("spring", "--yes")
    assert again.code == 0
    assert again.data["plan"] == "spring"
    assert scene.site.state.writes == writes


def test_a_step_whose_field_was_changed_since_is_refused_by_its_name(
    scene: Scene,
) -> None:
    ana = scene.site.add_user("ana", "Ana", "Silva", "ana@example.org", country="MZ")
    joao = scene.site.add_user("joao", "João", "Dias", "joao@example.org", country="MZ")
    scene.keep(
        scene.plan(
            [
                change(ana, "mb-1", country=("MZ", "AO"), first_name=("Ana", "Anna")),
                change(joao, "mb-2", country=("MZ", "AO")),
            ]
        )
    )
    ana.country = "ZW"
    called = scene.apply("spring", "--yes")
    assert called.code == 3
    (refused,) = [one for one in called.data["steps"] if one["state"] != "done"]
    assert (refused["shown"], refused["field"]) == ("Ana Silva", "country")
    assert "'MZ'" in refused["reason"]
    assert "'ZW'" in refused["reason"]
    assert (ana.firstname, ana.country, joao.country) == ("Ana", "ZW", "AO")


def test_what_comes_after_a_refused_step_is_left_out_and_all_else_is_done(
    scene: Scene,
) -> None:
    scene.keep(scene.plan([new_group(), *new_person(1), *new_person(2)]))
    scene.site.add_user("ama.diop1", "Ama", "Diop", "other@example.org")
    called = scene.apply("spring", "--yes")
    assert called.code == 3
    states = {
        (one["person"], one["kind"]): (one["state"], one["field"])
        for one in called.data["steps"]
    }
    assert states["mb-001", "user.create"] == ("refused", "username")
    assert states["mb-001", "enrolment.add"][0] == "skipped"
    assert states["mb-001", "list.subscribe"][0] == "skipped"
    assert {state for (who, _), (state, _) in states.items() if who == "mb-002"} == {
        "done"
    }
    assert scene.world()["cohort"] == ["ama.diop2"]


def test_an_account_that_cannot_be_seen_is_never_made_under_another_name(
    scene: Scene,
) -> None:
    scene.keep(scene.plan([new_group(), *new_person(1), *new_person(2)]))
    hidden = scene.site.add_user("ama.diop1", "Ama", "Diop", "other@example.org")
    hidden.deleted = True
    called = scene.apply("spring", "--yes")
    assert called.code == 3
    made = [one for one in called.data["steps"] if one["kind"] == "user.create"]
    assert [one["state"] for one in made] == ["refused", "done"]
    usernames = {user.username for user in scene.site.state.users.values()}
    assert usernames == {"admin", "bridge", "ama.diop1", "ama.diop2"}


def test_what_moodle_stored_otherwise_is_told(scene: Scene) -> None:
    ana = scene.site.add_user("ana", "Ana", "Silva", "ana@example.org", country="MZ")
    scene.keep(scene.plan([change(ana, "mb-1", country=("MZ", "XX"))]))
    called = scene.apply("spring", "--yes")
    assert called.code == 0
    (step,) = called.data["steps"]
    assert step["stored_differently"] == (
        "country: asked 'XX', stored nothing that can be seen"
    )


def test_a_dry_run_says_what_would_be_done_and_does_nothing(scene: Scene) -> None:
    ana = scene.site.add_user("ana", "Ana", "Silva", "ana@example.org", country="MZ")
    scene.keep(
        scene.plan(
            [new_group(), *new_person(1), change(ana, "mb-9", country=("AO", "ZW"))]
        )
    )
    before = scene.site.state.writes
    called = scene.apply("spring", "--dry-run")
    assert called.code == 3
    assert len(called.data["would"]) == 8
    assert [one["shown"] for one in called.data["refused"]] == ["Ana Silva"]
    assert scene.site.state.writes == before
    assert scene.apply("spring", "--yes").data["counts"] == {"done": 8, "refused": 1}


def test_the_report_stands_beside_the_plan_for_its_owner_alone(scene: Scene) -> None:
    scene.keep(scene.plan([new_group(), *new_person(1)]))
    scene.apply("spring", "--yes")
    report = scene.folder / "spring.report.json"
    assert json.loads(report.read_text())["counts"] == {"done": 8}
    table = (scene.folder / "spring.report.csv").read_text(encoding="utf-8-sig")
    assert table.count("\n") == 9
    undo = scene.folder / "spring.undo.json"
    assert plan_of(undo.read_text()).name == "spring.undo"
    assert {one.stat().st_mode & 0o777 for one in (report, undo)} == {0o600}


def test_nothing_is_done_with_a_file_that_was_changed(scene: Scene) -> None:
    path = scene.keep(scene.plan([new_group(), *new_person(1)]))
    path.write_text(path.read_text().replace('"KE"', '"NG"'))
    called = scene.apply("spring", "--yes")
    assert called.code == 2
    assert "changed by hand" in called.data["error"]["what"]
    assert scene.user("ama.diop1") is None


def test_nothing_is_done_with_a_plan_of_another_site_or_ledger_or_month(
    scene: Scene,
) -> None:
    path = scene.keep(scene.plan([new_group(), *new_person(1)]))
    toml = scene.folder / "bridge.toml"
    text = toml.read_text()
    toml.write_text(text.replace("127.0.0.1", "localhost"))
    assert scene.apply("spring", "--yes").code == 2
    toml.write_text(text)
    scene.move(timedelta(days=31))
    assert scene.apply("spring", "--yes").code == 4
    scene.move(timedelta(days=-31))
    stray = path.with_name("stray.plan.json")
    plan = scene.plan([new_group()], name="stray")
    stray.write_text(plan_text(plan))
    assert scene.apply("stray", "--yes").code == 2
    assert scene.user("ama.diop1") is None


def test_a_plan_beyond_a_limit_is_not_applied(scene: Scene) -> None:
    toml = scene.folder / "bridge.toml"
    toml.write_text(toml.read_text() + "[intake.limits]\ncreate = 1\n")
    scene.keep(scene.plan([new_group(), *new_person(1), *new_person(2)]))
    assert scene.apply("spring", "--yes").code == 4
    assert scene.user("ama.diop1") is None


def test_an_enrolment_of_unknown_dates_is_not_suspended(scene: Scene) -> None:
    ana = scene.site.add_user("ana", "Ana", "Silva", "ana@example.org")
    enrolment = scene.site.enrol(ana, scene.course)
    enrolment.timeend = 2_000_000_000
    scene.keep(
        scene.plan(
            [
                Step(
                    key="enrolment.suspend:mb-1:SM25",
                    kind=StepKind.SUSPEND,
                    person="mb-1",
                    shown="Ana Silva",
                    target="SM25",
                    expects={
                        "user_id": ana.id,
                        "enrolment": "active",
                        "starts": None,
                        "ends": None,
                    },
                    sets={"enrolment": "suspended", "role": "student"},
                )
            ]
        )
    )
    called = scene.apply("spring", "--yes")
    assert called.code == 3
    assert called.data["steps"][0]["field"] == "dates"
    assert (enrolment.suspended, enrolment.timeend) == (False, 2_000_000_000)
