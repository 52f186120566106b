"""From an entry of a form to a post by mail, with the real command and real mail."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from moodle_bridge.practice import PracticeMoodle, running
from moodle_bridge.practice.post_office import PostOffice

BRIDGE = "bridge@lists.example"
ADMIN = "admin@ug.example"
COMMAND = Path(sys.executable).with_name("moodle-bridge")
AKELLO = {"Id": "1", "First": "Grace", "Last": "Akello", "Mail": "akello@ug.example"}


@dataclass
class Place:
    """A course without list software, a form as a CSV file, and the folder."""

    folder: Path
    moodle: PracticeMoodle
    office: PostOffice

    def enter(self, *rows: dict[str, str]) -> None:
        with (self.folder / "form.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ("Id", "First", "Last", "Mail", "Language"))
            writer.writeheader()
            writer.writerows({"Language": "Français", **row} for row in rows)

    def command(self, *arguments: str) -> list[str]:
        return [str(COMMAND), "--config", str(self.folder / "bridge.toml"), *arguments]

    def environ(self) -> dict[str, str]:
        return {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            env=self.environ(),
            timeout=600,
            check=False,
        )

    def mails(self, address: str) -> list[EmailMessage]:
        found = []
        for raw in self.office.mails(address):
            mail = message_from_bytes(raw, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            assert len(raw) < 5000
            found.append(mail)
        return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    moodle = PracticeMoodle.empty()
    course = moodle.add_course("Facilitating online", shortname="FO26")
    forum = moodle.add_forum(course, "Questions")
    bridge = moodle.add_user("bridge", "Course", "Bridge", BRIDGE, systemrole="manager")
    grace = moodle.add_user("grace", "Grace", "Nakato", "grace@ug.example")
    for person in (bridge, grace):
        moodle.enrol(person, course, "editingteacher")
    with (
        running(moodle) as url,
        PostOffice(tmp_path / "mail", ["lists.example", "ug.example"]) as office,
    ):
        for address in (BRIDGE, ADMIN, "grace@ug.example", "akello@ug.example"):
            office.add_mailbox(address)
        for name, secret in (
            ("token", moodle.token_for(bridge)),
            ("secret", "a secret for the reply keys"),
        ):
            (tmp_path / name).touch(mode=0o600)
            (tmp_path / name).write_text(secret, encoding="utf-8")
        (tmp_path / "bridge.toml").write_text(
            f"""
[moodle]
url = "{url}"
token = {{ file = "token" }}
[mail]
address = "{BRIDGE}"
admin = "{ADMIN}"
reply_secret = {{ file = "secret" }}
[mail.out]
plugin = "smtp"
host = "127.0.0.1"
port = {office.port}
security = "none"
[[mail.in]]
plugin = "maildir"
path = "{office.path(BRIDGE)}"
[[pair]]
name = "fo26"
course = "FO26"
forum = {forum.cmid}
hold = "0s"
[pair.list]
plugin = "direct"
address = "{BRIDGE}"
name = "FO26"
[run]
every = "10s"
[safety]
settle_after = "0s"
[[intake]]
name = "fo26"
course = "FO26"
pair = "fo26"
every = "1s"
[intake.source]
plugin = "csv"
path = "form.csv"
[intake.questions]
first_name = "First"
last_name = "Last"
email = "Mail"
language = "Language"
[intake.auto_apply]
create = 1
""",
            encoding="utf-8",
        )
        made = Place(tmp_path, moodle, office)
        made.enter()
        assert made.run("sync", "--from", "now").returncode == 0
        yield made


def test_somebody_in_a_form_becomes_somebody_who_posts_by_mail(place: Place) -> None:
    place.enter(AKELLO)
    time.sleep(1.1)
    ended = place.run("sync")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (welcome,) = place.mails("akello@ug.example")
    assert welcome["Subject"] == "Bienvenue dans Facilitating online"

    answer = EmailMessage(policy=policy.SMTP)
    answer["From"] = "Grace Akello <akello@ug.example>"
    answer["To"] = welcome["Reply-To"]
    answer["Subject"] = f"Re: {welcome['Subject']}"
    answer["Message-ID"] = "<first@ug.example>"
    answer["In-Reply-To"] = welcome["Message-ID"]
    answer["References"] = welcome["Message-ID"]
    answer.set_content("Bonjour, j'enseigne à Gulu.")
    place.office.send(answer.as_bytes(), "akello@ug.example", [BRIDGE])
    ended = place.run("sync")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (post,) = place.moodle.state.posts.values()
    assert "j'enseigne à Gulu" in post.message
    assert "Grace Akello" in post.message

    # Once more, with nothing new: nothing.
    ended = place.run("sync")
    assert len(place.mails("akello@ug.example")) == 1
    assert place.mails(ADMIN) == []


def test_more_than_the_limits_waits_for_the_admin(place: Place) -> None:
    place.enter(AKELLO, {**AKELLO, "Id": "2", "Mail": "other@ug.example"})
    place.enter(AKELLO, {**AKELLO, "Id": "2", "First": "Ida", "Mail": "ida@ug.example"})
    time.sleep(1.1)
    assert place.run("sync").returncode == 3
    (mail,) = place.mails(ADMIN)
    command = next(
        line.strip()
        for line in str(mail.get_content()).splitlines()
        if "enrol apply" in line
    )
    ended = place.run(*command.split()[1:], "--yes")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(place.mails("akello@ug.example")) == 1


def test_a_service_that_stays_does_it_too_and_ends_when_told(place: Place) -> None:
    place.enter(AKELLO)
    with subprocess.Popen(
        place.command("run"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=place.environ(),
    ) as service:
        try:
            deadline = time.monotonic() + 300
            while not place.mails("akello@ug.example"):
                assert service.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
        finally:
            service.send_signal(signal.SIGTERM)
        out, err = service.communicate(timeout=300)
    assert service.returncode == 0, out + err
    assert "Stopped after" in out
