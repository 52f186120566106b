"""What an admin sees when something is wrong: a clear message, the right exit code."""

from __future__ import annotations

import fcntl
import sqlite3
import subprocess
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from moodle_bridge.practice import FaultKind, PracticeMoodle, running
from moodle_bridge.practice.post_office import PostOffice
from tests.system.town import BRIDGE, LIST, Town, no_file_over
from tests.trial.held import PATIENCE, held


@pytest.fixture
def unbegun(tmp_path: Path) -> Iterator[Town]:
    moodle = PracticeMoodle.empty()
    domains = ["lists.example", "ug.example", "vn.example", "out.example"]
    with running(moodle) as url, PostOffice(tmp_path / "mail", domains) as office:
        yield Town(tmp_path, moodle, url, office)


@pytest.fixture
def town(unbegun: Town) -> Town:
    assert unbegun.sync("--from", "now").code == 0
    return unbegun


def test_a_broken_configuration_is_told_with_every_problem_at_once(town: Town) -> None:
    town.configure(
        **{
            "moodle.url": '"http://learn.example.org"',
            "mail.address": '"bridge"',
            "mail.out.port": '"many"',
            "safety.max_mail": "5",
            "sync.overlap": '"a while"',
        }
    )
    ended = town.sync()
    assert ended.code == 2
    told = " ".join(ended.said.split())
    for where, said in (
        ("[moodle]", "must be https"),
        ("[mail]", "address"),
        ("[mail.out]", "port"),
        ("[safety]", "max_mails"),
        ("[sync]", "overlap"),
    ):
        assert where in told
        assert said in told
    assert "[[pair]]" not in told


def test_a_wrong_token_is_told_and_nothing_is_lost_or_given_up(town: Town) -> None:
    town.post()
    stranger(town, "A question", "ha@vn.example")
    right = (town.folder / "token").read_text(encoding="utf-8")
    town.say("token", "0" * 32)
    ended = town.sync()
    assert ended.code == 2
    assert "new token" in ended.said
    assert "0" * 32 not in ended.said
    assert town.office.mails("grace@ug.example") == []
    town.say("token", right)
    assert town.sync().code == 0
    assert len(town.moodle.state.posts) == 2
    assert len(town.office.mails("grace@ug.example")) == 2


def stranger(town: Town, subject: str, address: str = "sam@out.example") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = address, BRIDGE, subject
    mail["Message-ID"] = f"<{subject.replace(' ', '-')}@home.example>"
    mail.set_content("Hello all.")
    town.office.send(mail.as_bytes(), address, [BRIDGE])


def test_a_function_missing_from_the_service_is_named(town: Town) -> None:
    town.post()
    functions = [
        name
        for name in town.moodle.functions
        if name not in {"mod_forum_get_discussion_posts", "tool_mobile_call_x"}
    ]
    town.say("token", town.moodle.token_for(town.bridge, functions))
    ended = town.sync()
    assert ended.code == 2
    assert "mod_forum_get_discussion_posts" in ended.said
    town.say("token", town.moodle.token_for(town.bridge))
    assert town.sync().code == 0
    assert len(town.office.mails("grace@ug.example")) == 1


def test_a_site_that_cannot_be_reached_is_told(town: Town) -> None:
    town.post()
    town.configure(**{"moodle.url": '"http://127.0.0.1:9"'})
    ended = town.sync()
    assert ended.code == 5
    town.configure()
    assert town.sync().code == 0
    assert len(town.office.mails("grace@ug.example")) == 1


def test_a_site_under_maintenance_is_told(town: Town) -> None:
    town.post()
    town.moodle.faults.plan(FaultKind.MAINTENANCE, count=None)
    ended = town.sync()
    assert ended.code == 5
    assert "maintenance" in ended.said
    town.moodle.faults.clear()
    assert town.sync().code == 0
    assert len(town.office.mails("grace@ug.example")) == 1


def test_a_mail_server_that_cannot_be_reached_is_told(town: Town) -> None:
    town.post()
    town.configure(**{"mail.out.port": "9"})
    assert town.sync().code == 5
    town.configure()
    assert town.sync().code == 0
    assert len(town.office.mails("grace@ug.example")) == 1


def test_a_list_address_that_bounces_is_recorded_and_answered_by_nobody(
    town: Town,
) -> None:
    town.office._lists.clear()
    town.office.add_dead(LIST)
    town.post()
    assert town.sync().code == 0
    shown = town.sync()
    assert shown.code == 3
    assert "moodle-bridge held" in shown.said
    assert town.sync().code == 0
    assert town.status()["mails"] == {"held": 1}
    assert town.office.storms == 0
    reports = [raw for raw in town.office.mails(BRIDGE) if b"5.1.1" in raw]
    assert len(reports) == 1
    told = str(message_from_bytes(reports[0])["Message-ID"])
    explained = town.run("explain", told)
    assert "bounce" in explained.said
    assert len(town.moodle.state.posts) == 1


def test_a_list_address_that_is_refused_is_shown_as_held(town: Town) -> None:
    town.office._lists.clear()
    town.post()
    assert town.sync().code == 3
    (held,) = town.held()
    assert "550" in held["what"]
    town.office.add_list(LIST, ["grace@ug.example"])
    assert town.run("held", "release", held["id"]).code == 0
    assert town.sync().code == 0
    assert len(town.office.mails("grace@ug.example")) == 1


def test_a_full_disk_is_told_and_nothing_is_lost_or_doubled(town: Town) -> None:
    for number in range(3):
        stranger(town, f"Question {number}", "ha@vn.example")
    size = (town.folder / "ledger.db").stat().st_size
    ended = town.run("sync", limit=no_file_over(size // 2))
    assert ended.code == 2
    assert "ledger.db" in ended.said or "disk" in ended.said
    assert town.sync().code == 0
    assert len(town.moodle.state.posts) == 3


def test_a_ledger_of_a_newer_version_is_left_alone(town: Town) -> None:
    with sqlite3.connect(town.folder / "ledger.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    ended = town.sync()
    assert ended.code == 2
    assert "newer version" in ended.said
    assert "Install" in ended.said


def test_a_second_run_at_once_says_so_and_does_nothing(town: Town) -> None:
    town.post()
    with (
        subprocess.Popen(
            town.command("sync"), stderr=subprocess.PIPE, env=town.environ()
        ) as first,
        held(town.office, "accept", only=lambda *_: True) as mail,
    ):
        mail.wait()
        second = town.sync()
        mail.let_go()
        first.communicate(timeout=PATIENCE)
    assert first.returncode == 0
    assert second.code == 0
    assert "another run" in second.said
    assert len(town.office.mails("grace@ug.example")) == 1


def test_held_items_and_guards_have_exit_codes_of_their_own(unbegun: Town) -> None:
    refused = unbegun.sync()
    assert refused.code == 4
    assert "--from now" in refused.said
    unbegun.sync("--from", "now")
    unbegun.office.add_mailbox("sam@out.example")
    stranger(unbegun, "Hello")
    held = unbegun.sync()
    assert held.code == 3
    assert "moodle-bridge held" in held.said
    assert len(unbegun.office.mails("sam@out.example")) == 1
    unbegun.configure(**{"safety.max_mails": "1"})
    unbegun.post("one")
    unbegun.post("two")
    stopped = unbegun.sync()
    assert stopped.code == 4
    assert "[safety].max_mails" in stopped.said
    assert unbegun.office.mails("grace@ug.example") == []


def test_a_mail_server_keeps_the_mail_that_receive_cannot_store(town: Town) -> None:
    mail = b"From: ha@vn.example\r\nTo: bridge@lists.example\r\n\r\nHello\r\n"
    with (town.folder / "ledger.db").open("rb+") as ledger:
        fcntl.flock(ledger, fcntl.LOCK_SH)
        (town.folder / "ledger.db").rename(town.folder / "away.db")
        (town.folder / "ledger.db").mkdir()
        kept = subprocess.run(
            town.command("receive"),
            input=mail,
            capture_output=True,
            env=town.environ(),
            check=False,
        )
    assert kept.returncode == 75
    (town.folder / "ledger.db").rmdir()
    (town.folder / "away.db").rename(town.folder / "ledger.db")
    stored = subprocess.run(
        town.command("receive"),
        input=mail,
        capture_output=True,
        env=town.environ(),
        check=False,
    )
    assert stored.returncode == 0
    assert town.status()["mails"] == {"new": 1}
