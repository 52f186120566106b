"""`python -m benchmarks.enrol_site`: a practice Moodle and a Mailman, and counted.

The course has a forum, a cohort and nobody in it but the bridge.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.part import answer
from moodle_bridge.practice import PracticeMoodle, running
from moodle_bridge.practice.mailman import PracticeMailman

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LIST = "sm25@lists.example"
PASSWORD = "sesame"


@dataclass(slots=True)
class _Counted:
    """Passes requests on and counts them."""

    served: WSGIApplication
    requests: int = 0

    def __call__(
        self, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        self.requests += 1
        return self.served(environ, start)


def main() -> None:
    """Serve both, and tell on each question how much was asked of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay-ms", type=float, default=0)
    wanted = parser.parse_args()
    site = PracticeMoodle.empty()
    bridge = site.add_user(
        "bridge", "Course", "Bridge", "bridge@lists.example", systemrole="manager"
    )
    course = site.add_course("Social marketing", shortname="SM25")
    site.enrol(bridge, course, "editingteacher")
    forum = site.add_forum(course, "Questions")
    cohort = site.add_cohort("Cohort 2025", idnumber="C25")
    single = site.add_course("One at a time", shortname="ONE")
    site.enrol(bridge, single, "editingteacher")
    group = site.add_group(single, "Kenya")
    mailman = PracticeMailman(password=PASSWORD)
    roll = mailman.add_list(LIST)
    moodle_counted, mailman_counted = _Counted(site), _Counted(mailman)
    site.faults.delay_ms = wanted.delay_ms

    def tell(question: dict[str, Any]) -> dict[str, int]:
        if "delay_ms" in question:
            site.faults.delay_ms = question["delay_ms"]
        return {
            "requests": moodle_counted.requests,
            "list_requests": mailman_counted.requests,
            "accounts": len(site.state.users),
            "cohort": len(cohort.members),
            "enrolled": len(site.state.enrolments_in(course.id)),
            "grouped": sum(len(one.members) for one in site.state.groups_in(course.id)),
            "members": len(roll.entries),
        }

    with running(moodle_counted) as url, running(mailman_counted) as mailman_url:
        about = {
            "url": url,
            "mailman": mailman_url,
            "token": site.token_for(bridge),
            "course": course.shortname,
            "cmid": forum.cmid,
            "cohort": cohort.idnumber,
            "single": {"course": single.id, "group": group.id, "cohort": cohort.id},
        }
        answer(about, tell)


if __name__ == "__main__":
    main()
