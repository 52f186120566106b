"""What other forms want of the people of one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from moodle_bridge.model.intake import EntryState

if TYPE_CHECKING:
    from moodle_bridge.model.applicants import Applicant
    from sync.enrol.places import IntakePlace
    from sync.ledger import Transaction
    from sync.settings.intake import IntakeSettings

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedElsewhere:
    """What goes for one entry because of the person's entries in other forms.

    `speaks`: no other entry was sent later, so this one says how the account is to be.
    The others are what the person does not leave when they withdraw here.
    """

    speaks: bool = True
    stays_in: frozenset[str] = frozenset()
    stays_on_list: bool = False
    stays_in_cohort: bool = False


@dataclass(frozen=True, slots=True)
class _Other:
    intake: IntakeSettings
    sent: datetime


class Elsewhere:
    """The entries of people, over all forms, as the ledger has them."""

    def __init__(
        self,
        by_person: Mapping[str, Sequence[_Other]],
        order: Mapping[str, int],
        places: Mapping[str, IntakePlace],
    ) -> None:
        self._by_person = by_person
        self._order = order
        self._places = places

    def of(
        self, person: str, applicant: Applicant, intake: IntakeSettings
    ) -> WantedElsewhere:
        """Return what goes for an entry of a person in one form.

        A later withdrawal goes before what was wanted of the same course earlier.
        """
        others = [
            one
            for one in self._by_person.get(person, ())
            if one.intake.name != intake.name
        ]
        if not others:
            return WantedElsewhere()
        mine = (_sent(applicant), self._order[intake.name])
        later = [
            one for one in others if (one.sent, self._order[one.intake.name]) > mine
        ]
        staying = [
            one
            for one in others
            if one in later or not set(one.intake.course) & set(intake.course)
        ]
        return WantedElsewhere(
            speaks=not later,
            stays_in=frozenset(
                name for one in later for name in self._courses(one.intake, intake)
            ),
            stays_on_list=any(
                one.intake.pair == intake.pair and one.intake.list == "subscribe"
                for one in staying
            ),
            stays_in_cohort=any(one.intake.cohort == intake.cohort for one in staying),
        )

    def _courses(self, other: IntakeSettings, here: IntakeSettings) -> list[str]:
        place = self._places[here.name]
        return [
            course.shortname
            for course in place.courses
            if {course.shortname, course.id} & set(other.course)
        ]


def elsewhere_of(
    transaction: Transaction,
    intakes: Sequence[IntakeSettings],
    *,
    places: Mapping[str, IntakePlace],
) -> Elsewhere:
    """Return who stands in which of the forms; nothing where there is one form only."""
    by_person: dict[str, list[_Other]] = {}
    if len(intakes) > 1:
        for intake in intakes:
            for entry in transaction.entries.of(intake.name):
                if (
                    entry.participant_id is None
                    or entry.gone_at is not None
                    or entry.state is not EntryState.COMPLETE
                ):
                    continue
                sent = entry.edited or entry.submitted or _LONG_AGO
                by_person.setdefault(entry.participant_id, []).append(
                    _Other(intake, sent)
                )
    order = {intake.name: at for at, intake in enumerate(intakes)}
    return Elsewhere(by_person, order, places)


def _sent(applicant: Applicant) -> datetime:
    return applicant.edited or applicant.submitted or _LONG_AGO
