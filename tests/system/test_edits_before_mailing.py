"""Edits and deletions around the hold, on the stage of the demo."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from sync.cli.invocation import Invocation
from sync.demo import letters
from sync.demo.clock import DayClock
from sync.demo.console import Console
from sync.demo.people import who
from sync.demo.stage import BRIDGE, LIST, Stage, set_up
from sync.demo.telling import Telling


@dataclass
class Play:
    stage: Stage
    console: Console
    clock: DayClock

    def sync(self, time: str) -> str:
        self.clock.move_to(time)
        return self.console.type("sync").out

    def mails(self) -> list[EmailMessage]:
        raw = self.stage.office.mails(who("thao").address)
        return [letters.parsed(one) for one in raw]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    clock = DayClock(lambda: datetime(2026, 11, 23, tzinfo=UTC))
    invocation = Invocation(
        environ={},
        folder=tmp_path,
        home=tmp_path,
        stdout=io.StringIO(),
        stderr=io.StringIO(),
        quiet=True,
    )
    console = Console(tmp_path, clock, Telling(invocation))
    with set_up(tmp_path / "mail", clock, port=0) as stage:
        (tmp_path / "bridge.toml").write_text(
            f"""
[moodle]
url = "{stage.url}"
token = {{ file = "token" }}
[mail]
address = "{BRIDGE}"
reply_secret = {{ file = "secret" }}
[mail.out]
plugin = "smtp"
host = "127.0.0.1"
port = {stage.office.port}
security = "none"
[[mail.in]]
plugin = "maildir"
path = "mail/lists.example/bridge"
[[pair]]
name = "questions"
course = "SM25"
forum = {stage.questions.cmid}
corrections = true
[pair.list]
plugin = "remote"
address = "{LIST}"
name = "SM25"
""",
            encoding="utf-8",
        )
        for name, text in (("token", stage.token), ("secret", "s" * 40)):
            (tmp_path / name).touch(mode=0o600)
            (tmp_path / name).write_text(text, encoding="utf-8")
        clock.move_to("07:00")
        console.type("sync", "--from", "now")
        yield Play(stage=stage, console=console, clock=clock)


def test_an_edit_that_went_out_with_the_post_is_not_sent_as_a_correction(
    play: Play,
) -> None:
    play.clock.move_to("08:00")
    post = play.stage.post(who("sanne"), play.stage.questions, "Price", "4000 euro")
    play.sync("08:10")
    play.clock.move_to("08:20")
    play.stage.edit(who("sanne"), post, "400 euro")
    play.sync("08:40")
    play.clock.move_to("08:50")
    play.stage.reply(who("bram"), post, "Yes")
    play.sync("09:30")
    play.sync("10:30")

    subjects = [str(mail["Subject"]) for mail in play.mails()]
    assert subjects == ["[SM25] Price", "Re: [SM25] Price"]
    assert "400 euro" in play.mails()[0].as_string()


def test_an_edit_after_the_mail_is_sent_as_a_correction_once(play: Play) -> None:
    play.clock.move_to("08:00")
    post = play.stage.post(who("maaike"), play.stage.questions, "Price", "4000 euro")
    play.sync("08:40")
    play.clock.move_to("08:45")
    play.stage.edit(who("maaike"), post, "400 euro")
    play.sync("15:00")
    play.sync("16:00")
    play.sync("22:00")

    texts = [mail.as_string() for mail in play.mails()]
    assert len(texts) == 2
    assert "4000 euro" in texts[0]
    assert "400 euro" in texts[1]


def test_a_discussion_that_was_deleted_before_it_was_due_is_never_asked_for_again(
    play: Play,
) -> None:
    play.clock.move_to("08:00")
    post = play.stage.post(who("brian"), play.stage.questions, "Haste", "Fed up")
    play.sync("08:10")
    play.clock.move_to("08:20")
    play.stage.delete(who("brian"), post)
    play.sync("08:40")

    assert play.sync("20:00") == "Done: nothing new.\n"
    assert play.mails() == []
