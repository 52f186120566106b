"""Adds activities that are no forums, and cohorts, to a state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moodle_bridge.practice.activity_records import (
    Database,
    DataField,
    Feedback,
    FeedbackItem,
    Wiki,
)
from moodle_bridge.practice.site_records import Cohort, Completion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from moodle_bridge.practice.records import Course, Forum, User
    from moodle_bridge.practice.state import PracticeState

DATA_KINDS = ("text", "textarea", "number", "date", "menu", "url", "checkbox")
ITEM_KINDS = ("textfield", "textarea", "numeric", "multichoice", "label", "pagebreak")


class ActivityBuilder:
    """What an admin or teacher sets up, with no rights asked."""

    state: PracticeState
    now: Callable[[], int]

    def add_wiki(
        self, course: Course, name: str, *, intro: str = "", individual: bool = False
    ) -> Wiki:
        """Add a wiki that all share, or one in which each has their own."""
        state = self.state
        with state.lock:
            wiki = Wiki(
                id=state.next_id("wiki"),
                cmid=state.next_id("cm"),
                contextid=state.next_id("context"),
                courseid=course.id,
                name=name,
                intro=intro,
                wikimode="individual" if individual else "collaborative",
                timemodified=self.now(),
            )
            state.wikis[wiki.id] = wiki
            state.writes += 1
        return wiki

    def add_database(
        self, course: Course, name: str, fields: Mapping[str, str], *, intro: str = ""
    ) -> Database:
        """Add a database activity; `fields` gives each field's kind by its name."""
        state = self.state
        with state.lock:
            database = Database(
                id=state.next_id("database"),
                cmid=state.next_id("cm"),
                contextid=state.next_id("context"),
                courseid=course.id,
                name=name,
                intro=intro,
                timemodified=self.now(),
            )
            state.databases[database.id] = database
            for field, kind in fields.items():
                if kind not in DATA_KINDS:
                    msg = f"no such kind of field: {kind}"
                    raise ValueError(msg)
                number = state.next_id("data_field")
                state.data_fields[number] = DataField(
                    id=number, dataid=database.id, type=kind, name=field
                )
            state.writes += 1
        return database

    def add_feedback(
        self,
        course: Course,
        name: str,
        *,
        intro: str = "",
        anonymous: bool = False,
        multiple_submit: bool = False,
    ) -> Feedback:
        """Add a feedback activity; `ask` gives it its questions."""
        state = self.state
        with state.lock:
            feedback = Feedback(
                id=state.next_id("feedback"),
                cmid=state.next_id("cm"),
                contextid=state.next_id("context"),
                courseid=course.id,
                name=name,
                intro=intro,
                anonymous=anonymous,
                multiple_submit=multiple_submit,
                timemodified=self.now(),
            )
            state.feedbacks[feedback.id] = feedback
            state.writes += 1
        return feedback

    def ask(
        self,
        feedback: Feedback,
        typ: str,
        name: str = "",
        *,
        label: str = "",
        choices: tuple[str, ...] = (),
        required: bool = False,
    ) -> FeedbackItem:
        """Add a question to a feedback, or a label or a page break."""
        if typ not in ITEM_KINDS:
            msg = f"no such kind of item: {typ}"
            raise ValueError(msg)
        state = self.state
        presentation = {"textfield": "20|30", "numeric": "-|-"}.get(typ, "")
        if choices:
            presentation = f"r>>>>>{'|'.join(choices)}"
        with state.lock:
            rows = state.feedback_items.values()
            item = FeedbackItem(
                id=state.next_id("feedback_item"),
                feedbackid=feedback.id,
                typ=typ,
                name=name,
                label=label,
                presentation=presentation,
                position=1 + sum(row.feedbackid == feedback.id for row in rows),
                required=required,
                options="h" if choices else "",
            )
            state.feedback_items[item.id] = item
            state.writes += 1
        return item

    def add_cohort(self, name: str, *members: User, idnumber: str = "") -> Cohort:
        """Add a cohort of the site with members."""
        state = self.state
        with state.lock:
            cohort = Cohort(
                id=state.next_id("cohort"),
                name=name,
                idnumber=idnumber,
                members=[user.id for user in members],
            )
            state.cohorts[cohort.id] = cohort
            state.writes += 1
        return cohort

    def complete(self, user: User, activity: Forum | Wiki | Database) -> Completion:
        """Mark an activity as complete for a user, now."""
        state = self.state
        with state.lock:
            number = state.next_id("completion")
            row = Completion(
                id=number,
                cmid=activity.cmid,
                userid=user.id,
                state=1,
                timecompleted=self.now(),
            )
            state.completions[number] = row
            state.writes += 1
        return row
