"""`python -m benchmarks.practice_site`: a practice Moodle full of talk, and counted."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.part import answer
from moodle_bridge.practice import PracticeMoodle, running

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from moodle_bridge.practice.records import Course, Forum, User

_PEOPLE = (
    ("Aminata", "Diop", "fr"),
    ("Thị Hà", "Nguyễn", "en"),
    ("Florence", "Achieng", "en"),
    ("Moussa", "Ndiaye", "fr"),
    ("Joost", "van den Berg", "nl"),
    ("Grace", "Nakato", "en"),
    ("Văn Minh", "Trần", "en"),
    ("Fatou", "Sarr", "fr"),
)
_TEXT = (
    "<p>Chers collègues, in week {week} the group of {name} went <b>quiet</b>.</p>"
    "<p>What helped us: ask <i>one</i> small question, and wait a day before you answer"
    ' it yourself. See <a href="https://example.org/guide?step={week}">the guide</a>.'
    "</p><ul><li>thank those who wrote</li><li>name those who have not</li></ul>"
    "<p>Cảm ơn các bạn, et à bientôt — {name}</p>"
)
_DAY = 86_400


class _Calendar:
    """The site's clock: where it was set, and the real one after that."""

    def __init__(self) -> None:
        self.set_to: int | None = None

    def __call__(self) -> int:
        return int(time.time()) if self.set_to is None else self.set_to


@dataclass(slots=True)
class _Counted:
    """Passes requests on and counts those for the web services."""

    site: PracticeMoodle
    requests: int = 0

    def __call__(
        self, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        self.requests += environ["PATH_INFO"].startswith("/webservice/")
        return self.site(environ, start)


def main() -> None:
    """Build the site, serve it, and tell on each question how much was asked of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--courses", type=int, default=1)
    parser.add_argument("--forums", type=int, default=1)
    parser.add_argument("--discussions", type=int, default=10)
    parser.add_argument("--posts", type=int, default=10)
    parser.add_argument("--accounts", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=0)
    wanted = parser.parse_args()
    calendar = _Calendar()
    site = PracticeMoodle.empty(now=calendar)
    courses = []
    bridge = site.add_user(
        "bridge", "Course", "Bridge", "bridge@lists.example", systemrole="manager"
    )
    people = [
        site.add_user(f"p{number}", *row[:2], f"p{number}@example.org", lang=row[2])
        for number, row in enumerate(_PEOPLE)
    ]
    for number in range(wanted.accounts):
        site.add_user(
            f"a{number}", "Awa", f"Sow {number}", f"a{number}@example.org",
            idnumber=f"sm-{number}",
        )  # fmt: skip
    for number in range(wanted.courses):
        # Made long ago: a forum that was just made would be news.
        calendar.set_to = int(time.time()) - 8 * _DAY
        course = site.add_course(f"Practice {number + 1}", shortname=f"P{number + 1}")
        site.enrol(bridge, course, "editingteacher")
        for person in people:
            site.enrol(person, course)
        forums = [
            site.add_forum(course, f"Forum {which + 1}")
            for which in range(wanted.forums)
        ]
        for forum in forums:
            _talk(site, calendar, forum, people, wanted)
        courses.append(_told(course, forums))
    calendar.set_to = None
    counted = _Counted(site)

    def tell(question: dict[str, Any]) -> dict[str, int]:
        if "delay_ms" in question:
            site.faults.delay_ms = question["delay_ms"]
        return {"requests": counted.requests}

    site.faults.delay_ms = wanted.delay_ms
    with running(counted) as url:
        about = {"url": url, "token": site.token_for(bridge), "courses": courses}
        answer(about, tell)


def _talk(
    site: PracticeMoodle,
    calendar: _Calendar,
    forum: Forum,
    people: list[User],
    wanted: argparse.Namespace,
) -> None:
    """Fill a forum: the oldest words a week old, the newest an hour."""
    now = int(time.time())
    every = (7 * _DAY - 3600) / max(1, wanted.discussions * wanted.posts)
    written = 0

    def author() -> User:
        nonlocal written
        calendar.set_to = now - 7 * _DAY + int(written * every)
        written += 1
        return people[written % len(people)]

    for number in range(wanted.discussions):
        by = author()
        text = _TEXT.format(week=number % 6 + 1, name=by.fullname)
        discussion = site.post(by, forum, f"Question {number + 1}: và sau đó?", text)
        last = site.state.posts[discussion.firstpost]
        for turn in range(1, wanted.posts):
            by = author()
            text = _TEXT.format(week=turn, name=by.fullname)
            to = last if turn % 3 else discussion
            last = site.reply(by, to, text)


def _told(course: Course, forums: list[Forum]) -> dict[str, object]:
    return {
        "id": course.id,
        "shortname": course.shortname,
        "forums": [{"id": forum.id, "cmid": forum.cmid} for forum in forums],
    }


if __name__ == "__main__":
    main()
