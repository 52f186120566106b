"""Traps of answers: HTTP 200 says nothing, and no answer says less."""

import json

import pytest

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.moodle import Moodle, Outcome, UserChange
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import (
    CREATE_GROUPS,
    ENROLLED_USERS,
    UPDATE_USERS,
    USERS_BY_FIELD,
)
from moodle_bridge.moodle.groups import Groups, NewGroup
from moodle_bridge.moodle.wire import Asked, Reply, value_of

from .fakes import SITE, FakeTransport, refused

LOST = [b"", b"  \n", b"<html>Gateway</html>", b'{"posts": [', b'"\xff"', b"null null"]


def said(body: bytes, *, writes: bool, status: int = 200) -> object:
    asked = Asked(function="x", writes=writes, site_url=SITE)
    return value_of(Reply(status=status, headers={}, body=body), asked)


@pytest.mark.parametrize("body", LOST)
def test_an_answer_that_cannot_be_read_leaves_a_write_in_doubt(body: bytes) -> None:
    with pytest.raises(InDoubt):
        said(body, writes=True)
    with pytest.raises(Transient):
        said(body, writes=False)


def test_an_error_with_status_200_is_no_success() -> None:
    error = {
        "exception": "moodle_exception",
        "errorcode": "nopostforum",
        "message": "x",
    }

    with pytest.raises(Permanent) as caught:
        said(json.dumps(error).encode(), writes=True)

    assert caught.value.code == "nopostforum"


def test_an_error_without_errorcode_is_an_error_all_the_same() -> None:
    with pytest.raises(RemoteError) as caught:
        said(b'{"exception": "Error", "message": "broken"}', writes=True)

    assert caught.value.code == ""


def test_null_is_the_success_of_a_void_function() -> None:
    assert said(b"null", writes=True) is None


def test_an_error_in_the_language_of_the_site_is_known_by_its_code() -> None:
    error = {"exception": "x", "errorcode": "sitemaintenance", "message": "En travaux"}

    with pytest.raises(Transient) as caught:
        said(json.dumps(error).encode(), writes=True)

    assert caught.value.concerns_all


def test_a_write_without_an_answer_is_not_repeated(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.errors[CREATE_GROUPS] = [InDoubt("the answer was empty")] * 3

    with pytest.raises(InDoubt):
        client.write(CREATE_GROUPS, {"groups": []})

    assert transport.asked == [CREATE_GROUPS]


def test_a_group_that_is_not_in_the_answer_is_in_doubt(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.functions[CREATE_GROUPS] = lambda _: []

    (found,) = Groups(client).create([NewGroup(course_id=2, name="Red")])

    assert found.outcome is Outcome.IN_DOUBT


def test_a_warning_of_another_account_than_those_asked_makes_none_sure(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.functions[UPDATE_USERS] = lambda _: {
        "warnings": [{"item": "user", "warningcode": "x", "message": "no"}]
    }

    (found,) = Moodle(client).users.update([UserChange(user_id=1, city="x")])

    assert found.outcome is Outcome.IN_DOUBT


def test_unknown_fields_of_an_answer_break_nothing(
    client: MoodleClient, transport: FakeTransport
) -> None:
    row = {"id": 1, "username": "a", "colour": {"deep": [1]}, "customfields": []}
    transport.functions[USERS_BY_FIELD] = lambda _: [row]

    assert Moodle(client).users.by_ids([1])[1].username == "a"


@pytest.mark.parametrize("absent", [None, "left out"])
def test_fields_that_may_be_missing_or_null_break_nothing(
    client: MoodleClient, transport: FakeTransport, absent: str | None
) -> None:
    names = ("username", "fullname", "email", "idnumber", "country", "city", "lang")
    row: dict[str, object] = {"id": 1}
    if absent is None:
        row |= dict.fromkeys(names)
    transport.functions[USERS_BY_FIELD] = lambda _: [row]
    transport.functions[ENROLLED_USERS] = lambda given: (
        [row] if given["options"][0]["value"] == 0 else []
    )
    moodle = Moodle(client)

    assert moodle.users.by_ids([1])[1].email == ""
    assert moodle.people.by_ids([1])[1].addresses == ()
    assert [person.user_id for person in moodle.people.enrolled(2)] == [1]


def test_who_cannot_be_seen_is_missing_and_no_error(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.functions[USERS_BY_FIELD] = lambda _: []

    assert Moodle(client).users.by_ids([1]) == {}


def test_a_lookup_that_is_refused_is_not_taken_for_nobody(
    client: MoodleClient, transport: FakeTransport
) -> None:
    transport.functions[USERS_BY_FIELD] = lambda _: []
    transport.errors[USERS_BY_FIELD] = [refused("nopermissions")]

    with pytest.raises(Permanent):
        Moodle(client).users.by_ids([1])
