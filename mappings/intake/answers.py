"""Answers as they stand in an entry, found by the question that bridge.toml names."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mappings.intake.fields import Asked, FieldMapping, Subject
from mappings.intake.folding import folded_question, folded_words
from moodle_bridge.model.intake import Entry, Form, Question

CUSTOM = "custom:"
"""What stands before the short name of a custom field, where fields are named."""

_NEAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionMissing:
    """A question that bridge.toml names and the form does not have, or has twice.

    `field` is a Subject or `custom:SHORTNAME`; `named` as bridge.toml has it. `nearest`
    are questions of the form that may be meant; with `twice` all that fit the name.
    """

    field: str
    named: str
    nearest: tuple[str, ...]
    twice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The questions of a form that one field is read from."""

    field: str
    asked: Asked
    questions: tuple[Question, ...]

    @property
    def key(self) -> str:
        """The keys of the questions, as they are told."""
        return " + ".join(question.key for question in self.questions)

    @property
    def text(self) -> str:
        """The words of the questions, as they are told."""
        return " + ".join(question.text for question in self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was answered, for one field.

    `text` is in the words that people read, answers to several questions joined;
    `names` are the ready-made answers by the source's own names for them.
    """

    text: str
    names: tuple[str, ...] = ()

    @classmethod
    def plain(cls, text: str) -> Given:
        """Return a text as if it had been answered."""
        return cls(text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A mapping whose questions were all found in the form."""

    sources: Mapping[Subject, Source]
    custom: Mapping[str, Source]
    choices: Mapping[Subject, Mapping[str, str]]

    def every(self) -> Iterator[Source]:
        """Give every field that is read, in the order of the fields."""
        yield from self.sources.values()
        yield from self.custom.values()


def found_in(
    form: Form, mapping: FieldMapping
) -> Reading | tuple[QuestionMissing, ...]:
    """Return the mapping with the form's own questions, or every one that is missing.

    A question is found by its key, by its text, or by its text without accents, markup
    and punctuation; by the last part of a key of groups (`person/email`) at the end. Of
    two columns of one heading neither is taken where the other holds the answers.
    """
    missing: list[QuestionMissing] = []
    sources = {
        subject: _source(form, subject.value, mapping.fields[subject], missing)
        for subject in Subject
        if subject in mapping.fields
    }
    custom = {
        name: _source(form, f"{CUSTOM}{name}", asked, missing)
        for name, asked in mapping.custom_fields.items()
    }
    if missing:
        return tuple(missing)
    return Reading(sources=sources, custom=custom, choices=mapping.choices)


def given_in(entry: Entry, source: Source) -> Given:
    """Return what an entry answers for a field; empty where nothing was answered."""
    texts: list[str] = []
    names: list[str] = []
    for question in source.questions:
        answer = entry.answers.get(question.key, ())
        for one in (answer,) if isinstance(answer, str) else answer:
            if one.strip():
                names.append(one)
                texts.append(question.choices.get(one, one))
    join = source.asked.join
    if join is None:
        join = " " if source.field.endswith("name") else ", "
    return Given(text=join.join(texts), names=tuple(names))


def chosen(given: Given, choices: Mapping[str, str] | None) -> str | None:
    """Return what a choice table says of an answer; None where it says nothing."""
    if not choices:
        return None
    known = {folded_words(answer): meant for answer, meant in choices.items()}
    for said in (given.text, *(given.names if len(given.names) == 1 else ())):
        if (meant := known.get(folded_words(said))) is not None:
            return meant
    return None


def questions_named(form: Form, named: str) -> tuple[Question, ...]:
    """Return the questions that a name fits: one, none, or several that are alike."""
    for fits in (
        [one for one in form.questions if one.key == named],
        [one for one in form.questions if one.text == named],
        [
            one
            for one in form.questions
            if folded_question(named)
            in {folded_question(one.text), folded_question(one.key)} - {""}
        ],
        [one for one in form.questions if one.key.rpartition("/")[2] == named],
    ):
        if fits:
            return tuple(fits)
    return ()


def _source(
    form: Form, field: str, asked: Asked, missing: list[QuestionMissing]
) -> Source:
    found: list[Question] = []
    for named in asked.questions:
        fits = questions_named(form, named)
        twins = _twins(form, fits[0], asked) if len(fits) == 1 else ()
        if len(fits) == 1 and not twins:
            found += fits
            continue
        fits = (*fits, *twins)
        nearest = [one.key for one in fits] or _nearest(form.questions, named)
        missing.append(
            QuestionMissing(
                field=field, named=named, nearest=tuple(nearest), twice=bool(fits)
            )
        )
    return Source(field=field, asked=asked, questions=tuple(found))


def _twins(form: Form, question: Question, asked: Asked) -> tuple[Question, ...]:
    """Return other columns of the same heading that hold what this one lacks.

    A form whose pages ask the same in two languages has a column for each.
    """
    if question.key != question.text:
        return ()
    return tuple(
        one
        for one in form.questions
        if one.text == question.text
        and one.key not in {question.key, *asked.questions}
        and any(
            one.key in entry.answers and question.key not in entry.answers
            for entry in form.entries
        )
    )


def _nearest(questions: Sequence[Question], named: str) -> list[str]:
    by_words = {folded_question(one.text): one.text for one in questions}
    by_words |= {folded_question(one.key): one.key for one in questions}
    wanted = folded_question(named)
    near = difflib.get_close_matches(wanted, by_words, n=_NEAR, cutoff=0.4)
    words = set(wanted.split())
    # A question that got longer shares its words, not its letters.
    shared = sorted(
        (one for one in by_words if words & set(one.split())),
        key=lambda one: -len(words & set(one.split())) / (1 + len(one.split())),
    )
    return list(dict.fromkeys(by_words[one] for one in (*near, *shared)))[:_NEAR]
