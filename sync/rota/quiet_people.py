"""Whom a facilitator may know to have gone quiet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mappings.participation.activity import gone_quiet
from mappings.rota.handover import QuietOne
from mappings.rota.wall_clock import local_day
from sync.jobs.handover import QuietPeople
from sync.ledger.report_facts import ReportRows
from sync.report.gathering import members_of, names_of, talk_of

if TYPE_CHECKING:
    from moodle_bridge.model.rota import Facilitator
    from sync.ledger import Ledger
    from sync.pairs import Pair
    from sync.participants import Participants
    from sync.settings import Settings


def quiet_people(
    person: Facilitator,
    pairs: Sequence[Pair],
    *,
    ledger: Ledger,
    participants: Participants,
    settings: Settings,
) -> QuietPeople:
    """Return who says nothing any more in the courses in which somebody teaches.

    Who fell silent last stands first. Raises RemoteError when Moodle must be asked
    who takes part and does not answer.
    """
    days = settings.report.quiet_after.days
    own = [
        pair.name
        for pair in pairs
        if any(
            one.facilitator and one.user_id == person.user_id
            for one in participants.of_course(pair.place.course.id)
        )
    ]
    if not own:
        return QuietPeople(days=days)
    zone = settings.rota.zone
    with ledger.reading() as transaction:
        talk = talk_of(ReportRows(transaction.connection, own).spoken(), zone)
        members = members_of(transaction, settings, own, talk)
        names = names_of(transaction, settings, own).people
    found = gone_quiet(
        talk.said(),
        members,
        local_day(ledger.clock(), zone),
        after=settings.report.quiet_after,
    )
    return QuietPeople(
        people=[
            QuietOne(name=names[one.person], last_day=one.last_day, days=one.days)
            for one in sorted(found, key=lambda one: (one.days, names.get(one.person)))
            if one.person in names
        ],
        days=days,
    )
