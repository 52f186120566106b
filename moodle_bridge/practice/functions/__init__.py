"""The web service functions, one file a noun, and the catalogue of them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moodle_bridge.practice.functions import (
    batch,
    calendar,
    cohort_members,
    cohorts,
    completion,
    course_modules,
    course_updates,
    courses,
    database_entries,
    databases,
    discussion_states,
    discussions,
    draft_files,
    enrolments,
    feedback_answers,
    feedbacks,
    files,
    forums,
    group_writing,
    groups,
    manual_enrolments,
    messages,
    notes,
    posts,
    roles,
    site,
    user_search,
    user_writing,
    users,
    wiki_pages,
    wikis,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moodle_bridge.practice.calls import Function


def catalogue() -> Mapping[str, Function]:
    """Return every function the practice Moodle answers, by name."""
    nouns = (
        batch,
        calendar,
        cohort_members,
        cohorts,
        completion,
        course_modules,
        course_updates,
        courses,
        database_entries,
        databases,
        discussion_states,
        discussions,
        draft_files,
        enrolments,
        feedback_answers,
        feedbacks,
        files,
        forums,
        group_writing,
        groups,
        manual_enrolments,
        messages,
        notes,
        posts,
        roles,
        site,
        user_search,
        user_writing,
        users,
        wiki_pages,
        wikis,
    )
    return {function.name: function for noun in nouns for function in noun.FUNCTIONS}
