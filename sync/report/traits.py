"""What may tell groups of participants apart: connection, country, language, channel."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mappings.intake.fields import Asked
from mappings.intake.folding import folded_question, folded_words
from mappings.one_line import cut, one_line
from sync.channels import default_channel

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.settings import Settings
    from sync.settings.intake import IntakeSettings

Traits = tuple[tuple[str, str], ...]

_LONGEST = 60


def traits_of(
    transaction: Transaction,
    settings: Settings,
    pairs: Sequence[str],
    courses: Collection[int],
) -> Mapping[int, Traits]:
    """Return the traits of people, by user id, each as (name, value).

    `country` (ISO 3166) and `language` (Moodle's code) as Moodle knows them,
    `bandwidth` as it was answered in an intake form, `channel` (each, digest, bundle,
    moodle) as they take part. What nobody said is left out.
    """
    bandwidth = dict(_bandwidths(transaction, settings))
    chosen = transaction.channels.everyone()
    usual = next(
        (
            default_channel(one, settings.mail).kind.value
            for one in settings.pairs
            if one.name in pairs
        ),
        None,
    )
    found: dict[int, Traits] = {}
    for course_id in sorted(courses):
        for person in transaction.people.of_course(course_id):
            channel = chosen.get(person.user_id)
            said = {
                "bandwidth": bandwidth.get(person.user_id),
                "channel": channel.kind.value if channel else usual,
                "country": person.country,
                "language": person.language,
            }
            found[person.user_id] = tuple(
                (name, value) for name, value in said.items() if value
            )
    return found


def _bandwidths(
    transaction: Transaction, settings: Settings
) -> Iterator[tuple[int, str]]:
    """Give what people answered to the question after their connection.

    Of those who took their part back, or were forgotten, nothing is told. An account
    that was there before the form is theirs by what was decided of their entry.
    """
    known = {
        one.person.id: one.person
        for one in transaction.participants.everybody()
        if one.person.withdrawn_at is None and one.forgotten_at is None
    }
    for intake in settings.intakes:
        keys = _questions(transaction, intake)
        means = {
            folded_words(answer): value
            for answer, value in intake.choices.get("bandwidth", {}).items()
        }
        decided = transaction.decisions.of(intake.name) if keys else {}
        for entry in transaction.entries.of(intake.name) if keys else ():
            person = known.get(entry.participant_id or "")
            if person is None:
                continue
            number = person.user_id
            if number is None and entry.key in decided:
                number = decided[entry.key].user_id
            said = _answer(entry.answers, keys)
            if number is not None and said:
                yield number, means.get(folded_words(said), said)


def _questions(transaction: Transaction, intake: IntakeSettings) -> frozenset[str]:
    """Return the keys of the questions after the connection, as they are compared."""
    kept = transaction.cursors.get(bandwidth_cursor(intake.name))
    asked: Asked | None = intake.questions.bandwidth
    named = kept.split("\n") if kept else asked.questions if asked else ()
    return frozenset(folded_question(one) for one in named if one)


def bandwidth_cursor(intake: str) -> str:
    """Return where the ledger keeps which questions a form asks after the connection."""
    return f"intake:{intake}:bandwidth"


def _answer(answers: Mapping[str, object], keys: Collection[str]) -> str:
    said: list[str] = []
    for key, answer in answers.items():
        if folded_question(key) in keys:
            said += [answer] if isinstance(answer, str) else map(str, _listed(answer))
    return cut(one_line(", ".join(filter(None, said))), _LONGEST)


def _listed(answer: object) -> Sequence[object]:
    return answer if isinstance(answer, list | tuple) else ()
