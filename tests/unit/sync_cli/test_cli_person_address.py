from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from moodle_bridge.practice.seed import PracticeCourse
from tests.unit.sync_cli.cli_calls import Call, Configured

ADDRESS = "private@mail.example.org"


@pytest.fixture
def person(configured: Configured, course: PracticeCourse) -> str:
    """The user id of a participant of a course that is configured."""
    configured()
    return str(course.participants[0].id)


def test_an_address_is_added_listed_and_removed(call: Call, person: str) -> None:
    added = call("person", "address", "add", person, ADDRESS, "--json")
    assert (added.code, added.data["added"]) == (0, ADDRESS)
    listed = call("person", "address", "list", person, "--json").data["addresses"]
    assert [one["known_from"] for one in listed] == ["Moodle", "confirmed by an admin"]
    shown = call("person", "address", "list", person).out
    assert ADDRESS in shown
    assert call("person", "address", "remove", person, ADDRESS.upper()).code == 0
    listed = call("person", "address", "list", person, "--json").data["addresses"]
    assert len(listed) == 1


def test_an_address_of_another_is_never_taken(
    call: Call, person: str, course: PracticeCourse
) -> None:
    other = course.participants[1]
    refused = call("person", "address", "add", person, other.email.upper())
    assert refused.code == 2
    assert "an address of" in refused.err


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("bridge@lists.example.org", "of the bridge or of a list"),
        ("fo26@lists.example.org", "of the bridge or of a list"),
        ("no address", "must be one e-mail address"),
    ],
)
def test_what_cannot_be_a_persons_address_is_refused(
    call: Call, person: str, address: str, said: str
) -> None:
    refused = call("person", "address", "add", person, address)
    assert (refused.code, said in refused.err) == (2, True)


def test_what_moodle_has_is_not_removed_here(
    call: Call, person: str, course: PracticeCourse
) -> None:
    own = course.participants[0].email
    refused = call("person", "address", "remove", person, own)
    assert refused.code == 2
    assert "no further address" in refused.err


def test_somebody_unknown_is_told_so(call: Call, person: str) -> None:
    assert call("person", "address", "list", "nobody-at-all").code == 2


def test_reviving_somebody_whose_mail_arrives_changes_nothing(
    call: Call, person: str
) -> None:
    told = call("person", "revive", person, "--json")
    assert (told.code, told.data["revived"]) == (0, [])


def test_the_check_says_when_nobody_looks_whether_from_is_true(
    call: Call, configured: Configured
) -> None:
    configured(**{"mail.authenticity.by": '"none"'})
    rows = {row["what"]: row for row in call("check", "--json").data["findings"]}
    found = rows["whether From is true"]
    assert (found["state"], "nobody checks" in found["seen"]) == ("warning", True)


def test_init_lets_the_bridge_look_where_no_server_does(
    call: Call, tmp_path: Path
) -> None:
    assert call("init", "--no-input").code == 0
    document = tomllib.loads((tmp_path / "bridge.toml").read_text("utf-8"))
    assert document["mail"]["authenticity"] == {"by": "library"}
    server = "--set=mail.authserv_id=mx.example.org"
    assert call("init", "--no-input", "--force", server).code == 0
    document = tomllib.loads((tmp_path / "bridge.toml").read_text("utf-8"))
    assert document["mail"]["authenticity"] == {}
