"""Feedback activities, and the questions they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.activities import entered, rows_of_courses
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.parameters import (
    Presence,
    default,
    items,
    record,
    value,
)
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.texts import cleaned, one_line

if TYPE_CHECKING:
    from moodle_bridge.practice.activity_records import Feedback, FeedbackItem

_WITHOUT_VALUE = {"label", "pagebreak", "info"}
ANONYMOUS, NAMED = 1, 2


def get_feedbacks_by_courses(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_feedback_get_feedbacks_by_courses."""
    rows, warnings = rows_of_courses(call, call.state.feedbacks, arguments["courseids"])
    return {"feedbacks": [_shaped(call, row) for row in rows], "warnings": warnings}


def _shaped(call: Call, feedback: Feedback) -> dict[str, Any]:
    shaped: dict[str, Any] = {
        "id": feedback.id,
        "course": feedback.courseid,
        "name": one_line(feedback.name),
        "intro": cleaned(feedback.intro),
        "introformat": 1,
        "lang": None,
        "anonymous": ANONYMOUS if feedback.anonymous else NAMED,
        "multiple_submit": feedback.multiple_submit,
        "autonumbering": False,
        "page_after_submitformat": 1,
        "publish_stats": False,
        "completionsubmit": False,
        "coursemodule": feedback.cmid,
        "introfiles": [],
    }
    if call.viewer(feedback.courseid).can("mod/feedback:edititems"):
        shaped |= {
            "email_notification": False,
            "site_after_submit": "",
            "page_after_submit": feedback.page_after_submit,
            "timeopen": 0,
            "timeclose": 0,
            "timemodified": feedback.timemodified,
            "pageaftersubmitfiles": [],
        }
    return shaped


def items_of(call: Call, feedback: Feedback) -> list[FeedbackItem]:
    """Return the items of a feedback in their order."""
    rows = call.state.feedback_items.values()
    found = [row for row in rows if row.feedbackid == feedback.id]
    return sorted(found, key=lambda row: row.position)


def asks(item: FeedbackItem) -> bool:
    """Tell whether an item takes an answer, rather than being a label or a break."""
    return item.typ not in _WITHOUT_VALUE


def get_items(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_feedback_get_items."""
    feedback = entered(call, call.state.feedbacks, "feedback", arguments["feedbackid"])
    numbers = {
        item.id: number
        for number, item in enumerate(filter(asks, items_of(call, feedback)), start=1)
    }
    rows: list[dict[str, Any]] = [
        {
            "id": item.id,
            "feedback": feedback.id,
            "template": 0,
            "name": one_line(item.name),
            "nameformat": 1,
            "label": item.label,
            "presentation": item.presentation,
            "presentationformat": 1,
            "typ": item.typ,
            "hasvalue": int(asks(item)),
            "position": item.position,
            "required": item.required,
            "dependitem": 0,
            "dependvalue": "",
            "options": item.options,
            "itemfiles": [],
            "itemnumber": numbers.get(item.id),
            "otherdata": None,
        }
        for item in items_of(call, feedback)
    ]
    return {"items": rows, "warnings": []}


FUNCTIONS = (
    Function(
        name="mod_feedback_get_feedbacks_by_courses",
        parameters=record(courseids=items(value("int"), presence=Presence.DEFAULT)),
        run=get_feedbacks_by_courses,
        returns=struct("feedbacks[] warnings[]"),
    ),
    Function(
        name="mod_feedback_get_items",
        parameters=record(feedbackid=value("int"), courseid=default("int", 0)),
        run=get_items,
        returns=struct("items[] warnings[]"),
    ),
)
