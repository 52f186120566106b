"""Where the suite runs: a site, a token, a course to write in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from moodle_bridge.practice import PracticeMoodle, running
from moodle_bridge.practice.seed import PracticeCourse, practice_course

URL, TOKEN, COURSE = "MOODLE_URL", "MOODLE_TOKEN", "MOODLE_COURSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site to run on; `course` is a short name, None when none may be written in.

    `practice` is the site itself where it is for practice and thrown away afterwards.
    """

    url: str
    token: str = field(repr=False)
    course: str | None
    practice: PracticeMoodle | None = None


@contextmanager
def place(environ: Mapping[str, str]) -> Iterator[Place]:
    """Give the site that the environment names, or a practice Moodle."""
    url = environ.get(URL, "").strip()
    if url:
        course = environ.get(COURSE, "").strip() or None
        yield Place(url=url, token=environ.get(TOKEN, ""), course=course)
        return
    moodle = PracticeMoodle.empty(mount="/moodle")
    seeded = practice_course(moodle, discussions=2, replies=1)
    _furnish(moodle, seeded)
    with running(moodle) as url:
        yield Place(
            url=url,
            token=moodle.token_for(seeded.bridge),
            course=seeded.course.shortname,
            practice=moodle,
        )


def _furnish(moodle: PracticeMoodle, seeded: PracticeCourse) -> None:
    # Pages of a wiki cannot be taken away again, so a site has one for them.
    moodle.add_wiki(seeded.course, "mb-live wiki")
