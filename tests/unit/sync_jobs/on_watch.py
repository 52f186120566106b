"""A course whose facilitators share the watch: Grace by day, Ben her backup, Lea leads."""

from __future__ import annotations

from moodle_bridge.practice.records import Discussion
from sync.ledger.alerts import Alert
from tests.unit.sync_jobs.bridged import BridgedCourse

ROTA = """
[rota]
zone = "UTC"
[[rota.person]]
key = "grace"
name = "Grace Nakato"
user = "grace"
zone = "Africa/Kampala"
[[rota.person]]
key = "ben"
name = "Ben de Vries"
user = "ben"
zone = "Europe/Amsterdam"
language = "nl"
[[rota.person]]
key = "lead"
name = "Lea Dumont"
user = "lea"
zone = "Europe/Paris"
lead = true
[[rota.source]]
plugin = "rules"
[[rota.source.rule]]
name = "days"
people = ["grace"]
zone = "UTC"
days = ["weekdays", "weekend"]
start = "06:00"
end = "20:00"
turn = "daily"
anchor = 2026-03-01
[[rota.source.rule]]
name = "reserve"
people = ["ben"]
zone = "UTC"
days = ["weekdays", "weekend"]
start = "06:00"
end = "20:00"
turn = "daily"
anchor = 2026-03-01
role = "backup"
"""
ALERTS = '[alerts]\npromise = "60m"\n'


def with_watchers(course: BridgedCourse) -> BridgedCourse:
    """Let Ben and Lea teach the course as well, and give it the rota."""
    for name, first, last, address in (
        ("ben", "Ben", "de Vries", "ben@nl.example"),
        ("lea", "Lea", "Dumont", "lea@fr.example"),
    ):
        person = course.moodle.add_user(name, first, last, address)
        course.moodle.enrol(person, course.course, "editingteacher")
    course.clock.move(minutes=20)
    rota(course)
    assert course.sync().code == 0
    return course


def rota(course: BridgedCourse, *, alerts: str = ALERTS, people: str = ROTA) -> None:
    course.configure()
    path = course.folder / "bridge.toml"
    path.write_text(path.read_text() + people + alerts)


def later(course: BridgedCourse, minutes: float) -> None:
    course.clock.move(minutes=minutes)
    assert course.sync().code in {0, 3}


def alerts_of(course: BridgedCourse, asked: Discussion) -> list[Alert]:
    with course.reading() as transaction:
        return transaction.alerts.of_questions([("fo26", asked.firstpost)])


def told(course: BridgedCourse, kind: str = "alert") -> list[str]:
    """Return to whom alerts went, or other mails of a kind, in order."""
    return [
        mail.recipients[0]
        for mail in course.outbox.sent
        if mail.key.startswith(f"{kind}:")
    ]


def reply_to(course: BridgedCourse, text: str, *, who: str = "grace@ug.example") -> str:
    """Let somebody answer the newest alert that they got, as mail programs do."""
    mail = course.mails(who)[-1]
    answered = mail["Reply-To"] or mail["From"]
    return course.write(
        who,
        text,
        to=answered.addresses[0].addr_spec,
        subject=f"Re: {mail['Subject']}",
        answers=str(mail["Message-ID"]),
        references=f"{mail['References'] or ''} {mail['Message-ID']}".strip(),
    )
