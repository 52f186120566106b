"""A report in a forum, a wiki and a database of the course, kept up to date."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moodle_bridge.errors import Permanent
from moodle_bridge.model.reports import Written
from moodle_bridge.moodle import functions as named
from moodle_bridge.moodle.functions import REPORT_PURPOSES_OF
from moodle_bridge.moodle.wikis import Wiki
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
from moodle_bridge.testing.report_sink import CHANGED, CHANGED_FIGURE, PAGE
from tests.live.site import LiveSite, NotHere

needs = pytest.mark.needs
pytestmark = needs(named.COURSES_BY_FIELD)

KEPT = (
    '<table border="1" cellpadding="4"><caption>Weeks</caption><thead><tr>'
    '<th scope="col">Week</th><th scope="col" colspan="2">In time</th></tr></thead>'
    '<tbody><tr><th scope="row">2026-W47</th><td width="58%" bgcolor="#1b6ca8"'
    ' style="background-color:#1b6ca8;width:58%;">█▉▊▋▌▍▎▏</td><td align="right">58 %'
    '</td></tr></tbody></table><p style="color:#0f6cbf;white-space:nowrap;">░▒▓</p>'
)
DROPPED = (
    '<svg width="1"><rect></rect></svg><progress value="58" max="100">58</progress>'
    '<p role="img" aria-label="58" data-x="1" style="display:none;">y</p>'
    '<img src="data:image/png;base64,iVBORw0KGgo=" alt="x">'
)
LEFT_OF_DROPPED = "58<p>y</p>"


def first_of(site: LiveSite, written: Written) -> tuple[int, str]:
    """Gives the id and the HTML of the report's post, which goes at the end."""
    number = int(written.target.rpartition("=")[2])
    (first, *_) = site.moodle.forums.posts_of(number)
    return first.id, first.message


@pytest.fixture
def in_forum(site: LiveSite) -> MoodleForumReport:
    settings = MoodleForumReportSettings(forum=site.forum.cmid, name=site.name())
    sink = MoodleForumReport(settings)
    sink.use_moodle(site.moodle)
    return sink


FORUM = (
    *REPORT_PURPOSES_OF["moodle-forum"],
    named.FORUMS_BY_COURSES,
    named.CAN_ADD_DISCUSSION,
    named.FORUM_ACCESS,
)


@needs(*FORUM, removal=named.DELETE_POST)
def test_a_report_is_one_post_that_is_edited(
    site: LiveSite, in_forum: MoodleForumReport
) -> None:
    title = site.name()
    first = in_forum.write(replace(PAGE, title=title), None)
    post_id, _ = first_of(site, first)
    site.afterwards(lambda: site.moodle.forums.delete_post(post_id))

    second = in_forum.write(replace(CHANGED, title=title), first)
    # Whoever has forgotten what stands there finds it by its marker.
    third = in_forum.write(replace(CHANGED, title=title), None)

    assert first.target == second.target == third.target
    assert CHANGED_FIGURE in first_of(site, second)[1]


@needs(*FORUM, removal=named.DELETE_POST)
def test_a_report_that_was_deleted_is_made_again(
    site: LiveSite, in_forum: MoodleForumReport
) -> None:
    title = site.name()
    first = in_forum.write(replace(PAGE, title=title), None)
    site.moodle.forums.delete_post(first_of(site, first)[0])

    second = in_forum.write(replace(CHANGED, title=title), first)
    post_id, _ = first_of(site, second)
    site.afterwards(lambda: site.moodle.forums.delete_post(post_id))

    assert second.target != first.target


@needs(*FORUM, removal=named.DELETE_POST)
def test_of_a_report_moodle_leaves_tables_widths_colours_and_bars(
    site: LiveSite, in_forum: MoodleForumReport
) -> None:
    page = replace(PAGE, title=site.name(), moodle_html=KEPT + DROPPED)
    written = in_forum.write(page, None)
    post_id, message = first_of(site, written)
    site.afterwards(lambda: site.moodle.forums.delete_post(post_id))

    assert KEPT + LEFT_OF_DROPPED in message


@needs(*FORUM, removal=named.DELETE_POST)
def test_the_plots_of_a_report_are_replaced(site: LiveSite) -> None:
    if not (site.info.may_upload and site.info.may_download):
        raise NotHere("the service takes no files, or gives none")
    settings = MoodleForumReportSettings(
        forum=site.forum.cmid, name=site.name(), plots=True
    )
    sink = MoodleForumReport(settings)
    sink.use_moodle(site.moodle)
    title = site.name()
    first = sink.write(replace(PAGE, title=title), None)
    post_id, before = first_of(site, first)
    site.afterwards(lambda: site.moodle.forums.delete_post(post_id))
    sink.write(replace(CHANGED, title=title), first)
    _, after = first_of(site, first)

    assert "@@PLUGINFILE@@" not in before
    url = after.partition(' src="')[2].partition('"')[0]
    assert url.endswith("/waits.png")
    content = site.moodle.files.download(url, limit=100_000)
    assert content == CHANGED.pictures["waits.png"]


def live_wiki(site: LiveSite) -> Wiki:
    for wiki in site.moodle.wikis.of_courses([site.course.id]):
        # Moodle lets nobody delete a page from outside.
        if wiki.name.startswith("mb-live"):
            return wiki
    raise NotHere("the course has no wiki whose name begins with mb-live")


@needs(*REPORT_PURPOSES_OF["moodle-wiki"])
def test_a_report_is_one_page_of_a_wiki_with_its_history(site: LiveSite) -> None:
    wiki = live_wiki(site)
    settings = MoodleWikiReportSettings(wiki=wiki.cmid, page=f"{site.name()} & more")
    sink = MoodleWikiReport(settings)
    sink.use_moodle(site.moodle)

    first = sink.write(replace(PAGE, moodle_html=f"<h4>A</h4>{KEPT} [[B]]"), None)
    page_id = int(first.target.rpartition("=")[2])
    shown = site.moodle.wikis.page(page_id)
    second = sink.write(CHANGED, None)
    after = site.moodle.wikis.page(page_id)

    assert first.target == second.target
    assert KEPT in shown.content
    assert "[[B]]" in shown.content
    assert 'class="wiki-toc"' in shown.content
    assert (shown.version, after.version) == (1, 2)
    assert CHANGED_FIGURE in after.content


@needs(*REPORT_PURPOSES_OF["moodle-wiki"])
def test_a_page_of_a_wiki_that_is_not_ours_stays(site: LiveSite) -> None:
    wiki, title = live_wiki(site), site.name()
    page_id = site.moodle.wikis.new(wiki.id, title, "<p>one</p>")
    sink = MoodleWikiReport(MoodleWikiReportSettings(wiki=wiki.cmid, page=title))
    sink.use_moodle(site.moodle)

    with pytest.raises(Permanent):
        sink.write(PAGE, None)

    assert "one" in site.moodle.wikis.page(page_id).content


@needs(
    *REPORT_PURPOSES_OF["moodle-database"],
    named.DATABASES_BY_COURSES,
    removal=named.DELETE_ENTRY,
)
def test_a_report_is_a_row_a_week(site: LiveSite) -> None:
    databases = site.moodle.databases
    found = databases.of_courses([site.course.id])
    if not found:
        raise NotHere("the course has no database activity")
    place = found[0]
    fields = {field.name: field for field in databases.fields(place.id)}
    number = next((one.name for one in fields.values() if one.kind == "number"), None)
    if "week" not in fields or fields["week"].kind != "text" or number is None:
        raise NotHere("its database has no text field `week`, or no number")
    sink = MoodleDatabaseReport(MoodleDatabaseReportSettings(database=place.cmid))
    sink.use_moodle(site.moodle)
    weeks = [site.name() for _ in range(3)]

    def rows(*figures: float | None) -> tuple[dict[str, str | float | None], ...]:
        pairs = zip(weeks, figures, strict=True)
        return tuple({"week": week, number: figure} for week, figure in pairs)

    def stored() -> dict[str, tuple[int, str]]:
        return {
            entry.values[fields["week"].id]: (
                entry.id,
                entry.values[fields[number].id],
            )
            for entry in databases.entries(place.id)
            if entry.values.get(fields["week"].id) in weeks
        }

    def taken_away() -> None:
        for entry_id, _ in stored().values():
            databases.delete(entry_id)

    site.afterwards(taken_away)
    first = sink.write(replace(PAGE, weeks=rows(5, 12.5, None)), None)
    before = stored()
    second = sink.write(replace(PAGE, weeks=rows(5, 13, 0)), first)
    after = stored()
    databases.delete(after[weeks[0]][0])
    sink.write(replace(PAGE, weeks=rows(5, 13, 0.75)), second)

    assert [before[week][1] for week in weeks] == ["5", "12.5", ""]
    assert [after[week][1] for week in weeks] == ["5", "13", "0"]
    assert [before[week][0] for week in weeks] == [after[week][0] for week in weeks]
    assert [stored()[week][1] for week in weeks] == ["5", "13", "0.75"]
