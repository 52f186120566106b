"""Puts together what tells those of the rota: of their watches, and the all clear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from moodle_bridge.model.rota import DutyRole
from sync.jobs.all_clear import AllClear
from sync.jobs.handover import Handovers
from sync.jobs.look_ahead import LookAheads
from sync.jobs.rota_news import RotaNews
from sync.jobs.shift_changes import ShiftChanges
from sync.rota.mails import RotaMails
from sync.rota.quiet_hours import Quietness
from sync.rota.quiet_people import quiet_people

if TYPE_CHECKING:
    from sync.bridge import Bridge
    from sync.pairs import Pair
    from sync.settings.alerts import AlertsSettings


def all_clear(bridge: Bridge, pairs: Sequence[Pair]) -> AllClear | None:
    """Return the job that tells who was alerted of answers; None: nobody is."""
    alerts = bridge.settings.alerts
    watched = [pair for pair in pairs if pair.settings.questions]
    people = bridge.settings.rota.people
    if alerts is None or not alerts.all_clear or not people or not watched:
        return None
    courses = {pair.name: pair.place.course.id for pair in watched}

    def name_of(pair: str, user_id: int) -> str | None:
        return next(
            (
                person.fullname
                for person in bridge.participants.of_course(courses[pair])
                if person.user_id == user_id
            ),
            None,
        )

    def on_duty_at(at: datetime) -> frozenset[str]:
        shifts = bridge.rota.shifts(at, at + timedelta(minutes=1))
        return frozenset(one.person for one in shifts if one.role is DutyRole.PRIMARY)

    return AllClear(
        ledger=bridge.ledger,
        people=bridge.watchers(pairs),
        pairs=frozenset(courses),
        ways=bridge.alert_ways(),
        quietness=_quietness(bridge, alerts),
        on_duty=on_duty_at,
        name_of=name_of,
        sending=bridge.sending,
        site=bridge.mail_site,
        secret=bridge.secret,
    )


def rota_news(
    bridge: Bridge, pairs: Sequence[Pair], problems: list[str]
) -> RotaNews | None:
    """Return what tells those of the rota of their watches; None: it tells nothing.

    `problems` takes lines for an admin.
    """
    alerts, rota = bridge.settings.alerts, bridge.settings.rota
    if alerts is None or not rota.people or not rota.sources:
        return None
    watched = [pair for pair in pairs if pair.settings.questions]
    people = {person.key: person for person in bridge.watchers(pairs)}
    quietness = _quietness(bridge, alerts)
    mails = RotaMails(
        site=bridge.mail_site,
        secret=bridge.secret,
        list_name=pairs[0].mailing_list.address.name,
    )
    return RotaNews(
        ledger=bridge.ledger,
        rota=bridge.rota,
        handovers=Handovers(
            ledger=bridge.ledger,
            people=people,
            pairs=frozenset(pair.name for pair in watched),
            quietness=quietness,
            mails=mails,
            rota_zone=rota.zone,
            look=bridge.alert_looks(watched).look,
            quiet=lambda person: quiet_people(
                person,
                watched,
                ledger=bridge.ledger,
                participants=bridge.participants,
                settings=bridge.settings,
            ),
            problems=problems,
            wanted=alerts.handover,
        ),
        look_aheads=LookAheads(
            ledger=bridge.ledger,
            people=people,
            quietness=quietness,
            mails=mails,
            weekly=alerts.weekly,
            zone=rota.zone,
        ),
        changes=ShiftChanges(
            ledger=bridge.ledger, people=people, quietness=quietness, mails=mails
        ),
        tell_changes=alerts.changes,
    )


def _quietness(bridge: Bridge, alerts: AlertsSettings) -> Quietness:
    return Quietness(
        persons={person.key: person for person in bridge.settings.rota.people},
        on_duty=alerts.quiet_on_duty,
    )
