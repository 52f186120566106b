"""`moodle-bridge person`: how people take part, shown and set by the admin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sync_jobs.bridged import BridgedCourse


def channel_of(course: BridgedCourse, name: str) -> dict[str, Any]:
    found = course.call("person", "show", name).data["person"]["channel"]
    assert isinstance(found, dict)
    return found


def test_everybody_is_listed_with_their_channel(direct: BridgedCourse) -> None:
    direct.call("person", "channel", "ha", "digest", "--at", "7:30")
    people = direct.call("person", "list").data["people"]
    said = {one["username"]: one["said"] for one in people}
    assert said == {
        "grace": "each post",
        "aminata": "each post",
        "jan": "each post",
        "ha": "digest every day at 07:30",
    }
    by = {one["username"]: one["chosen_by"] for one in people}
    assert by == {"grace": None, "aminata": None, "jan": None, "ha": "admin"}
    assert direct.call("person", "list", "--pair", "other").code == 2


@pytest.mark.parametrize(
    "name", ["ha", "HA@vn.example", "Thị Hà Nguyễn", "nguyễn", "{id}"]
)
def test_a_person_is_found_by_number_username_address_or_name(
    direct: BridgedCourse, name: str
) -> None:
    found = direct.call("person", "show", name.format(id=direct.ha.id))
    assert found.data["person"]["user_id"] == direct.ha.id


def test_a_name_that_several_have_is_refused_with_the_candidates(
    direct: BridgedCourse,
) -> None:
    called = direct.call("person", "show", "n")
    assert called.code == 2
    assert "several people" in called.said
    assert f"{direct.jan.id} (Jan de Wit)" in called.said
    assert direct.call("person", "show", "Nobody Atall").code == 2


def test_a_channel_is_set_with_its_day_its_hour_and_its_limits(
    direct: BridgedCourse,
) -> None:
    called = direct.call(
        *("person", "channel", "ha", "bundle", "--weekly", "friday"),
        *("--at", "06:15", "--limit", "20 KB", "--pictures", "0"),
    )
    assert called.data["changed"]
    assert channel_of(direct, "ha") | {"since": None} == {
        "kind": "bundle",
        "every": "weekly",
        "weekday": 4,
        "at": "06:15",
        "paused_until": None,
        "budget": 20_000,
        "picture_limit": 0,
        "since": None,
    }
    direct.call("person", "channel", "ha", "--limit", "none", "--daily")
    now = channel_of(direct, "ha")
    assert (now["kind"], now["every"], now["budget"]) == ("bundle", "daily", None)


def test_a_dry_run_changes_nothing(direct: BridgedCourse) -> None:
    called = direct.call("person", "channel", "ha", "digest", "--dry-run")
    assert called.data["after"]["kind"] == "digest"
    assert channel_of(direct, "ha")["kind"] == "each"
    with direct.reading() as transaction:
        assert transaction.gatherings.everyone() == {}


@pytest.mark.parametrize(
    "wrong",
    [
        ("person", "channel", "ha"),
        ("person", "channel", "ha", "digest", "--at", "25:00"),
        ("person", "channel", "ha", "digest", "--limit", "much"),
        ("person", "channel", "ha", "digest", "--daily", "--weekly", "monday"),
        ("person", "pause", "ha", "--until", "tomorrow"),
        ("person", "pause", "ha", "--until", "2020-01-01"),
    ],
)
def test_what_makes_no_sense_is_refused(
    direct: BridgedCourse, wrong: tuple[str, ...]
) -> None:
    assert direct.call(*wrong).code == 2
    assert channel_of(direct, "ha")["kind"] == "each"


def test_a_pause_begins_and_ends(direct: BridgedCourse) -> None:
    direct.ha.timezone = "Asia/Ho_Chi_Minh"
    direct.clock.move(hours=1)
    called = direct.call("person", "pause", "ha", "--until", "2026-03-05")
    assert called.data["after"]["paused_until"] == "2026-03-04T17:00:00+00:00"
    direct.post(direct.grace)
    direct.sync()
    assert direct.mails(direct.ha.email) == []
    assert direct.call("person", "resume", "ha").data["changed"]
    direct.sync()
    assert len(direct.mails(direct.ha.email)) == 1
    issues = direct.call("person", "show", "ha").data["issues"]
    assert [(one["kind"], one["posts"]) for one in issues] == [("digest", 1)]
