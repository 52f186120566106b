from __future__ import annotations

import os
from pathlib import Path

import pytest

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.model.mail import OutgoingMail
from moodle_bridge.plugins.mailers.maildir import MaildirMailer, MaildirSettings


def a_mail(key: str = "post.1") -> OutgoingMail:
    return OutgoingMail(
        key=key,
        message_id="<post.1@bridge.example.org>",
        sender="bridge@x.org",
        recipients=("ben@x.org", "chi@x.org"),
        content=b"Subject: Week 2\r\n\r\nHello\r\n",
    )


@pytest.fixture
def mailer(tmp_path: Path) -> MaildirMailer:
    return MaildirMailer(MaildirSettings(path=tmp_path / "out"))


def test_a_mail_is_one_file_with_its_envelope_above_it(
    tmp_path: Path, mailer: MaildirMailer
) -> None:
    sent = mailer.send(a_mail())
    stored = (tmp_path / "out" / "new" / sent.remote_id).read_bytes()
    assert stored == (
        b"Return-Path: <bridge@x.org>\nDelivered-To: ben@x.org\n"
        b"Delivered-To: chi@x.org\nSubject: Week 2\n\nHello\n"
    )
    assert list((tmp_path / "out" / "tmp").iterdir()) == []


def test_the_same_key_twice_is_one_file(tmp_path: Path, mailer: MaildirMailer) -> None:
    assert mailer.send(a_mail()) == mailer.send(a_mail())
    assert len(list((tmp_path / "out" / "new").iterdir())) == 1
    mailer.send(a_mail("post.2"))
    assert len(list((tmp_path / "out" / "new").iterdir())) == 2


def test_a_mail_that_was_read_is_still_the_same_mail(
    tmp_path: Path, mailer: MaildirMailer
) -> None:
    name = mailer.send(a_mail()).remote_id
    out = tmp_path / "out"
    (out / "new" / name).rename(out / "cur" / f"{name}:2,S")
    assert mailer.was_sent(a_mail()) is True
    mailer.send(a_mail())
    assert list((out / "new").iterdir()) == []


def test_a_draft_left_by_a_crash_is_not_a_mail(
    tmp_path: Path, mailer: MaildirMailer
) -> None:
    name = mailer.send(a_mail()).remote_id
    out = tmp_path / "out"
    (out / "new" / name).rename(out / "tmp" / name)
    assert mailer.was_sent(a_mail()) is False
    mailer.send(a_mail())
    assert mailer.was_sent(a_mail()) is True
    assert list((out / "tmp").iterdir()) == []


def test_where_others_take_mail_absence_tells_nothing(tmp_path: Path) -> None:
    mailer = MaildirMailer(MaildirSettings(path=tmp_path, others_take_mail=True))
    assert mailer.was_sent(a_mail()) is None
    mailer.send(a_mail())
    assert mailer.was_sent(a_mail()) is True


@pytest.mark.parametrize(
    ("raised", "error"),
    [(PermissionError(13, "no"), Permanent), (OSError(28, "full"), Transient)],
)
def test_what_the_disk_says_is_told(
    mailer: MaildirMailer,
    monkeypatch: pytest.MonkeyPatch,
    raised: OSError,
    error: type[Exception],
) -> None:
    def fails(number: int) -> None:
        raise raised

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(error):
        mailer.send(a_mail())
    monkeypatch.undo()
    assert mailer.was_sent(a_mail()) is False
