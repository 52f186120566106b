from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mappings.enrolment.plan import StepKind
from moodle_bridge.errors import ConfigError, Permanent
from moodle_bridge.model.intake import Entry, EntryState, Form, Question
from moodle_bridge.registry import NoSettings
from sync.intake import limits_of, mapping_of, understood_form
from sync.ledger import Ledger
from sync.settings.base import PluginChoice
from sync.settings.intake import IntakeSettings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
QUESTIONS = {"name": "Name", "email": "E-mail", "pay": "Salary"}


def settings(**questions: object) -> IntakeSettings:
    return IntakeSettings.model_validate(
        {
            "name": "sm25",
            "course": "SM25",
            "source": PluginChoice(plugin="fake", settings=NoSettings()),
            "questions": questions or {"name": "name", "email": "email"},
        }
    )


def entry(
    key: str, *, state: EntryState = EntryState.COMPLETE, **changed: str
) -> Entry:
    answers: Mapping[str, str] = {
        "name": "Ana Silva",
        "email": f"p{key}@example.org",
        "pay": "900",
        **changed,
    }
    return Entry(key=key, answers=answers, state=state, row=int(key) + 1)


def form(*entries: Entry) -> Form:
    return Form(
        name="Form",
        questions=tuple(
            Question(key=key, text=text) for key, text in QUESTIONS.items()
        ),
        entries=entries,
    )


def test_only_what_counts_becomes_people() -> None:
    read = understood_form(
        form(
            entry("1"),
            entry("2", state=EntryState.TEST),
            entry("3", state=EntryState.WITHDRAWN),
            entry("4", state=EntryState.INCOMPLETE),
            entry("5", email="?"),
            entry("6", state=EntryState.AWAITED),
            entry("7", state=EntryState.REJECTED),
        ),
        settings(),
    )

    assert [one.entry for one in read.applicants] == ["1", "3"]
    assert [one.withdrawn for one in read.applicants] == [False, True]
    assert [one.entry for one in read.problems] == ["5"]
    assert dict(read.set_aside) == {
        EntryState.TEST: 1,
        EntryState.INCOMPLETE: 1,
        EntryState.AWAITED: 1,
        EntryState.REJECTED: 1,
    }
    assert read.mark.entries == 3


def test_answers_that_are_not_mapped_are_never_kept(tmp_path: Path) -> None:
    read = understood_form(
        form(entry("1"), entry("2", state=EntryState.TEST)), settings()
    )
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", clock=lambda: NOW)

    with ledger.writing() as transaction:
        changes = read.remember(transaction)
        kept = {one.key: dict(one.answers) for one in transaction.entries.of("sm25")}
    ledger.close()

    assert changes.new == ("1", "2")
    assert kept == {"1": {"name": "Ana Silva", "email": "p1@example.org"}, "2": {}}
    assert b"900" not in (tmp_path / "ledger.db").read_bytes()


def test_the_fingerprint_is_over_mapped_answers_alone() -> None:
    before = understood_form(form(entry("1"), entry("2")), settings()).mark
    other_order = understood_form(form(entry("2"), entry("1")), settings()).mark
    unmapped = understood_form(form(entry("1", pay="1"), entry("2")), settings()).mark
    mapped = understood_form(form(entry("1", name="Rui"), entry("2")), settings()).mark
    withdrawn = understood_form(
        form(entry("1", state=EntryState.WITHDRAWN), entry("2")), settings()
    ).mark

    assert before == other_order == unmapped
    assert len({one.fingerprint for one in (before, mapped, withdrawn)}) == 3


def test_a_missing_question_stops_everything_with_its_name() -> None:
    with pytest.raises(ConfigError) as caught:
        understood_form(form(entry("1")), settings(name="name", email="E-mail address"))

    (problem,) = caught.value.problems
    assert problem.where == "questions.email"
    assert problem.what == 'there is no question "E-mail address"'
    assert '"E-mail"' in problem.advice


def test_two_entries_of_one_key_stop_everything() -> None:
    with pytest.raises(Permanent, match="stand for several entries"):
        understood_form(form(entry("1"), entry("1")), settings())


def test_a_preset_adds_what_it_finds() -> None:
    found = mapping_of(settings(preset="kobo", name="Name"), form())

    assert {
        subject.value: asked.questions for subject, asked in found.fields.items()
    } == {
        "name": ("Name",),
        "email": ("email",),
    }
    with pytest.raises(ConfigError, match="there is no preset"):
        mapping_of(settings(preset="kobold"), form())
    with pytest.raises(ConfigError, match="no question is named"):
        mapping_of(settings(email="email"), form())


def test_limits_are_those_of_the_steps() -> None:
    limits = limits_of(settings().limits)

    assert limits.most[StepKind.CREATE_USER] == 100
    assert limits.most[StepKind.UNSUBSCRIBE] == 5
    assert limits.percent[StepKind.SUSPEND] == 20
    assert (limits.email_changes, limits.shrink_percent) == (10, 20)
