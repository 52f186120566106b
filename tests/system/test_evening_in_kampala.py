"""A question at two in the night, and everything that comes of it, in one `run`.

Peace in Kampala writes a mail at 02:10. In Dakar it is ten past eleven in the evening,
and Ousmane is on duty by the clock there until midnight; Ben in Amsterdam is his
backup; Florence, who leads, sleeps. One loop of `run` goes on through the night, its
pauses move the clock, and people do what they do in between.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from moodle_bridge.practice.records import Post, User
from sync.cli.frame import run as call
from sync.cli.invocation import Invocation
from sync.commands.run import run
from tests.trial.course import Course, own_folder

KAMPALA = ZoneInfo("Africa/Kampala")
ASKED_AT = datetime(2026, 3, 4, 2, 10, tzinfo=KAMPALA).astimezone(UTC)
MINUTE = timedelta(minutes=1)
OUSMANE, BEN = "ousmane@sn.example", "ben@nl.example"
FLORENCE, PEACE, HA = "florence@ug.example", "peace@ug.example", "ha@vn.example"

ROTA = """
[run]
every = "2m"
[rota]
zone = "Africa/Kampala"
[[rota.person]]
key = "florence"
name = "Florence Achieng"
user = "florence"
zone = "Africa/Kampala"
lead = true
quiet = "22:00-07:00"
[[rota.person]]
key = "ousmane"
name = "Ousmane Sow"
user = "ousmane"
zone = "Africa/Dakar"
language = "fr"
[[rota.person]]
key = "ben"
name = "Ben de Vries"
user = "ben"
zone = "Europe/Amsterdam"
language = "nl"
[[rota.source]]
plugin = "rules"
[[rota.source.rule]]
name = "evenings in Dakar"
people = ["ousmane"]
zone = "Africa/Dakar"
days = ["weekdays"]
start = "18:00"
end = "00:00"
anchor = 2026-03-02
[[rota.source.rule]]
name = "nights in Amsterdam"
people = ["ben"]
zone = "Europe/Amsterdam"
days = ["weekdays"]
start = "00:00"
end = "07:00"
role = "backup"
anchor = 2026-03-02
[alerts]
promise = "60m"
"""


@dataclass
class Night:
    """The course through a night: what is to happen when, and the loop that runs."""

    course: Course
    happens: dict[datetime, list[Callable[[], None]]] = field(default_factory=dict)
    until: datetime = ASKED_AT
    rounds: int = 0
    said: io.StringIO = field(default_factory=io.StringIO)

    def at(self, minutes: float, what: Callable[[], None]) -> None:
        """Let something happen so many minutes after the question."""
        moment = ASKED_AT + minutes * MINUTE
        self.happens.setdefault(moment, []).append(what)

    def pause(self, seconds: float) -> bool:
        """Let the time of a pause pass, and in it what was to happen; see `run`."""
        self.rounds += 1
        clock = self.course.clock
        ends = clock.now + timedelta(seconds=seconds)
        for moment in sorted(one for one in self.happens if one <= ends):
            clock.now = max(clock.now, moment)
            for what in self.happens.pop(moment):
                what()
        clock.now = max(clock.now, ends)
        return clock.now > self.until

    def invocation(self, said: io.StringIO) -> Invocation:
        return Invocation(
            environ={"XDG_STATE_HOME": str(self.course.folder / "state")},
            folder=self.course.folder,
            home=self.course.folder,
            stdout=said,
            stderr=self.said,
            clock=self.course.clock,
            config=self.course.config,
        )

    def loop(self, *, minutes: float) -> None:
        """Run until so many minutes after the question."""
        self.until = ASKED_AT + minutes * MINUTE
        ended = run(self.invocation(io.StringIO()), pause=self.pause)
        assert ended.data["rounds"] == {"done": self.rounds, "failed": 0}, (
            self.said.getvalue()
        )

    def told(self, *arguments: str, code: int = 0) -> Any:
        """Return what a command tells just now, as an admin's script reads it."""
        out = io.StringIO()
        ended = call((*arguments, "--json"), self.invocation(out))
        assert ended == code, out.getvalue() + self.said.getvalue()
        return json.loads(out.getvalue())

    def mails(self, address: str) -> list[EmailMessage]:
        """Return what came to an address, as its mail program shows it."""
        return [
            message_from_bytes(raw, policy=policy.default)
            for raw in self.course.office.mails(address)
        ]

    def alerts(self, address: str) -> list[EmailMessage]:
        return [
            mail
            for mail in self.mails(address)
            if mail["From"].addresses[0].display_name == "Rota"
        ]

    def post_with(self, word: str) -> Post:
        (post,) = [
            one
            for one in self.course.moodle.state.posts.values()
            if word in one.message
        ]
        return post


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def came_with(mails: list[EmailMessage], word: str) -> list[EmailMessage]:
    return [mail for mail in mails if word in text_of(mail)]


@pytest.fixture
def night() -> Iterator[Night]:
    with ExitStack() as still_open:
        folder: Path = still_open.enter_context(own_folder())
        course = still_open.enter_context(Course(folder, "direct"))
        for name, first, last, address, role, language in (
            ("ousmane", "Ousmane", "Sow", OUSMANE, "editingteacher", "fr"),
            ("ben", "Ben", "de Vries", BEN, "editingteacher", "nl"),
            ("peace", "Peace", "Auma", PEACE, "student", "en"),
        ):
            user = course.moodle.add_user(name, first, last, address, lang=language)
            course.moodle.enrol(user, course.course, role)
            course.people[name] = user
            course.office.add_mailbox(address)
        config = course.config.read_text()
        course.config.write_text(config + ROTA)
        course.clock.now = ASKED_AT - timedelta(hours=2)
        night = Night(course)
        assert night.told("sync", "--from", "now")["problems"] == []
        course.clock.now = ASKED_AT - 3 * MINUTE
        yield night


def asks(night: Night) -> None:
    peace = night.course.people["peace"]
    night.course.mail(peace, "waterpump", past_the_list=True)


def wait_of(night: Night, question: Post) -> tuple[str, int]:
    """Return how the wait for an answer ended, and after how many minutes."""
    ((state, ended),) = night.course.ledger(
        f"select state, ended from wait where post_id = {question.id}"
    )
    at = datetime.fromisoformat(ended)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return state, (at - ASKED_AT) // MINUTE


def answered_by_mail(night: Night, who: User, text: str) -> None:
    """Let somebody answer the newest alert that they got, as mail programs do."""
    night.course.answer(who, night.alerts(who.email)[-1], text)


def test_a_question_in_the_night_is_answered_by_whoever_is_on_duty(
    night: Night,
) -> None:
    people = night.course.people
    seen: dict[str, Any] = {}

    def look(name: str) -> Callable[[], None]:
        def told() -> None:
            seen[name] = {
                "who": [
                    (one["person"], one["role"])
                    for one in night.told("rota", "who")["on_duty"]
                ],
                "questions": night.told("question", "list")["questions"],
                "alerts": [
                    (one["person"], one["step"], one["way"], one["state"])
                    for one in night.told("alerts", "list")["alerts"]
                ],
            }

        return told

    night.at(0, lambda: asks(night))
    night.at(3, look("asked"))
    night.at(19, look("left to her peers"))
    night.at(23, look("alerted"))
    night.at(
        28, lambda: answered_by_mail(night, people["ousmane"], "Ouvrez la vanneverte.")
    )
    night.at(31, look("answered"))
    night.loop(minutes=70)

    # The mail is a post, under the name of who wrote it, and the bridge waits with her.
    question = night.post_with("waterpump")
    assert "Peace Auma" in question.message
    (wait,) = seen["asked"]["questions"]
    assert (wait["post"], wait["asker"]) == (question.id, people["peace"].id)
    assert ASKED_AT <= datetime.fromisoformat(wait["began"]) <= ASKED_AT + MINUTE
    assert seen["asked"]["who"] == [("ousmane", "primary"), ("ben", "backup")]
    assert seen["asked"]["alerts"] == seen["left to her peers"]["alerts"] == []

    # After twenty minutes he is told, in his language and by his clock.
    assert seen["alerted"]["alerts"] == [("ousmane", 1, "mail", "sent")]
    (alert,) = night.alerts(OUSMANE)
    assert "Peace Auma" in alert["Subject"]
    assert "23:10" in text_of(alert)
    assert "Vous êtes de service" in text_of(alert)

    # His answer is below her question, and everybody has it once.
    answer = night.post_with("vanneverte")
    assert answer.parent == question.id
    assert "Ousmane Sow" in answer.message
    assert seen["answered"]["questions"] == []
    for reader in (PEACE, BEN, FLORENCE, HA):
        assert len(came_with(night.mails(reader), "vanneverte")) == 1, reader
    (mailed,) = came_with(night.mails(PEACE), "vanneverte")
    assert "Ousmane Sow" in mailed["From"].addresses[0].display_name

    # Nobody else was woken, then or later.
    assert night.alerts(BEN) == night.alerts(FLORENCE) == []
    listed = night.told("alerts", "list")["alerts"]
    assert [(one["person"], one["state"]) for one in listed] == [("ousmane", "sent")]
    (sent_at,) = [datetime.fromisoformat(one["sent_at"]) for one in listed]
    assert 20 * MINUTE <= sent_at - ASKED_AT <= 22 * MINUTE
    assert wait_of(night, question) == ("answered", 28)


def test_who_takes_a_question_by_mail_keeps_the_others_asleep_and_answers_as_themself(
    night: Night,
) -> None:
    course, people = night.course, night.course.people
    ousmane = people["ousmane"]
    with_own_token(night, ousmane)
    claims: list[Any] = []
    night.at(0, lambda: asks(night))
    night.at(29, lambda: answered_by_mail(night, ousmane, "Je m'en occupe."))
    night.at(36, lambda: claims.extend(night.told("question", "list")["questions"]))
    night.at(57, lambda: answered_by_mail(night, ousmane, "Ouvrez la vanneverte."))
    night.loop(minutes=70)

    # The backup's turn would have been after 35 minutes.
    assert [one["claimed_by"] for one in claims] == ["ousmane"]
    assert night.alerts(BEN) == night.alerts(FLORENCE) == []
    assert len(night.alerts(OUSMANE)) == 1
    posts = course.moodle.state.posts.values()
    assert not any("occupe" in post.message for post in posts)
    answer = night.post_with("vanneverte")
    assert answer.userid == ousmane.id
    assert "Ousmane" not in answer.message
    assert len(came_with(night.mails(PEACE), "vanneverte")) == 1
    assert wait_of(night, night.post_with("waterpump")) == ("answered", 57)


def with_own_token(night: Night, user: User) -> None:
    course = night.course
    config = course.config.read_text()
    key = course.folder / "key"
    key.touch(mode=0o600)
    key.write_text("k" * 40)
    course.config.write_text(
        config.replace("[mail]", 'token_key = { file = "key" }\n[mail]', 1)
    )
    tokens = course.folder / "tokens.csv"
    tokens.touch(mode=0o600)
    tokens.write_text(
        f"person,token\n{user.username},{course.moodle.token_for(user)}\n"
    )
    night.told("tokens", "import", str(tokens))
