"""A course to practise on: facilitators, participants in many lands, five forums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moodle_bridge.practice.activity_records import Database, Feedback, Wiki
    from moodle_bridge.practice.moodle import PracticeMoodle
    from moodle_bridge.practice.records import Course, Forum, Group, User

_FACILITATORS = (
    ("Maaike", "de Vries", "nl", "Europe/Amsterdam", "NL"),
    ("Ousmane", "Sarr", "fr", "Africa/Dakar", "SN"),
    ("Grace", "Nakato", "en", "Africa/Kampala", "UG"),
)
_PARTICIPANTS = (
    ("Aïssatou", "Bâ", "fr", "Africa/Dakar", "SN"),
    ("Joseph", "Okello", "en", "Africa/Kampala", "UG"),
    ("María José", "Núñez", "es", "America/Guatemala", "GT"),
    ("সুমাইয়া", "রহমান", "en", "Asia/Dhaka", "BD"),
    ("João", "Simões", "pt", "Africa/Maputo", "MZ"),
    ("Nguyễn", "Thị Hương", "en", "Asia/Ho_Chi_Minh", "VN"),
    ("أمينة", "بنت محمد", "fr", "Africa/Nouakchott", "MR"),
    ("Tigist", "Bekele", "en", "Africa/Addis_Ababa", "ET"),
    ("Siân", "O'Brien", "en", "Europe/London", "GB"),
    ("Jean-Pierre", "Habimana", "fr", "Africa/Kigali", "RW"),
    ("Ирина", "Ковальчук", "en", "Europe/Kyiv", "UA"),
    ("Soe", "Win", "en", "Asia/Yangon", "MM"),
    ("Kofi", "Mensah", "en", "Africa/Accra", "GH"),
    ("Ana Lúcia", "Tavares", "pt", "Atlantic/Cape_Verde", "CV"),
)
# Figures of a report, by its own names.
_RESPONSE = ("asked", "open", "within_percent", "median_minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeCourse:
    """What the seed has made, for whoever goes on from there."""

    course: Course
    bridge: User
    facilitators: tuple[User, ...]
    participants: tuple[User, ...]
    questions: Forum
    introductions: Forum
    blogs: Forum
    news: Forum
    group_work: Forum
    groups: tuple[Group, Group]
    wiki: Wiki
    database: Database
    intake: Feedback


def practice_course(
    moodle: PracticeMoodle, *, discussions: int = 6, replies: int = 3
) -> PracticeCourse:
    """Fill an empty site; the questions forum gets so many discussions and replies."""
    course = moodle.add_course(
        "Facilitating online 2026",
        shortname="FO26",
        idnumber="fo26",
        summary="<p>Six weeks on facilitating groups online.</p>",
    )
    facilitators = tuple(
        _person(moodle, f"fac{number}", row)
        for number, row in enumerate(_FACILITATORS, start=1)
    )
    participants = tuple(
        _person(moodle, f"part{number}", row)
        for number, row in enumerate(_PARTICIPANTS, start=1)
    )
    bridge = moodle.add_user(
        "bridge", "Course", "Bridge", "bridge@example.org", systemrole="manager"
    )
    for user in (bridge, *facilitators):
        moodle.enrol(user, course, "editingteacher")
    for user in participants:
        moodle.enrol(user, course, "student")
    half = len(participants) // 2
    seeded = PracticeCourse(
        course=course,
        bridge=bridge,
        facilitators=facilitators,
        participants=participants,
        questions=moodle.add_forum(course, "Open questions"),
        introductions=moodle.add_forum(course, "Introductions (Q&A)", "qanda"),
        blogs=moodle.add_forum(course, "Blogs", "blog"),
        news=moodle.add_forum(course, "Announcements", "news"),
        group_work=moodle.add_forum(
            course, "Group work", group_mode=1, maxbytes=0, maxattachments=1
        ),
        groups=(
            moodle.add_group(course, "Red", *participants[:half], idnumber="red"),
            moodle.add_group(course, "Blue", *participants[half:], idnumber="blue"),
        ),
        wiki=moodle.add_wiki(course, "Facilitators' notebook", intro="How we work."),
        database=moodle.add_database(
            course,
            "Response times",
            {"week": "text"} | dict.fromkeys(_RESPONSE, "number"),
        ),
        intake=_intake(moodle, course),
    )
    _talk(moodle, seeded, discussions, replies)
    return seeded


def _intake(moodle: PracticeMoodle, course: Course) -> Feedback:
    intake = moodle.add_feedback(course, "Before we begin", intro="Four questions.")
    moodle.ask(intake, "textfield", "Where do you work?", label="work")
    moodle.ask(intake, "textfield", "When are you online?", label="online")
    moodle.ask(
        intake,
        "multichoice",
        "How shall we reach you?",
        label="reach",
        choices=("mail", "moodle", "digest"),
    )
    moodle.ask(intake, "numeric", "Hours a week", label="hours")
    return intake


def _person(
    moodle: PracticeMoodle, username: str, row: tuple[str, str, str, str, str]
) -> User:
    firstname, lastname, lang, timezone, country = row
    return moodle.add_user(
        username,
        firstname,
        lastname,
        f"{username}@example.org",
        lang=lang,
        timezone=timezone,
        country=country,
    )


def _talk(
    moodle: PracticeMoodle, seeded: PracticeCourse, discussions: int, replies: int
) -> None:
    question = moodle.post(
        seeded.facilitators[0],
        seeded.introductions,
        "Who are you?",
        "<p>Tell us where you work, and what you hope to take home.</p>",
    )
    people = (*seeded.participants, *seeded.facilitators)
    for number in range(4):
        moodle.reply(
            people[number], question, f"<p>I am {people[number].fullname}.</p>"
        )
    for number in range(discussions):
        asker = seeded.participants[number % len(seeded.participants)]
        thread = moodle.post(
            asker,
            seeded.questions,
            f"Question {number + 1}: how do you keep a group talking?",
            f"<p>After week {number % 6 + 1} it has gone quiet. What helps? é</p>",
        )
        for turn in range(replies):
            moodle.reply(
                people[(number + turn + 1) % len(people)],
                thread,
                f"<p>What helped us, part {turn + 1}: ask one small question.</p>",
            )
