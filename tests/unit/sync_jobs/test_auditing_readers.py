from __future__ import annotations

import pytest

from moodle_bridge.practice.records import Post
from sync.jobs.mail_keys import addressee
from tests.unit.sync_jobs.bridged import BridgedCourse
from tests.unit.sync_jobs.test_auditing import change, codes


def lose(course: BridgedCourse, address: str, post_id: int | None = None) -> None:
    """Take the mails to one reader out of the ledger, of one post or of all."""
    change(
        course,
        "DELETE FROM intent WHERE kind IN ('mail.post', 'mail.correction')"
        " AND key LIKE ? AND source LIKE ?",
        f"%:{addressee(address)}",
        "%" if post_id is None else f"%:{post_id}",
    )


@pytest.fixture
def talk(direct: BridgedCourse) -> BridgedCourse:
    """A course whose readers each had a mail of a post."""
    direct.post(direct.aminata)
    direct.sync()
    return direct


def first(course: BridgedCourse) -> Post:
    return course.posts()[0]


def test_where_each_reader_has_a_mail_nothing_is_found(talk: BridgedCourse) -> None:
    assert codes(talk) == {}


def test_one_readers_missing_mail_is_found_and_goes_to_them_alone_and_once(
    talk: BridgedCourse,
) -> None:
    sent = len(talk.sent())
    lose(talk, talk.ha.email)
    found = talk.call("audit").data["findings"]
    assert [one["code"] for one in found] == ["reader-missed"]
    assert f"(user {talk.ha.id})" in found[0]["what"]
    assert codes(talk, "--fix") == {"reader-missed": True}
    talk.sync()
    talk.sync()
    assert len(talk.sent()) == sent + 1
    assert len(talk.mails(talk.ha.email)) == 2
    assert codes(talk) == {}


def test_mending_twice_before_the_next_run_mails_once(talk: BridgedCourse) -> None:
    sent = len(talk.sent())
    lose(talk, talk.ha.email)
    assert codes(talk, "--fix") == {"reader-missed": True}
    assert codes(talk, "--fix") == {}
    talk.sync()
    assert len(talk.sent()) == sent + 1


def test_who_came_after_a_post_was_mailed_misses_nothing(talk: BridgedCourse) -> None:
    talk.clock.move(hours=1)
    newcomer = talk.moodle.add_user("ana", "Ana", "Silva", "ana@br.example")
    talk.moodle.enrol(newcomer, talk.course, "student")
    talk.post(talk.jan, "Ink")
    talk.sync()
    assert codes(talk) == {}
    # And nothing old comes to them when somebody else's mail is mended.
    lose(talk, talk.ha.email, first(talk).id)
    assert codes(talk, "--fix") == {"reader-missed": True}
    talk.sync()
    assert len(talk.mails("ana@br.example")) == 1


@pytest.mark.parametrize(
    "wish",
    [
        ("channel", "ha", "moodle"),
        ("channel", "ha", "bundle"),
        ("pause", "ha", "--until", "2026-04-01"),
    ],
)
def test_who_chose_otherwise_misses_no_mail(
    talk: BridgedCourse, wish: tuple[str, ...]
) -> None:
    lose(talk, talk.ha.email)
    assert talk.call("person", *wish).code == 0
    assert codes(talk) == {}


def test_who_gets_each_post_only_since_then_misses_none_from_before(
    direct: BridgedCourse,
) -> None:
    assert direct.call("person", "channel", "ha", "moodle").code == 0
    direct.post(direct.aminata)
    direct.sync()
    direct.clock.move(hours=1)
    assert direct.call("person", "channel", "ha", "each").code == 0
    assert codes(direct) == {}


def test_who_has_a_new_address_has_the_mails_of_the_old_one(
    talk: BridgedCourse,
) -> None:
    talk.ha.email = "ha@new.example"
    talk.clock.move(hours=1)
    talk.post(talk.jan, "Ink")
    talk.sync()
    assert talk.mails("ha@new.example")
    assert codes(talk) == {}


def test_a_mail_that_was_refused_or_dropped_is_not_made_again(
    talk: BridgedCourse,
) -> None:
    change(
        talk,
        "UPDATE intent SET state = 'dropped' WHERE key LIKE ?",
        f"%:{addressee(talk.ha.email)}",
    )
    change(
        talk,
        "UPDATE intent SET state = 'dead' WHERE key LIKE ?",
        f"%:{addressee(talk.jan.email)}",
    )
    assert codes(talk) == {}


def test_what_a_day_had_no_room_for_is_not_missed(direct: BridgedCourse) -> None:
    direct.call("person", "channel", "ha", "each", "--limit", "5 KB")
    for number in range(8):
        direct.post(direct.aminata, f"Post {number}")
    direct.sync()
    assert 0 < len(direct.mails(direct.ha.email)) < 8
    assert codes(direct) == {}


def test_where_most_have_none_an_admin_is_asked_to_look(talk: BridgedCourse) -> None:
    sent = len(talk.sent())
    for person in (talk.ha, talk.jan, talk.aminata):
        lose(talk, person.email)
    found = talk.call("audit", "--fix").data["findings"]
    assert [(one["code"], one["mended"]) for one in found] == [("reader-unsure", False)]
    assert f"--to {talk.aminata.id}" in found[0]["advice"]
    talk.sync()
    assert len(talk.sent()) == sent


def test_a_run_that_audits_mends_readers_too(talk: BridgedCourse) -> None:
    talk.configure(sync='audit_every = "1d"')
    talk.sync()
    lose(talk, talk.ha.email)
    talk.clock.move(days=1)
    assert talk.sync().counts["mended by the audit"] == 1
    talk.sync()
    assert len(talk.mails(talk.ha.email)) == 2


def test_who_misses_a_correction_gets_it(talk: BridgedCourse) -> None:
    talk.configure(corrections="true")
    talk.clock.move(hours=1)
    talk.moodle.edit(talk.grace, first(talk), message="<p>Otherwise</p>")
    talk.sync()
    talk.clock.move(hours=1)
    talk.sync()
    had = len(talk.mails(talk.ha.email))
    assert had == 2
    change(
        talk,
        "DELETE FROM intent WHERE kind = 'mail.correction' AND key LIKE ?",
        f"%:{addressee(talk.ha.email)}",
    )
    assert codes(talk, "--fix") == {"reader-missed": True}
    talk.sync()
    assert len(talk.mails(talk.ha.email)) == had + 1
    assert codes(talk) == {}
