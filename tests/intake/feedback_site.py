"""A practice Moodle whose feedback activity was answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from moodle_bridge.moodle import Moodle
from moodle_bridge.plugins.intake.moodle_feedback import (
    MoodleFeedbackIntake,
    MoodleFeedbackIntakeSettings,
)
from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.activity_records import Feedback, FeedbackAttempt
from moodle_bridge.practice.server import running
from tests.intake.plain_form import PlainForm


def feedback_site(form: PlainForm) -> tuple[PracticeMoodle, Feedback]:
    """Return a site whose feedback asks this form, and was answered so."""
    site = PracticeMoodle.empty()
    course = site.add_course("Intake", shortname="INTAKE")
    feedback = site.add_feedback(course, form.name)
    items = []
    for question in form.questions:
        kind = "multichoice" if question.choices else "textfield"
        item = site.ask(
            feedback,
            kind,
            question.text,
            label=question.key,
            choices=tuple(question.choices.values()),
        )
        if question.kind == "several":
            item.presentation = item.presentation.replace("r>>>>>", "c>>>>>")
        items.append(item)
    for entry in form.entries:
        # Who fills in a form in Moodle has an account there, of whatever name.
        user = site.add_user(
            f"visitor{entry.number}", "Visitor", str(entry.number),
            f"visitor{entry.number}@example.org",
        )  # fmt: skip
        site.enrol(user, course)
        values = {}
        for question, item in zip(form.questions, items, strict=True):
            given = entry.answers.get(question.key, "")
            places = list(question.choices)
            names = (given,) if isinstance(given, str) else given
            values[str(item.id)] = (
                "|".join(str(places.index(name) + 1) for name in names if name)
                if places
                # Moodle keeps texts as they stand in a page.
                else escape(str(given))
            )
        number = site.state.next_id("feedback_attempt")
        site.state.feedback_attempts[number] = FeedbackAttempt(
            id=number,
            feedbackid=feedback.id,
            userid=user.id,
            timemodified=int(entry.submitted.timestamp()),
            page=None,
            values=values,
        )
    return site, feedback


@contextmanager
def feedback_source(site: PracticeMoodle, name: str) -> Iterator[MoodleFeedbackIntake]:
    """Give a source that reads the feedback as the site's teacher."""
    (course,) = [
        each for each in site.state.courses.values() if each.shortname == "INTAKE"
    ]
    teacher = site.add_user("teacher", "Tess", "Teacher", "tess@example.org")
    site.enrol(teacher, course, "editingteacher")
    token = site.token_for(teacher)
    source = MoodleFeedbackIntake(
        MoodleFeedbackIntakeSettings(course="INTAKE", feedback=name)
    )
    with running(site) as url, Moodle.connect(url, token) as moodle:
        source.use_moodle(moodle)
        yield source
