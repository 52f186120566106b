from __future__ import annotations

from collections.abc import Iterator

import pytest

from moodle_bridge.practice import running
from moodle_bridge.practice.mailman import PracticeMailman
from moodle_bridge.practice.mailman_lists import Entry, MailmanList
from moodle_bridge.practice.seed import PracticeCourse
from tests.unit.sync_cli.cli_calls import Call, Configured, checked

BRIDGE = "bridge@lists.example.org"
LIST = "fo26@lists.example.org"


@pytest.fixture
def roll(configured: Configured, environ: dict[str, str]) -> Iterator[MailmanList]:
    """A list of a practice Mailman, with a bridge.toml that joins it."""
    environ["MAILMAN"] = "sesame"
    mailman = PracticeMailman(password="sesame")
    roll = mailman.add_list(LIST, max_message_size=0, subject_prefix="")
    mailman_takes = mailman.take
    with running(mailman) as url:
        configured(
            **{
                "pair.list.plugin": "mailman3",
                "pair.list.rest_url": url,
                "pair.list.rest_password": '{env = "MAILMAN"}',
            }
        )
        roll.config["digests_enabled"] = False
        roll.config["reply_goes_to_list"] = "point_to_list"
        mailman_takes(
            roll,
            "From: eve@elsewhere.example\nSubject: May I?\nMessage-ID: <1@x>\n\nHello\n",
        )
        yield roll


def members(roll: MailmanList) -> set[str]:
    return {one.email for one in roll.entries if one.role == "member"}


def test_each_list_says_what_it_is(roll: MailmanList, call: Call) -> None:
    (row,) = call("list", "show", "--json").data["lists"]
    assert row["address"] == roll.address
    assert row["plugin"] == "mailman3"


def test_members_are_listed_those_who_bounce_first(
    roll: MailmanList, call: Call
) -> None:
    roll.entries += [
        Entry(email="amina@home.example", role="member"),
        Entry(email="zoe@home.example", role="member", bounce_score=3),
    ]
    listed = call("list", "members", "--json").data["members"]
    assert [one["address"] for one in listed] == [
        "zoe@home.example",
        "amina@home.example",
    ]
    assert "2 members." in call("list", "members").out


def test_a_held_mail_is_shown_and_decided(roll: MailmanList, call: Call) -> None:
    called = call("list", "held", "--json")
    (held,) = called.data["held"]
    assert called.code == 3
    assert held["subject"] == "May I?"
    done = call("list", "held", "--accept", held["id"], "--json")
    assert done.code == 0
    assert done.data["held"] == []
    assert len(roll.posted) == 1


@pytest.mark.parametrize(
    "decision", [("--accept", "9"), ("--accept", "1", "--discard", "1")]
)
def test_a_decision_that_makes_no_sense_changes_nothing(
    roll: MailmanList, call: Call, decision: tuple[str, ...]
) -> None:
    assert call("list", "held", *decision).code == 2
    assert len(roll.held) == 1


def test_the_bridge_is_made_a_member_when_asked(roll: MailmanList, call: Call) -> None:
    assert call("list", "sync", "--bridge", "--dry-run").code == 0
    assert members(roll) == set()
    assert call("list", "sync", "--bridge").code == 0
    assert members(roll) == {BRIDGE}


def test_nobody_is_made_a_member_unless_asked(
    roll: MailmanList, call: Call, course: PracticeCourse
) -> None:
    told = call("list", "sync", "--json").data
    assert told["absent"]
    assert members(roll) == set()
    shown = call("list", "sync", "--subscribe", "--dry-run", "--json").data
    assert shown["subscribed"] == told["absent"]
    assert members(roll) == set()
    assert call("list", "sync", "--subscribe").code == 0
    assert members(roll) == set(told["absent"])


def test_the_bridges_mails_are_let_through(roll: MailmanList, call: Call) -> None:
    assert call("list", "admit").code == 0
    entry = roll.entry("nonmember", BRIDGE)
    assert entry is not None
    assert entry.moderation_action == "accept"


def test_a_check_finds_what_is_set_wrongly(roll: MailmanList, call: Call) -> None:
    roll.entries.append(Entry(email=BRIDGE, role="member"))
    roll.config["max_message_size"] = 40
    code, findings = checked(call)
    assert code == 2
    state, told = findings["list of fo26, max_message_size"]
    assert state == "missing"
    assert "attach_limit" in told
    assert findings["list of fo26, held"][0] == "warning"


@pytest.mark.parametrize("part", [("members",), ("held",), ("admit",), ("sync",)])
def test_a_list_that_tells_nothing_says_so(
    configured: Configured, call: Call, part: tuple[str, ...]
) -> None:
    configured()
    called = call("list", *part)
    assert called.code == 2
    assert "does not tell" in called.err


def test_a_pair_that_is_not_there_is_no_pair(roll: MailmanList, call: Call) -> None:
    assert call("list", "members", "--pair", "none").code == 2
