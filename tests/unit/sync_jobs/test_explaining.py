from __future__ import annotations

import pytest

from tests.unit.sync_jobs.bridged import BRIDGE, BridgedCourse


@pytest.fixture
def talk(course: BridgedCourse) -> BridgedCourse:
    """A course in which a post was mailed and an answer posted, with time between."""
    course.post(course.aminata)
    course.sync()
    course.clock.move(minutes=5)
    course.write(course.ha, "Use a pen.", answers=str(course.mails()[-1]["Message-ID"]))
    course.sync()
    return course


def test_the_story_of_a_mail_is_told_in_the_order_of_time(talk: BridgedCourse) -> None:
    told = talk.call("explain", "mail-1").data
    moments = [event["at"] for event in told["events"]]
    assert moments == sorted(moments)
    assert "came from ha@vn.example" in told["events"][0]["what"]
    assert any("done" in event["what"] for event in told["events"])
    assert told["posts"][0]["post_id"] == talk.posts()[-1].id


def test_an_effect_is_explained_by_its_number(talk: BridgedCourse) -> None:
    events = talk.call("explain", "effect-1").data["events"]
    assert all("Aminata Diop" in event["what"] for event in events)
    assert any(event["what"].startswith("done") for event in events)


@pytest.mark.parametrize("name", ["ha", "ha@vn.example", "HA@vn.example"])
def test_a_person_is_explained(talk: BridgedCourse, name: str) -> None:
    called = talk.call("explain", name)
    assert called.data["people"] == [{"user_id": talk.ha.id, "name": "Thị Hà Nguyễn"}]


def test_an_address_of_nobody_is_explained(talk: BridgedCourse) -> None:
    talk.write("stranger@out.example", "Hello", to=BRIDGE)
    talk.sync()
    called = talk.call("explain", "stranger@out.example")
    assert called.code == 0
    assert called.data["people"] == []


@pytest.mark.parametrize(
    "name", ["mail-99", "effect-99", "issue-99", "nobody", "a@b.example", "4711"]
)
def test_what_is_not_known_is_said_to_be_so(talk: BridgedCourse, name: str) -> None:
    assert talk.call("explain", name).code == 2
