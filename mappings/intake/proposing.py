"""Proposes which question of a new form fills which field, for a person to look at."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mappings.intake.agreeing import agreed
from mappings.intake.channels import channel_named
from mappings.intake.countries import country_named
from mappings.intake.fields import Subject
from mappings.intake.folding import folded_words
from mappings.intake.languages import language_named
from mappings.intake.phones import phone_in
from mappings.intake.zones import zone_named
from moodle_bridge.model.intake import Entry, Form, Question

_DATA = files("mappings.intake").joinpath("data/questions.toml")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}")
_SAMPLES = 30
_LONGEST_SAMPLE = 200
_LEAST = 0.4
_BY_WORDS, _BY_ANSWERS = 0.65, 0.35
_BARE = 0.8
_UNANSWERED = 0.6
_NAMES = (Subject.FIRST_NAME, Subject.LAST_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A question that may fill a field; `confidence` is between 0 and 1."""

    subject: Subject
    question: Question
    confidence: float


def proposed(form: Form) -> tuple[Proposal, ...]:
    """Return the likeliest question for each field, in the order of the fields.

    By the words of the question and by what was answered. A question is proposed for
    one field, and a field without a likely question is not there. Nothing of it is
    used before a person has put it into bridge.toml.
    """
    scored = sorted(
        (
            (-_confidence(subject, question, form), at, subject, question)
            for at, question in enumerate(form.questions)
            for subject in Subject
        ),
        key=lambda row: row[:2],
    )
    found: dict[Subject, Proposal] = {}
    used: set[str] = set()
    for minus, _, subject, question in scored:
        if -minus >= _LEAST and subject not in found and question.key not in used:
            found[subject] = Proposal(
                subject=subject, question=question, confidence=round(-minus, 2)
            )
            used.add(question.key)
    if not all(one in found for one in _NAMES):
        found |= _bare_names(form)
    return tuple(
        found[subject] for subject in Subject if subject in _of_one_kind(found)
    )


def _bare_names(form: Form) -> Mapping[Subject, Proposal]:
    """Return the questions for first and last name whose words are these and no more.

    Not where one of them seems to ask for the whole name all the same.
    """
    by_words = {_key(question.text): question for question in reversed(form.questions)}
    for first, last in _pairs():
        both = by_words.get(first), by_words.get(last)
        if both[0] is None or both[1] is None or _holds_other(form, both[0], both[1]):
            continue
        return {
            subject: Proposal(subject=subject, question=question, confidence=_BARE)
            for subject, question in zip(_NAMES, both, strict=True)
            if question is not None
        }
    return {}


def _holds_other(form: Form, one: Question, other: Question) -> bool:
    """Say whether the answers to one question are mostly a part of those to another."""
    both = [
        (_words_of(entry, one), _words_of(entry, other))
        for entry in form.entries[:_SAMPLES]
    ]
    held = sum(bool(a and b) and (a < b or b < a) for a, b in both)
    return held * 2 > len(both)


def _words_of(entry: Entry, question: Question) -> frozenset[str]:
    answer = entry.answers.get(question.key, "")
    return frozenset(folded_words(" ".join(_texts(answer))).split())


def _texts(answer: str | tuple[str, ...]) -> tuple[str, ...]:
    return (answer,) if isinstance(answer, str) else answer


def _of_one_kind(found: Mapping[Subject, Proposal]) -> set[Subject]:
    """Return the fields without the whole name, or without its parts."""
    if Subject.NAME not in found or not any(one in found for one in _NAMES):
        return set(found)
    if all(one in found for one in _NAMES):
        return set(found) - {Subject.NAME}
    return set(found) - set(_NAMES)


def _confidence(subject: Subject, question: Question, form: Form) -> float:
    words = _by_words(subject, question)
    if form.entries and not next(_answers(form, question), ""):
        # Microsoft Forms has columns for people who log in, and they stay empty.
        return _UNANSWERED * words
    read = _READERS.get(subject)
    if read is None or (not words and subject is not Subject.EMAIL):
        return words
    samples = list(_answers(form, question))[:_SAMPLES]
    if not samples:
        return words
    share = sum(map(read, samples)) / len(samples)
    if subject is Subject.EMAIL:
        # What looks like an address is one, whatever the question says.
        return max(_BY_WORDS * words + _BY_ANSWERS * share, 0.6 * share)
    return _BY_WORDS * words + _BY_ANSWERS * share


def _by_words(subject: Subject, question: Question) -> float:
    return max(
        _likeness(subject, _key(question.text)),
        _likeness(subject, _key(question.key.rpartition("/")[2])),
    )


def _key(text: str) -> str:
    return folded_words(text).replace("e mail", "email")


def _likeness(subject: Subject, said: str) -> float:
    words, others = _words()
    have = f" {said} "
    if any(f" {other} " in have for other in others.get(subject, ())):
        return 0.0
    best = 0.0
    for phrase in words[subject]:
        if phrase == said:
            return 1.0
        if f" {phrase} " in have:
            share = len(phrase.split()) / len(said.split())
            best = max(best, 0.55 + 0.4 * min(1.0, share * 1.5))
    return best


def _answers(form: Form, question: Question) -> Iterator[str]:
    for entry in form.entries[: _SAMPLES * 3]:
        answer = entry.answers.get(question.key, ())
        for one in _texts(answer):
            if one.strip():
                yield question.choices.get(one, one)[:_LONGEST_SAMPLE]


_READERS: Mapping[Subject, Callable[[str], bool]] = {
    Subject.EMAIL: lambda text: _ADDRESS.search(text) is not None,
    Subject.SECOND_EMAIL: lambda text: _ADDRESS.search(text) is not None,
    Subject.PHONE: lambda text: (
        sum(one.isdigit() for one in text) > 6 or phone_in(text, None).phone is not None  # noqa: PLR2004
    ),
    Subject.COUNTRY: lambda text: (
        (found := country_named(text)).code is not None or found.ambiguous
    ),
    Subject.LANGUAGE: lambda text: language_named(text, None).code is not None,
    Subject.TIMEZONE: lambda text: zone_named(text, "GB").name is not None,
    Subject.CHANNEL: lambda text: channel_named(text) is not None,
    Subject.CONSENT: lambda text: agreed((text,)) is not None,
}


@cache
def _words() -> tuple[
    Mapping[Subject, tuple[str, ...]], Mapping[Subject, tuple[str, ...]]
]:
    data = tomllib.loads(_DATA.read_text("utf-8"))
    words, others = (
        {
            Subject(field): tuple(_key(phrase) for phrase in phrases)
            for field, phrases in data[table].items()
        }
        for table in ("words", "others")
    )
    return words, others


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    data = tomllib.loads(_DATA.read_text("utf-8"))
    return tuple((_key(first), _key(last)) for first, last in data["pairs"]["names"])
