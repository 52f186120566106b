"""What is held of somebody, given to them; and what is left once they are forgotten."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from sync.ledger import Ledger, schema
from tests.unit.sync_jobs.bridged import DIRECT, BridgedCourse, MakeCourse
from tests.unit.sync_jobs.formed import add_form, entry, write_form

GRACE = entry(1, "Grace", "Akello", "akello@ug.example", Channel="digest")


@pytest.fixture
def course(make_course: MakeCourse) -> BridgedCourse:
    """Grace came from a form, was welcomed, wrote, and got digests."""
    course = make_course(lists=DIRECT)
    course.configure(mail='admin = "admin@fo26.example"')
    course.begin()
    add_form(course)
    path = course.folder / "bridge.toml"
    path.write_text(path.read_text("utf-8") + "[intake.auto_apply]\n", encoding="utf-8")
    write_form(course.folder, [GRACE])
    assert course.sync().code == 0
    course.clock.move(minutes=20)
    write(course, "I teach in Gulu, and nowhere else.")
    assert course.sync().code == 0
    course.post(course.ha)
    course.clock.move(days=1)
    assert course.sync().code == 0
    return course


def write(course: BridgedCourse, text: str) -> None:
    course.write("Grace Akello <akello@ug.example>", text, to="bridge@lists.example")


def user_id(course: BridgedCourse) -> int:
    return next(
        user.id
        for user in course.moodle.state.users.values()
        if user.email == "akello@ug.example"
    )


def leave(course: BridgedCourse) -> None:
    """Let Moodle forget her first, as an admin would."""
    users = course.moodle.state.users
    del users[user_id(course)]
    state = course.moodle.state
    for number, one in list(state.enrolments.items()):
        if one.userid not in users:
            del state.enrolments[number]
    course.clock.move(hours=1)


def whole_ledger(course: BridgedCourse) -> str:
    """Return all that stands in the ledger, unpacked, as one text."""
    ledger = Ledger.open(f"sqlite:///{course.folder / 'ledger.db'}", clock=course.clock)
    with ledger.reading() as transaction:
        text = "\n".join(
            repr(tuple(row))
            for table in schema.metadata.sorted_tables
            for row in transaction.connection.execute(select(table))
        )
    ledger.close()
    return text.casefold()


def test_all_that_is_held_is_given_as_json_as_text_and_as_mails(
    course: BridgedCourse,
) -> None:
    told = course.call("person", "export", "akello@ug.example", "--out", "grace")
    assert told.code == 0, told.said
    folder = course.folder / "grace"
    data = json.loads((folder / "records.json").read_text("utf-8"))
    assert {"person", "channel", "inbound", "intent", "participant", "entry"} <= set(
        data
    )
    assert data["participant"][0]["consent_text"] == "Agree"
    assert data["entry"][0]["answers"]
    assert "sealed" not in json.dumps(data)
    (mail,) = (folder / "mails").iterdir()
    assert b"I teach in Gulu" in mail.read_bytes()
    assert "how they take part (channel)" in (folder / "records.txt").read_text("utf-8")
    for path in (folder, folder / "records.json", mail):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("name", ["grace.akello", "Grace Akello", "AKELLO@ug.example"])
def test_they_are_found_by_whatever_they_are_called(
    course: BridgedCourse, name: str
) -> None:
    told = course.call("person", "export", name)
    assert told.data["person"]["user_id"] == user_id(course)


def test_nobody_is_nobody(course: BridgedCourse) -> None:
    assert course.call("person", "export", "nobody@x.example").code == 2
    assert course.call("person", "export", "4170").code == 2


def test_who_still_takes_part_is_not_forgotten(course: BridgedCourse) -> None:
    before = whole_ledger(course)
    told = course.call("person", "forget", "grace.akello", "--yes")
    assert told.code == 2
    assert "still take part in FO26" in told.said
    assert "akello" in whole_ledger(course)
    told = course.call("person", "forget", "grace.akello", "--dry-run")
    assert told.data["still_in"] == ["FO26"]
    assert before.count("akello") == whole_ledger(course).count("akello")


def test_a_dry_run_says_what_would_be_erased_and_erases_nothing(
    course: BridgedCourse,
) -> None:
    leave(course)
    told = course.call("person", "forget", "akello@ug.example", "--dry-run")
    assert told.code == 0, told.said
    assert told.data["erased"]["inbound"] == 1
    assert any("posts in Moodle" in one["what"] for one in told.data["stays"])
    assert "akello" in whole_ledger(course)


def test_not_a_word_of_theirs_is_left(course: BridgedCourse) -> None:
    assert "akello" in whole_ledger(course)
    leave(course)
    told = course.call("person", "forget", "akello@ug.example", "--yes")
    assert told.code == 0, told.said
    left = whole_ledger(course)
    for word in ("akello", "i teach in gulu"):
        at = left.find(word)
        assert at < 0, left[max(0, at - 300) : at + 100]
    runs = course.call("runs").data["runs"]
    assert runs[0]["command"].startswith("person forget")
    assert runs[0]["counts"]["inbound"] == 1


def test_what_others_wrote_and_got_stays_whole(course: BridgedCourse) -> None:
    leave(course)
    course.call("person", "forget", "akello@ug.example", "--yes")
    sent = len(course.sent())
    course.post(course.grace, "After it")
    course.clock.move(hours=1)
    assert course.sync().code == 0
    subjects = {mail["Subject"] for mail in course.mails(course.ha.email)}
    assert "[FO26] After it" in subjects
    assert len(course.sent()) > sent
    assert course.call("audit").code == 0


def test_an_old_mail_and_an_old_entry_are_not_taken_for_new(
    course: BridgedCourse,
) -> None:
    leave(course)
    course.call("person", "forget", "akello@ug.example", "--yes")
    posts, sent = len(course.posts()), len(course.sent())
    course.box.give_again()
    for _ in range(2):
        course.clock.move(hours=2)
        told = course.sync()
        assert told.code == 0, told.said
    assert len(course.posts()) == posts
    assert len(course.sent()) == sent
    assert "akello" not in whole_ledger(course)
    assert not any(
        user.email == "akello@ug.example" for user in course.moodle.state.users.values()
    )


def test_who_comes_back_with_a_new_entry_is_somebody_new(
    course: BridgedCourse,
) -> None:
    leave(course)
    course.call("person", "forget", "akello@ug.example", "--yes")
    write_form(course.folder, [{**GRACE, "Id": "7"}])
    course.clock.move(hours=2)
    assert course.sync().code == 0
    assert user_id(course)


def test_it_may_be_repeated(course: BridgedCourse) -> None:
    leave(course)
    number = str(
        course.call("person", "export", "akello@ug.example").data["person"]["user_id"]
    )
    course.call("person", "forget", number, "--yes")
    again = course.call("person", "forget", number, "--yes")
    assert again.code == 0, again.said


def test_a_stranger_is_forgotten_by_their_address(course: BridgedCourse) -> None:
    course.write("Nobody <nobody@x.example>", "Who are you?", to="bridge@lists.example")
    course.sync()
    assert course.call("person", "export", "nobody@x.example").code == 0
    told = course.call("person", "forget", "nobody@x.example", "--yes")
    assert told.code == 0, told.said
    assert "nobody@x.example" not in whole_ledger(course)
    assert course.call("held").data["held"] == []


def test_what_is_on_its_way_comes_to_its_end_first(course: BridgedCourse) -> None:
    leave(course)
    ledger = Ledger.open(f"sqlite:///{course.folder / 'ledger.db'}", clock=course.clock)
    with ledger.writing() as transaction:
        transaction.inbound.receive(
            key="new",
            message_id="<new@x.example>",
            mailbox="box",
            raw=b"x",
            size=1,
            received_at=course.clock(),
            sender="akello@ug.example",
            subject="New",
        )
    ledger.close()
    told = course.call("person", "forget", "akello@ug.example", "--yes")
    assert told.code == 2
    assert "1 mail of theirs, or to them, is on its way" in told.said


@pytest.mark.parametrize(
    ("confirmed", "typed", "erased"),
    [(False, "", False), (True, "no", False), (True, "{id}", True)],
)
def test_it_is_asked_twice(
    course: BridgedCourse,
    monkeypatch: pytest.MonkeyPatch,
    confirmed: bool,
    typed: str,
    erased: bool,
) -> None:
    number = user_id(course)
    leave(course)
    monkeypatch.setattr("click.confirm", lambda *_, **__: confirmed)
    monkeypatch.setattr("click.prompt", lambda *_, **__: typed.format(id=number))
    told = course.call("person", "forget", "akello@ug.example")
    assert told.data["forgotten"] == erased
    assert ("akello" in whole_ledger(course)) != erased
