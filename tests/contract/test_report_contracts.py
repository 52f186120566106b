"""Every place for reports keeps its contract."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from moodle_bridge.errors import InDoubt, Permanent, Transient
from moodle_bridge.model.mail import OutgoingMail, Sent
from moodle_bridge.model.reports import Written
from moodle_bridge.moodle import Connection, Moodle
from moodle_bridge.moodle.functions import REPORT_PURPOSES_OF
from moodle_bridge.plugins.reports import files as report_files
from moodle_bridge.plugins.reports.mail import MailReport, MailReportSettings
from moodle_bridge.plugins.reports.moodle_database import (
    MoodleDatabaseReport,
    MoodleDatabaseReportSettings,
)
from moodle_bridge.plugins.reports.moodle_forum import (
    MoodleForumReport,
    MoodleForumReportSettings,
)
from moodle_bridge.plugins.reports.moodle_wiki import (
    MoodleWikiReport,
    MoodleWikiReportSettings,
)
from moodle_bridge.practice import PracticeMoodle, running
from moodle_bridge.practice.functions import catalogue
from moodle_bridge.practice.rights import CAPABILITIES
from moodle_bridge.practice.seed import PracticeCourse, practice_course
from moodle_bridge.testing import ReportSinkContract
from moodle_bridge.testing.report_sink import (
    CHANGED,
    CHANGED_FIGURE,
    FIGURE,
    OTHER_FIGURE,
    PAGE,
    PRIVATE,
    SOMEBODY,
    report_page,
)

Act = Callable[[], None]
Stands = Callable[[], list[str]]


@dataclass
class Place:
    """A practice Moodle with a course, seen by the account of the bridge."""

    site: PracticeMoodle
    course: PracticeCourse
    moodle: Moodle
    clock: list[int] = field(default_factory=list)

    def close_the_course(self) -> None:
        self.course.bridge.systemrole = ""
        del self.site.state.enrolments[self.course.bridge.id, self.course.course.id]

    def only_participates(self) -> None:
        """Leaves the account the rights of a participant."""
        self.course.bridge.systemrole = ""
        key = (self.course.bridge.id, self.course.course.id)
        self.site.state.enrolments[key].roles[:] = ["student"]

    def lose_the_answer_of(self, function: str) -> None:
        self.site.faults.plan("drop-after", function)

    def is_asked_nothing(self, act: Callable[[], object]) -> bool:
        self.site.faults.plan("502", count=None)
        act()
        self.site.faults.clear()
        return not self.site.faults.struck().get("502")


@pytest.fixture(params=["rest", "soap"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    protocol: Literal["rest", "soap"] = request.param
    clock = [1_795_300_000]
    site = PracticeMoodle.empty(mount="/moodle", now=lambda: clock[0])
    course = practice_course(site, discussions=2, replies=1)
    # What the check asks for must be enough.
    wanted = {name for purposes in REPORT_PURPOSES_OF.values() for name in purposes}
    token = site.token_for(course.bridge, sorted(wanted & catalogue().keys()))
    with running(site) as url:
        connection = Connection(site_url=url, protocol=protocol)
        with Moodle.connect(
            connection, token, sleep=lambda _: None, jitter=lambda: 0.0
        ) as moodle:
            yield Place(site, course, moodle, clock)


class TestMoodleForum(ReportSinkContract):
    plugin = "moodle-forum"

    @pytest.fixture
    def sink(self, place: Place) -> MoodleForumReport:
        return self.made(place)

    def made(self, place: Place, **settings: Any) -> MoodleForumReport:
        given = {"forum": place.course.news.cmid} | settings
        sink = MoodleForumReport(MoodleForumReportSettings(**given))
        sink.use_moodle(place.moodle)
        return sink

    @pytest.fixture
    def stands(self, place: Place) -> Stands:
        def look() -> list[str]:
            state, forum = place.site.state, place.course.news
            rows = [d for d in state.discussions.values() if d.forumid == forum.id]
            posts = [p for d in rows for p in state.posts_in(d.id)]
            return [post.shown for post in posts if "ref-" in post.message]

        return look

    @pytest.fixture
    def delete_it(self, place: Place, stands: Stands) -> Act:
        return lambda: place.site.delete(place.course.bridge, self.post(place))

    @pytest.fixture
    def lose_the_answer(self, place: Place) -> Act:
        return lambda: place.lose_the_answer_of("mod_forum_add_discussion")

    @pytest.fixture
    def break_it(self, place: Place) -> Act:
        return place.close_the_course

    def post(self, place: Place) -> Any:
        state = place.site.state
        return next(p for p in state.posts.values() if "ref-" in p.message)

    def test_nothing_is_asked_for_the_same_report(
        self, sink: MoodleForumReport, place: Place
    ) -> None:
        last = sink.write(PAGE, None)
        assert place.is_asked_nothing(lambda: sink.write(PAGE, last))

    def test_it_is_pinned_and_called_by_its_title(
        self, sink: MoodleForumReport, place: Place
    ) -> None:
        sink.write(replace(PAGE, title="Antwoord\n<b>tijden</b>" + " x" * 300), None)
        discussion = place.site.state.discussions[self.post(place).discussionid]
        assert discussion.pinned
        assert discussion.name.startswith("Antwoord b tijden /b x x")

    def test_half_an_hour_later_nothing_is_made_without_the_right_to_edit(
        self, place: Place
    ) -> None:
        place.only_participates()
        sink = self.made(place, forum=place.course.questions.cmid)
        last = sink.write(PAGE, None)
        place.clock[0] += 3600
        with pytest.raises(Permanent) as caught:
            sink.write(CHANGED, last)
        assert "mod/forum:editanypost" in caught.value.advice
        with pytest.raises(Permanent):
            sink.write(CHANGED, None)
        marked = [p for p in place.site.state.posts.values() if "ref-" in p.message]
        assert len(marked) == 1
        assert FIGURE in marked[0].message

    def test_in_announcements_its_author_may_always_edit(
        self, sink: MoodleForumReport, place: Place
    ) -> None:
        last = sink.write(PAGE, None)
        place.clock[0] += 86_400
        place.only_participates()
        sink.write(CHANGED, last)
        assert CHANGED_FIGURE in self.post(place).message

    def test_an_edit_does_not_bring_the_discussion_up(
        self, sink: MoodleForumReport, place: Place
    ) -> None:
        last = sink.write(PAGE, None)
        discussion = place.site.state.discussions[self.post(place).discussionid]
        before = discussion.timemodified
        place.clock[0] += 86_400
        sink.write(CHANGED, last)
        assert discussion.timemodified == before

    def test_the_number_of_another_post_is_not_taken_for_its_own(
        self, sink: MoodleForumReport, place: Place, stands: Stands
    ) -> None:
        alien = place.site.post(place.course.bridge, place.course.news, "A", "<p>A</p>")
        first = place.site.state.posts[alien.firstpost]
        first.message = first.shown = '<div class="ref-aaaaaaaaaaaaaaaa">mail</div>'
        site = place.moodle.client.site_url
        last = Written(
            target=f"{site}/mod/forum/discuss.php?d={alien.id}",
            fingerprints={"post": "x"},
        )
        sink.write(PAGE, last)
        assert first.message.endswith(">mail</div>")
        assert sum(FIGURE in text for text in stands()) == 1

    def test_who_copies_the_marker_is_not_taken_for_the_bridge(
        self, sink: MoodleForumReport, place: Place
    ) -> None:
        sink.write(PAGE, None)
        copied = self.post(place).message
        place.site.delete(place.course.bridge, self.post(place))
        theirs = place.site.post(
            place.course.facilitators[0], place.course.news, "Mine", copied
        )
        sink.write(CHANGED, None)
        assert place.site.state.posts[theirs.firstpost].message == copied

    def test_what_another_hand_edited_is_still_the_report(
        self, sink: MoodleForumReport, place: Place
    ) -> None:
        last = sink.write(PAGE, None)
        post = self.post(place)
        post.message = post.shown = "<p>without a marker</p>"
        sink.write(CHANGED, last)
        assert CHANGED_FIGURE in post.message

    def test_a_discussion_that_was_moved_is_not_written_in(
        self, place: Place, stands: Stands
    ) -> None:
        sink = self.made(place, facilitators_only=True)
        last = sink.write(PRIVATE, None)
        moved = self.post(place)
        discussion = place.site.state.discussions[moved.discussionid]
        place.site.state.discussions_of[place.course.news.id].remove(discussion.id)
        discussion.forumid = place.course.questions.id
        place.site.state.put_discussion(discussion)
        sink.write(report_page(CHANGED_FIGURE, public=False), last)
        assert CHANGED_FIGURE not in moved.message
        assert CHANGED_FIGURE in "".join(stands())

    def test_a_forum_for_facilitators_may_name_people(self, place: Place) -> None:
        sink = self.made(place, facilitators_only=True)
        assert sink.public is False
        sink.write(PRIVATE, None)
        assert SOMEBODY in self.post(place).shown

    def test_two_reports_in_a_forum_stand_side_by_side(
        self, sink: MoodleForumReport, place: Place, stands: Stands
    ) -> None:
        sink.write(PAGE, None)
        self.made(place, name="coaching").write(CHANGED, None)
        assert len(stands()) == 2

    def test_plots_are_files_of_the_post_and_are_replaced(self, place: Place) -> None:
        sink = self.made(place, plots=True)
        last = sink.write(PAGE, None)
        post = self.post(place)
        assert 'alt="How long &quot;questions&quot; waited"' in post.message
        key = (place.course.news.contextid, "mod_forum", "post", post.id)
        (before,) = place.site.state.files[key]
        sink.write(CHANGED, last)
        (after,) = place.site.state.files[key]
        assert (before.filename, after.filename) == ("waits.png", "waits.png")
        assert before.content != after.content
        assert after.content.endswith(CHANGED_FIGURE.encode())

    def test_with_plots_it_stays_under_ten_kilobytes(self, place: Place) -> None:
        told = "Thị Hà & Nguyễn asked <much>. " * 200
        page = replace(
            PAGE,
            moodle_html=f"<p>{'a' * 9_400}</p>",
            descriptions=dict.fromkeys(PAGE.pictures, told),
        )
        self.made(place, plots=True).write(page, None)
        message = self.post(place).message
        assert 'alt="Thị Hà &amp;' in message
        assert len(message.encode()) < 10_000

    def test_plots_that_are_not_taken_leave_the_report_as_it_was(
        self, place: Place
    ) -> None:
        sink = self.made(place, plots=True)
        last = sink.write(PAGE, None)
        before = self.post(place).message
        place.site.site = replace(place.site.site, max_upload_bytes=3)
        with pytest.raises(Permanent) as caught:
            sink.write(CHANGED, last)
        assert "plots" in caught.value.advice
        assert self.post(place).message == before

    @pytest.mark.parametrize("wrong", ["wiki", "nothing"])
    def test_what_is_no_forum_is_told(self, place: Place, wrong: str) -> None:
        cmid = place.course.wiki.cmid if wrong == "wiki" else 9999
        with pytest.raises(Permanent) as caught:
            self.made(place, forum=cmid).write(PAGE, None)
        assert "mod/forum/view.php?id=" in caught.value.advice

    def test_a_forum_of_groups_that_are_kept_apart_says_what_is_missing(
        self, place: Place
    ) -> None:
        place.only_participates()
        with pytest.raises(Permanent) as caught:
            self.made(place, forum=place.course.group_work.cmid).write(PAGE, None)
        assert "moodle/site:accessallgroups" in caught.value.advice


class TestMoodleWiki(ReportSinkContract):
    plugin = "moodle-wiki"

    @pytest.fixture
    def sink(self, place: Place) -> MoodleWikiReport:
        return self.made(place)

    def made(self, place: Place, **settings: Any) -> MoodleWikiReport:
        given = {"wiki": place.course.wiki.cmid} | settings
        sink = MoodleWikiReport(MoodleWikiReportSettings(**given))
        sink.use_moodle(place.moodle)
        return sink

    @pytest.fixture
    def stands(self, place: Place) -> Stands:
        pages = place.site.state.wiki_pages
        return lambda: [page.versions[-1] for page in pages.values()]

    @pytest.fixture
    def delete_it(self, place: Place) -> Act:
        return place.site.state.wiki_pages.clear

    @pytest.fixture
    def lose_the_answer(self, place: Place) -> Act:
        return lambda: place.lose_the_answer_of("mod_wiki_new_page")

    @pytest.fixture
    def break_it(self, place: Place) -> Act:
        return place.close_the_course

    def page(self, place: Place) -> Any:
        (page,) = place.site.state.wiki_pages.values()
        return page

    def test_nothing_is_asked_for_the_same_report(
        self, sink: MoodleWikiReport, place: Place
    ) -> None:
        last = sink.write(PAGE, None)
        assert place.is_asked_nothing(lambda: sink.write(PAGE, last))

    def test_the_history_holds_both(self, sink: MoodleWikiReport, place: Place) -> None:
        sink.write(CHANGED, sink.write(PAGE, None))
        first, second = self.page(place).versions
        assert FIGURE in first
        assert CHANGED_FIGURE in second

    def test_what_looks_like_a_link_to_a_page_is_none(
        self, sink: MoodleWikiReport, place: Place
    ) -> None:
        sink.write(PAGE, None)
        shown = place.moodle.wikis.page(self.page(place).id).content
        assert "[[so far]]" in shown
        assert "wiki_newentry" not in shown

    def test_a_page_that_somebody_edits_is_left_for_later(
        self, sink: MoodleWikiReport, place: Place
    ) -> None:
        last = sink.write(PAGE, None)
        page = self.page(place)
        ana = place.course.facilitators[0]
        place.site.call(ana, "mod_wiki_get_page_for_editing", pageid=page.id)
        with pytest.raises(Transient) as caught:
            sink.write(CHANGED, last)
        assert caught.value.code == "pageislocked"
        assert not caught.value.concerns_all
        assert "does not say who" in str(caught.value)
        place.clock[0] += 31
        sink.write(CHANGED, last)
        assert CHANGED_FIGURE in page.versions[-1]

    def test_a_page_of_somebody_else_is_left_as_it_is(self, place: Place) -> None:
        place.site.call(
            place.course.facilitators[0],
            "mod_wiki_new_page",
            title="Start",
            content="<p>Our own</p>",
            wikiid=place.course.wiki.id,
        )
        with pytest.raises(Permanent) as caught:
            self.made(place, page="Start").write(PAGE, None)
        assert "`page`" in caught.value.advice
        assert self.page(place).versions == ["<p>Our own</p>"]

    def test_a_title_that_changes_leaves_the_page_where_it_is(
        self, sink: MoodleWikiReport, place: Place
    ) -> None:
        last = sink.write(PAGE, None)
        sink.write(replace(CHANGED, title="Antwoordtijden"), last)
        assert CHANGED_FIGURE in self.page(place).versions[-1]

    def test_a_title_with_signs_is_found_again(self, place: Place) -> None:
        sink = self.made(place, page="Waits & answers")
        sink.write(PAGE, None)
        sink.write(CHANGED, None)
        assert CHANGED_FIGURE in self.page(place).versions[-1]


class TestMoodleDatabase(ReportSinkContract):
    plugin = "moodle-database"
    parts = 2

    @pytest.fixture
    def database(self, place: Place) -> Any:
        kinds = {"asked": "number", "week": "text", "median": "number", "note": "text"}
        return place.site.add_database(place.course.course, "Report", kinds)

    @pytest.fixture
    def sink(self, place: Place, database: Any) -> MoodleDatabaseReport:
        return self.made(place, database)

    def made(self, place: Place, database: Any, **more: Any) -> MoodleDatabaseReport:
        settings = MoodleDatabaseReportSettings(database=database.cmid, **more)
        sink = MoodleDatabaseReport(settings)
        sink.use_moodle(place.moodle)
        return sink

    @pytest.fixture
    def stands(self, place: Place, database: Any) -> Stands:
        def look() -> list[str]:
            state = place.site.state
            rows = [e for e in state.data_entries.values() if e.dataid == database.id]
            names = {field.id: field.name for field in state.data_fields.values()}
            return [
                "; ".join(
                    f"{names[content.fieldid]}={content.content}"
                    for content in state.data_contents.values()
                    if content.recordid == row.id
                )
                for row in rows
            ]

        return look

    @pytest.fixture
    def delete_it(self, place: Place) -> Act:
        def delete() -> None:
            for number in list(place.site.state.data_entries):
                place.site.call(
                    place.course.bridge, "mod_data_delete_entry", entryid=number
                )

        return delete

    @pytest.fixture
    def lose_the_answer(self, place: Place) -> Act:
        return lambda: place.lose_the_answer_of("mod_data_add_entry")

    @pytest.fixture
    def break_it(self, place: Place) -> Act:
        return place.close_the_course

    def test_nothing_is_asked_for_the_same_report(
        self, sink: MoodleDatabaseReport, place: Place
    ) -> None:
        last = sink.write(PAGE, None)
        assert place.is_asked_nothing(lambda: sink.write(PAGE, last))

    def test_each_week_is_a_row_with_its_figures(
        self, sink: MoodleDatabaseReport, stands: Stands
    ) -> None:
        sink.write(PAGE, None)
        assert stands() == [
            f"asked={OTHER_FIGURE}; week=2026-W46; median=None; note=None",
            f"asked={FIGURE}; week=2026-W47; median=0.75; note=None",
        ]

    def test_only_the_week_that_changed_is_written(
        self, sink: MoodleDatabaseReport, place: Place
    ) -> None:
        last = sink.write(PAGE, None)
        before = place.site.state.writes
        place.clock[0] += 60
        sink.write(CHANGED, last)
        assert place.site.state.writes == before + 1
        first, second = place.site.state.data_entries.values()
        assert (first.timemodified, second.timemodified) == (
            place.clock[0] - 60,
            place.clock[0],
        )

    def test_a_row_that_was_deleted_comes_back_when_another_changes(
        self, sink: MoodleDatabaseReport, place: Place, stands: Stands
    ) -> None:
        last = sink.write(PAGE, None)
        first = min(place.site.state.data_entries)
        place.site.call(place.course.bridge, "mod_data_delete_entry", entryid=first)
        sink.write(CHANGED, last)
        assert len(stands()) == 2
        assert OTHER_FIGURE in "".join(stands())

    def test_what_people_wrote_beside_the_figures_stays(
        self, sink: MoodleDatabaseReport, place: Place, stands: Stands
    ) -> None:
        last = sink.write(PAGE, None)
        rows = place.site.state.data_contents.values()
        names = {row.id: row.name for row in place.site.state.data_fields.values()}
        for row in rows:
            if names[row.fieldid] == "note":
                row.content = "Holiday in Kampala"
        sink.write(CHANGED, last)
        assert "Holiday in Kampala" in stands()[1]
        assert CHANGED_FIGURE in stands()[1]

    def test_a_row_of_somebody_else_is_told_where_it_may_not_be_changed(
        self, sink: MoodleDatabaseReport, place: Place, stands: Stands
    ) -> None:
        sink.write(PAGE, None)
        for entry in place.site.state.data_entries.values():
            entry.userid = place.course.facilitators[0].id
        place.only_participates()
        with pytest.raises(Permanent) as caught:
            sink.write(CHANGED, None)
        assert "mod/data:manageentries" in caught.value.advice
        assert len(stands()) == 2

    def test_a_week_that_the_report_tells_no_more_of_stays(
        self, sink: MoodleDatabaseReport, stands: Stands
    ) -> None:
        last = sink.write(PAGE, None)
        last = sink.write(replace(CHANGED, weeks=CHANGED.weeks[1:]), last)
        assert len(stands()) == 2
        assert set(last.fingerprints) == {"2026-W46", "2026-W47"}

    def test_fields_that_are_missing_are_named_with_what_to_make(
        self, place: Place
    ) -> None:
        bare = place.site.add_database(place.course.course, "Bare", {"week": "text"})
        sink = self.made(place, bare)
        with pytest.raises(Permanent) as caught:
            sink.write(PAGE, None)
        assert "asked (Number), median (Number)" in caught.value.advice
        assert not place.site.state.data_entries

    def test_a_field_of_the_wrong_kind_is_told(self, place: Place) -> None:
        kinds = {"week": "number", "asked": "number", "median": "number"}
        wrong = place.site.add_database(place.course.course, "Wrong", kinds)
        with pytest.raises(Permanent) as caught:
            self.made(place, wrong).write(PAGE, None)
        assert "Text input" in caught.value.advice

    def test_only_chosen_figures_go_there(
        self, place: Place, database: Any, stands: Stands
    ) -> None:
        self.made(place, database, fields=("asked",)).write(PAGE, None)
        assert "asked=5817; week=2026-W47; median=None" in stands()[1]

    def test_a_figure_that_is_not_known_is_told(
        self, place: Place, database: Any
    ) -> None:
        with pytest.raises(Permanent) as caught:
            self.made(place, database, fields=("asks",)).write(PAGE, None)
        assert "week, asked, median" in caught.value.advice

    def test_a_row_half_of_whose_weeks_came_is_completed(
        self, sink: MoodleDatabaseReport, place: Place, stands: Stands
    ) -> None:
        sink.write(replace(PAGE, weeks=PAGE.weeks[:1]), None)
        place.site.faults.plan("503", "mod_data_add_entry")
        with pytest.raises(Transient):
            sink.write(PAGE, None)
        sink.write(PAGE, None)
        assert len(stands()) == 2


class Post:
    """A way out that keeps what it is given, until it is broken."""

    can_look = False

    def __init__(self) -> None:
        self.mails: list[OutgoingMail] = []
        self.refused: set[str] = set()
        self.broken = self.loses = False

    def send(self, mail: OutgoingMail) -> Sent:
        if self.broken or self.refused.intersection(mail.recipients):
            raise Permanent("refused", item="post", advice="Look.", code="550")
        self.mails.append(mail)
        if self.loses:
            self.loses = False
            raise InDoubt("the connection broke", item="post")
        return Sent(accepted=mail.recipients, remote_id="q1")

    def was_sent(self, mail: OutgoingMail) -> bool | None:
        if not self.can_look:
            return None
        return any(one.key == mail.key for one in self.mails)

    def close(self) -> None:
        pass


@pytest.fixture
def post() -> Post:
    return Post()


class TestMailReport(ReportSinkContract):
    plugin = "mail"
    edits = False

    @pytest.fixture
    def sink(self, post: Post) -> MailReport:
        return self.made(post, "ana@example.org")

    def made(self, post: Post, *to: str) -> MailReport:
        sink = MailReport(MailReportSettings(to=to))
        sink.use_mailer(post, "bridge@lists.example.org")
        return sink

    @pytest.fixture
    def stands(self, post: Post) -> Stands:
        return lambda: [mail.content.decode() for mail in post.mails]

    @pytest.fixture
    def lose_the_answer(self, post: Post) -> Act:
        return lambda: setattr(post, "loses", True)

    @pytest.fixture
    def break_it(self, post: Post) -> Act:
        return lambda: setattr(post, "broken", True)

    def test_it_is_plain_text_that_nobody_answers_by_machine(
        self, sink: MailReport, post: Post
    ) -> None:
        sink.write(replace(PAGE, title="Response\r\nBcc: all@example.org"), None)
        (mail,) = post.mails
        read = message_from_bytes(mail.content, policy=default)
        assert read["Bcc"] is None
        assert read["Auto-Submitted"] == "auto-generated"
        assert read.get_content_type() == "text/plain"
        assert read.get_content().splitlines() == PAGE.text.splitlines()
        assert read["Message-ID"] == mail.message_id
        assert read["Content-Language"] == "en"
        assert max(map(len, mail.content.splitlines())) <= 80

    def test_an_answer_goes_to_the_facilitators_and_never_to_the_bridge(
        self, post: Post
    ) -> None:
        self.made(post, "ana@example.org", "ben@example.org").write(PAGE, None)
        read = message_from_bytes(post.mails[0].content, policy=default)
        assert read["Reply-To"] == "ana@example.org, ben@example.org"

    def test_the_same_report_has_the_same_message_id(self, post: Post) -> None:
        self.made(post, "ana@example.org").write(PAGE, None)
        self.made(post, "ana@example.org").write(PAGE, None)
        self.made(post, "ana@example.org").write(CHANGED, None)
        ids = [mail.message_id for mail in post.mails]
        assert ids[0] == ids[1] != ids[2]

    def test_who_has_it_gets_it_no_second_time_when_another_was_refused(
        self, post: Post
    ) -> None:
        sink = self.made(post, "ana@example.org", "ben@example.org")
        post.refused = {"ben@example.org"}
        last = sink.write(PAGE, None)
        assert "b***@example.org" in last.problem
        post.refused = set()
        last = sink.write(PAGE, last)
        assert not last.problem
        assert [mail.recipients for mail in post.mails] == [
            ("ana@example.org",),
            ("ben@example.org",),
        ]

    def test_no_address_is_kept_in_the_fingerprints(
        self, sink: MailReport, post: Post
    ) -> None:
        assert "ana" not in repr(sink.write(PAGE, None))

    def test_a_mailer_that_can_look_is_asked_before_it_sends(self, post: Post) -> None:
        post.can_look = True
        self.made(post, "ana@example.org").write(PAGE, None)
        self.made(post, "ana@example.org").write(PAGE, None)
        assert len(post.mails) == 1

    @pytest.mark.parametrize("to", [(), ("ana",), ("a@b.c", "A@b.c"), ("a@b.c\nx",)])
    def test_what_is_no_address_is_refused(self, to: tuple[str, ...]) -> None:
        with pytest.raises(ValidationError):
            MailReportSettings(to=to)


class FileReportContract(ReportSinkContract):
    answers = False
    form = ""
    """The function that builds it."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "reports" / "report.out"

    @pytest.fixture
    def sink(self, path: Path) -> report_files.ReportFile:
        return self.made(path, public=True)

    def made(self, path: Path, **more: Any) -> report_files.ReportFile:
        build = getattr(report_files, self.form)
        found: report_files.ReportFile = build(
            report_files.ReportFileSettings(path=path, **more)
        )
        return found

    @pytest.fixture
    def stands(self, path: Path) -> Stands:
        return lambda: [one.read_text("utf-8") for one in path.parent.glob("*")]

    @pytest.fixture
    def delete_it(self, path: Path) -> Act:
        return path.unlink

    @pytest.fixture
    def break_it(self, monkeypatch: pytest.MonkeyPatch) -> Act:
        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        return lambda: monkeypatch.setattr(os, "fsync", refuse)


class TestHtmlFile(FileReportContract, ReportSinkContract):
    plugin = "html-file"
    form = "html_file"

    def test_a_file_that_says_the_same_is_not_touched(self, path: Path) -> None:
        sink = self.made(path)
        sink.write(PAGE, None)
        os.utime(path, (1, 1))
        sink.write(PAGE, None)
        assert path.stat().st_mtime == 1

    def test_who_may_read_a_report_of_people_is_not_everybody(self, path: Path) -> None:
        self.made(path).write(PRIVATE, None)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    def test_who_may_read_it_stays_as_an_admin_has_set_it(self, path: Path) -> None:
        sink = self.made(path, public=True)
        sink.write(PAGE, None)
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
        path.chmod(0o604)
        sink.write(CHANGED, None)
        assert stat.S_IMODE(path.stat().st_mode) == 0o604

    def test_a_symbolic_link_is_neither_followed_nor_replaced(self, path: Path) -> None:
        other = path.parent.parent / "other"
        other.write_text("mine")
        path.parent.mkdir()
        path.symlink_to(other)
        with pytest.raises(Permanent):
            self.made(path).write(PAGE, None)
        assert path.is_symlink()
        assert other.read_text() == "mine"

    def test_a_folder_in_its_place_is_told(self, path: Path) -> None:
        path.mkdir(parents=True)
        sink = self.made(path)
        for look in (sink.probe, lambda: sink.write(PAGE, None)):
            with pytest.raises(Permanent, match="folder") as told:
                look()
            assert "Name in `path` a file in it" in told.value.advice

    def test_a_folder_that_is_a_file_is_told(self, path: Path) -> None:
        path.parent.write_text("")
        for look in (self.made(path).probe, lambda: self.made(path).write(PAGE, None)):
            with pytest.raises(Permanent):
                look()

    def test_who_looks_whether_it_can_be_written_makes_nothing(
        self, path: Path
    ) -> None:
        before = list(path.parent.parent.iterdir())
        self.made(path).probe()
        assert list(path.parent.parent.iterdir()) == before

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
    def test_a_folder_that_is_closed_is_told(self, path: Path) -> None:
        path.parent.mkdir(mode=0o500)
        for look in (self.made(path).probe, lambda: self.made(path).write(PAGE, None)):
            with pytest.raises(Permanent):
                look()

    def test_a_full_disk_is_a_matter_of_time(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(Transient):
            self.made(path).write(PAGE, None)
        assert list(path.parent.iterdir()) == []


class TestCsvFile(FileReportContract, ReportSinkContract):
    plugin = "csv-file"
    form = "csv_file"

    def test_it_is_never_for_participants(self, path: Path) -> None:
        assert not report_files.WaitsFileSettings(path=path).public
        with pytest.raises(ValidationError, match="the question of one person"):
            report_files.WaitsFileSettings(path=path, public=True)


class TestJsonFile(FileReportContract, ReportSinkContract):
    plugin = "json-file"
    form = "json_file"


class TestOpenMetricsFile(FileReportContract, ReportSinkContract):
    plugin = "openmetrics-file"
    form = "openmetrics_file"

    def test_collectors_of_other_users_may_read_it(self, path: Path) -> None:
        settings = report_files.MetricsFileSettings(path=path)
        report_files.openmetrics_file(settings).write(PAGE, None)
        assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_the_rights_of_a_participant_are_those_that_the_tests_take() -> None:
    assert "mod/forum:editanypost" not in CAPABILITIES["student"]
    assert "mod/data:manageentries" not in CAPABILITIES["student"]
