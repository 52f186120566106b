"""Everything the practice Moodle remembers, in one object behind one lock."""

from __future__ import annotations

import threading
from collections import defaultdict

from moodle_bridge.practice.activity_records import (
    Database,
    DataContent,
    DataEntry,
    DataField,
    Feedback,
    FeedbackAttempt,
    FeedbackItem,
    Subwiki,
    Wiki,
    WikiPage,
)
from moodle_bridge.practice.records import (
    Course,
    Discussion,
    Enrolment,
    Forum,
    Group,
    Post,
    StoredFile,
    Token,
    User,
)
from moodle_bridge.practice.site_records import (
    CalendarEvent,
    Cohort,
    Completion,
    Message,
    Note,
    RoleAssignment,
)

AreaKey = tuple[int, str, str, int]
"""Where files lie: context id, component, file area, item id."""


class PracticeState:
    """The tables, their counters, and the lock that whoever reads or writes holds.

    `posts_of` and `discussions_of` are indexes over `posts` and `discussions`; they
    are kept by the methods below, which are the only way in and out.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.writes = 0
        self.counters: dict[str, int] = {}
        self.users: dict[int, User] = {}
        self.courses: dict[int, Course] = {}
        self.groups: dict[int, Group] = {}
        self.enrolments: dict[tuple[int, int], Enrolment] = {}
        self.forums: dict[int, Forum] = {}
        self.discussions: dict[int, Discussion] = {}
        self.posts: dict[int, Post] = {}
        self.tokens: dict[str, Token] = {}
        self.files: dict[AreaKey, list[StoredFile]] = {}
        self.role_assignments: dict[int, RoleAssignment] = {}
        self.cohorts: dict[int, Cohort] = {}
        self.events: dict[int, CalendarEvent] = {}
        self.messages: dict[int, Message] = {}
        self.notes: dict[int, Note] = {}
        self.completions: dict[int, Completion] = {}
        self.wikis: dict[int, Wiki] = {}
        self.subwikis: dict[int, Subwiki] = {}
        self.wiki_pages: dict[int, WikiPage] = {}
        self.databases: dict[int, Database] = {}
        self.data_fields: dict[int, DataField] = {}
        self.data_entries: dict[int, DataEntry] = {}
        self.data_contents: dict[int, DataContent] = {}
        self.feedbacks: dict[int, Feedback] = {}
        self.feedback_items: dict[int, FeedbackItem] = {}
        self.feedback_attempts: dict[int, FeedbackAttempt] = {}
        self.removed: list[int] = []
        self.posts_of: dict[int, list[int]] = defaultdict(list)
        self.discussions_of: dict[int, list[int]] = defaultdict(list)

    def next_id(self, table: str) -> int:
        """Return the next id of a table; a counter never runs backwards."""
        number = self.counters.get(table, 0) + 1
        self.counters[table] = number
        return number

    def put_discussion(self, discussion: Discussion) -> None:
        """Store a new discussion and index it under its forum."""
        self.discussions[discussion.id] = discussion
        self.discussions_of[discussion.forumid].append(discussion.id)

    def put_post(self, post: Post) -> None:
        """Store a new post and index it under its discussion."""
        self.posts[post.id] = post
        self.posts_of[post.discussionid].append(post.id)

    def drop_post(self, post: Post, contextid: int) -> None:
        """Remove a post and its files."""
        del self.posts[post.id]
        self.removed.append(post.id)
        self.posts_of[post.discussionid].remove(post.id)
        for area in ("attachment", "post"):
            self.files.pop((contextid, "mod_forum", area, post.id), None)

    def drop_discussion(self, discussion: Discussion, contextid: int) -> None:
        """Remove a discussion with all its posts."""
        for post_id in list(self.posts_of[discussion.id]):
            self.drop_post(self.posts[post_id], contextid)
        del self.posts_of[discussion.id]
        del self.discussions[discussion.id]
        self.discussions_of[discussion.forumid].remove(discussion.id)

    def posts_in(self, discussion_id: int) -> list[Post]:
        """Return the posts of a discussion in the order they were made."""
        posts = self.posts
        return [posts[post_id] for post_id in self.posts_of.get(discussion_id, ())]

    def discussions_in(self, forum_id: int) -> list[Discussion]:
        """Return the discussions of a forum in the order they were started."""
        found = self.discussions_of.get(forum_id, ())
        return [self.discussions[discussion_id] for discussion_id in found]

    def forums_in(self, course_id: int) -> list[Forum]:
        """Return the forums of a course by id."""
        return [row for row in self.forums.values() if row.courseid == course_id]

    def groups_in(self, course_id: int) -> list[Group]:
        """Return the groups of a course by name, as Moodle lists them."""
        found = [row for row in self.groups.values() if row.courseid == course_id]
        return sorted(found, key=lambda group: group.name)

    def groups_of(self, user_id: int, course_id: int) -> list[Group]:
        """Return the groups of a course that a user belongs to."""
        return [row for row in self.groups_in(course_id) if user_id in row.members]

    def enrolments_in(self, course_id: int) -> list[Enrolment]:
        """Return the enrolments of a course by user id."""
        found = [row for row in self.enrolments.values() if row.courseid == course_id]
        return sorted(found, key=lambda row: row.userid)
