"""A plan is killed as it is carried out, and nobody is there twice, nobody missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from moodle_bridge.practice import PracticeMoodle, running
from moodle_bridge.practice.mailman import PracticeMailman
from tests.trial.moments import Blow
from tests.trial.runner import Ran, Runner
from tests.unit.sync_enrol.scene import (
    LIST,
    Scene,
    change,
    new_group,
    new_person,
    settings,
)

_LONGER_THAN_DOUBT = timedelta(minutes=16)
_EFFECTS = 12
_COMMITS = 24


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    site = PracticeMoodle.empty()
    bridge = site.add_user(
        "bridge", "Course", "Bridge", "bridge@example.org", systemrole="manager"
    )
    course = site.add_course("Social marketing", shortname="SM25")
    site.enrol(bridge, course, "editingteacher")
    forum = site.add_forum(course, "Questions")
    cohort = site.add_cohort("Cohort 2025", idnumber="C25")
    mailman = PracticeMailman(password="sesame")
    roll = mailman.add_list(LIST)
    for part in ("tmp", "new", "cur"):
        (tmp_path / "out" / part).mkdir(parents=True)
    for name, text in (
        ("TOKEN", site.token_for(bridge)),
        ("SECRET", "s" * 40),
        ("MAILMAN", "sesame"),
    ):
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text(text)
    with running(site) as url, running(mailman) as mailman_url:
        settings(
            tmp_path, url=url, mailman=mailman_url, cmid=forum.cmid, password="link"
        )
        toml = tmp_path / "bridge.toml"
        toml.write_text(toml.read_text().replace("{ env =", "{ file ="))
        scene = Scene(
            site=site,
            bridge=bridge,
            course=course,
            cohort=cohort,
            roll=roll,
            folder=tmp_path,
            environ={},
        )
        ana = site.add_user("ana", "Ana", "Silva", "ana@example.org", country="MZ")
        site.enrol(ana, course)
        scene.keep(
            scene.plan(
                [
                    new_group(),
                    *new_person(1),
                    *new_person(2),
                    *new_person(3),
                    change(ana, "mb-9", country=("MZ", "AO")),
                ]
            )
        )
        yield scene


def test_an_unharmed_plan_takes_this_many_effects(scene: Scene, runner: Runner) -> None:
    ran = _run(scene, runner)
    assert ran.code == 0, ran.said
    assert ran.passed["effect"] == _EFFECTS
    _all_is_well(scene, runner)


@pytest.mark.parametrize(
    ("number", "when"),
    [
        pytest.param(number, when, marks=() if short else pytest.mark.soak)
        for number in range(1, _EFFECTS + 1)
        for when in ("before", "after")
        # The short form kills at every third effect, before it or after it.
        for short in [number % 3 == 1 and (number % 2 == 0) == (when == "after")]
    ],
)
def test_nobody_is_lost_or_there_twice_when_it_is_killed_at_an_effect(
    scene: Scene, runner: Runner, number: int, when: str
) -> None:
    killed = _run(scene, runner, Blow(what="effect", when=when, number=number))
    assert killed.killed
    _to_the_end(scene, runner)
    _all_is_well(scene, runner)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, marks=() if number % 8 == 0 else pytest.mark.soak)
        for number in range(2, _COMMITS, 2)
    ],
)
def test_nobody_is_lost_or_there_twice_when_it_is_killed_at_a_commit(
    scene: Scene, runner: Runner, number: int
) -> None:
    when = "before" if number % 4 else "after"
    killed = _run(scene, runner, Blow(what="commit", when=when, number=number))
    assert killed.killed
    _to_the_end(scene, runner)
    _all_is_well(scene, runner)


@pytest.mark.parametrize("number", [1, 4, 7])
def test_an_undoing_that_is_killed_goes_on(
    scene: Scene, runner: Runner, number: int
) -> None:
    before = scene.world()
    assert _run(scene, runner).code == 0
    undo = ("enrol", "undo", "spring", "--yes")
    blow = Blow(what="effect", when="after", number=number)
    assert runner.command(scene.folder, *undo, now=scene.now, blow=blow).killed
    scene.move(_LONGER_THAN_DOUBT)
    ran = runner.command(scene.folder, *undo, now=scene.now)
    assert ran.code == 0, ran.said
    after = scene.world()
    assert (after["cohort"], after["list"]) == (before["cohort"], before["list"])
    assert after["groups"] == {"Kenya": []}
    assert {
        suspended for name, *_, suspended in after["accounts"] if name != "bridge"
    } == {True, False}
    assert [one for one in after["accounts"] if not one[4]] == before["accounts"]


def _run(scene: Scene, runner: Runner, blow: Blow | None = None) -> Ran:
    return runner.command(
        scene.folder,
        "enrol",
        "apply",
        "spring.plan.json",
        "--yes",
        now=scene.now,
        blow=blow,
    )


def _to_the_end(scene: Scene, runner: Runner) -> None:
    said = ""
    for _ in range(4):
        scene.move(_LONGER_THAN_DOUBT)
        ran = _run(scene, runner)
        if ran.code == 0:
            return
        said = ran.said
    raise AssertionError(said)


def _all_is_well(scene: Scene, runner: Runner) -> None:
    # Mails that were written down and not sent go out with the next run.
    scene.move(_LONGER_THAN_DOUBT)
    ran = runner.command(scene.folder, "sync", "--from", "now", now=scene.now)
    assert ran.code == 0, ran.said
    world, names = scene.world(), [f"ama.diop{number}" for number in (1, 2, 3)]
    assert [one[0] for one in world["accounts"]] == ["admin", *names, "ana", "bridge"]
    assert world["cohort"] == names
    assert world["groups"] == {"Kenya": names}
    assert world["list"] == [f"{name}@example.org" for name in names]
    assert {one for one in world["enrolled"] if one[0] in names} == {
        (name, "student", False) for name in names
    }
    assert ("ana", "Ana Silva", "ana@example.org", "AO", False) in world["accounts"]
    mails = [
        message_from_bytes(path.read_bytes())
        for path in (scene.folder / "out" / "new").iterdir()
    ]
    assert sorted(str(mail["To"]) for mail in mails if "ama" in str(mail["To"])) == [
        f"ama.diop{number}@example.org" for number in (1, 2, 3)
    ]
    ledger = scene.ledger()
    with ledger.reading() as transaction:
        deeds = transaction.deeds.of_plan("spring")
    ledger.close()
    assert {one.state.value for one in deeds.values()} == {"done"}
    assert len(deeds) == 23
