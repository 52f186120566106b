"""The client beside moodlepy, at the same tasks on the same site."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

from pydantic import SecretStr

from benchmarks.benchmark import Aim, Benchmark, Figures, NotInstalled, Size
from benchmarks.part import Part
from moodle_bridge.model.forum import DiscussionPosts
from moodle_bridge.moodle import Enrolment, Moodle, NewUser

PEER = "moodlepy"
VERSION = "0.24.1"
PYTHON = "MOODLEPY_PYTHON"

_CHUNK = 50
"""How many a careful user of moodlepy sends at a time.

An account is ten fields of a form, and PHP drops without a word what is over a
thousand: fifty is the round number that is safe with a profile field or two more.
"""
_STUDENT = 5
_TASKS = ("read", "look_up", "enrol")
_VERSION_OF_IT = "import importlib.metadata as m; import moodle; print(m.version('{}'))"
Person = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What one task took: requests, seconds, and how much came of it."""

    requests: int
    seconds: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """How much there is to do."""

    discussions: int
    people: int
    delays: Sequence[int]

    def new(self) -> list[Person]:
        """Return people who have no account yet."""
        return [
            {
                "username": f"n{number}",
                "password": f"Practice-{number}",
                "firstname": "Aminata",
                "lastname": f"Diop {number}",
                "email": f"n{number}@example.org",
                "idnumber": f"new-{number}",
                "lang": "en",
                "country": "SN",
            }
            for number in range(self.people)
        ]

    def known(self) -> list[list[str]]:
        """Return the addresses and the idnumbers of those who have one."""
        return [
            [f"a{number}@example.org" for number in range(self.people)],
            [f"sm-{number}" for number in range(self.people)],
        ]


_FULL = _Work(discussions=200, people=500, delays=(0, 30, 200))
_SMALL = _Work(discussions=4, people=8, delays=(0, 1))


@dataclass(slots=True)
class Runs:
    """What each task took; by task, and by delay in milliseconds."""

    took: dict[tuple[str, int], Took] = field(default_factory=dict)

    def requests(self, task: str) -> int:
        """Return how many requests a task took; the most of all delays."""
        counts = {run.requests for (name, _), run in self.took.items() if name == task}
        return max(counts)


def measure(size: Size) -> Figures:
    """Do three tasks with either client, with and without a delay for each request.

    Raises NotInstalled without moodlepy.
    """
    work = _FULL if size is Size.FULL else _SMALL
    python = python_of_the_peer()
    ours, theirs, singly = Runs(), Runs(), Runs()
    with _site(work, discussions=work.discussions) as site:
        forum_id = site.about["courses"][0]["forums"][0]["id"]
        for delay in work.delays:
            ours.took["read", delay] = _timed(
                site, delay, partial(_read, forum_id=forum_id)
            )
            theirs.took["read", delay] = _asked(
                site, python, delay, task="read", forum_id=forum_id
            )
    for delay in work.delays:
        # A site of its own for each: one that has grown would be slower.
        with _site(work) as site:
            course = site.about["courses"][0]["id"]
            ours.took["look_up", delay] = _timed(
                site, delay, partial(_look_up, people=work.known())
            )
            ours.took["enrol", delay] = _timed(
                site, delay, partial(_enrol, people=work.new(), course_id=course)
            )
            _check(site, work)
        _write(work, python, delay, theirs, chunk=_CHUNK)
    _write(work, python, 0, singly, chunk=1)
    singly.took["read", 0] = theirs.took["read", 0]
    _compare(ours, theirs)
    return figures(ours, theirs, singly)


def _write(work: _Work, python: str, delay: int, runs: Runs, *, chunk: int) -> None:
    with _site(work) as site:
        course = site.about["courses"][0]["id"]
        runs.took["look_up", delay] = _asked(
            site, python, delay, task="look_up", people=work.known(), chunk=chunk
        )
        runs.took["enrol", delay] = _asked(
            site,
            python,
            delay,
            task="enrol",
            people=work.new(),
            course=course,
            chunk=chunk,
        )
        _check(site, work)


def figures(ours: Runs, theirs: Runs, singly: Runs) -> Figures:
    """Return what both took; a ratio is theirs to ours where we are least ahead."""
    found: dict[str, float | int] = {
        "request_ratio": round(min(_request_ratios(ours, theirs)), 2),
        "seconds_ratio": round(
            min(
                theirs.took[key].seconds / run.seconds for key, run in ours.took.items()
            ),
            2,
        ),
        "request_ratio_singly": round(min(_request_ratios(ours, singly)), 2),
    }
    for task in _TASKS:
        found[f"{task}_requests"] = ours.requests(task)
        found[f"{task}_requests_{PEER}"] = theirs.requests(task)
        found[f"{task}_requests_{PEER}_singly"] = singly.requests(task)
    for (task, delay), run in ours.took.items():
        found[f"{task}_seconds_{delay}ms"] = round(run.seconds, 3)
        found[f"{task}_seconds_{delay}ms_{PEER}"] = round(
            theirs.took[task, delay].seconds, 3
        )
    return found


def _request_ratios(ours: Runs, theirs: Runs) -> Iterator[float]:
    for task in _TASKS:
        yield theirs.requests(task) / ours.requests(task)


def _compare(ours: Runs, theirs: Runs) -> None:
    for key, run in ours.took.items():
        if run.number != theirs.took[key].number:
            msg = (
                f"{key}: {run.number} came of it, with {PEER} {theirs.took[key].number}"
            )
            raise RuntimeError(msg)


@contextmanager
def _site(work: _Work, *, discussions: int = 0) -> Iterator[Part]:
    with Part(
        "benchmarks.practice_site",
        f"--discussions={discussions}",
        "--posts=10",
        f"--accounts={work.people}",
    ) as site:
        yield site


@contextmanager
def _connected(site: Part) -> Iterator[Moodle]:
    with Moodle.connect(site.about["url"], str(site.about["token"])) as moodle:
        yield moodle


def _check(site: Part, work: _Work) -> None:
    """Look that everybody is in the course, beside those who were in it before."""
    site.ask(delay_ms=0)
    with _connected(site) as moodle:
        enrolled = list(moodle.people.enrolled(site.about["courses"][0]["id"]))
    there = sum(person.username.startswith("n") for person in enrolled)
    if there != work.people:
        msg = f"{work.people} were to be enrolled, {there} are"
        raise RuntimeError(msg)


def _timed(site: Part, delay: int, task: Callable[[Moodle], int]) -> Took:
    before = site.ask(delay_ms=delay)["requests"]
    started = time.perf_counter()
    with _connected(site) as moodle:
        number = task(moodle)
    seconds = time.perf_counter() - started
    requests = site.ask()["requests"] - before
    return Took(requests=requests, seconds=seconds, number=number)


def _asked(site: Part, python: str, delay: int, **question: object) -> Took:
    with ExitStack() as stack:
        about = site.about["url"], str(site.about["token"])
        peer = stack.enter_context(
            Part("benchmarks.moodlepy_peer", *about, python=python)
        )
        before = site.ask(delay_ms=delay)["requests"]
        told = peer.ask(**question)
        requests = site.ask()["requests"] - before
    return Took(requests=requests, seconds=told["seconds"], number=told["number"])


def _read(moodle: Moodle, *, forum_id: int) -> int:
    listed = moodle.forums.discussions(forum_id, since=None)
    return sum(
        len(read.posts)
        for read in moodle.forums.posts(listed)
        if isinstance(read, DiscussionPosts)
    )


def _look_up(moodle: Moodle, *, people: Sequence[Sequence[str]]) -> int:
    addresses, idnumbers = people
    found = moodle.people.by_field("email", addresses).values()
    again = moodle.people.by_field("idnumber", idnumbers).values()
    return sum(map(len, found)) + sum(map(len, again))


def _enrol(moodle: Moodle, *, people: Sequence[Person], course_id: int) -> int:
    made = moodle.users.create(
        [
            NewUser(
                username=person["username"],
                password=SecretStr(person["password"]),
                first_name=person["firstname"],
                last_name=person["lastname"],
                email=person["email"],
                idnumber=person["idnumber"],
                language=person["lang"],
                country=person["country"],
            )
            for person in people
        ]
    )
    enrolled = moodle.enrolments.enrol(
        [
            Enrolment(user_id=one.remote_id, course_id=course_id, role_id=_STUDENT)
            for one in made
            if one.remote_id is not None
        ]
    )
    return sum(one.is_so for one in enrolled)


def python_of_the_peer() -> str:
    """Return the Python that has the peer; raises NotInstalled."""
    python = os.environ.get(PYTHON, sys.executable)
    try:
        told = subprocess.run(
            [python, "-c", _VERSION_OF_IT.format(PEER)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
    except OSError:
        told = ""
    if told != VERSION:
        msg = (
            f"client-peers needs {PEER} {VERSION}, and {python} has"
            f" {told or 'none'}. It wants older libraries than the bridge, so give it"
            f" an environment of its own:\n"
            f"    python -m venv .venv-peers\n"
            f"    .venv-peers/bin/pip install {PEER}=={VERSION}\n"
            f"    {PYTHON}=.venv-peers/bin/python python -m benchmarks client-peers"
        )
        raise NotInstalled(msg)
    return python


BENCHMARK = Benchmark(
    name="client-peers",
    description=f"three tasks beside {PEER}, with 0, 30 and 200 ms added to each request",
    measure=measure,
    aims=(Aim(figure="request_ratio", least=5), Aim(figure="seconds_ratio", least=1)),
)
