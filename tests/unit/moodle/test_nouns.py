import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.moodle import Connection, Moodle
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.courses import Courses
from moodle_bridge.moodle.files import Files, Upload
from moodle_bridge.moodle.functions import (
    COURSES_BY_FIELD,
    ENROLLED_USERS,
    SITE_INFO,
    UPDATES_SINCE,
    USERS_BY_FIELD,
)
from moodle_bridge.moodle.people import People
from moodle_bridge.moodle.site import Site
from moodle_bridge.moodle.updates import Updates

from .fakes import SERVED, FakeTransport, refused

SECRET = "df0219b1885fa10a44dee60ea020aa07"


def user(number: int, **more: Any) -> dict[str, Any]:
    name = f"part{number}"
    return {
        "id": number, "username": name, "fullname": f"P {number}", "lang": "fr",
        "email": f"{name}@example.org", "timezone": "99", "country": "SN", **more,
    }  # fmt: skip


def test_the_site_tells_what_the_token_may_do(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.functions[SITE_INFO] = lambda _: {
        "siteurl": "https://moodle.example.org/campus/", "sitename": "A &amp; B",
        "userid": 3, "username": "bridge", "fullname": "The Bridge",
        "release": "4.5.6 (Build: 20250811)", "version": "2024100706",
        "functions": [{"name": SITE_INFO, "version": "1"}], "uploadfiles": 1,
        "downloadfiles": 0, "usermaxuploadfilesize": -1,
        "userprivateaccesskey": SECRET,
    }  # fmt: skip
    info = Site(client).info()
    assert (info.url, info.name) == ("https://moodle.example.org/campus", "A & B")
    assert (info.user_id, info.version) == (3, 2024100706)
    assert (info.may_upload, info.may_download, info.upload_limit) == (
        True,
        False,
        None,
    )
    assert "mod_forum_add_discussion" in info.missing_functions
    assert SITE_INFO not in info.missing_functions
    assert SECRET not in repr(info)


def test_updates_of_several_courses_are_one_request(
    client: MoodleClient, transport: FakeTransport
) -> None:
    def updates(arguments: Mapping[str, Any]) -> object:
        if arguments["courseid"] == 404:
            raise refused("invalidrecord")
        if arguments["courseid"] == 3:
            return {"instances": [], "warnings": []}
        forum = {
            "contextlevel": "module",
            "id": 9,
            "updates": [{"name": "discussions", "itemids": [20, 21]}],
        }
        page = {
            "contextlevel": "module",
            "id": 8,
            "updates": [{"name": "configuration", "timeupdated": 1}, {"name": "new"}],
        }
        return {"instances": [forum, page], "warnings": []}

    transport.functions[UPDATES_SINCE] = updates
    since = {2: SERVED, 3: SERVED + timedelta(seconds=0.9)}
    found = Updates(client).updates_since(since)
    assert found[2].first_posts == {9: frozenset({20, 21})}
    assert found[2].configured == {8}
    assert found[2].seen_until == SERVED
    assert (found[2].is_quiet, found[3].is_quiet) == (False, True)
    assert len(transport.calls) == 1
    sent = json.loads(transport.calls[0][1]["requests"][1]["arguments"])
    assert sent == {"courseid": 3, "since": int(SERVED.timestamp())}
    broken = Updates(client).updates_since({404: SERVED, 2: SERVED})
    assert broken[404].error
    assert not broken[404].is_quiet
    assert broken[2].first_posts


class Accounts:
    def __init__(self, transport: FakeTransport, *users: dict[str, Any]) -> None:
        self.users = users
        self.pages: list[int] = []
        self.invisible: set[int] = set()
        transport.functions[USERS_BY_FIELD] = self.by_field
        transport.functions[ENROLLED_USERS] = self.enrolled

    def by_field(self, arguments: Mapping[str, Any]) -> object:
        field, values = arguments["field"], arguments["values"]
        if any(value != value.strip() or "!" in value for value in values):
            raise refused("invalidparameter")
        return [row for row in self.users if str(row.get(field)) in values]

    def enrolled(self, arguments: Mapping[str, Any]) -> object:
        options = {row["name"]: row["value"] for row in arguments["options"]}
        first, size = options["limitfrom"], options["limitnumber"]
        self.pages.append(first)
        assert options["sortby"] == "id"
        return [
            {key: row[key] for key in ("id", "fullname", "groups", "roles")}
            for row in self.users[first : first + size]
            if row["id"] not in self.invisible
        ]


def test_people_are_found_by_id(client: MoodleClient, transport: FakeTransport) -> None:
    Accounts(transport, *map(user, range(250)))
    found = People(client).by_ids([*range(250), 249, 999])
    assert set(found) == set(range(250))
    assert found[1].addresses == ("part1@example.org",)
    assert (found[1].language, found[1].timezone) == ("fr", None)
    assert len(transport.calls) == 1


def test_an_address_is_found_whatever_its_capitals(
    client: MoodleClient, transport: FakeTransport
) -> None:
    Accounts(transport, user(1), user(2, email="Part1@Example.org"))
    people = People(client)
    found = people.by_field("email", ["PART1@example.org ", "Part1@Example.org", ""])
    assert [one.user_id for one in found["Part1@Example.org"]] == [1, 2]
    assert found["PART1@example.org "] == found["Part1@Example.org"]
    assert found[""] == ()


def test_another_spelling_that_the_database_finds_is_not_taken(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.functions[USERS_BY_FIELD] = lambda _: [user(1, idnumber="AB-1")]
    assert People(client).by_field("idnumber", ["ab-1"]) == {"ab-1": ()}
    found = People(client).by_field("idnumber", ["AB-1"])
    assert [one.user_id for one in found["AB-1"]] == [1]


def test_a_value_that_moodle_refuses_does_not_hide_the_others(
    client: MoodleClient, transport: FakeTransport
) -> None:
    Accounts(transport, user(1), user(2))
    found = People(client).by_field("username", ["part1", "no!", " Part2 "])
    assert {value: len(people) for value, people in found.items()} == {
        "part1": 1, "no!": 0, " Part2 ": 1,
    }  # fmt: skip


def test_another_refusal_is_raised(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.errors[USERS_BY_FIELD] = [refused("nopermissions")]
    with pytest.raises(Permanent):
        People(client).by_ids([1])


def test_everybody_enrolled_comes_though_some_may_not_be_seen(
    client: MoodleClient, transport: FakeTransport
) -> None:
    teacher = [{"roleid": 3, "shortname": "editingteacher"}]
    users = [
        user(n, groups=[{"id": n % 2}], roles=teacher if n == 5 else [])
        for n in range(450)
    ]
    accounts = Accounts(transport, *users)
    accounts.invisible = set(range(10, 200))
    people = list(People(client).enrolled(2))
    assert [one.user_id for one in people] == [*range(10), *range(200, 450)]
    assert accounts.pages == [0, 200, 400, 600]
    assert [one.user_id for one in people if one.facilitator] == [5]
    assert people[3].group_ids == {1}
    assert people[3].language == "fr"
    assert people[3].addresses == ("part3@example.org",)


def test_participants_that_never_end_are_not_read_for_ever(
    client: MoodleClient, transport: FakeTransport
) -> None:
    users = [user(number, groups=[], roles=[]) for number in range(3)]
    accounts = Accounts(transport, *users)
    transport.functions[ENROLLED_USERS] = lambda arguments: accounts.enrolled(
        {"options": [*arguments["options"], {"name": "limitfrom", "value": 0}]}
    )
    with pytest.raises(Transient, match="again and again"):
        list(People(client).enrolled(2))


def test_a_page_moved_on_by_who_was_enrolled_meanwhile_is_not_the_last(
    client: MoodleClient, transport: FakeTransport
) -> None:
    pages = iter([range(1, 201), [200], range(201, 203), []])
    transport.functions[USERS_BY_FIELD] = lambda _: []
    transport.functions[ENROLLED_USERS] = lambda _: [
        {"id": number, "fullname": "P"} for number in next(pages)
    ]
    people = list(People(client).enrolled(2))
    assert [one.user_id for one in people] == list(range(1, 203))


def test_courses_are_found_exactly(
    client: MoodleClient, transport: FakeTransport
) -> None:
    def courses(arguments: Mapping[str, Any]) -> object:
        row = {"id": 2, "shortname": "R&amp;D", "fullname": "X &amp; Y", "visible": 0}
        wanted = {("shortname", "R&D"), ("shortname", "r&d"), ("id", "2")}
        found = (arguments["field"], arguments["value"]) in wanted
        return {"courses": [row] if found else [], "warnings": []}

    transport.functions[COURSES_BY_FIELD] = courses
    found = Courses(client).by_shortname(" R&D ")
    assert found
    assert (found.id, found.shortname, found.visible) == (2, "R&D", False)
    assert Courses(client).by_shortname("r&d") is None
    assert Courses(client).by_shortname(" ") is None
    assert set(Courses(client).by_ids([2, 99])) == {2}


def stored(name: str) -> list[dict[str, object]]:
    return [{"filename": name, "itemid": 77, "component": "user"}]


def test_files_go_into_one_draft_area_under_different_names(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.upload_answers = [stored("a.jpg"), stored("a-2.jpg"), stored("b")]
    files = [Upload(filename=name, content=b"x") for name in ("a.jpg", "A.jpg", "b")]
    area = Files(client).upload(files)
    assert transport.uploads == [("a.jpg", 0), ("A-2.jpg", 77), ("b", 77)]
    assert (area.item_id, area.stored) == (77, ("a.jpg", "a-2.jpg", "b"))


def test_a_file_that_is_refused_does_not_stop_the_others(
    client: MoodleClient, transport: FakeTransport
) -> None:
    too_large = {"filename": "big", "errortype": "fileoversized", "error": "too big"}
    transport.upload_answers = [[too_large], stored("b"), []]
    files = [Upload(filename=name, content=b"x") for name in ("big", "b", "c")]
    area = Files(client).upload(files)
    assert area.stored == ("b",)
    assert [(file.filename, file.reason) for file in area.refused] == [
        ("big", "fileoversized"), ("c", "nofile"),
    ]  # fmt: skip


def test_nothing_stored_is_no_draft_area(
    client: MoodleClient, transport: FakeTransport
) -> None:
    assert Files(client).upload([]).item_id is None


def test_a_file_whose_answer_was_lost_is_not_taken_for_a_stranger(
    client: MoodleClient, transport: FakeTransport
) -> None:
    taken = {"filename": "b", "errortype": "filenameexist", "error": "exists"}
    transport.upload_answers = [stored("a"), Transient("lost"), [taken]]
    files = [Upload(filename=name, content=b"x") for name in ("a", "b")]
    area = Files(client).upload(files)
    assert (area.item_id, area.stored, area.refused) == (77, ("a", "b"), ())


def test_a_misshapen_upload_answer_is_told(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.upload_answers = [{"odd": 1}]
    with pytest.raises(Permanent) as caught:
        Files(client).upload([Upload(filename="a", content=b"")])
    assert caught.value.code == "shape"


def test_a_download_is_repeated(client: MoodleClient, transport: FakeTransport) -> None:
    transport.errors["download"] = [Transient("away"), None]
    assert Files(client).download("x", limit=3) == b"x"


def test_a_site_is_connected_without_asking_it_anything() -> None:
    token = "0123456789abcdef0123456789abcdef"
    connection = Connection(site_url="https://moodle.invalid/campus/")
    with Moodle.connect(connection, token) as moodle:
        nouns = (moodle.site, moodle.courses, moodle.forums)
        more = (moodle.updates, moodle.people, moodle.files)
        assert all([*nouns, *more])
        assert repr(moodle) == "<Moodle https://moodle.invalid/campus>"
        assert token not in repr(vars(moodle.client.transport))
