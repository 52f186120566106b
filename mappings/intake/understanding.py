"""From an entry to a person, or to everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time

from mappings.intake.addresses import address_in
from mappings.intake.agreeing import agreed
from mappings.intake.answers import Given, Reading, Source, chosen, given_in
from mappings.intake.channels import channel_named, with_hour
from mappings.intake.custom_fields import country_in, custom_value
from mappings.intake.dates import hour_of
from mappings.intake.fields import Asked, Customs, Subject
from mappings.intake.languages import language_named
from mappings.intake.names import NamesFound, names_in_one, names_in_two
from mappings.intake.phones import phone_in
from mappings.intake.problems import (
    Code,
    Flaw,
    IntakeProblem,
    Severity,
    are_errors,
    shown,
)
from mappings.intake.texts import plain_text
from mappings.intake.zones import zone_named, zone_of_country
from moodle_bridge.model.applicants import Applicant, Consent
from moodle_bridge.model.channels import Channel
from moodle_bridge.model.intake import Entry, EntryState

_NOTHING = Given.plain("")
_UNASKED = Asked(questions=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What one entry says.

    `applicant` is None where an error is among the problems; with warnings alone there
    is one, without the answers that the warnings are about. `draft` is the person as
    far as they were understood in spite of errors: for telling them, and nothing else.
    """

    entry: Entry
    applicant: Applicant | None
    problems: tuple[IntakeProblem, ...]
    draft: Applicant | None = None


def understood(entry: Entry, reading: Reading, customs: Customs) -> Understood:
    """Return the person whom an entry tells of, with every problem of the entry.

    What decides who they are, where they live, what they agreed to and how much mail
    they get must be clear, else it is an error. All else is a warning at most.
    The same entry gives the same. It is for entries that count and for those that were
    withdrawn, whose person is `withdrawn`; of these only the address must be right.
    """
    row = _Row(entry, reading, customs)
    applicant = row.applicant()
    return Understood(
        entry=entry,
        applicant=None if are_errors(row.problems) else applicant,
        problems=tuple(row.problems),
        draft=applicant,
    )


@dataclass(slots=True)
class _Row:
    """One entry on its way; `problems` grows."""

    entry: Entry
    reading: Reading
    customs: Customs
    problems: list[IntakeProblem] = field(default_factory=list)

    def applicant(self) -> Applicant:
        withdrawn = self._withdrawn()
        names = self._names(optional=withdrawn)
        country = self._country(optional=withdrawn)
        consent = self._consent(optional=withdrawn)
        email = self._email()
        custom = self._custom(country)
        return Applicant(
            source=self.customs.source,
            entry=self.entry.key,
            row=self.entry.row,
            first_name=names.first_name,
            last_name=names.last_name,
            email=email,
            second_email=self._second_email(email),
            phone=self._phone(country),
            organisation=self._text(Subject.ORGANISATION),
            country=country,
            language=self._language(),
            timezone=self._zone(country),
            bandwidth=self._text(Subject.BANDWIDTH),
            device=self._text(Subject.DEVICE),
            channel=self._channel(optional=withdrawn),
            group=self._text(Subject.GROUP),
            consent=consent,
            custom_fields=custom,
            submitted=self.entry.submitted,
            edited=self.entry.edited,
            withdrawn=withdrawn,
        )

    def _withdrawn(self) -> bool:
        if self.entry.state is EntryState.WITHDRAWN:
            return True
        source, given = self._given(Subject.WITHDRAWN)
        if source is None or not given.text:
            return False
        said = self._agreed(source, given)
        if said is None and not source.asked.yes:
            self._add(Subject.WITHDRAWN, given, Flaw(code=Code.YES_NO_UNCLEAR))
        # With words of its own for yes, every other answer is none.
        return said is True

    def _names(self, *, optional: bool) -> NamesFound:
        policy, order = self.customs.one_word_names, self.customs.name_order
        if Subject.NAME in self.reading.sources:
            subject, whole = Subject.NAME, self._given(Subject.NAME)[1]
            names, given = names_in_one(whole.text, order, policy), whole
        else:
            subject = Subject.FIRST_NAME
            first = self._given(Subject.FIRST_NAME)[1]
            last = self._given(Subject.LAST_NAME)[1]
            names = names_in_two(first.text, last.text, policy)
            given = Given.plain(f"{first.text} {last.text}".strip())
        self._add(subject, given, *names.flaws, warn=optional)
        return names

    def _email(self) -> str:
        _, given = self._given(Subject.EMAIL)
        if not given.text:
            self._add(Subject.EMAIL, given, Flaw(code=Code.MISSING))
            return ""
        meant = self._chosen(Subject.EMAIL, given)
        found = address_in(meant or given.text, confirmed=meant is not None)
        self._add(Subject.EMAIL, given, *found.flaws)
        return found.address or ""

    def _second_email(self, first: str) -> str | None:
        _, given = self._given(Subject.SECOND_EMAIL)
        if not given.text:
            return None
        meant = self._chosen(Subject.SECOND_EMAIL, given)
        found = address_in(meant or given.text, confirmed=meant is not None)
        self._add(Subject.SECOND_EMAIL, given, *found.flaws, warn=True)
        same = (found.address or "").casefold() == first.casefold()
        return None if same else found.address

    def _country(self, *, optional: bool) -> str | None:
        _, given = self._given(Subject.COUNTRY)
        if not given.text:
            return None
        meant = self._chosen(Subject.COUNTRY, given)
        code, flaws = country_in(given if meant is None else Given.plain(meant))
        self._add(Subject.COUNTRY, given, *flaws, warn=optional)
        return code

    def _phone(self, country: str | None) -> str | None:
        _, given = self._given(Subject.PHONE)
        if not given.text:
            return None
        text = self._chosen(Subject.PHONE, given) or given.text
        found = phone_in(text, country or self.customs.phone_country)
        # That a country is missing is told once, where the country was asked for.
        told = any(one.field == Subject.COUNTRY for one in self.problems)
        flaws = () if found.lacks_country and told else found.flaws
        self._add(Subject.PHONE, given, *flaws)
        return found.phone

    def _language(self) -> str | None:
        _, given = self._given(Subject.LANGUAGE)
        meant = self._chosen(Subject.LANGUAGE, given)
        if not given.text:
            return None
        found = language_named(meant or given.text, self.customs.languages)
        if found.code is None and meant is None and len(given.names) == 1:
            found = language_named(given.names[0], self.customs.languages)
        if found.missing:
            values = {"missing": found.missing}
            flaw = Flaw(code=Code.LANGUAGE_NOT_INSTALLED, values=values)
            self._add(Subject.LANGUAGE, given, flaw)
        elif found.code is None:
            self._add(Subject.LANGUAGE, given, Flaw(code=Code.LANGUAGE_UNKNOWN))
        return found.code

    def _zone(self, country: str | None) -> str | None:
        _, given = self._given(Subject.TIMEZONE)
        if not given.text:
            return zone_of_country(country)
        meant = self._chosen(Subject.TIMEZONE, given)
        found = zone_named(meant or given.text, country)
        if found.name is not None:
            return found.name
        if len(found.candidates) > 1:
            values = {"candidates": ", ".join(found.candidates[:6])}
            self._add(
                Subject.TIMEZONE, given, Flaw(code=Code.ZONE_SEVERAL, values=values)
            )
            return None
        self._add(Subject.TIMEZONE, given, Flaw(code=Code.ZONE_UNKNOWN))
        return zone_of_country(country)

    def _channel(self, *, optional: bool) -> Channel | None:
        _, given = self._given(Subject.CHANNEL)
        hour = self._hour()
        if not given.text:
            return None
        meant = self._chosen(Subject.CHANNEL, given)
        channel = channel_named(meant or given.text)
        if channel is None and meant is None and len(given.names) == 1:
            channel = channel_named(given.names[0])
        if channel is None:
            unknown = Flaw(code=Code.CHANNEL_UNKNOWN)
            self._add(Subject.CHANNEL, given, unknown, warn=optional)
        return with_hour(channel, hour)

    def _hour(self) -> time | None:
        _, given = self._given(Subject.HOUR)
        if not given.text:
            return None
        hour = hour_of(self._chosen(Subject.HOUR, given) or given.text)
        if hour is None:
            self._add(Subject.HOUR, given, Flaw(code=Code.HOUR_UNKNOWN))
        return hour

    def _consent(self, *, optional: bool) -> Consent | None:
        source, given = self._given(Subject.CONSENT)
        if source is None:
            return None
        said = self._agreed(source, given)
        if not given.text:
            flaw = Flaw(code=Code.CONSENT_MISSING)
            self._add(Subject.CONSENT, given, flaw, warn=optional)
        elif said is None:
            flaw = Flaw(code=Code.YES_NO_UNCLEAR)
            self._add(Subject.CONSENT, given, flaw, warn=optional)
        elif not said:
            flaw = Flaw(code=Code.CONSENT_REFUSED)
            self._add(Subject.CONSENT, given, flaw, warn=optional)
        return Consent(
            given=said is True,
            text=source.asked.text or source.text,
            at=self.entry.edited or self.entry.submitted,
        )

    def _custom(self, country: str | None) -> dict[str, str]:
        values: dict[str, str] = {}
        for name, source in self.reading.custom.items():
            given = given_in(self.entry, source)
            if given.text:
                context = country or self.customs.phone_country
                value, flaws = custom_value(given, source.asked, context)
                self._note(source, given, flaws, warn=True)
                if value is not None:
                    values[name] = value
        return values

    def _text(self, subject: Subject) -> str | None:
        source, given = self._given(subject)
        if source is None or not given.text:
            return None
        text, flaws = plain_text(self._chosen(subject, given) or given.text)
        self._note(source, given, flaws, warn=True)
        return text

    def _given(self, subject: Subject) -> tuple[Source | None, Given]:
        source = self.reading.sources.get(subject)
        return source, _NOTHING if source is None else given_in(self.entry, source)

    def _chosen(self, subject: Subject, given: Given) -> str | None:
        return chosen(given, self.reading.choices.get(subject))

    def _agreed(self, source: Source, given: Given) -> bool | None:
        meant = self._chosen(Subject(source.field), given)
        answers = (meant,) if meant is not None else (given.text, *given.names)
        choices = [one for each in source.questions for one in each.choices.values()]
        return agreed(
            answers,
            yes=source.asked.yes if meant is None else (),
            no=source.asked.no if meant is None else (),
            only_choice=choices[0] if len(choices) == 1 else None,
        )

    def _add(
        self, subject: Subject, given: Given, *flaws: Flaw, warn: bool = False
    ) -> None:
        source = self.reading.sources.get(subject)
        if source is None:
            # A field that every person must have, and no question is asked for.
            source = Source(field=subject.value, asked=_UNASKED, questions=())
        self._note(source, given, flaws, warn=warn)

    def _note(
        self, source: Source, given: Given, flaws: Sequence[Flaw], *, warn: bool = False
    ) -> None:
        for flaw in flaws:
            self.problems.append(
                IntakeProblem(
                    code=flaw.code,
                    severity=Severity.WARNING if warn else flaw.severity,
                    source=self.customs.source,
                    entry=self.entry.key,
                    row=self.entry.row,
                    field=source.field,
                    question_key=source.key,
                    question=shown(source.text),
                    given=shown(given.text),
                    values=flaw.values,
                    countries=flaw.countries,
                )
            )
