"""The calendar, a database and a wiki of the course, written in and cleaned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle import NewEvent
from moodle_bridge.moodle import functions as named
from tests.live.site import LiveSite, NotHere

needs = pytest.mark.needs
pytestmark = needs(named.COURSES_BY_FIELD)


@needs(named.CREATE_EVENTS, named.GET_EVENTS, removal=named.DELETE_EVENTS)
def test_an_event_stands_in_the_calendar_until_it_is_deleted(site: LiveSite) -> None:
    calendar, name = site.moodle.calendar, site.name()
    starts = site.moodle.client.clock().replace(microsecond=0) + timedelta(days=30)
    around = (starts - timedelta(hours=1), starts + timedelta(hours=3))
    made = calendar.create(
        [
            NewEvent(
                name=name,
                starts=starts,
                lasts=timedelta(hours=2),
                course_id=site.course.id,
            )
        ]
    )
    event_id = site.done(made[0]).remote_id
    assert event_id

    seen = calendar.between(*around, course_ids=[site.course.id])
    ours = next(event for event in seen if event.id == event_id)
    assert (ours.name, ours.starts, ours.lasts) == (name, starts, timedelta(hours=2))

    assert site.done(calendar.delete([event_id])[0]).is_so
    after = calendar.between(*around, course_ids=[site.course.id])
    assert event_id not in {event.id for event in after}


@needs(
    named.DATABASES_BY_COURSES,
    named.DATABASE_FIELDS,
    named.DATABASE_ENTRIES,
    named.ADD_ENTRY,
    named.UPDATE_ENTRY,
    removal=named.DELETE_ENTRY,
)
def test_a_row_is_added_to_a_database_changed_and_deleted(site: LiveSite) -> None:
    databases = site.moodle.databases
    found = databases.of_courses([site.course.id])
    if not found:
        raise NotHere("the course has no database activity")
    fields = databases.fields(found[0].id)
    text = next((field for field in fields if field.kind == "text"), None)
    if text is None or any(field.required for field in fields if field != text):
        raise NotHere("its database has no field that a text alone would fill")
    before, after = site.name(), site.name()

    entry_id = databases.add(found[0].id, {text.id: before})
    databases.update(entry_id, {text.id: after})
    stored = next(one for one in databases.entries(found[0].id) if one.id == entry_id)
    databases.delete(entry_id)

    assert stored.values[text.id] == after
    assert entry_id not in {one.id for one in databases.entries(found[0].id)}


@needs(
    named.WIKIS_BY_COURSES,
    named.WIKI_PAGES,
    named.WIKI_PAGE,
    named.NEW_WIKI_PAGE,
    named.EDIT_WIKI_PAGE,
)
def test_a_page_of_a_wiki_is_written_and_changed_in_its_place(site: LiveSite) -> None:
    wikis, title = site.moodle.wikis, site.name()
    # Moodle lets nobody delete a page from outside: only a wiki for this is taken.
    ours = next(
        (
            wiki
            for wiki in wikis.of_courses([site.course.id])
            if wiki.name.startswith("mb-live")
        ),
        None,
    )
    if ours is None:
        raise NotHere("the course has no wiki whose name begins with mb-live")

    page_id = wikis.new(ours.id, title, "<p>one</p>")
    wikis.edit(page_id, "<p>two</p>")

    assert "two" in wikis.page(page_id).content
    assert page_id in {page.id for page in wikis.pages(ours.id)}
    with pytest.raises(Permanent) as caught:
        wikis.new(ours.id, title, "<p>three</p>")
    assert caught.value.code == "pageexists"
