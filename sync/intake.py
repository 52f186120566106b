"""Reads an intake form, and tells the people in it from what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mappings.enrolment.limits import Limits
from mappings.enrolment.plan import SourceMark, StepKind
from mappings.intake.answers import QuestionMissing, Reading, found_in
from mappings.intake.fields import Asked, Customs, FieldMapping, Subject
from mappings.intake.fingerprints import (
    counts,
    entry_fingerprint,
    form_fingerprint,
    mapped_answers,
)
from mappings.intake.presets import preset_names, with_preset
from mappings.intake.problems import IntakeProblem
from mappings.intake.understanding import Understood, understood
from moodle_bridge.errors import ConfigError, Permanent, Problem
from sync.ledger.entries import EntryChanges, SeenEntry
from sync.report.traits import bandwidth_cursor

if TYPE_CHECKING:
    from moodle_bridge.interfaces import IIntakeSource
    from moodle_bridge.model.applicants import Applicant
    from moodle_bridge.model.intake import EntryState, Form
    from sync.bridge import Bridge
    from sync.ledger import Transaction
    from sync.settings import Settings
    from sync.settings.intake import IntakeSettings
    from sync.settings.intake_limits import IntakeLimits
    from sync.settings.intake_questions import IntakeQuestions


@dataclass(frozen=True, kw_only=True)
class IntakeRead:
    """A form as it was read, and everything that it says.

    `rows` are the entries that count (complete ones, and those that were taken back),
    each with its person or its problems, in the order of the form.
    """

    settings: IntakeSettings
    form: Form
    reading: Reading
    rows: tuple[Understood, ...]

    @cached_property
    def applicants(self) -> tuple[Applicant, ...]:
        """The people, in the order of the form."""
        return tuple(row.applicant for row in self.rows if row.applicant is not None)

    @cached_property
    def problems(self) -> tuple[IntakeProblem, ...]:
        """Every problem, in the order of the form."""
        return tuple(problem for row in self.rows for problem in row.problems)

    @cached_property
    def set_aside(self) -> Mapping[EntryState, int]:
        """How many entries do not count, by state: begun, rejected, awaited, tests."""
        return Counter(one.state for one in self.form.entries if not counts(one))

    @cached_property
    def seen(self) -> tuple[SeenEntry, ...]:
        """The entries as the ledger keeps them: only the answers that are mapped."""
        return tuple(self._seen())

    @property
    def mark(self) -> SourceMark:
        """What the form held: how many entries count, and a fingerprint of them all."""
        marks = ((one.key, one.fingerprint) for one in self.seen)
        return SourceMark(
            name=self.settings.name,
            fingerprint=form_fingerprint(marks),
            entries=len(self.rows),
        )

    def remember(self, transaction: Transaction) -> EntryChanges:
        """Keep the entries in the ledger, and return what changed; may be repeated."""
        # Reports are told apart by connection; the ledger has no words of questions.
        asked = self.reading.sources.get(Subject.BANDWIDTH)
        transaction.cursors.move(
            bandwidth_cursor(self.settings.name),
            "\n".join(one.key for one in asked.questions) if asked else "",
        )
        return transaction.entries.keep(self.settings.name, self.seen)

    def _seen(self) -> Iterator[SeenEntry]:
        for one in self.form.entries:
            answers = mapped_answers(one, self.reading)
            yield SeenEntry(
                key=one.key,
                fingerprint=entry_fingerprint(answers, one.state),
                answers=answers,
                state=one.state,
                submitted=one.submitted,
                edited=one.edited,
            )


def intake_named(settings: Settings, name: str | None) -> IntakeSettings:
    """Return the [[intake]] of a name; the only one there is for None.

    Raises ConfigError when there is none, or several and no name was given.
    """
    names = [one.name for one in settings.intakes]
    if name is None and len(names) == 1:
        return settings.intakes[0]
    found = None if name is None else settings.intake(name)
    if found is not None:
        return found
    if not names:
        raise ConfigError(
            "there is no intake form",
            item="[[intake]]",
            advice="Add a section [[intake]] with name, course and source to"
            " bridge.toml; docs/configuration.md lists its keys.",
        )
    what = (
        "there are several forms" if name is None else "there is no form of this name"
    )
    raise ConfigError(
        what, item=name or "[[intake]]", advice=f"Name one of: {', '.join(names)}."
    )


@contextmanager
def opened(bridge: Bridge, settings: IntakeSettings) -> Iterator[IIntakeSource]:
    """Give the source of a form, and close it at the end."""
    source = bridge.intake_source(settings.source)
    try:
        yield source
    finally:
        source.close()


def read_intake(bridge: Bridge, settings: IntakeSettings) -> IntakeRead:
    """Read a form and understand it; nothing is written anywhere. May be repeated.

    Raises Transient or Permanent when the form cannot be read, ConfigError when a
    question that is mapped is not in it.
    """
    with opened(bridge, settings) as source:
        form = source.read()
    return understood_form(form, settings)


def with_forgotten_keys(
    read: IntakeRead, known: Collection[str], coded: Callable[[str], str]
) -> IntakeRead:
    """Return a form with the keys of forgotten people as the ledger knows them.

    `known` are what stands there for such keys, and `coded` makes it of a key.
    """
    if not known:
        return read
    codes = {
        one.key: code for one in read.form.entries if (code := coded(one.key)) in known
    }
    if not codes:
        return read
    form = replace(
        read.form,
        entries=tuple(
            replace(one, key=codes.get(one.key, one.key)) for one in read.form.entries
        ),
    )
    return understood_form(form, read.settings)


def understood_form(form: Form, settings: IntakeSettings) -> IntakeRead:
    """Return what a form says. Raises ConfigError when a mapped question is missing."""
    _refuse_double_keys(form)
    reading = found_in(form, mapping_of(settings, form))
    if not isinstance(reading, Reading):
        raise ConfigError(
            "the form has not the questions that bridge.toml names",
            item=_item(settings),
            advice="Where a question was renamed, name it as it is now. Nothing was"
            " read, and nothing is changed.",
            problems=[_told(missing) for missing in reading],
        )
    customs = customs_of(settings)
    return IntakeRead(
        settings=settings,
        form=form,
        reading=reading,
        rows=tuple(
            understood(one, reading, customs) for one in form.entries if counts(one)
        ),
    )


def customs_of(settings: IntakeSettings) -> Customs:
    """Return what goes for all entries of a form."""
    return Customs(
        source=settings.name,
        name_order=settings.name_order,
        one_word_names=settings.one_word_names,
        phone_country=settings.phone_country,
        languages=frozenset(settings.languages) or None,
    )


def mapping_of(settings: IntakeSettings, form: Form) -> FieldMapping:
    """Return which question fills which field, with what a preset finds in the form.

    Raises ConfigError when that is not enough for a person: a name and an address.
    """
    fields = {
        subject: asked
        for subject, asked in _asked(settings.questions).items()
        if asked is not None
    }
    preset = settings.questions.preset
    if preset is not None:
        try:
            fields = with_preset(fields, preset, form)
        except KeyError:
            raise ConfigError(
                f"there is no preset {preset!r}",
                item=f"{_item(settings)} → questions.preset",
                advice=f"Known: {', '.join(preset_names())}.",
            ) from None
    if Subject.EMAIL not in fields or not (
        {Subject.NAME, Subject.FIRST_NAME} & fields.keys()
    ):
        raise ConfigError(
            "no question is named for the address, or none for the name",
            item=f"{_item(settings)} → questions",
            advice=f"`moodle-bridge intake propose {settings.name}` writes what belongs"
            " there.",
        )
    return FieldMapping(
        fields=fields,
        custom_fields=settings.custom_fields,
        choices={Subject(name): table for name, table in settings.choices.items()},
    )


def limits_of(limits: IntakeLimits) -> Limits:
    """Return the limits of a plan as its steps are counted."""
    return Limits(
        most={
            StepKind.CREATE_USER: limits.create,
            StepKind.CHANGE_USER: limits.change,
            StepKind.SUSPEND: limits.suspend,
            StepKind.REACTIVATE: limits.reactivate,
            StepKind.UNSUBSCRIBE: limits.leave,
            StepKind.REMOVE_FROM_COHORT: limits.leave,
            StepKind.REMOVE_FROM_GROUP: limits.leave,
        },
        percent={
            StepKind.CREATE_USER: limits.create_percent,
            StepKind.CHANGE_USER: limits.change_percent,
            StepKind.SUSPEND: limits.suspend_percent,
        },
        email_changes=limits.email_changes,
        shrink_percent=limits.shrink_percent,
    )


def _asked(questions: IntakeQuestions) -> dict[Subject, Asked | None]:
    return {
        Subject.NAME: questions.name,
        Subject.FIRST_NAME: questions.first_name,
        Subject.LAST_NAME: questions.last_name,
        Subject.EMAIL: questions.email,
        Subject.SECOND_EMAIL: questions.second_email,
        Subject.PHONE: questions.phone,
        Subject.ORGANISATION: questions.organisation,
        Subject.COUNTRY: questions.country,
        Subject.LANGUAGE: questions.language,
        Subject.TIMEZONE: questions.timezone,
        Subject.BANDWIDTH: questions.bandwidth,
        Subject.DEVICE: questions.device,
        Subject.CHANNEL: questions.channel,
        Subject.HOUR: questions.hour,
        Subject.GROUP: questions.group,
        Subject.CONSENT: questions.consent,
        Subject.WITHDRAWN: questions.withdrawn,
    }


def _refuse_double_keys(form: Form) -> None:
    keys = Counter(one.key for one in form.entries)
    double = [key for key, number in keys.items() if number > 1]
    if double:
        raise Permanent(
            f"{len(double)} keys stand for several entries, such as {double[0]!r}",
            item=form.name,
            advice="Tell in [intake.source] what sets the entries apart.",
        )


def _told(missing: QuestionMissing) -> Problem:
    field = missing.field.replace("custom:", "custom_fields.")
    where = field if field != missing.field else f"questions.{field}"
    nearest = ", ".join(f'"{one}"' for one in missing.nearest)
    if missing.twice:
        return Problem(
            where=where,
            what=f'there are several questions "{missing.named}"',
            advice=f"Name the one that is meant by its key: {nearest}; or all of them,"
            f" where some answered the one and some the other: [{nearest}].",
        )
    return Problem(
        where=where,
        what=f'there is no question "{missing.named}"',
        advice=f"Nearest: {nearest}." if nearest else "The form has nothing like it.",
    )


def _item(settings: IntakeSettings) -> str:
    return f"[[intake]] {settings.name}"
