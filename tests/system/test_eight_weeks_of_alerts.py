"""Eight weeks of a course: who is told of which question, at which minute.

Three people in three zones share the watch over two changes of clocks. What is right
is worked out here minute by minute from the clocks on their walls, and compared with
what was sent, while the service is killed thirty times in the middle of its work.
"""

from __future__ import annotations

import os
import random
import re
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from zope.interface import implementer

from mappings.letter import MailSite
from mappings.rota.compiling import compiled
from moodle_bridge.errors import Busy
from moodle_bridge.interfaces import IMailer
from moodle_bridge.model.mail import OutgoingMail, Sent
from moodle_bridge.model.rota import DutyRole, Facilitator, RotaRule, Shift
from moodle_bridge.model.waits import Medium, Wait, WaitState
from moodle_bridge.plugins.alerts.mail import MailAlerts, MailAlertsSettings
from moodle_bridge.runtime import Clock
from sync.alert_ways import ReceiptMailer, Ways
from sync.engine import Engine
from sync.jobs.alert_looks import Look
from sync.jobs.alerts import Alerting
from sync.ledger import Ledger, Transaction
from sync.ledger.leases import Holder
from sync.sending import Sending
from sync.settings.alerts import AlertsSettings

START = datetime(2026, 2, 23, tzinfo=UTC)
WEEKS = 8
QUESTIONS = 400
KILLS = 30
MINUTE = timedelta(minutes=1)
STEPS = ((20, "duty"), (35, "backup"), (50, "all"), (60, "lead"))
SECRET = b"a secret for reply keys"
_NO_PROCESS = 2**30

PEOPLE = (
    Facilitator(
        key="ana",
        name="Ana",
        zone="Africa/Kampala",
        user_id=11,
        address="ana@ug.example",
        lead=True,
    ),
    Facilitator(
        key="ben",
        name="Ben",
        zone="Europe/Amsterdam",
        language="nl",
        user_id=12,
        address="ben@nl.example",
    ),
    Facilitator(
        key="carla",
        name="Carla",
        zone="America/New_York",
        language="es",
        user_id=13,
        address="carla@us.example",
    ),
)
# Who, in which zone, from when to when on the clock there.
ON_DUTY = (
    ("ana", "Africa/Kampala", time(5), time(13)),
    ("ben", "Europe/Amsterdam", time(11), time(20)),
    ("carla", "America/New_York", time(13), time(19)),
)
RESERVE = ("carla", "ana", "ben")
RESERVE_HOURS = ("Europe/Amsterdam", time(7), time(23))


class KilledError(BaseException):
    """The machine went dark."""


@dataclass
class Fuse:
    """Kills what runs after so many ticks; None for never."""

    left: int | None = None

    def tick(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise KilledError


class FusedLedger(Ledger):
    """A ledger that may go dark before or after anything is written."""

    fuse = Fuse()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        self.fuse.tick()
        with super().writing() as transaction:
            yield transaction
        self.fuse.tick()


@implementer(IMailer)
@dataclass
class Post:
    """A way out for mail that remembers, and may go dark before or after a mail."""

    clock: Clock
    fuse: Fuse
    can_look: bool = True
    sent: list[tuple[datetime, OutgoingMail]] = field(default_factory=list)

    def send(self, mail: OutgoingMail) -> Sent:
        self.fuse.tick()
        self.sent.append((self.clock(), mail))
        self.fuse.tick()
        return Sent(accepted=mail.recipients)

    def was_sent(self, mail: OutgoingMail) -> bool:
        return any(one.key == mail.key for _, one in self.sent)

    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question, when it is answered, and when the watch of the forums sees that."""

    post_id: int
    at: datetime
    answered: datetime
    seen: datetime


def wait_of(asked: Asked, state: WaitState) -> Wait:
    return Wait(
        pair="fo26",
        post_id=asked.post_id,
        discussion_id=asked.post_id,
        forum_id=1,
        asker_id=100 + asked.post_id % 40,
        medium=Medium.MOODLE,
        began=asked.at,
        state=state,
        why="begins",
        ended=None if state is WaitState.OPEN else asked.answered,
    )


class Course:
    """The service with its ledger, and a world in which questions are answered."""

    def __init__(self, folder: Path, questions: Sequence[Asked]) -> None:
        self.now = START
        self.fuse = Fuse()
        self.folder = folder
        self.post = Post(clock=lambda: self.now, fuse=self.fuse)
        self.questions = {asked.post_id: asked for asked in questions}
        self.runs = self.killed = self.begun = 0
        self.ledger = self._opened()
        self.shifts = compiled(
            rules(), [], [], start=START - timedelta(days=2), end=START + timedelta(70)
        )

    def _opened(self) -> Ledger:
        url = f"sqlite:///{self.folder / 'ledger.db'}"
        ledger = FusedLedger.open(url, clock=lambda: self.now)
        assert isinstance(ledger, FusedLedger)
        ledger.fuse = self.fuse
        return ledger

    def see(self, asked: Asked, state: WaitState) -> None:
        with self.ledger.writing() as transaction:
            transaction.waits.replace(
                "fo26", asked.post_id, [wait_of(asked, state)], begun=START
            )

    def look(self, waits: Sequence[Wait]) -> Mapping[tuple[str, int], Look]:
        """Read questions again: what was answered by now is known from now on."""
        self.fuse.tick()
        for wait in waits:
            if self.questions[wait.post_id].answered <= self.now:
                self.see(self.questions[wait.post_id], WaitState.ANSWERED)
        return {
            ("fo26", wait.post_id): Look(
                asker="Aminata Diop",
                subject="Blog",
                text="How do I begin a blog?",
                place="FO26",
                url=f"https://moodle.example/d#p{wait.post_id}",
                readers=frozenset({11, 12, 13}),
            )
            for wait in waits
        }

    def run(self) -> None:
        """Run once; what is killed is begun anew, as by a service that restarts."""
        while True:
            self.runs += 1
            try:
                self.once()
            except KilledError:
                self.killed += 1
                self.ledger.close()
                self.ledger = self._opened()
            else:
                return

    def once(self) -> None:
        # The process of a run that was killed is no more.
        self.begun += 1
        holder = Holder(
            name=f"run {self.begun}", host=socket.gethostname(), pid=_NO_PROCESS
        )
        engine = Engine(ledger=self.ledger, holder=holder)
        engine.begin()
        engine.run(self.job())
        engine.end()

    def job(self) -> Alerting:
        sending = Sending(
            lambda: self.post,
            receipt_address=None,
            redirect_to=None,
            settle_after=timedelta(minutes=10),
            looked_at=lambda: self.now,
        )
        mails = MailAlerts(MailAlertsSettings())
        mails.use_mailer(ReceiptMailer(sending), "bridge@lists.example")
        site = MailSite(
            bridge_address="bridge@lists.example",
            domain="lists.example",
            site_tag="abcdefgh",
            site_url="https://moodle.example",
            reply_secret=SECRET,
        )
        return Alerting(
            ledger=self.ledger,
            settings=AlertsSettings(),
            people=PEOPLE,
            persons={},
            pairs=["fo26"],
            shifts=lambda start, end: [
                one for one in self.shifts if one.end > start and one.start < end
            ],
            ways=Ways((), lambda _name, _choice: mails, mail_only=True),
            look=self.look,
            sending=sending,
            site=site,
            secret=SECRET,
        )

    def told(self) -> Counter[tuple[datetime, str, int]]:
        """Return who was told of what, and when; post 0 is that nobody is on duty."""
        found: Counter[tuple[datetime, str, int]] = Counter()
        by_address = {person.address: person.key for person in PEOPLE}
        for at, mail in self.post.sent:
            message = message_from_bytes(mail.content, policy=policy.default)
            body = message.get_body()
            assert body is not None
            who = by_address[mail.recipients[0]]
            if "Nobody is on duty" in message["Subject"]:
                found[at, who, 0] += 1
                continue
            for number in re.findall(r"#p(\d+)", body.get_content()):
                found[at, who, int(number)] += 1
        return found


def rules() -> list[RotaRule]:
    duty = [
        RotaRule(
            name=who,
            people=(who,),
            zone=zone,
            weekdays=frozenset(range(7)),
            start=start,
            end=end,
            anchor=START.date(),
        )
        for who, zone, start, end in ON_DUTY
    ]
    zone, start, end = RESERVE_HOURS
    reserve = RotaRule(
        name="reserve",
        people=RESERVE,
        zone=zone,
        weekdays=frozenset(range(7)),
        start=start,
        end=end,
        anchor=START.date(),
        role=DutyRole.BACKUP,
    )
    return [*duty, reserve]


# What is right, worked out from the clocks on the walls.


def on_duty_at(at: datetime) -> set[str]:
    return {
        who
        for who, zone, start, end in ON_DUTY
        if start <= at.astimezone(ZoneInfo(zone)).time() < end
    }


def reserve_at(at: datetime) -> set[str]:
    zone, start, end = RESERVE_HOURS
    there = at.astimezone(ZoneInfo(zone))
    if not start <= there.time() < end:
        return set()
    weeks = (there.date() - START.date()).days // 7
    return {RESERVE[weeks % 3]}


def meant_at(at: datetime) -> dict[str, set[str]]:
    return {
        "duty": on_duty_at(at),
        "backup": reserve_at(at),
        "all": {"ana", "ben", "carla"},
        "lead": {"ana"},
    }


def right(questions: Sequence[Asked]) -> Counter[tuple[datetime, str, int]]:
    found: Counter[tuple[datetime, str, int]] = Counter()
    unwatched: set[datetime] = set()
    for asked in questions:
        highest: dict[str, int] = {}
        at = asked.at + STEPS[0][0] * MINUTE
        while at < min(asked.answered, asked.at + timedelta(days=1) + MINUTE):
            waited = (at - asked.at) // MINUTE
            meant = meant_at(at)
            if not meant["duty"]:
                unwatched.add(at)
            for number, (after, whom) in enumerate(STEPS, 1):
                for who in meant[whom] if waited >= after else ():
                    if highest.get(who, 0) < number and not any(
                        waited >= later and who in meant[other]
                        for later, other in STEPS[number:]
                    ):
                        highest[who] = number
                        found[at, who, asked.post_id] += 1
            at += MINUTE
    before: datetime | None = None
    for at in sorted(unwatched):
        # A stretch without a watch ends when somebody comes on duty.
        same = before is not None and not any(
            on_duty_at(before + step * MINUTE)
            for step in range(int((at - before) / MINUTE) + 1)
        )
        if not same:
            found[at, "ana", 0] += 1
            before = at
    return found


def honest_questions(seed: int) -> list[Asked]:
    """Questions by day where people live, few of them answered late or never."""
    chance = random.Random(seed)
    found = []
    for number in range(1, QUESTIONS + 1):
        day = chance.randrange(WEEKS * 7 - 2)
        hour = min(23, max(0, int(chance.gauss(15, 5))))
        at = START + timedelta(days=day, hours=hour, minutes=chance.randrange(60))
        waits = int(chance.lognormvariate(3.6, 0.9)) + 1
        if chance.random() < 0.06:
            waits = 60 * 30
        answered = at + waits * MINUTE
        found.append(
            Asked(
                post_id=number,
                at=at,
                answered=answered,
                seen=answered + chance.randrange(4) * MINUTE,
            )
        )
    return found


def moments(questions: Sequence[Asked], shifts: Sequence[Shift]) -> list[datetime]:
    """Return the minutes at which something may change, and some of those before.

    Between them a run finds what the last one found.
    """
    found: set[datetime] = set()
    for asked in questions:
        for after, _ in STEPS:
            found.add(asked.at + after * MINUTE)
            if asked.post_id % 8 == 0:
                found.add(asked.at + (after - 1) * MINUTE)
        found |= {asked.at, asked.answered, asked.seen, asked.at + timedelta(days=1)}
        found |= {
            moment
            for shift in shifts
            for moment in (shift.start, shift.end)
            if asked.at <= moment <= asked.seen
        }
    return sorted(found)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    memory = Path("/dev/shm")
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else tmp_path
    with TemporaryDirectory(dir=where) as made:
        yield Path(made)


@pytest.mark.soak
def test_each_alert_comes_at_its_minute_to_its_person_through_thirty_restarts(
    folder: Path,
) -> None:
    questions = honest_questions(26)
    course = Course(folder, questions)
    chance = random.Random(7)
    minutes = moments(questions, course.shifts)
    expected = right(questions)
    alarms = sorted({at for at, _, _ in expected})
    killed_at = set(chance.sample(alarms, KILLS))
    by_arrival = sorted(questions, key=lambda asked: asked.at)
    by_sight = sorted(questions, key=lambda asked: asked.seen)
    for now in minutes:
        course.now = now
        while by_arrival and by_arrival[0].at <= now:
            course.see(by_arrival.pop(0), WaitState.OPEN)
        while by_sight and by_sight[0].seen <= now:
            course.see(by_sight.pop(0), WaitState.ANSWERED)
        if now in killed_at:
            course.fuse.left = chance.randrange(4, 14)
        course.run()
        course.fuse.left = None
    course.ledger.close()

    got = course.told()
    print(table(course, expected, got))
    assert course.killed >= KILLS * 2 // 3
    assert {key: number for key, number in got.items() if number > 1} == {}
    assert sorted(set(expected) - set(got)) == []
    assert sorted(set(got) - set(expected)) == []


def test_a_second_run_at_the_same_time_waits_its_turn_and_tells_nobody_twice(
    folder: Path,
) -> None:
    at = START + timedelta(hours=9)
    asked = Asked(post_id=1, at=at, answered=at + timedelta(days=2), seen=at)
    course = Course(folder, [asked])
    course.see(asked, WaitState.OPEN)
    course.now = at + 20 * MINUTE
    tried: list[str] = []

    class Second(Post):
        """Another run begins while a mail is on its way."""

        def send(self, mail: OutgoingMail) -> Sent:
            engine = Engine(
                ledger=course.ledger,
                holder=Holder(
                    name="second", host=socket.gethostname(), pid=os.getpid()
                ),
            )
            with pytest.raises(Busy):
                engine.run(course.job())
            tried.append("a second run")
            return super().send(mail)

    course.post = Second(clock=lambda: course.now, fuse=course.fuse)
    first = Engine(
        ledger=course.ledger,
        holder=Holder(name="first", host=socket.gethostname(), pid=os.getpid()),
    )
    first.begin()
    first.run(course.job())
    first.end()
    course.run()
    course.ledger.close()

    assert tried == ["a second run"]
    assert course.told() == {(course.now, "ana", 1): 1}


def table(
    course: Course,
    expected: Mapping[tuple[datetime, str, int], int],
    got: Mapping[tuple[datetime, str, int], int],
) -> str:
    lines = [
        "",
        f"{QUESTIONS} questions, {WEEKS} weeks, {course.runs} runs",
        f"{course.killed} runs were killed, {len(course.post.sent)} messages sent",
        f"{'':12}{'right':>8}{'sent':>8}{'in time':>9}{'twice':>7}{'lost':>6}",
    ]
    for who, gap in (
        *((person.key, False) for person in PEOPLE),
        ("ana", True),
    ):
        mine = {key for key in expected if key[1] == who and (key[2] == 0) is gap}
        sent = [key for key in got if key[1] == who and (key[2] == 0) is gap]
        name = f"{who} (lead)" if gap else who
        lines.append(
            f"{name:12}{len(mine):>8}{sum(got[key] for key in sent):>8}"
            f"{len(mine & set(sent)):>9}"
            f"{sum(got[key] > 1 for key in sent):>7}{len(mine - set(sent)):>6}"
        )
    return "\n".join(lines)
