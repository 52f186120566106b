"""The calendar, messages, wikis, databases and feedbacks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.practice.course import Site


def test_a_message_that_fails_beside_one_that_does_not_breaks_the_answer(
    site: Site,
) -> None:
    good = {"touserid": site.facilitator.id, "text": "Three wait for you."}
    answer = site.ask(
        site.bridge,
        "core_message_send_instant_messages",
        messages=[good, good | {"touserid": 9999}],
    )
    assert answer["errorcode"] == "formatnotsupported"
    assert [row.text for row in site.moodle.state.messages.values()] == [good["text"]]


def test_who_is_blocked_is_told_in_the_answer(site: Site) -> None:
    site.facilitator.blocked.append(site.participant.id)
    answer = site.ask(
        site.participant,
        "core_message_send_instant_messages",
        messages=[{"touserid": site.facilitator.id, "text": "x", "clientmsgid": "7"}],
    )
    assert (answer[0]["msgid"], answer[0]["clientmsgid"]) == (-1, "7")
    assert "message preferences" in answer[0]["errormessage"]


def test_a_teacher_reaches_whoever_is_in_the_course_and_has_blocked_them(
    site: Site,
) -> None:
    site.participant.blocked.append(site.facilitator.id)
    answer = site.ask(
        site.facilitator,
        "core_message_send_instant_messages",
        messages=[{"touserid": site.participant.id, "text": "x"}],
    )
    assert answer[0]["msgid"] > 0


def test_messages_between_two_users_are_one_conversation(site: Site) -> None:
    def conversation(sender: Any, receiver: Any) -> int:
        answer = site.ask(
            sender,
            "core_message_send_instant_messages",
            messages=[{"touserid": receiver.id, "text": "x"}],
        )
        number: int = answer[0]["conversationid"]
        return number

    there = conversation(site.bridge, site.facilitator)
    assert conversation(site.facilitator, site.bridge) == there
    assert conversation(site.bridge, site.participant) != there


def events(site: Site, *rows: dict[str, Any]) -> Any:
    course = {"courseid": site.seeded.course.id, "eventtype": "course"}
    return site.ask(
        site.bridge,
        "core_calendar_create_calendar_events",
        events=[course | {"name": "On duty"} | row for row in rows],
    )


def test_a_series_of_events_is_made_and_deleted_as_one(site: Site) -> None:
    made = events(site, {"timestart": 1_795_500_000, "repeats": 3})["events"]
    starts = [event["timestart"] for event in made]
    assert [later - starts[0] for later in starts] == [0, 604_800, 1_209_600]
    deletion = {"eventid": made[1]["id"], "repeat": 1}
    site.ask(site.bridge, "core_calendar_delete_calendar_events", events=[deletion])
    assert not site.moodle.state.events


def test_an_event_without_a_start_is_now(site: Site) -> None:
    assert events(site, {})["events"][0]["timestart"] == site.clock.now


def test_one_event_that_is_not_there_keeps_all_from_being_deleted(site: Site) -> None:
    made = events(site, {})["events"][0]["id"]
    answer = site.ask(
        site.bridge,
        "core_calendar_delete_calendar_events",
        events=[{"eventid": made, "repeat": 0}, {"eventid": 999, "repeat": 0}],
    )
    assert answer["errorcode"] == "invalidrecord"
    assert made in site.moodle.state.events


def test_events_of_a_group_are_shown_to_those_who_ask_for_the_group(site: Site) -> None:
    red = site.seeded.groups[0]
    events(site, {"eventtype": "group", "groupid": red.id}, {"eventtype": "user"})

    def names(**wanted: Any) -> int:
        answer = site.ask(
            site.bridge, "core_calendar_get_calendar_events", events=wanted,
            options={"userevents": 0},
        )  # fmt: skip
        return len(answer["events"])

    assert names(groupids=[red.id]) == 1
    assert names(courseids=[site.seeded.course.id]) == 0


def test_every_text_a_wiki_page_had_is_kept(site: Site) -> None:
    page = site.ask(
        site.facilitator,
        "mod_wiki_new_page",
        title="Response times",
        content="<p>one</p>",
        wikiid=site.seeded.wiki.id,
    )["pageid"]
    site.ask(site.bridge, "mod_wiki_edit_page", pageid=page, content="<p>two</p>")
    assert site.moodle.state.wiki_pages[page].versions == ["<p>one</p>", "<p>two</p>"]
    shown = site.ask(site.participant, "mod_wiki_get_page_contents", pageid=page)
    assert (shown["page"]["version"], shown["page"]["cachedcontent"]) == (
        2,
        "<p>two</p>\n",
    )


def wiki_page(site: Site, content: str) -> int:
    made = site.ask(
        site.bridge,
        "mod_wiki_new_page",
        title="Report",
        content=content,
        wikiid=site.seeded.wiki.id,
    )
    number: int = made["pageid"]
    return number


def test_a_wiki_lists_the_headings_of_a_page_and_reads_its_links(site: Site) -> None:
    text = '<div class="ref-a1"><h4>A b</h4><h5>C</h5><p>[[Report]] [[New]]</p></div>'
    page = wiki_page(site, text)
    shown = site.ask(site.participant, "mod_wiki_get_page_contents", pageid=page)
    content = shown["page"]["cachedcontent"]
    assert content.startswith('<div class="wiki-toc"><p class="wiki-toc-title">')
    assert '1.1. <a href="#toc-2">C</a>' in content
    assert '<h3><a name="toc-1"></a>A b <a href="edit.php?pageid=' in content
    assert '<h4><a name="toc-2"></a>C</h4>' in content
    assert f'/mod/wiki/view.php?pageid={page}">Report</a>' in content
    assert '<a class="wiki_newentry"' in content


def test_a_page_that_somebody_edits_is_locked_for_others(site: Site) -> None:
    page = wiki_page(site, "<p>one</p>")
    opened = site.ask(site.facilitator, "mod_wiki_get_page_for_editing", pageid=page)
    assert opened["pagesection"] == {
        "content": "<p>one</p>",
        "contentformat": "html",
        "version": 1,
    }
    edit = {"pageid": page, "content": "<p>two</p>"}
    refused = site.ask(site.bridge, "mod_wiki_edit_page", **edit)
    assert refused["errorcode"] == "pageislocked"
    also = site.ask(site.bridge, "mod_wiki_get_page_for_editing", pageid=page)
    assert also["errorcode"] == "pageislocked"
    assert site.ask(site.facilitator, "mod_wiki_edit_page", **edit)["pageid"] == page
    assert site.ask(site.bridge, "mod_wiki_edit_page", **edit)["pageid"] == page


def test_a_lock_that_was_left_behind_runs_out(site: Site) -> None:
    page = wiki_page(site, "<p>one</p>")
    site.ask(site.facilitator, "mod_wiki_get_page_for_editing", pageid=page, lockonly=1)
    site.clock.now += 31
    edited = site.ask(site.bridge, "mod_wiki_edit_page", pageid=page, content="x")
    assert edited["pageid"] == page


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("12", "12"), ("12.50", "12.5"), ('"7.50"', "7.5"), ("0", "0"),
        ('"abc"', "0"), ('""', None), ("null", None), ("-0.5", "-0.5"),
    ],
)  # fmt: skip
def test_a_number_is_stored_as_php_writes_it(
    site: Site, sent: str, stored: str | None
) -> None:
    week, number = list(site.moodle.state.data_fields)[:2]
    data = [{"fieldid": week, "value": '"w"'}, {"fieldid": number, "value": sent}]
    site.ask(
        site.bridge,
        "mod_data_add_entry",
        databaseid=site.seeded.database.id,
        data=data,
    )
    contents = site.moodle.state.data_contents.values()
    assert [row.content for row in contents if row.fieldid == number] == [stored]


def test_a_wiki_of_ones_own_is_closed_to_others(site: Site) -> None:
    wiki = site.moodle.add_wiki(site.seeded.course, "Diaries", individual=True)
    made = site.ask(
        site.participant, "mod_wiki_new_page", title="a", content="b", wikiid=wiki.id
    )
    answer = site.ask(
        site.other_participant, "mod_wiki_get_page_contents", pageid=made["pageid"]
    )
    assert answer["errorcode"] == "cannotviewpage"


def test_a_participant_changes_only_entries_of_their_own(site: Site) -> None:
    database = site.seeded.database
    week = next(iter(site.moodle.state.data_fields))
    entry = site.ask(
        site.participant,
        "mod_data_add_entry",
        databaseid=database.id,
        data=[{"fieldid": week, "value": '"2026-W48"'}],
    )["newentryid"]
    change = {"entryid": entry, "data": [{"fieldid": week, "value": '"2026-W49"'}]}
    refused = site.ask(site.other_participant, "mod_data_update_entry", **change)
    assert refused["errorcode"] == "noaccess"
    assert site.ask(site.participant, "mod_data_update_entry", **change)["updated"]
    deleted = site.ask(site.facilitator, "mod_data_delete_entry", entryid=entry)
    assert deleted["status"]
    assert not site.moodle.state.data_contents


def test_an_entry_that_is_no_json_says_nothing(site: Site) -> None:
    week = next(iter(site.moodle.state.data_fields))
    answer = site.ask(
        site.participant,
        "mod_data_add_entry",
        databaseid=site.seeded.database.id,
        data=[{"fieldid": week, "value": "2026-W48"}],
    )
    assert answer["newentryid"] == 0
    assert answer["generalnotifications"]


def form(site: Site, **more: Any) -> tuple[int, list[str]]:
    intake = site.moodle.add_feedback(site.seeded.course, "Form", **more)
    first = site.moodle.ask(intake, "textfield", "Name", required=True)
    site.moodle.ask(intake, "pagebreak")
    second = site.moodle.ask(intake, "multichoice", "How", choices=("mail", "post"))
    return intake.id, [f"textfield_{first.id}", f"multichoice_{second.id}"]


def send(site: Site, feedbackid: int, page: int, **answers: str) -> Any:
    return site.ask(
        site.participant,
        "mod_feedback_process_page",
        feedbackid=feedbackid,
        page=page,
        responses=[{"name": name, "value": text} for name, text in answers.items()],
    )


def test_a_form_is_filled_in_page_by_page_and_once(site: Site) -> None:
    number, (name, how) = form(site)
    assert send(site, number, 0, **{name: ""})["jumpto"] == 0
    assert send(site, number, 0, **{name: "Ann"})["jumpto"] == 1
    launched = site.ask(
        site.participant, "mod_feedback_launch_feedback", feedbackid=number
    )
    assert launched["gopage"] == 1
    assert send(site, number, 1, **{how: "2"})["completed"] is True
    assert send(site, number, 0)["errorcode"] == "this_feedback_is_already_submitted"


@pytest.mark.parametrize("anonymous", [False, True])
def test_answers_tell_who_gave_them_unless_the_form_is_anonymous(
    site: Site, anonymous: bool
) -> None:
    number, (name, how) = form(site, anonymous=anonymous)
    send(site, number, 0, **{name: "Ann"})
    send(site, number, 1, **{how: "2"})
    answer = site.ask(
        site.bridge, "mod_feedback_get_responses_analysis", feedbackid=number
    )
    rows = answer["anonattempts" if anonymous else "attempts"]
    assert [part["printval"] for part in rows[0]["responses"]] == ["Ann", "post"]
    assert ("userid" in rows[0]) is not anonymous
    assert answer["totalattempts" if anonymous else "totalanonattempts"] == 0


def test_activities_of_a_closed_course_are_warned_of(site: Site) -> None:
    other = site.moodle.add_course("Elsewhere")
    site.moodle.add_wiki(other, "Closed")
    answer = site.ask(
        site.participant, "mod_wiki_get_wikis_by_courses", courseids=[other.id]
    )
    assert answer["wikis"] == []
    assert answer["warnings"][0]["itemid"] == other.id
