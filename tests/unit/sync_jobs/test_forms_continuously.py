"""New entries of a form: applied within limits, or told of once."""

from __future__ import annotations

import pytest

from tests.unit.sync_jobs.bridged import DIRECT, BridgedCourse, MakeCourse, text_of
from tests.unit.sync_jobs.formed import add_form, entry, write_form

ADMIN = "admin@fo26.example"
AUTO = "[intake.auto_apply]\ncreate = 2\n"
GRACE = entry(1, "Grace", "Akello", "akello@ug.example", Channel="digest")
ALI = entry(2, "Ali", "Musa", "ali@ng.example", Country="Nigeria")


@pytest.fixture
def made(make_course: MakeCourse) -> BridgedCourse:
    course = make_course(lists=DIRECT)
    course.configure(mail=f'admin = "{ADMIN}"')
    course.begin()
    return course


def form(course: BridgedCourse, *, auto: str = "", keys: str = "") -> None:
    add_form(course, keys=keys)
    path = course.folder / "bridge.toml"
    path.write_text(path.read_text("utf-8") + auto, encoding="utf-8")


def usernames(course: BridgedCourse) -> set[str]:
    return {user.username for user in course.moodle.state.users.values()}


def test_a_new_entry_becomes_a_person_who_is_welcomed_and_answers(
    made: BridgedCourse,
) -> None:
    form(made, auto=AUTO)
    write_form(made.folder, [GRACE])
    told = made.sync()
    assert told.code == 0, told.said
    assert "grace.akello" in usernames(made)
    (welcome,) = made.mails("akello@ug.example")
    assert "Your username there is grace.akello" in text_of(welcome)
    assert "You get one mail a day" in text_of(welcome)
    made.clock.move(minutes=20)
    made.write(
        "Grace <akello@ug.example>",
        "Hello, I teach in Gulu.",
        to=str(welcome["Reply-To"]),
        subject=f"Re: {welcome['Subject']}",
        answers=str(welcome["Message-ID"]),
    )
    made.sync()
    (post,) = made.posts()
    assert "I teach in Gulu" in post.message
    assert "Grace Akello" in post.message
    assert made.mails(ADMIN) == []


def test_nothing_is_done_twice(made: BridgedCourse) -> None:
    form(made, auto=AUTO)
    write_form(made.folder, [GRACE])
    for _ in range(4):
        made.sync()
        made.clock.move(hours=2)
    assert len(made.mails("akello@ug.example")) == 1
    write_form(made.folder, [GRACE, ALI])
    made.sync()
    assert {"grace.akello", "ali.musa"} <= usernames(made)
    assert len(made.mails("ali@ng.example")) == 1


def test_a_form_is_looked_at_every_so_often(made: BridgedCourse) -> None:
    form(made, auto=AUTO, keys='every = "3h"')
    write_form(made.folder, [])
    made.sync()
    write_form(made.folder, [GRACE])
    made.clock.move(hours=2)
    made.sync()
    assert "grace.akello" not in usernames(made)
    made.clock.move(hours=1)
    made.sync()
    assert "grace.akello" in usernames(made)


def test_one_that_is_never_looked_at_is_left_to_the_admin(
    made: BridgedCourse,
) -> None:
    form(made, auto=AUTO, keys='every = "0"')
    write_form(made.folder, [GRACE])
    made.sync()
    assert "grace.akello" not in usernames(made)


def test_without_auto_apply_the_admin_is_told_once_what_to_type(
    made: BridgedCourse,
) -> None:
    form(made)
    write_form(made.folder, [GRACE])
    assert made.sync().code == 3
    for _ in range(3):
        made.clock.move(hours=2)
        assert made.sync().code == 0
    assert "grace.akello" not in usernames(made)
    (mail,) = made.mails(ADMIN)
    (file,) = made.folder.glob("*.plan.json")
    assert f"moodle-bridge enrol apply {file}" in text_of(mail)
    assert "1 x user.create" in text_of(mail)
    assert file.stat().st_mode & 0o077 == 0
    write_form(made.folder, [GRACE, ALI])
    made.clock.move(hours=2)
    assert made.sync().code == 3
    assert len(made.mails(ADMIN)) == 2


def test_what_was_told_of_can_be_applied_as_it_was_told(made: BridgedCourse) -> None:
    form(made)
    write_form(made.folder, [GRACE])
    made.sync()
    (file,) = made.folder.glob("*.plan.json")
    told = made.call("enrol", "apply", str(file), "--yes")
    assert told.code == 0, told.said
    assert "grace.akello" in usernames(made)
    made.clock.move(hours=2)
    assert made.sync().code == 0
    assert len(made.mails(ADMIN)) == 1


def test_more_than_the_limits_allow_waits(made: BridgedCourse) -> None:
    form(made, auto=AUTO)
    write_form(
        made.folder,
        [entry(n, "Grace", f"Akello{n}", f"a{n}@ug.example") for n in range(3)],
    )
    assert made.sync().code == 3
    (mail,) = made.mails(ADMIN)
    assert "It was not applied by itself" in text_of(mail)
    assert "3 x user.create, and the limit is 2" in text_of(mail)
    assert made.mails("a1@ug.example") == []


def test_a_form_that_lost_people_waits_though_little_is_to_be_done(
    made: BridgedCourse,
) -> None:
    form(made, auto="[intake.auto_apply]\n")
    rows = [entry(n, "Grace", f"A{n}", f"a{n}@ug.example") for n in range(10)]
    write_form(made.folder, rows[:5])
    made.sync()
    write_form(made.folder, rows)
    made.clock.move(hours=2)
    made.sync()
    made.clock.move(hours=2)
    write_form(made.folder, [*rows[1:], {**rows[0], "Last": "Changed"}][1:])
    assert made.sync().code == 3
    assert "had 10" in text_of(made.mails(ADMIN)[-1])


def test_an_entry_that_is_held_is_told_of_once_and_stops_nobody_else(
    made: BridgedCourse,
) -> None:
    form(made, auto=AUTO)
    taken = entry(3, "Somebody", "Else", made.ha.email)
    write_form(made.folder, [GRACE, taken])
    made.sync()
    for _ in range(2):
        made.clock.move(hours=2)
        made.sync()
    assert "grace.akello" in usernames(made)
    (mail,) = made.mails(ADMIN)
    assert "Entries that wait for your decision: 1" in text_of(mail)
    assert "enrol decide" in text_of(mail)


def test_a_form_that_cannot_be_read_stops_nothing_and_is_told_of_once(
    made: BridgedCourse,
) -> None:
    form(made, auto=AUTO)
    (made.folder / "intake.csv").write_text("Id,First\n1,Grace\n", encoding="utf-8")
    for _ in range(3):
        made.post(made.grace)
        told = made.sync()
        assert told.code == 0, told.said
        assert "has not the questions" in told.said
        made.clock.move(hours=2)
    assert len(made.mails(made.ha.email)) == 3
    (mail,) = made.mails(ADMIN)
    assert mail["Subject"] == "[fo26] moodle-bridge: a form needs you"
    assert "Mail" in text_of(mail)


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--only", "mirror-in")])
def test_a_run_for_less_looks_at_no_form(
    made: BridgedCourse, arguments: tuple[str, ...]
) -> None:
    form(made, auto=AUTO)
    write_form(made.folder, [GRACE])
    made.sync(*arguments)
    assert "grace.akello" not in usernames(made)


@pytest.mark.parametrize(
    "function",
    ["core_user_create_users", "enrol_manual_enrol_users", "core_user_get_users"],
)
def test_a_site_that_goes_away_in_the_midst_loses_nobody_and_doubles_nobody(
    made: BridgedCourse, function: str
) -> None:
    form(made, auto=AUTO)
    write_form(made.folder, [GRACE, ALI])
    with made.refusing(function, "sitemaintenance"):
        made.sync()
    made.clock.move(hours=2)
    for _ in range(2):
        told = made.sync()
        assert told.code == 0, told.said
        made.clock.move(hours=2)
    new = [
        user.email
        for user in made.moodle.state.users.values()
        if user.email in {"akello@ug.example", "ali@ng.example"}
    ]
    assert sorted(new) == ["akello@ug.example", "ali@ng.example"]
    for address in new:
        assert len(made.mails(address)) == 1


def test_the_admin_is_told_on_the_screen_where_no_address_is_given(
    make_course: MakeCourse,
) -> None:
    course = make_course(lists=DIRECT)
    course.begin()
    form(course)
    write_form(course.folder, [GRACE])
    told = course.sync()
    assert told.code == 3
    assert "steps wait for you" in told.said
    assert course.mails() == []


def test_the_admin_sees_from_which_form_somebody_came(made: BridgedCourse) -> None:
    form(made, auto=AUTO)
    write_form(made.folder, [GRACE])
    made.sync()
    made.clock.move(minutes=20)
    told = made.call("person", "show", "grace.akello")
    facts = told.data["forms"]
    assert [one["entry"] for one in facts["entries"]] == ["1"]
    assert facts["account"] == "created"
    assert facts["consent_text"] == "Agree"
    assert facts["welcomed_at"]
    assert made.call("person", "show", "ha").data["forms"] == {}
