"""Which external functions the bridge calls, and for what."""

from __future__ import annotations

from collections.abc import Collection

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle.errorcodes import SERVICE

MISSING = "missingfunction"

SITE_INFO = "core_webservice_get_site_info"
BATCH = "tool_mobile_call_external_functions"
UPDATES_SINCE = "core_course_get_updates_since"
COURSES_BY_FIELD = "core_course_get_courses_by_field"
FORUMS_BY_COURSES = "mod_forum_get_forums_by_courses"
FORUM_ACCESS = "mod_forum_get_forum_access_information"
FORUM_DISCUSSIONS = "mod_forum_get_forum_discussions"
DISCUSSION_POSTS = "mod_forum_get_discussion_posts"
ADD_DISCUSSION = "mod_forum_add_discussion"
ADD_POST = "mod_forum_add_discussion_post"
DELETE_POST = "mod_forum_delete_post"
USERS_BY_FIELD = "core_user_get_users_by_field"
ENROLLED_USERS = "core_enrol_get_enrolled_users"
COURSE_GROUPS = "core_group_get_course_groups"

PURPOSES = {
    SITE_INFO: "to know the site and what the token may do",
    BATCH: "to read many things in one request",
    UPDATES_SINCE: "to see which discussions changed",
    COURSES_BY_FIELD: "to find a course by its short name",
    FORUMS_BY_COURSES: "to find the forums of a course",
    FORUM_ACCESS: "to know what the account may do in a forum",
    FORUM_DISCUSSIONS: "to mirror a forum to the list",
    DISCUSSION_POSTS: "to mirror a forum to the list",
    ADD_DISCUSSION: "to bring a mail into the forum",
    ADD_POST: "to bring an answer by mail into the forum",
    DELETE_POST: "to take back at once a private reply that Moodle made public",
    USERS_BY_FIELD: "to know who wrote a mail",
    ENROLLED_USERS: "to know who reads a forum",
    COURSE_GROUPS: "to find the group that a pair is for",
}
"""Each function that the bridge may call, and what for, as an admin would say it."""

OPTIONAL = frozenset({BATCH, DELETE_POST, COURSE_GROUPS})
"""Functions without which the bridge works, slower or with less care."""


def missing_function(function: str) -> Permanent:
    """Return the error for a function that the token's service does not hold."""
    purpose = PURPOSES.get(function, "")
    return Permanent(
        f"the token's service does not hold this function{purpose and ', needed '}"
        f"{purpose}",
        item=function,
        code=MISSING,
        advice=f"Add {function} to the service of the token in {SERVICE} > Functions.",
    )


def missing_functions(held: Collection[str]) -> tuple[str, ...]:
    """Return the functions of `PURPOSES` that are not held, in that order."""
    return tuple(function for function in PURPOSES if function not in held)
