"""Every call that the nouns of the client make, with its arguments and its shape."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr, TypeAdapter

from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces.transport import Answer
from moodle_bridge.model.forum import Discussion
from moodle_bridge.moodle import (
    Enrolment,
    EventKind,
    Membership,
    Moodle,
    NewCohort,
    NewEvent,
    NewGroup,
    NewMessage,
    NewNote,
    NewUser,
    Participation,
    RoleAssignment,
    Upload,
    UserChange,
)
from moodle_bridge.moodle.batching import Responses
from moodle_bridge.moodle.calls import Call, Result
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forums import ForumAccess
from moodle_bridge.moodle.functions import BATCH
from moodle_bridge.moodle.roles import Level

from .fakes import FakeClock, FakeTransport

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WHOLE = {
    "first_name": "Aminata", "last_name": "Diop", "email": "ami@example.org",
    "idnumber": "sm-1", "language": "fr", "timezone": "Africa/Dakar", "country": "SN",
    "city": "Dakar", "institution": "R", "department": "D", "phone": "1",
    "custom_fields": {"organisation": "R"},
}  # fmt: skip
DISCUSSION = Discussion(
    id=1, forum_id=1, first_post_id=1, name="", author_id=1, group_id=None,
    created=NOW, modified=NOW,
)  # fmt: skip


def refuse() -> Permanent:
    return Permanent("every call is refused", code="recorded")


class RecordingClient(MoodleClient):
    """Refuses every call, and keeps it."""

    def __init__(self) -> None:
        clock = FakeClock()
        super().__init__(
            FakeTransport(), clock=clock, sleep=clock.sleep, jitter=lambda: 0.0
        )
        self.made: list[Call] = []

    def read(
        self,
        function: str,
        arguments: Mapping[str, Any] | None = None,
        shape: TypeAdapter[Any] | None = None,
    ) -> Answer:
        self.made.append(
            Call(function=function, arguments=arguments or {}, shape=shape)
        )
        raise refuse()

    def write(
        self,
        function: str,
        arguments: Mapping[str, Any],
        shape: TypeAdapter[Any] | None = None,
    ) -> Answer:
        return self.read(function, arguments, shape)

    def stream(self, calls: Iterable[Call]) -> Iterator[Result]:
        for call in calls:
            self.made.append(call)
            yield refuse()


def every_call() -> list[Call]:
    client = RecordingClient()
    for step in _steps(Moodle(client)):
        with suppress(Permanent):
            step()
    requests = [{"function": "x", "arguments": "{}"}]
    batch = Call(
        function=BATCH,
        arguments={"requests": requests},
        shape=TypeAdapter(Responses),
    )
    return [*client.made, batch]


def _steps(m: Moodle) -> Iterable[Callable[[], object]]:
    new_user = NewUser(username="ami", password=SecretStr("x"), **WHOLE)  # type: ignore[arg-type]
    mailed = NewUser(username="ami", email_password=True, **WHOLE)  # type: ignore[arg-type]
    change = UserChange(user_id=1, username="ami", suspended=True, **WHOLE)  # type: ignore[arg-type]
    member = Membership(of=1, user_id=2)
    enrolment = Enrolment(user_id=1, course_id=2, role_id=5, starts=NOW, ends=NOW)
    right = ForumAccess(forum_id=1, rights=frozenset({"postprivatereply"}))
    events = [
        NewEvent(name="x", starts=NOW, course_id=2),
        NewEvent(name="x", starts=NOW, kind=EventKind.GROUP, course_id=2, group_id=1),
    ]
    files = [Upload(filename="a.txt", content=b"a")]
    return [
        m.site.info,
        lambda: m.courses.by_shortname("SM25"),
        lambda: m.courses.by_ids([2]),
        lambda: m.updates.updates_since({2: NOW}),
        lambda: m.people.by_ids([1]),
        lambda: m.people.by_field("email", ["ami@example.org"]),
        lambda: list(m.people.enrolled(2)),
        lambda: m.users.by_ids([1]),
        lambda: m.users.search(email="a", first_name="b", last_name="c"),
        lambda: m.users.create([new_user]),
        lambda: m.users.create([mailed]),
        lambda: m.users.update([change]),
        lambda: list(m.cohorts.search("sm")),
        lambda: m.cohorts.by_ids([1]),
        lambda: m.cohorts.create([NewCohort(name="a", idnumber="b")]),
        lambda: m.cohorts.create([NewCohort(name="a", idnumber="b", category_id=1)]),
        lambda: m.cohorts.members([1]),
        lambda: m.cohorts.add_members([member]),
        lambda: m.cohorts.delete_members([member]),
        lambda: m.enrolments.enrol([enrolment]),
        lambda: m.enrolments.suspend([enrolment]),
        lambda: m.enrolments.unenrol([Participation(user_id=1, course_id=2)]),
        lambda: m.enrolments.courses_of(1),
        lambda: m.roles.assign(
            [RoleAssignment(user_id=1, role_id=3, level=Level.COURSE, instance_id=2)]
        ),
        lambda: m.roles.unassign(
            [RoleAssignment(user_id=1, role_id=3, level=Level.SYSTEM)]
        ),
        lambda: m.groups.of_course(2),
        lambda: m.groups.mode_of(8),
        lambda: m.groups.create([NewGroup(course_id=2, name="Red")]),
        lambda: m.groups.members([1]),
        lambda: m.groups.add_members([member]),
        lambda: m.groups.delete_members([member]),
        lambda: m.forums.of_courses([2]),
        lambda: m.forums.access(1),
        lambda: m.forums.may_add(1),
        lambda: m.forums.may_add(1, group_id=2),
        lambda: list(m.forums.discussions(1, since=None)),
        lambda: list(m.forums.discussions_of([1])),
        lambda: list(m.forums.posts([DISCUSSION])),
        lambda: m.forums.posts_of(1),
        lambda: m.forums.add_discussion(1, "s", "m", attachments_draft_id=3),
        lambda: m.forums.add_reply(
            1, "s", "m", attachments_draft_id=3, private_by=right
        ),
        lambda: m.forums.update_post(1, subject="s", attachments_draft_id=3),
        lambda: m.forums.update_post(1, message="m"),
        lambda: m.forums.delete_post(1),
        lambda: m.forums.lock(1, 2),
        lambda: m.forums.unlock(1, 2),
        lambda: m.forums.pin(2),
        m.drafts.unused,
        lambda: m.drafts.upload(files, user_id=3),
        lambda: m.drafts.delete(4, ["a.txt"]),
        lambda: m.calendar.between(
            NOW, NOW + timedelta(days=1), course_ids=[2], group_ids=[1]
        ),
        *[lambda event=event: m.calendar.create([event]) for event in events],
        lambda: m.calendar.delete([1]),
        lambda: m.messages.send(NewMessage(user_id=1, text="x")),
        lambda: m.messages.send_all([NewMessage(user_id=1, text="x")]),
        lambda: m.course_modules.by_cmid(7),
        lambda: m.wikis.of_courses([2]),
        lambda: m.wikis.pages(1),
        lambda: m.wikis.page(1),
        lambda: m.wikis.new(1, "t", "c"),
        lambda: m.wikis.edit(1, "c"),
        lambda: m.databases.of_courses([2]),
        lambda: m.databases.fields(1),
        lambda: list(m.databases.entries(1)),
        lambda: m.databases.add(1, {1: "a", 2: 0.5, 3: {"0": "u", "1": "t"}}),
        lambda: m.databases.update(1, {1: ["a", "b"]}),
        lambda: m.databases.delete(1),
        lambda: m.feedbacks.of_courses([2]),
        lambda: m.feedbacks.questions(1),
        lambda: list(m.feedbacks.responses(1)),
        lambda: list(m.completion.of_users(2, [1])),
        lambda: m.notes.create([NewNote(user_id=1, course_id=2, text="x")]),
    ]
