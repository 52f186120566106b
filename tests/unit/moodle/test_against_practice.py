"""The client against the practice Moodle, over REST and SOAP, with and without faults."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.model.forum import Discussion, DiscussionPosts
from moodle_bridge.moodle import Connection, Moodle
from moodle_bridge.moodle.client import ClientSettings
from moodle_bridge.moodle.files import Upload
from moodle_bridge.moodle.forums import DiscussionFailure
from moodle_bridge.moodle.functions import BATCH, DISCUSSION_POSTS, PURPOSES
from moodle_bridge.moodle.protocols import ProtocolName
from moodle_bridge.moodle.rest import RestSettings
from moodle_bridge.practice import FaultKind, PracticeMoodle, running
from moodle_bridge.practice.records import User
from moodle_bridge.practice.seed import PracticeCourse, practice_course
from moodle_bridge.runtime import from_unix

from .fakes import FakeClock

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

LOST = [
    FaultKind.BAD_GATEWAY, FaultKind.HTML, FaultKind.CUT, FaultKind.EMPTY,
    FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE,
]  # fmt: skip
NOT_RUN = [
    FaultKind.UNAVAILABLE, FaultKind.TOO_MANY, FaultKind.MAINTENANCE, FaultKind.CLOSED,
]  # fmt: skip


@dataclass
class Practice:
    site: PracticeMoodle
    course: PracticeCourse
    protocol: ProtocolName = "rest"
    url: str = ""
    requests: int = 0
    clock: FakeClock = field(default_factory=FakeClock)
    mount: str = "/moodle"

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        self.requests += 1
        return self.site(environ, start_response)

    @contextmanager
    def seen_by(
        self, user: User, functions: Iterable[str] | None = None
    ) -> Iterator[Moodle]:
        connection = Connection(
            site_url=self.url,
            protocol=self.protocol,
            rest=RestSettings(read_timeout=5.0),
            client=ClientSettings(),
        )
        token = self.site.token_for(user, functions)
        with Moodle.connect(
            connection, token, sleep=self.clock.sleep, jitter=lambda: 0.0
        ) as moodle:
            if self.protocol == "soap":
                # The service is described before the first call; no test is of that.
                moodle.client.functions()
                self.requests = 0
            yield moodle

    def will(self, kind: FaultKind, function: str = "*", count: int = 1) -> None:
        self.site.faults.plan(kind, function, count=count, retry_after=1)


@pytest.fixture(params=["rest", "soap"])
def protocol(request: pytest.FixtureRequest) -> ProtocolName:
    found: ProtocolName = request.param
    return found


@pytest.fixture
def practice(protocol: ProtocolName) -> Iterator[Practice]:
    site = PracticeMoodle.empty(mount="/moodle")
    course = practice_course(site, discussions=6, replies=2)
    practice = Practice(site, course, protocol)
    with running(practice) as practice.url:
        yield practice


@pytest.fixture
def moodle(practice: Practice) -> Iterator[Moodle]:
    with practice.seen_by(practice.course.bridge) as moodle:
        yield moodle


def questions(moodle: Moodle, practice: Practice) -> list[Discussion]:
    forum_id = practice.course.questions.id
    return list(moodle.forums.discussions(forum_id, since=None))


def test_the_site_knows_the_bridge(moodle: Moodle, practice: Practice) -> None:
    info = moodle.site.info()
    assert info.url == practice.url
    assert info.username == "bridge"
    assert info.may_upload
    assert info.missing_functions == ()


def test_the_forums_of_a_course_are_read(moodle: Moodle, practice: Practice) -> None:
    course = moodle.courses.by_shortname("FO26")
    assert course
    found = moodle.forums.of_courses([course.id, 999])
    assert "Introductions (Q&A)" in [forum.name for forum in found.forums]
    assert found.silent == (999,)
    assert moodle.forums.access(practice.course.questions.id).may("replypost")


def test_posts_come_with_parents_first(moodle: Moodle, practice: Practice) -> None:
    for found in moodle.forums.posts(questions(moodle, practice)):
        assert isinstance(found, DiscussionPosts)
        assert len(found.posts) == 3
        told: set[int] = set()
        for post in found.posts:
            assert post.parent_id is None or post.parent_id in told
            told.add(post.id)


def test_a_forum_of_two_hundred_discussions_is_at_most_twelve_requests(
    protocol: ProtocolName,
) -> None:
    site = PracticeMoodle.empty(mount="/moodle")
    course = practice_course(site, discussions=200, replies=9)
    practice = Practice(site, course, protocol)
    forum_id = practice.course.questions.id
    bridge = practice.course.bridge
    with running(practice) as practice.url, practice.seen_by(bridge) as moodle:
        listed = moodle.forums.discussions(forum_id, since=None)
        found = list(moodle.forums.posts(listed))
    posts = [
        post for one in found if isinstance(one, DiscussionPosts) for post in one.posts
    ]
    assert (len(found), len(posts)) == (200, 2000)
    assert practice.requests <= 12


def test_without_the_batch_function_the_same_is_read(practice: Practice) -> None:
    functions = [name for name in PURPOSES if name != BATCH]
    bridge = practice.course.bridge
    with (
        practice.seen_by(bridge) as moodle,
        practice.seen_by(bridge, functions) as slower,
    ):
        asked = questions(moodle, practice)
        assert list(moodle.forums.posts(asked)) == list(slower.forums.posts(asked))


def test_a_missing_function_is_named(practice: Practice) -> None:
    functions = [name for name in PURPOSES if name != DISCUSSION_POSTS]
    with practice.seen_by(practice.course.bridge, functions) as moodle:
        assert moodle.site.info().missing_functions == (DISCUSSION_POSTS,)
        for failure in moodle.forums.posts(questions(moodle, practice)):
            assert isinstance(failure, DiscussionFailure)
            assert failure.error.code == "missingfunction"
            assert not failure.perhaps_gone


def test_a_vanished_discussion_does_not_stop_the_others(
    moodle: Moodle, practice: Practice
) -> None:
    asked = questions(moodle, practice)
    asked.insert(1, replace(asked[0], id=9999))
    found = list(moodle.forums.posts(asked))
    assert isinstance(found[1], DiscussionFailure)
    assert found[1].perhaps_gone
    assert [type(one) for one in found].count(DiscussionPosts) == 6


def test_a_quiet_poll_is_one_request(moodle: Moodle, practice: Practice) -> None:
    later = from_unix(practice.site.now() + 60)
    courses = [practice.course.course.id, *(
        practice.site.add_course(f"Course {number}").id for number in range(9)
    )]  # fmt: skip
    found = moodle.updates.updates_since(dict.fromkeys(courses, later))
    assert practice.requests == 1
    assert found[courses[0]].is_quiet


def test_a_new_post_shows_by_its_first_post(moodle: Moodle, practice: Practice) -> None:
    before = from_unix(practice.site.now() - 1)
    course = practice.course
    started = practice.site.post(
        course.participants[0], course.questions, "New", "<p>x</p>"
    )
    found = moodle.updates.updates_since({course.course.id: before})[course.course.id]
    assert started.firstpost in found.first_posts[course.questions.cmid]
    assert found.seen_until


def test_a_mail_becomes_a_post_with_its_file(
    moodle: Moodle, practice: Practice
) -> None:
    forum_id = practice.course.questions.id
    area = moodle.files.upload(
        [Upload(filename="Ảnh Hà.jpg", content=b"\xff\xd8x", media_type="image/jpeg")]
    )
    discussion_id = moodle.forums.add_discussion(
        forum_id,
        "Chào & xin chào 😀",
        '<div class="ref-ab12"><p>x &amp; y</p></div>',
        attachments_draft_id=area.item_id,
    )
    (post,) = moodle.forums.posts_of(discussion_id)
    assert post.subject == "Chào & xin chào 😀"
    assert "x &amp; y" in post.message
    (attachment,) = post.attachments
    assert attachment.filename == "Ảnh Hà.jpg"
    assert moodle.files.download(attachment.url, limit=99) == b"\xff\xd8x"
    with pytest.raises(Permanent) as caught:
        moodle.files.download(attachment.url, limit=1)
    assert caught.value.code == "toolarge"
    reply = moodle.forums.add_reply(post.id, "Re: Chào", '<p class="ref-cd34">z</p>')
    assert reply.parent_id == post.id
    found = moodle.forums.find_reply("ref-cd34", discussion_id=discussion_id)
    assert found == reply


def test_a_private_reply_stays_private(moodle: Moodle, practice: Practice) -> None:
    course = practice.course
    first = questions(moodle, practice)[0]
    proof = moodle.forums.access(first.forum_id)
    reply = moodle.forums.add_reply(
        first.first_post_id, "Re: x", "for you", private_by=proof
    )
    assert reply.private
    stranger = next(user for user in course.participants if user.id != first.author_id)
    with practice.seen_by(stranger) as theirs:
        assert reply.id not in [post.id for post in theirs.forums.posts_of(first.id)]
        access = theirs.forums.access(first.forum_id)
        with pytest.raises(Permanent) as caught:
            theirs.forums.add_reply(
                first.first_post_id, "Re: x", "psst", private_by=access
            )
        assert caught.value.code == "noprivatereply"


def test_a_right_that_is_gone_meanwhile_makes_nothing_public(
    moodle: Moodle, practice: Practice
) -> None:
    first = questions(moodle, practice)[0]
    proof = moodle.forums.access(first.forum_id)
    with (
        practice.seen_by(practice.course.participants[3]) as theirs,
        pytest.raises(Permanent) as caught,
    ):
        theirs.forums.add_reply(first.first_post_id, "Re: x", "psst", private_by=proof)
    assert caught.value.code == "postedpublicly"
    assert len(moodle.forums.posts_of(first.id)) == 3


def test_people_are_found(moodle: Moodle, practice: Practice) -> None:
    course = practice.course
    people = list(moodle.people.enrolled(course.course.id))
    assert len(people) == 18
    facilitators = {one.username for one in people if one.facilitator}
    assert facilitators == {"bridge", "fac1", "fac2", "fac3"}
    one = next(one for one in people if one.username == "part1")
    assert one.group_ids == {course.groups[0].id}
    assert (one.language, one.timezone) == ("fr", "Africa/Dakar")
    found = moodle.people.by_field("email", ["part1@example.org", "x@example.net"])
    assert [one.username for one in found["part1@example.org"]] == ["part1"]
    assert found["x@example.net"] == ()


def test_a_wrong_token_is_named(practice: Practice) -> None:
    connection = Connection(site_url=practice.url, protocol=practice.protocol)
    with (
        Moodle.connect(connection, "0" * 32) as moodle,
        pytest.raises(Permanent) as caught,
    ):
        moodle.site.info()
    assert caught.value.code == "invalidtoken"


@pytest.mark.parametrize("kind", [*LOST, *NOT_RUN, FaultKind.NOTICE])
def test_a_read_outlives_a_fault(
    moodle: Moodle, practice: Practice, kind: FaultKind
) -> None:
    practice.will(kind, count=2)
    asked = questions(moodle, practice)
    practice.will(kind, count=2)
    assert len(list(moodle.forums.posts(asked))) == 6


@pytest.mark.parametrize("kind", LOST)
def test_a_write_whose_answer_is_lost_is_in_doubt_and_then_settled(
    moodle: Moodle, practice: Practice, kind: FaultKind
) -> None:
    forum_id = practice.course.questions.id
    begun = from_unix(practice.site.now())
    before = len(practice.site.state.discussions)
    practice.will(kind)
    with pytest.raises(InDoubt):
        moodle.forums.add_discussion(forum_id, "Once", '<p class="ref-ab12">x</p>')
    made = len(practice.site.state.discussions) - before
    found = moodle.forums.find_discussion(
        "ref-ab12", forum_id=forum_id, created_after=begun + timedelta(minutes=1)
    )
    assert (found is not None) is (made == 1)
    assert made in {0, 1}


@pytest.mark.parametrize("kind", NOT_RUN)
def test_a_write_that_was_surely_not_run_is_repeated_and_made_once(
    moodle: Moodle, practice: Practice, kind: FaultKind
) -> None:
    before = len(practice.site.state.discussions)
    practice.will(kind, count=2)
    moodle.forums.add_discussion(practice.course.questions.id, "Once", "x")
    assert len(practice.site.state.discussions) == before + 1


def test_a_notice_before_the_answer_leaves_no_doubt(
    moodle: Moodle, practice: Practice
) -> None:
    practice.will(FaultKind.NOTICE)
    assert moodle.forums.add_discussion(practice.course.questions.id, "Once", "x")


def test_maintenance_ends_patience(moodle: Moodle, practice: Practice) -> None:
    practice.will(FaultKind.MAINTENANCE, count=99)
    with pytest.raises(Transient) as caught:
        questions(moodle, practice)
    assert caught.value.code == "sitemaintenance"
    # Over SOAP only the upload script says why nothing is answered.
    assert practice.requests == (4 if practice.protocol == "rest" else 8)


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.CUT])
def test_an_upload_is_repeated(
    moodle: Moodle, practice: Practice, kind: FaultKind
) -> None:
    files = [Upload(filename=name, content=b"x") for name in ("a", "b")]
    practice.will(kind, "upload.php")
    area = moodle.files.upload(files)
    assert (area.stored, area.refused) == (("a", "b"), ())


def test_a_site_that_has_stopped_is_away(practice: Practice) -> None:
    with running(practice) as gone:
        pass
    with (
        Moodle.connect(
            Connection(site_url=gone, protocol=practice.protocol),
            "0" * 32,
            sleep=practice.clock.sleep,
        ) as moodle,
        pytest.raises(RemoteError) as caught,
    ):
        moodle.site.info()
    assert isinstance(caught.value, Transient)
    assert caught.value.code == "unreachable"
