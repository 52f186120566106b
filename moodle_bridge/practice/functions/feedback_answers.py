"""Feedbacks filled in page by page, and what was answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.activities import entered
from moodle_bridge.practice.activity_records import Feedback, FeedbackAttempt
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.feedbacks import asks, items_of
from moodle_bridge.practice.parameters import (
    Presence,
    default,
    items,
    record,
    value,
)
from moodle_bridge.practice.refusals import no_capability, refused
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.texts import cleaned, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moodle_bridge.practice.activity_records import FeedbackItem

_NAMED_ITEM = re.compile(r"[a-z]+_(\d+)(?:\[\d+\])?")


def launch_feedback(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_feedback_launch_feedback: the page where the caller goes on."""
    feedback = _open(call, arguments["feedbackid"])
    attempt = _begun(call, feedback)
    page = attempt.page if attempt is not None else 0
    return {"gopage": page or 0, "warnings": []}


def answer_page(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_feedback_process_page; after the last page the answers are sent.

    A page on which something required is missing is shown again.
    """
    feedback = _open(call, arguments["feedbackid"])
    pages = _pages(items_of(call, feedback))
    page = min(max(arguments["page"], 0), len(pages) - 1)
    attempt = _begun(call, feedback) or FeedbackAttempt(
        id=call.state.next_id("feedback_attempt"),
        feedbackid=feedback.id,
        userid=call.user.id,
        timemodified=call.now,
    )
    call.state.feedback_attempts[attempt.id] = attempt
    attempt.timemodified = call.now
    attempt.values |= _answers(pages[page], arguments["responses"])
    missing = any(
        item.required and not attempt.values.get(str(item.id)) for item in pages[page]
    )
    if arguments["goprevious"]:
        attempt.page = max(page - 1, 0)
    elif missing:
        attempt.page = page
    else:
        attempt.page = page + 1 if page + 1 < len(pages) else None
    completed = attempt.page is None
    shown = cleaned(feedback.page_after_submit) if completed else ""
    return {
        "jumpto": attempt.page or 0,
        "completed": completed,
        "completionpagecontents": (
            f'<div class="no-overflow"><div class="text_to_html">{shown}</div></div>'
            if shown
            else ""
        ),
        "siteaftersubmit": "",
        "warnings": [],
    }


def _open(call: Call, feedbackid: int) -> Feedback:
    """Return a feedback that the caller may fill in now, or refuse."""
    feedback = entered(call, call.state.feedbacks, "feedback", feedbackid)
    if not call.viewer(feedback.courseid).can("mod/feedback:complete"):
        raise no_capability("Complete a feedback")
    if not items_of(call, feedback):
        raise refused("no_items_available_yet", "No questions have been set up yet")
    if not feedback.multiple_submit and any(
        row.userid == call.user.id for row in _sent(call, feedback)
    ):
        raise refused(
            "this_feedback_is_already_submitted",
            "You've already completed this activity.",
        )
    return feedback


def _attempts(call: Call, feedback: Feedback) -> list[FeedbackAttempt]:
    rows = call.state.feedback_attempts.values()
    return [row for row in rows if row.feedbackid == feedback.id]


def _sent(call: Call, feedback: Feedback) -> list[FeedbackAttempt]:
    return [row for row in _attempts(call, feedback) if row.page is None]


def _begun(call: Call, feedback: Feedback) -> FeedbackAttempt | None:
    for row in _attempts(call, feedback):
        if row.userid == call.user.id and row.page is not None:
            return row
    return None


def _pages(rows: list[FeedbackItem]) -> list[list[FeedbackItem]]:
    pages: list[list[FeedbackItem]] = [[]]
    for item in rows:
        if item.typ == "pagebreak":
            pages.append([])
        elif asks(item):
            pages[-1].append(item)
    return pages


def _answers(
    page: list[FeedbackItem], responses: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """Return the answers of a page by item; several choices are joined by `|`."""
    known = {str(item.id) for item in page}
    answers: dict[str, str] = {}
    for response in responses:
        named = _NAMED_ITEM.fullmatch(response["name"] or "")
        text = response["value"] or ""
        if named is None or named[1] not in known or (named[1] in answers and not text):
            continue
        before = answers.get(named[1])
        answers[named[1]] = f"{before}|{text}" if before else text
    return answers


def get_responses_analysis(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_feedback_get_responses_analysis: each answer with who gave it.

    What was answered anonymously stands apart, under numbers.
    """
    feedback = entered(call, call.state.feedbacks, "feedback", arguments["feedbackid"])
    if not call.viewer(feedback.courseid).can("mod/feedback:viewreports"):
        raise no_capability("View reports")
    rows = _sent(call, feedback)
    if arguments["groupid"]:
        group = call.state.groups.get(arguments["groupid"])
        members = group.members if group is not None else []
        rows = [row for row in rows if row.userid in members]
    total, size = len(rows), arguments["perpage"]
    if size:
        start = arguments["page"] * size
        rows = rows[start : start + size]
    asked = [item for item in items_of(call, feedback) if asks(item)]
    shaped = [_shaped(call, feedback, row, asked) for row in rows]
    named = not feedback.anonymous
    return {
        "attempts": shaped if named else [],
        "totalattempts": total if named else 0,
        "anonattempts": [] if named else shaped,
        "totalanonattempts": 0 if named else total,
        "warnings": [],
    }


def _shaped(
    call: Call, feedback: Feedback, row: FeedbackAttempt, asked: list[FeedbackItem]
) -> dict[str, Any]:
    shaped: dict[str, Any] = {"id": row.id, "courseid": 0}
    if feedback.anonymous:
        shaped["number"] = row.id
    else:
        shaped |= {
            "userid": row.userid,
            "timemodified": row.timemodified,
            "fullname": call.state.users[row.userid].fullname,
        }
    return shaped | {"responses": [_response(item, row) for item in asked]}


def _response(item: FeedbackItem, row: FeedbackAttempt) -> dict[str, Any]:
    raw = row.values.get(str(item.id), "")
    label = f"({item.label}) " if item.label else ""
    bounds = '<span class="boundaries"></span>' if item.typ == "numeric" else ""
    return {
        "id": item.id,
        "name": f"{label}{one_line(item.name)}{bounds}",
        "printval": _printed(item, raw),
        "rawval": raw,
    }


def _printed(item: FeedbackItem, raw: str) -> str:
    if not item.typ.startswith("multichoice"):
        return raw
    choices = item.presentation.partition(">>>>>")[2].split("<<<<<")[0].split("|")
    chosen = [int(part) for part in raw.split("|") if part.isdigit()]
    return ", ".join(
        choices[number - 1].strip() for number in chosen if 0 < number <= len(choices)
    )


FUNCTIONS = (
    Function(
        name="mod_feedback_launch_feedback",
        parameters=record(feedbackid=value("int"), courseid=default("int", 0)),
        run=launch_feedback,
        returns=struct("gopage:int warnings[]"),
    ),
    Function(
        name="mod_feedback_process_page",
        parameters=record(
            feedbackid=value("int"),
            page=value("int"),
            responses=items(
                record(name=value("notags"), value=value("raw")),
                presence=Presence.DEFAULT,
            ),
            goprevious=default("bool", preset=False),
            courseid=default("int", 0),
        ),
        run=answer_page,
        returns=struct(
            "jumpto:int completed:int completionpagecontents siteaftersubmit warnings[]"
        ),
        writes=True,
    ),
    Function(
        name="mod_feedback_get_responses_analysis",
        parameters=record(
            feedbackid=value("int"),
            groupid=default("int", 0),
            page=default("int", 0),
            perpage=default("int", 0),
            courseid=default("int", 0),
        ),
        run=get_responses_analysis,
        returns=struct(
            "attempts[] totalattempts:int anonattempts[] totalanonattempts:int "
            "warnings[]"
        ),
    ),
)
