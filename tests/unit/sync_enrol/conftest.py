from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from moodle_bridge.practice import PracticeMoodle, running
from moodle_bridge.practice.mailman import PracticeMailman
from tests.unit.sync_enrol.scene import LIST, Scene, settings


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    site = PracticeMoodle.empty()
    bridge = site.add_user(
        "bridge", "Course", "Bridge", "bridge@example.org", systemrole="manager"
    )
    course = site.add_course("Social marketing", shortname="SM25")
    site.enrol(bridge, course, "editingteacher")
    forum = site.add_forum(course, "Questions")
    cohort = site.add_cohort("Cohort 2025", idnumber="C25")
    mailman = PracticeMailman(password="sesame")
    roll = mailman.add_list(LIST)
    (tmp_path / "out").mkdir()
    for part in ("tmp", "new", "cur"):
        (tmp_path / "out" / part).mkdir()
    with running(site) as url, running(mailman) as mailman_url:
        settings(
            tmp_path, url=url, mailman=mailman_url, cmid=forum.cmid, password="link"
        )
        yield Scene(
            site=site,
            bridge=bridge,
            course=course,
            cohort=cohort,
            roll=roll,
            folder=tmp_path,
            environ={
                "XDG_STATE_HOME": str(tmp_path / "state"),
                "TOKEN": site.token_for(bridge),
                "SECRET": "s" * 40,
                "MAILMAN": "sesame",
            },
        )
