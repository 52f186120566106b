from __future__ import annotations

import os
from pathlib import Path

import pytest

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.plugins.mailboxes.arrival import OVERSIZE
from moodle_bridge.plugins.mailboxes.maildir import (
    MaildirMailbox,
    MaildirMailboxSettings,
)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    for part in ("tmp", "new", "cur"):
        (tmp_path / part).mkdir()
    return tmp_path


@pytest.fixture
def mailbox(box: Path) -> MaildirMailbox:
    return MaildirMailbox(MaildirMailboxSettings(path=box, max_bytes=1000))


def names(box: Path) -> set[str]:
    return {
        f"{path.parent.name}/{path.name}"
        for part in ("tmp", "new", "cur")
        for path in (box / part).iterdir()
    }


def test_what_is_taken_goes_to_cur_marked_as_passed_on(
    box: Path, mailbox: MaildirMailbox
) -> None:
    (box / "new" / "1.host").write_bytes(b"Subject: x\n\n")
    (mail,) = mailbox.fetch(None)
    assert mail.key == "maildir:1.host"
    mailbox.acknowledge([mail.key])
    assert names(box) == {"cur/1.host:2,PS"}


def test_what_somebody_only_read_or_binned_is_given_all_the_same(
    box: Path, mailbox: MaildirMailbox
) -> None:
    (box / "cur" / "1.host:2,S").write_bytes(b"Subject: read\n\n")
    (box / "cur" / "2.host:2,ST").write_bytes(b"Subject: binned\n\n")
    (box / "cur" / "3.host:2,PS").write_bytes(b"Subject: taken\n\n")
    keys = {mail.key for mail in mailbox.fetch(None)}
    assert keys == {"maildir:1.host", "maildir:2.host"}
    mailbox.acknowledge(keys)
    assert names(box) == {
        "cur/1.host:2,PS",
        "cur/2.host:2,PST",
        "cur/3.host:2,PS",
    }


def test_half_written_and_hidden_files_are_not_mail(
    box: Path, mailbox: MaildirMailbox
) -> None:
    (box / "tmp" / "1.host").write_bytes(b"Subject: ha")
    (box / "new" / ".hidden").write_bytes(b"not a mail")
    assert list(mailbox.fetch(None)) == []
    assert names(box) == {"tmp/1.host", "new/.hidden"}


def test_a_mail_that_another_reader_moves_meanwhile_comes_next_time(
    box: Path, mailbox: MaildirMailbox
) -> None:
    for number in (1, 2, 3):
        path = box / "new" / f"{number}.host"
        path.write_bytes(b"Subject: %d\n\n" % number)
        os.utime(path, (number, number))
    mails = mailbox.fetch(None)
    assert next(mails).key == "maildir:1.host"
    (box / "new" / "2.host").rename(box / "cur" / "2.host:2,S")
    assert [mail.key for mail in mails] == ["maildir:3.host"]
    assert "maildir:2.host" in {mail.key for mail in mailbox.fetch(None)}


def test_a_mail_that_is_too_big_is_given_as_its_header_and_stays(
    box: Path, mailbox: MaildirMailbox
) -> None:
    (box / "new" / "1.host").write_bytes(b"Subject: big\n\n" + b"x" * 2000)
    (mail,) = mailbox.fetch(None)
    assert mail.raw == f"{OVERSIZE}: 2014\r\nSubject: big\r\n\r\n".encode()
    mailbox.acknowledge([mail.key])
    assert (box / "cur" / "1.host:2,PS").stat().st_size == 2014


def test_the_envelope_stands_above_the_mail(box: Path, mailbox: MaildirMailbox) -> None:
    (box / "new" / "1.host").write_bytes(
        b"Return-Path: <>\nDelivered-To: a+k@x.org\nReceived: by x\n\nHello\n"
    )
    (mail,) = mailbox.fetch(None)
    assert mail.envelope_sender == ""
    assert mail.envelope_recipient == "a+k@x.org"


def test_a_folder_that_is_no_maildir_is_permanent(tmp_path: Path) -> None:
    mailbox = MaildirMailbox(MaildirMailboxSettings(path=tmp_path / "nowhere"))
    with pytest.raises(Permanent, match="no Maildir") as caught:
        list(mailbox.fetch(None))
    assert "new, cur and tmp" in caught.value.advice


@pytest.mark.parametrize(
    ("raised", "error"),
    [(PermissionError(13, "no"), Permanent), (OSError(5, "io"), Transient)],
)
def test_what_the_disk_says_is_told(
    box: Path,
    mailbox: MaildirMailbox,
    monkeypatch: pytest.MonkeyPatch,
    raised: OSError,
    error: type[Exception],
) -> None:
    (box / "new" / "1.host").write_bytes(b"Subject: x\n\n")

    def fails(path: Path) -> bytes:
        raise raised

    monkeypatch.setattr(Path, "read_bytes", fails)
    with pytest.raises(error):
        list(mailbox.fetch(None))


def test_a_mail_that_another_reader_moves_before_it_is_marked_comes_next_time(
    box: Path, mailbox: MaildirMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    (box / "new" / "1.host").write_bytes(b"Subject: x\n\n")
    (mail,) = mailbox.fetch(None)

    def gone(path: Path, target: Path) -> None:
        raise FileNotFoundError(2, "gone", str(path))

    monkeypatch.setattr(Path, "rename", gone)
    mailbox.acknowledge([mail.key])
    monkeypatch.undo()
    assert [each.key for each in mailbox.fetch(None)] == [mail.key]
