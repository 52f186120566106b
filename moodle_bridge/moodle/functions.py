"""Which external functions the bridge calls, for which job, and what for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle.errorcodes import SERVICE

MISSING = "missingfunction"

SITE_INFO = "core_webservice_get_site_info"
BATCH = "tool_mobile_call_external_functions"
UPDATES_SINCE = "core_course_get_updates_since"
COURSES_BY_FIELD = "core_course_get_courses_by_field"
FORUMS_BY_COURSES = "mod_forum_get_forums_by_courses"
FORUM_ACCESS = "mod_forum_get_forum_access_information"
COURSE_MODULE = "core_course_get_course_module"
FORUM_DISCUSSIONS = "mod_forum_get_forum_discussions"
DISCUSSION_POSTS = "mod_forum_get_discussion_posts"
CAN_ADD_DISCUSSION = "mod_forum_can_add_discussion"
ADD_DISCUSSION = "mod_forum_add_discussion"
ADD_POST = "mod_forum_add_discussion_post"
UPDATE_POST = "mod_forum_update_discussion_post"
DELETE_POST = "mod_forum_delete_post"
LOCK_DISCUSSION = "mod_forum_set_lock_state"
PIN_DISCUSSION = "mod_forum_set_pin_state"
USERS_BY_FIELD = "core_user_get_users_by_field"
SEARCH_USERS = "core_user_get_users"
CREATE_USERS = "core_user_create_users"
UPDATE_USERS = "core_user_update_users"
CREATE_COHORTS = "core_cohort_create_cohorts"
SEARCH_COHORTS = "core_cohort_search_cohorts"
GET_COHORTS = "core_cohort_get_cohorts"
COHORT_MEMBERS = "core_cohort_get_cohort_members"
ADD_COHORT_MEMBERS = "core_cohort_add_cohort_members"
DELETE_COHORT_MEMBERS = "core_cohort_delete_cohort_members"
ENROLLED_USERS = "core_enrol_get_enrolled_users"
COURSES_OF_USER = "core_enrol_get_users_courses"
ENROL_USERS = "enrol_manual_enrol_users"
UNENROL_USERS = "enrol_manual_unenrol_users"
ASSIGN_ROLES = "core_role_assign_roles"
UNASSIGN_ROLES = "core_role_unassign_roles"
COURSE_GROUPS = "core_group_get_course_groups"
CREATE_GROUPS = "core_group_create_groups"
GROUP_MEMBERS = "core_group_get_group_members"
ADD_GROUP_MEMBERS = "core_group_add_group_members"
DELETE_GROUP_MEMBERS = "core_group_delete_group_members"
UPLOAD_FILE = "core_files_upload"
UNUSED_DRAFT = "core_files_get_unused_draft_itemid"
DELETE_DRAFT_FILES = "core_files_delete_draft_files"
CREATE_EVENTS = "core_calendar_create_calendar_events"
GET_EVENTS = "core_calendar_get_calendar_events"
DELETE_EVENTS = "core_calendar_delete_calendar_events"
SEND_MESSAGES = "core_message_send_instant_messages"
WIKIS_BY_COURSES = "mod_wiki_get_wikis_by_courses"
WIKI_PAGES = "mod_wiki_get_subwiki_pages"
WIKI_PAGE = "mod_wiki_get_page_contents"
NEW_WIKI_PAGE = "mod_wiki_new_page"
EDIT_WIKI_PAGE = "mod_wiki_edit_page"
DATABASES_BY_COURSES = "mod_data_get_databases_by_courses"
DATABASE_FIELDS = "mod_data_get_fields"
DATABASE_ENTRIES = "mod_data_get_entries"
ADD_ENTRY = "mod_data_add_entry"
UPDATE_ENTRY = "mod_data_update_entry"
DELETE_ENTRY = "mod_data_delete_entry"
FEEDBACKS_BY_COURSES = "mod_feedback_get_feedbacks_by_courses"
FEEDBACK_ITEMS = "mod_feedback_get_items"
FEEDBACK_RESPONSES = "mod_feedback_get_responses_analysis"
COMPLETION_STATUS = "core_completion_get_activities_completion_status"
CREATE_NOTES = "core_notes_create_notes"


class Job(StrEnum):
    """What the bridge may be asked to do; each needs functions of its own."""

    MIRROR = "mirror"
    ENROL = "enrol"
    ROTA = "rota"
    ALERTS = "alerts"
    REPORT = "report"
    INTAKE = "intake"


_OF_MIRROR = {
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
    CAN_ADD_DISCUSSION: "to know whether a discussion may be begun in a forum",
    COURSE_MODULE: "to know whether a forum keeps its groups apart",
}
_OF_ENROL = {
    SITE_INFO: "to know the site and what the token may do",
    BATCH: "to read many things in one request",
    COURSES_BY_FIELD: "to find a course by its short name",
    USERS_BY_FIELD: "to find who has an account, and to see what was stored",
    SEARCH_USERS: "to find an account by a part of a name or an address",
    CREATE_USERS: "to give an applicant an account",
    UPDATE_USERS: "to keep an account as the intake form says",
    SEARCH_COHORTS: "to find a cohort by its idnumber",
    GET_COHORTS: "to see a cohort as it was stored",
    CREATE_COHORTS: "to make a cohort",
    COHORT_MEMBERS: "to see who is in a cohort",
    ADD_COHORT_MEMBERS: "to put somebody into a cohort",
    DELETE_COHORT_MEMBERS: "to take somebody out of a cohort",
    ENROLLED_USERS: "to see who is enrolled, before and after",
    COURSES_OF_USER: "to see where somebody is enrolled",
    ENROL_USERS: "to enrol, and to suspend an enrolment",
    UNENROL_USERS: "to end an enrolment",
    COURSE_GROUPS: "to find a group by its name",
    CREATE_GROUPS: "to make a group",
    GROUP_MEMBERS: "to see who is in a group",
    ADD_GROUP_MEMBERS: "to put somebody into a group",
    DELETE_GROUP_MEMBERS: "to take somebody out of a group",
}
_OF_ROTA = {
    SITE_INFO: "to know the site and what the token may do",
    COURSES_BY_FIELD: "to find a course by its short name",
    USERS_BY_FIELD: "to find the facilitators",
    GET_EVENTS: "to see the shifts that stand in the calendar",
    CREATE_EVENTS: "to write shifts into the calendar",
    DELETE_EVENTS: "to take shifts out of the calendar",
}
_OF_ALERTS = {
    SITE_INFO: "to know the site and what the token may do",
    USERS_BY_FIELD: "to find the facilitators",
    SEND_MESSAGES: "to tell a facilitator of a question that waits",
}
_OF_EACH_REPORT = {
    SITE_INFO: "to know the site and what the token may do",
    BATCH: "to read many things in one request",
    COURSES_BY_FIELD: "to find a course by its short name",
    ENROLLED_USERS: "to count who takes part",
    COMPLETION_STATUS: "to see what participants completed",
}
_OF_REPORT_FORUM = {
    COURSE_MODULE: "to find the forum, wiki or database of a report",
    FORUM_DISCUSSIONS: "to find the report posted before",
    DISCUSSION_POSTS: "to find the report posted before",
    ADD_DISCUSSION: "to post a report in a forum",
    UPDATE_POST: "to keep one report up to date in its place",
}
_OF_REPORT_WIKI = {
    COURSE_MODULE: "to find the forum, wiki or database of a report",
    WIKIS_BY_COURSES: "to find the wikis of a course",
    WIKI_PAGES: "to find a page of a wiki by its title",
    WIKI_PAGE: "to read a page of a wiki",
    NEW_WIKI_PAGE: "to write a report on a new page of a wiki",
    EDIT_WIKI_PAGE: "to keep a report on a page of a wiki up to date",
}
_OF_REPORT_DATABASE = {
    COURSE_MODULE: "to find the forum, wiki or database of a report",
    DATABASE_FIELDS: "to know the fields of a database",
    DATABASE_ENTRIES: "to find the row of a week",
    ADD_ENTRY: "to add the row of a week",
    UPDATE_ENTRY: "to keep the row of a week up to date",
}
_OF_REPORT = _OF_EACH_REPORT | _OF_REPORT_FORUM | _OF_REPORT_WIKI | _OF_REPORT_DATABASE
_OF_INTAKE = {
    SITE_INFO: "to know the site and what the token may do",
    COURSES_BY_FIELD: "to find a course by its short name",
    FEEDBACKS_BY_COURSES: "to find the intake form of a course",
    FEEDBACK_ITEMS: "to know the questions of the intake form",
    FEEDBACK_RESPONSES: "to read the entries of the intake form",
}
_OF_LIBRARY = {
    DATABASES_BY_COURSES: "to find the databases of a course",
    LOCK_DISCUSSION: "to lock a discussion, or to open it again",
    PIN_DISCUSSION: "to keep a discussion at the top of its forum",
    UPLOAD_FILE: "to send files where the upload script is closed",
    UNUSED_DRAFT: "to gather the files of a post before it is written",
    DELETE_DRAFT_FILES: "to take files back before a post is written",
    ASSIGN_ROLES: "to give a role outside a course",
    UNASSIGN_ROLES: "to take back a role outside a course",
    CREATE_NOTES: "to leave a note about a participant for the facilitators",
    DELETE_ENTRY: "to take out a row",
}

PURPOSES_OF: Mapping[Job, Mapping[str, str]] = MappingProxyType(
    {
        Job.MIRROR: MappingProxyType(_OF_MIRROR),
        Job.ENROL: MappingProxyType(_OF_ENROL),
        Job.ROTA: MappingProxyType(_OF_ROTA),
        Job.ALERTS: MappingProxyType(_OF_ALERTS),
        Job.REPORT: MappingProxyType(_OF_REPORT),
        Job.INTAKE: MappingProxyType(_OF_INTAKE),
    }
)
"""The functions that each job calls, and what for, as an admin would say it."""

REPORT_PURPOSES_OF: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "": MappingProxyType(_OF_EACH_REPORT),
        "moodle-forum": MappingProxyType(_OF_REPORT_FORUM),
        "moodle-wiki": MappingProxyType(_OF_REPORT_WIKI),
        "moodle-database": MappingProxyType(_OF_REPORT_DATABASE),
    }
)
"""What of the report job each report sink (by plug-in) calls; "" is for all of them."""

LIBRARY_PURPOSES: Mapping[str, str] = MappingProxyType(_OF_LIBRARY)
"""The functions that no job calls: for programs that use the client by themselves."""

PURPOSES: Mapping[str, str] = MappingProxyType(
    {
        function: purpose
        for purposes in (LIBRARY_PURPOSES, *reversed([*PURPOSES_OF.values()]))
        for function, purpose in purposes.items()
    }
)
"""Each function that the client may call, and what for."""

OPTIONAL = frozenset(
    {
        BATCH,
        DELETE_POST,
        COURSE_GROUPS,
        CAN_ADD_DISCUSSION,
        COURSE_MODULE,
        SEARCH_USERS,
        GET_COHORTS,
        CREATE_COHORTS,
        DELETE_COHORT_MEMBERS,
        COURSES_OF_USER,
        UNENROL_USERS,
        CREATE_GROUPS,
        DELETE_GROUP_MEMBERS,
        COMPLETION_STATUS,
        DELETE_EVENTS,
    }
)
"""Functions without which the jobs work, slower, with less care, or doing less."""


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


def jobs_of(function: str) -> tuple[Job, ...]:
    """Return the jobs that call a function; none for one that is not ours."""
    return tuple(job for job, purposes in PURPOSES_OF.items() if function in purposes)


def missing_functions(
    held: Collection[str], jobs: Collection[Job] = (Job.MIRROR,)
) -> tuple[str, ...]:
    """Return the functions that these jobs call and that are not held, each once."""
    wanted = dict.fromkeys(
        function for job in Job if job in jobs for function in PURPOSES_OF[job]
    )
    return tuple(function for function in wanted if function not in held)
