"""Traps of calendars, messages, wikis, databases, feedback, notes and drafts."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from moodle_bridge.errors import InDoubt, Permanent, Transient
from moodle_bridge.moodle import (
    EventKind,
    Moodle,
    NewEvent,
    NewMessage,
    NewNote,
    Outcome,
    Upload,
)
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.completion import State
from moodle_bridge.moodle.functions import (
    ADD_ENTRY,
    COMPLETION_STATUS,
    CREATE_EVENTS,
    CREATE_NOTES,
    DATABASE_ENTRIES,
    DELETE_DRAFT_FILES,
    DELETE_ENTRY,
    DELETE_EVENTS,
    EDIT_WIKI_PAGE,
    FEEDBACK_ITEMS,
    FEEDBACK_RESPONSES,
    GET_EVENTS,
    NEW_WIKI_PAGE,
    SEND_MESSAGES,
    UNUSED_DRAFT,
    UPDATE_ENTRY,
    UPLOAD_FILE,
    WIKI_PAGES,
)

from .fakes import SERVED, FakeTransport, refused

DONE, REFUSED, NOT_TRIED = Outcome.DONE, Outcome.REFUSED, Outcome.NOT_TRIED


@pytest.fixture
def moodle(client: MoodleClient) -> Moodle:
    return Moodle(client)


def shift(name: str, days: int = 0) -> NewEvent:
    return NewEvent(
        name=name,
        starts=SERVED + timedelta(days=days),
        lasts=timedelta(hours=4),
        course_id=2,
    )


def stored(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "id": number, "name": row["name"].replace("&", "&amp;")}


def test_events_refused_by_name_only_are_told_from_those_of_the_same_name(
    moodle: Moodle, transport: FakeTransport
) -> None:
    def create(given: Mapping[str, Any]) -> object:
        rows = given["events"]
        made = [stored(n, row) for n, row in enumerate(rows, 1) if row["courseid"] == 2]
        bad = [row for row in rows if row["courseid"] != 2]
        code = "nopermissions"
        warnings = [
            {"item": row["name"], "warningcode": code, "message": "no"} for row in bad
        ]
        return {"events": made, "warnings": warnings}

    transport.functions[CREATE_EVENTS] = create
    closed = NewEvent(name="Duty & co", starts=SERVED, course_id=3)

    found = moodle.calendar.create([shift("Duty & co"), closed, shift("Duty & co", 1)])

    assert [(one.outcome, one.remote_id) for one in found] == [
        (DONE, 1),
        (REFUSED, None),
        (DONE, 3),
    ]
    assert found[1].code == "nopermissions"


def test_events_in_doubt_are_looked_for_and_twins_are_two(
    moodle: Moodle, transport: FakeTransport
) -> None:
    asked = [shift("a"), shift("a"), shift("b")]
    rows = [stored(n, event.row()) for n, event in enumerate(asked[:2], 1)]
    transport.functions[GET_EVENTS] = lambda _: {"events": rows, "warnings": []}
    transport.functions[CREATE_EVENTS] = lambda _: None
    transport.errors[CREATE_EVENTS] = [InDoubt("the answer was empty")]

    found = moodle.calendar.create(asked)

    assert [(one.outcome, one.remote_id) for one in found] == [
        (DONE, 1),
        (DONE, 2),
        (Outcome.IN_DOUBT, None),
    ]
    assert transport.asked.count(CREATE_EVENTS) == 1


def test_an_event_that_the_answer_passes_over_is_in_doubt(
    moodle: Moodle, transport: FakeTransport
) -> None:
    transport.functions[CREATE_EVENTS] = lambda _: {"events": [], "warnings": []}

    (found,) = moodle.calendar.create([shift("a")])

    assert found.outcome is Outcome.IN_DOUBT


def test_an_event_that_is_gone_does_not_keep_the_others(
    moodle: Moodle, transport: FakeTransport
) -> None:
    there = {1, 3}

    def delete(given: Mapping[str, Any]) -> None:
        asked = {row["eventid"] for row in given["events"]}
        if asked - there:
            raise refused("invalidrecord")
        there.difference_update(asked)

    transport.functions[DELETE_EVENTS] = delete

    found = moodle.calendar.delete([1, 2, 3])

    assert [one.outcome for one in found] == [DONE, Outcome.ALREADY, DONE]
    assert there == set()


def test_events_come_in_order_and_once(
    moodle: Moodle, transport: FakeTransport
) -> None:
    late, soon = stored(1, shift("late", 2).row()), stored(2, shift("soon").row())
    own = stored(3, NewEvent(name="own", starts=SERVED, kind=EventKind.USER).row())
    transport.functions[GET_EVENTS] = lambda _: {"events": [late, soon, soon, own]}

    found = moodle.calendar.between(SERVED, SERVED, course_ids=[2], own=True)

    assert [event.name for event in found] == ["soon", "own", "late"]
    assert (found[0].course_id, found[1].course_id) == (2, None)


def test_each_message_goes_alone_for_a_mixed_answer_breaks_after_sending(
    moodle: Moodle, transport: FakeTransport
) -> None:
    def send(given: Mapping[str, Any]) -> object:
        (message,) = given["messages"]
        if message["touserid"] == 99:
            return [{"msgid": -1, "errormessage": "no such user"}]
        return [{"msgid": message["touserid"] + 100}]

    transport.functions[SEND_MESSAGES] = send

    found = moodle.messages.send_all(
        [NewMessage(user_id=user, text="A question waits") for user in (1, 99, 2)]
    )

    assert [(one.outcome, one.remote_id) for one in found] == [
        (DONE, 101),
        (REFUSED, None),
        (DONE, 102),
    ]
    assert "no such user" in found[1].what


def test_a_message_of_too_many_bytes_is_not_sent(
    moodle: Moodle, transport: FakeTransport
) -> None:
    transport.functions[SEND_MESSAGES] = lambda _: [{"msgid": 7}]
    fits, too_long = "é" * 2048, "é" * 2048 + "!"

    found = moodle.messages.send_all(
        [NewMessage(user_id=1, text=too_long), NewMessage(user_id=1, text=fits)]
    )

    assert [(one.outcome, one.code) for one in found] == [
        (REFUSED, "toolong"),
        (DONE, ""),
    ]
    with pytest.raises(Permanent) as caught:
        moodle.messages.send(NewMessage(user_id=1, text=too_long))
    assert caught.value.code == "toolong"
    assert len(transport.calls) == 1


def test_a_message_in_doubt_is_not_repeated_and_stops_the_others(
    moodle: Moodle, transport: FakeTransport
) -> None:
    transport.functions[SEND_MESSAGES] = lambda _: [{"msgid": 7}]
    transport.errors[SEND_MESSAGES] = [InDoubt("cut off"), InDoubt("cut off")]
    messages = [NewMessage(user_id=user, text="x") for user in (1, 2)]

    found = moodle.messages.send_all(messages)

    assert [one.outcome for one in found] == [Outcome.IN_DOUBT, NOT_TRIED]
    with pytest.raises(InDoubt):
        moodle.messages.send(messages[0])
    assert len(transport.calls) == 2
    assert moodle.messages.send(messages[0]) == 7


@pytest.mark.parametrize(
    ("answer", "error"), [([], InDoubt), ([{"msgid": -1}], Permanent)]
)
def test_a_message_without_an_id_is_no_success(
    moodle: Moodle, transport: FakeTransport, answer: object, error: type[Exception]
) -> None:
    transport.functions[SEND_MESSAGES] = lambda _: answer

    with pytest.raises(error):
        moodle.messages.send(NewMessage(user_id=1, text="x"))


class FakeWiki:
    def __init__(self, transport: FakeTransport) -> None:
        self.pages: dict[str, str] = {}
        transport.functions[WIKI_PAGES] = lambda _: {"pages": self.rows()}
        transport.functions[NEW_WIKI_PAGE] = self.new
        transport.functions[EDIT_WIKI_PAGE] = self.edit

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"id": number, "title": title, "cachedcontent": content}
            for number, (title, content) in enumerate(self.pages.items(), 1)
        ]

    def new(self, given: Mapping[str, Any]) -> object:
        if given["title"] in self.pages:
            raise refused("pageexists")
        self.pages[given["title"]] = given["content"]
        return {"pageid": len(self.pages)}

    def edit(self, given: Mapping[str, Any]) -> object:
        self.pages[list(self.pages)[given["pageid"] - 1]] = given["content"]
        return {"pageid": given["pageid"]}


def test_a_wiki_page_is_written_once_and_then_edited_in_its_place(
    moodle: Moodle, transport: FakeTransport
) -> None:
    wiki = FakeWiki(transport)

    assert moodle.wikis.put(1, "Times", "week 1") == 1
    assert moodle.wikis.put(1, "Times", "week 2") == 1

    assert wiki.pages == {"Times": "week 2"}


def test_a_wiki_page_that_somebody_made_meanwhile_is_edited(
    moodle: Moodle, transport: FakeTransport
) -> None:
    wiki = FakeWiki(transport)
    looks = iter([[], [{"id": 1, "title": "Times"}]])
    transport.functions[WIKI_PAGES] = lambda _: {"pages": next(looks)}
    wiki.pages["Times"] = "theirs"

    assert moodle.wikis.put(1, "Times", "ours") == 1
    assert wiki.pages == {"Times": "ours"}


def test_a_wiki_page_that_cannot_be_made_is_an_error(
    moodle: Moodle, transport: FakeTransport
) -> None:
    FakeWiki(transport)
    transport.errors[NEW_WIKI_PAGE] = [refused("nopermissions")]

    with pytest.raises(Permanent) as caught:
        moodle.wikis.put(1, "Times", "x")
    assert caught.value.code == "nopermissions"


def test_each_value_of_an_entry_is_a_json_text(
    moodle: Moodle, transport: FakeTransport
) -> None:
    transport.functions[ADD_ENTRY] = lambda _: {"newentryid": 4}

    moodle.databases.add(1, {1: 'a "é"', 2: 0.5, 3: ("x", "y"), 4: {"0": "u"}})

    rows = transport.calls[0][1]["data"]
    assert [json.loads(row["value"]) for row in rows] == ['a "é"', 0.5, ["x", "y"], "u"]
    assert [row["subfield"] for row in rows] == ["", "", "", "0"]


def test_an_entry_that_was_not_stored_says_why(
    moodle: Moodle, transport: FakeTransport
) -> None:
    said = {"fieldname": "week", "notification": "is required"}
    transport.functions[ADD_ENTRY] = lambda _: {
        "newentryid": 0,
        "generalnotifications": ["You did not fill out any fields!"],
        "fieldnotifications": [],
    }
    transport.functions[UPDATE_ENTRY] = lambda _: {
        "updated": False,
        "fieldnotifications": [said],
    }

    with pytest.raises(Permanent, match="did not fill out"):
        moodle.databases.add(1, {1: ""})
    with pytest.raises(Permanent, match="week: is required"):
        moodle.databases.update(1, {1: ""})


def test_an_entry_that_moodle_does_not_say_is_gone_is_in_doubt(
    moodle: Moodle, transport: FakeTransport
) -> None:
    transport.functions[DELETE_ENTRY] = lambda _: {"status": False}

    with pytest.raises(InDoubt):
        moodle.databases.delete(1)


def entry(number: int) -> dict[str, Any]:
    return {
        "id": number, "userid": 3, "groupid": 0, "timecreated": 1_795_394_209,
        "timemodified": 1_795_394_209, "contents": [{"fieldid": 1, "content": None}],
    }  # fmt: skip


def test_entries_come_a_page_at_a_time_each_once(
    moodle: Moodle, transport: FakeTransport
) -> None:
    rows = [entry(number) for number in range(250)]

    def entries(given: Mapping[str, Any]) -> object:
        # Past the last page Moodle gives the last one again.
        page = min(given["page"], 2)
        return {"entries": rows[page * 100 : page * 100 + 100], "totalcount": 260}

    transport.functions[DATABASE_ENTRIES] = entries

    found = moodle.databases.entries(1)
    first = next(found)
    assert len(transport.calls) == 1
    assert first.values == {1: ""}
    assert [first.id, *(one.id for one in found)] == list(range(250))
    assert [given["page"] for _, given in transport.calls] == [0, 1, 2]


def test_responses_of_a_form_come_with_names_and_then_without(
    moodle: Moodle, transport: FakeTransport
) -> None:
    answer = {"id": 5, "name": "(org) Organisation", "printval": "R", "rawval": "R"}
    named = [
        {"id": n, "userid": n, "fullname": "A &amp; B", "timemodified": 1_795_394_209,
         "responses": [answer]}
        for n in range(1, 131)
    ]  # fmt: skip
    unnamed = [{"id": 1000 + n, "number": n, "responses": [answer]} for n in range(3)]

    def responses(given: Mapping[str, Any]) -> object:
        first = given["page"] * given["perpage"]
        last = first + given["perpage"]
        return {
            "attempts": named[first:last], "totalattempts": 130,
            "anonattempts": unnamed[first:last], "totalanonattempts": 3,
        }  # fmt: skip

    transport.functions[FEEDBACK_RESPONSES] = responses

    found = list(moodle.feedbacks.responses(1))

    assert len(found) == 133
    assert (found[0].user_id, found[0].fullname) == (1, "A & B")
    assert found[-1].user_id is None
    assert found[-1].answers[0].question_id == 5


def test_labels_and_page_breaks_are_no_questions(
    moodle: Moodle, transport: FakeTransport
) -> None:
    transport.functions[FEEDBACK_ITEMS] = lambda _: {
        "items": [
            {"id": 1, "label": "org", "name": "R&amp;D?", "typ": "textfield"},
            {"id": 2, "name": "", "typ": "label", "hasvalue": 0},
        ]
    }

    (question,) = moodle.feedbacks.questions(1)

    assert (question.label, question.name) == ("org", "R&D?")


def test_one_who_is_not_enrolled_does_not_hide_what_others_completed(
    moodle: Moodle, transport: FakeTransport
) -> None:
    def status(given: Mapping[str, Any]) -> object:
        if given["userid"] == 9:
            raise refused("invaliduser")
        done = {
            "cmid": 1,
            "modname": "page",
            "state": 1,
            "timecompleted": 1_795_394_209,
        }
        new = {"cmid": 2, "modname": "quiz", "state": 7, "timecompleted": 0}
        return {"statuses": [done, new]}

    transport.functions[COMPLETION_STATUS] = status

    first, second, third = moodle.completion.of_users(2, [1, 9, 3])

    assert [one.state for one in first.activities] == [State.COMPLETE, State.INCOMPLETE]
    assert first.activities[0].completed is not None
    assert second.error is not None
    assert third.error is None


def test_each_note_goes_alone_for_a_closed_course_stops_a_call_in_its_middle(
    moodle: Moodle, transport: FakeTransport
) -> None:
    def create(given: Mapping[str, Any]) -> object:
        (note,) = given["notes"]
        if note["courseid"] == 3:
            raise refused("nopermissions")
        if note["userid"] == 99:
            return [{"noteid": -1, "errormessage": "no such user"}]
        return [{"noteid": 5}] if note["userid"] == 1 else []

    transport.functions[CREATE_NOTES] = create
    notes = [(1, 2), (1, 3), (1, 3), (99, 2), (7, 2)]

    found = moodle.notes.create(
        [NewNote(user_id=user, course_id=course, text="x") for user, course in notes]
    )

    assert [one.outcome for one in found] == [
        DONE, REFUSED, REFUSED, REFUSED, Outcome.IN_DOUBT,
    ]  # fmt: skip
    assert transport.asked.count(CREATE_NOTES) == 4


def test_a_file_whose_answer_was_lost_is_known_again_in_its_draft_area(
    moodle: Moodle, transport: FakeTransport
) -> None:
    taken: set[str] = set()

    def upload(given: Mapping[str, Any]) -> object:
        if given["filename"] in taken:
            raise refused("fileexist")
        taken.add(given["filename"])
        if len(taken) == 2:
            raise Transient("the answer was cut off", code="502")
        if given["filename"] == "bad.exe":
            raise refused("userquotalimit")
        return {"itemid": 44, "filename": given["filename"]}

    transport.functions[UPLOAD_FILE] = upload
    transport.functions[UNUSED_DRAFT] = lambda _: {"itemid": 44}
    transport.functions[DELETE_DRAFT_FILES] = lambda _: {"parentpaths": ["/"]}
    files = [Upload(filename=name, content=b"x") for name in ("a", "a", "bad.exe")]

    area = moodle.drafts.upload(files, user_id=3, item_id=moodle.drafts.unused())
    moodle.drafts.delete(44, ["a"])

    assert (area.item_id, area.stored) == (44, ("a", "a-2"))
    assert [one.reason for one in area.refused] == ["userquotalimit"]


def test_a_wrong_token_is_no_refused_file(
    moodle: Moodle, transport: FakeTransport
) -> None:
    transport.functions[UPLOAD_FILE] = lambda _: None
    transport.errors[UPLOAD_FILE] = [
        Permanent("no token", code="invalidtoken", concerns_all=True)
    ]

    with pytest.raises(Permanent):
        moodle.drafts.upload([Upload(filename="a", content=b"")], user_id=3)


@pytest.mark.parametrize("noun", ["wikis", "databases", "feedbacks"])
def test_no_courses_are_not_all_courses(
    moodle: Moodle, transport: FakeTransport, noun: str
) -> None:
    assert getattr(moodle, noun).of_courses([]) == ()
    assert transport.calls == []
