"""What goes wrong on demand, seen from a client on a real socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from moodle_bridge.practice import FaultKind, running
from tests.practice.course import Site
from tests.practice.replay import flattened
from tests.trial.held import held

READ = "mod_forum_get_discussion_posts"
WRITE = "mod_forum_add_discussion_post"


class Caller:
    """Calls a running practice Moodle as the bridge."""

    def __init__(self, url: str, site: Site, session: requests.Session) -> None:
        self.url, self.site, self.session = url, site, session

    def __call__(self, function: str, **arguments: Any) -> requests.Response:
        form = dict(flattened(arguments)) | {
            "wstoken": self.site.token(self.site.bridge),
            "wsfunction": function,
            "moodlewsrestformat": "json",
        }
        return self.session.post(
            f"{self.url}/webservice/rest/server.php", data=form, timeout=60
        )

    def read(self) -> requests.Response:
        return self(READ, discussionid=1)

    def write(self) -> requests.Response:
        return self(WRITE, postid=1, subject="s", message="m")

    def write_batched(self) -> requests.Response:
        arguments = '{"postid": 1, "subject": "s", "message": "m"}'
        return self(
            "tool_mobile_call_external_functions",
            requests=[{"function": WRITE, "arguments": arguments}],
        )


@pytest.fixture
def caller(site: Site, socket_enabled: None) -> Iterator[Caller]:
    with running(site.moodle) as url, requests.Session() as session:
        yield Caller(url, site, session)


def test_answers_come_over_one_connection_that_stays_open(caller: Caller) -> None:
    assert caller.read().json()["posts"]
    assert caller.read().json()["posts"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [("502", 502), ("503", 503), ("429", 429), ("html", 200), ("closed", 503)],
)
def test_a_page_comes_instead_of_an_answer(
    caller: Caller, kind: str, status: int
) -> None:
    caller.site.moodle.faults.plan(kind, READ)
    answer = caller.read()
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert caller.read().json()["posts"]


def test_an_unavailable_site_says_when_to_come_back(caller: Caller) -> None:
    caller.site.moodle.faults.plan("503", READ, retry_after=7)
    assert caller.read().headers["Retry-After"] == "7"


def test_a_site_in_maintenance_says_so_in_json(caller: Caller) -> None:
    caller.site.moodle.faults.plan(FaultKind.MAINTENANCE)
    answer = caller.read()
    assert (answer.status_code, answer.json()["errorcode"]) == (200, "sitemaintenance")


def test_a_cut_answer_is_shorter_than_it_promised(caller: Caller) -> None:
    caller.site.moodle.faults.plan("cut", READ)
    with pytest.raises(requests.RequestException):
        caller.read()


def test_an_empty_answer_is_empty(caller: Caller) -> None:
    caller.site.moodle.faults.plan("empty", READ)
    assert caller.read().content == b""


def test_a_notice_stands_before_the_json(caller: Caller) -> None:
    caller.site.moodle.faults.plan("notice", READ)
    assert caller.read().text.startswith("<br />")


@pytest.mark.parametrize(("kind", "kept"), [("drop-after", 1), ("drop-before", 0)])
@pytest.mark.parametrize("batched", [False, True])
def test_a_dropped_connection_leaves_the_effect_or_nothing(
    caller: Caller, kind: str, kept: int, batched: bool
) -> None:
    posts = caller.site.moodle.state.posts
    before = len(posts)
    caller.site.moodle.faults.plan(kind, WRITE)
    with pytest.raises(requests.ConnectionError):
        caller.write_batched() if batched else caller.write()
    assert len(posts) == before + kept


def test_a_fault_strikes_as_often_as_planned_and_only_its_function(
    caller: Caller,
) -> None:
    faults = caller.site.moodle.faults
    faults.plan("502", WRITE, count=2)
    assert caller.read().status_code == 200
    assert [caller.write().status_code for _ in range(3)] == [502, 502, 200]
    assert faults.struck() == {"502": 2}


def test_chance_is_the_same_in_every_run() -> None:
    def statuses() -> list[int]:
        site = Site()
        site.moodle.faults.reseed(7)
        site.moodle.faults.plan("502", probability=0.5, count=None)
        return [
            site.send(site.bridge, READ, discussionid=1).status_code for _ in range(20)
        ]

    first = statuses()
    assert first == statuses()
    assert set(first) == {200, 502}


def test_a_far_site_makes_every_request_wait(caller: Caller) -> None:
    caller.site.moodle.faults.delay_ms = 30
    begun = time.perf_counter()
    caller.read()
    assert time.perf_counter() - begun >= 0.03


def test_faults_are_planned_and_the_state_is_read_over_http(caller: Caller) -> None:
    control = f"{caller.url}/practice"
    planned = caller.session.post(
        f"{control}/faults", json={"kind": "429", "function": READ}, timeout=10
    ).json()["planned"]
    assert [row["kind"] for row in planned] == ["429"]
    assert caller.read().status_code == 429
    caller.write()
    state = caller.session.get(f"{control}/state", timeout=60).json()
    assert state["posts"][-1]["message"] == "m"
    assert state["posts"][-1]["parent"] == 1
    caller.session.post(f"{control}/faults", json={"delay_ms": 1}, timeout=60)
    cleared = caller.session.delete(f"{control}/faults", timeout=60).json()
    assert cleared["delay_ms"] == 0
    bad = caller.session.post(f"{control}/faults", json={"kind": "x"}, timeout=60)
    assert bad.status_code == 400


def test_idle_waits_for_what_is_under_way(caller: Caller) -> None:
    control = f"{caller.url}/practice/idle"
    slow = threading.Thread(target=caller.read)
    with held(
        caller.site.moodle.faults, "next_for", only=lambda names: READ in names
    ) as reading:
        slow.start()
        reading.wait()
        idle = requests.get(control, params={"timeout": 0.05}, timeout=60)
        assert idle.json() == {"idle": False}
    assert requests.get(control, timeout=60).json() == {"idle": True}
    slow.join()


def test_the_control_path_is_closed_unless_it_was_opened(site: Site) -> None:
    site.moodle.control = False
    assert site.client.get("/practice/state").status_code == 404


def test_a_site_can_lie_under_a_path(site: Site, socket_enabled: None) -> None:
    site.moodle.mount = "/moodle"
    with running(site.moodle) as url, requests.Session() as session:
        info = Caller(url, site, session)("core_webservice_get_site_info").json()
        assert info["siteurl"] == url
        assert url.endswith("/moodle")
        root = url.removesuffix("/moodle")
        assert session.get(f"{root}/course/view.php", timeout=60).status_code == 404


def test_twenty_threads_write_without_losing_a_post(caller: Caller) -> None:
    posts = caller.site.moodle.state.posts
    before = len(posts)
    threads = [threading.Thread(target=caller.write) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(posts) == before + 20
