"""A course, a cohort, a list and a bridge, over which plans are carried out."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mappings.enrolment.plan import EnrolmentPlan, SourceMark, Step, StepKind
from mappings.enrolment.plan_file import plan_text
from moodle_bridge.practice import PracticeMoodle
from moodle_bridge.practice.mailman_lists import Entry, MailmanList
from moodle_bridge.practice.records import Course, User
from moodle_bridge.practice.site_records import Cohort
from sync.cli.frame import run
from sync.cli.invocation import Invocation
from sync.ledger import Ledger

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIST = "sm25@lists.example.org"
DIGEST = {
    "kind": "digest",
    "every": "daily",
    "weekday": 0,
    "at": "18:00",
    "budget": None,
}

_SETTINGS = """\
[moodle]
url = "{url}"
token = {{ env = "TOKEN" }}
[mail]
address = "bridge@lists.example.org"
reply_secret = {{ env = "SECRET" }}
[mail.out]
plugin = "maildir"
path = "out"
[[pair]]
name = "sm25"
course = "SM25"
forum = {cmid}
[pair.list]
plugin = "mailman3"
address = "{list}"
name = "SM25"
rest_url = "{mailman}"
rest_user = "restadmin"
rest_password = {{ env = "MAILMAN" }}
[[intake]]
name = "form"
course = "SM25"
cohort = "C25"
pair = "sm25"
groups_by = "country"
password = "{password}"
source = {{ plugin = "csv", path = "form.csv", key = ["No"] }}
[intake.questions]
first_name = "First"
last_name = "Last"
email = "Address"
country = "Country"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """How a command line ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.out)
        return value


@dataclass(slots=True, kw_only=True)
class Scene:
    """The practice site and all that belongs to it; `now` is moved by the test."""

    site: PracticeMoodle
    bridge: User
    course: Course
    cohort: Cohort
    roll: MailmanList
    folder: Path
    environ: dict[str, str]
    now: datetime = NOON
    names: list[str] = field(default_factory=list)

    def call(self, *arguments: str) -> Called:
        out, err = io.StringIO(), io.StringIO()
        invocation = Invocation(
            environ=self.environ,
            folder=self.folder,
            home=self.folder / "home",
            stdout=out,
            stderr=err,
            clock=lambda: self.now,
        )
        code = run(arguments, invocation)
        return Called(code=code, out=out.getvalue(), err=err.getvalue())

    def apply(self, name: str = "spring", *flags: str) -> Called:
        return self.call("enrol", "apply", f"{name}.plan.json", "--json", *flags)

    def undo(self, name: str = "spring", *flags: str) -> Called:
        return self.call("enrol", "undo", name, "--yes", "--json", *flags)

    def move(self, step: timedelta) -> None:
        self.now += step

    def ledger(self) -> Ledger:
        return Ledger.open(f"sqlite:///{self.folder}/ledger.db", clock=lambda: self.now)

    def keep(self, plan: EnrolmentPlan) -> Path:
        """Know a plan and its people, as `enrol plan` does, and write its file."""
        ledger = self.ledger()
        with ledger.writing() as transaction:
            for step in plan.steps:
                if step.kind is StepKind.CREATE_USER:
                    transaction.participants.add(
                        step.person, address=step.sets["email"], source="form"
                    )
            transaction.plans.save(plan, made_by="test")
        ledger.close()
        path = self.folder / f"{plan.name}.plan.json"
        path.write_text(plan_text(plan), encoding="utf-8")
        return path

    def plan(self, steps: Sequence[Step], *, name: str = "spring") -> EnrolmentPlan:
        url = next(
            line.split('"')[1]
            for line in (self.folder / "bridge.toml").read_text().splitlines()
            if line.startswith("url = ")
        )
        return EnrolmentPlan(
            name=name,
            made_at=self.now,
            site=url,
            sources=(SourceMark(name="form", fingerprint="f", entries=50),),
            steps=tuple(steps),
            held=(),
            left_alone=(),
        )

    def user(self, username: str) -> User | None:
        return next(
            (one for one in self.site.state.users.values() if one.username == username),
            None,
        )

    def members(self) -> set[str]:
        return {one.email for one in self.roll.entries if one.role == "member"}

    def join(self, address: str) -> None:
        self.roll.entries.append(Entry(email=address, role="member"))

    def world(self) -> dict[str, Any]:
        """Return who is where, as somebody would tell it who looked at everything."""
        state = self.site.state
        names = {user.id: user.username for user in state.users.values()}
        return {
            "accounts": sorted(
                (user.username, user.fullname, user.email, user.country, user.suspended)
                for user in state.users.values()
            ),
            "cohort": sorted(names[number] for number in self.cohort.members),
            "enrolled": sorted(
                (names[one.userid], *one.roles, one.suspended)
                for one in state.enrolments_in(self.course.id)
            ),
            "groups": {
                group.name: sorted(names[number] for number in group.members)
                for group in state.groups_in(self.course.id)
            },
            "list": sorted(self.members()),
        }


def new_person(
    number: int, *, group: str = "Kenya", new_group: bool = True
) -> tuple[Step, ...]:
    """Return the steps for somebody new, in everything that a form can be for."""
    person, username = f"mb-{number:03}", f"ama.diop{number}"
    email, shown = f"{username}@example.org", f"Ama Diop{number}"
    made = f"user.create:{person}:{username}"
    enrolled = f"enrolment.add:{person}:SM25"
    grouped = f"group.create::SM25/{group}"

    def step(kind: StepKind, target: str, **values: Any) -> Step:
        after = values.pop("after", (made,) if kind is not StepKind.CREATE_USER else ())
        return Step(
            key=f"{kind}:{person}:{target}",
            kind=kind,
            person=person,
            shown=shown,
            target=target,
            after=after,
            **values,
        )

    return (
        step(
            StepKind.CREATE_USER,
            username,
            expects={"username": None, "email": None},
            sets={
                "username": username,
                "first_name": "Ama",
                "last_name": f"Diop{number}",
                "email": email,
                "country": "KE",
                "language": "en",
            },
        ),
        step(
            StepKind.ENROL,
            "SM25",
            expects={"enrolment": None},
            sets={"role": "student"},
        ),
        step(
            StepKind.ADD_TO_COHORT,
            "C25",
            expects={"in_cohort": False},
            sets={"in_cohort": True},
        ),
        step(
            StepKind.ADD_TO_GROUP,
            f"SM25/{group}",
            expects={"in_group": False},
            sets={"in_group": True},
            after=(made, enrolled, *((grouped,) if new_group else ())),
        ),
        step(
            StepKind.SUBSCRIBE,
            LIST,
            expects={"list_member": False},
            sets={"list_member": True, "email": email},
        ),
        step(
            StepKind.SET_CHANNEL,
            "digest",
            expects={"channel": None},
            sets={"channel": DIGEST},
        ),
        step(StepKind.WELCOME, email, sets={"welcomed": True}, after=(made, enrolled)),
    )


def new_group(name: str = "Kenya") -> Step:
    return Step(
        key=f"group.create::SM25/{name}",
        kind=StepKind.CREATE_GROUP,
        person="",
        shown=name,
        target=f"SM25/{name}",
        expects={"group": None},
        sets={"group": name},
    )


def change(user: User, person: str, **fields: tuple[str, str]) -> Step:
    """Return the step that changes an account: by field, from what to what."""
    return Step(
        key=f"user.change:{person}:{user.username}",
        kind=StepKind.CHANGE_USER,
        person=person,
        shown=user.fullname,
        target=user.username,
        expects={
            "user_id": user.id,
            **{name: before for name, (before, _) in fields.items()},
        },
        sets={name: after for name, (_, after) in fields.items()},
    )


def without(steps: Sequence[Step], *kinds: StepKind) -> tuple[Step, ...]:
    return tuple(step for step in steps if step.kind not in kinds)


def settings(folder: Path, *, url: str, mailman: str, cmid: int, password: str) -> None:
    (folder / "bridge.toml").write_text(
        _SETTINGS.format(
            url=url, mailman=mailman, cmid=cmid, list=LIST, password=password
        ),
        encoding="utf-8",
    )


__all__ = [
    "Scene",
    "change",
    "new_group",
    "new_person",
    "replace",
    "settings",
    "without",
]
