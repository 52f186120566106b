"""What is peculiar to a feedback activity in Moodle."""

from __future__ import annotations

import pytest

from moodle_bridge.errors import Permanent
from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.activity_records import Feedback
from tests.intake.feedback_site import feedback_site, feedback_source
from tests.intake.small import small_form


@pytest.fixture
def place() -> tuple[PracticeMoodle, Feedback]:
    return feedback_site(small_form())


@pytest.fixture
def site(place: tuple[PracticeMoodle, Feedback]) -> PracticeMoodle:
    return place[0]


@pytest.fixture
def feedback(place: tuple[PracticeMoodle, Feedback]) -> Feedback:
    return place[1]


def test_choices_are_words_and_texts_are_as_they_were_typed(
    site: PracticeMoodle, feedback: Feedback
) -> None:
    first = min(site.state.feedback_attempts.values(), key=lambda each: each.id)
    name = min(map(int, first.values))
    first.values[str(name)] = "N&#039;Guessan &amp; Co &lt;3"
    with feedback_source(site, feedback.name) as source:
        source.probe()
        form = source.read()
    answers = form.entries[0].answers
    assert answers["name"] == "N'Guessan & Co <3"
    assert answers["way"] == "By mail"
    assert answers["crops"] == ("Maize", "Rice")


def test_who_answered_is_a_question_too(
    site: PracticeMoodle, feedback: Feedback
) -> None:
    with feedback_source(site, str(feedback.cmid)) as source:
        form = source.read()
    assert [each.key for each in form.questions][-2:] == [
        "moodle:fullname",
        "moodle:userid",
    ]
    assert form.entries[0].answers["moodle:fullname"] == "Visitor 1"
    assert form.entries[0].answers["moodle:userid"].isdecimal()  # type: ignore[union-attr]


def test_questions_without_a_label_are_known_by_their_number(
    site: PracticeMoodle, feedback: Feedback
) -> None:
    item = site.ask(feedback, "textfield", "Anything else?")
    with feedback_source(site, feedback.name) as source:
        form = source.read()
    assert form.questions[3].key == f"item {item.id}"
    assert form.questions[3].text == "Anything else?"


def test_two_questions_of_one_label_are_told(
    site: PracticeMoodle, feedback: Feedback
) -> None:
    site.ask(feedback, "textfield", "Once more", label="name")
    with (
        feedback_source(site, feedback.name) as source,
        pytest.raises(Permanent, match="label 'name'"),
    ):
        source.read()


def test_anonymous_answers_are_refused(
    site: PracticeMoodle, feedback: Feedback
) -> None:
    feedback.anonymous = True
    with (
        feedback_source(site, feedback.name) as source,
        pytest.raises(Permanent, match="anonymous"),
    ):
        source.read()


def test_a_name_that_is_not_there_is_told_with_those_that_are(
    site: PracticeMoodle, feedback: Feedback
) -> None:
    with (
        feedback_source(site, "Other") as source,
        pytest.raises(Permanent, match="no such feedback") as caught,
    ):
        source.read()
    assert f"{feedback.name} (id={feedback.cmid})" in caught.value.advice


def test_two_of_a_name_are_told(site: PracticeMoodle, feedback: Feedback) -> None:
    (course,) = [
        each for each in site.state.courses.values() if each.shortname == "INTAKE"
    ]
    site.add_feedback(course, feedback.name)
    with (
        feedback_source(site, feedback.name) as source,
        pytest.raises(Permanent, match="two feedbacks of this name"),
    ):
        source.read()
