"""Which messages about questions that wait are to go out now, and by which way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from mappings.alerts.escalation import Due, EscalationStep, Watch, due
from mappings.alerts.quiet import QuietHours, not_before
from moodle_bridge.model.rota import DutyRole, Facilitator
from sync.alert_ways import Way, Ways
from sync.jobs.alert_messages import Message, Standing, Told, claims_on, stretch_of
from sync.jobs.peer_answers import ended_by_peers, is_told_of_peer, waits_to_tell
from sync.ledger.alerts import REACHED, Alert, AlertState
from sync.settings.alerts import AlertsSettings
from sync.settings.rota import RotaPersonSettings


class Planner:
    """Finds out which messages are due; reaches nothing and writes nothing down.

    `looks_every` is how long after one run the next begins, None when nobody knows.
    """

    def __init__(
        self,
        settings: AlertsSettings,
        people: Sequence[Facilitator],
        persons: Mapping[str, RotaPersonSettings],
        ways: Ways,
        *,
        looks_every: timedelta | None,
    ) -> None:
        self._looks_every = looks_every
        self._settings = settings
        self._people = {person.key: person for person in people}
        self._persons = persons
        self._ways = ways
        self._steps = tuple(
            EscalationStep(after=step.after, to=step.to) for step in settings.steps
        )

    def due(self, standing: Standing, watch: Watch, now: datetime) -> Due:
        """Return who is to be told of what, whatever the way and the hour.

        What another question follows within `bundle_within`, for the same person and
        step, waits for it; unless the next run would come too late for that.
        """
        found = self._due(standing, watch, now)
        within = self._settings.bundle_within
        every = self._looks_every
        if every is None or every > within or not found.alerts:
            return found
        follows = self._due(standing, watch, now + within).alerts
        first: dict[tuple[str, int], datetime] = {}
        for one in found.alerts:
            whose = (one.person, one.step)
            first[whose] = min(one.since, first.get(whose, one.since))
        held = {
            (one.person, one.step)
            for one in follows
            if one.since > now
            and (one.person, one.step) in first
            and one.since <= first[one.person, one.step] + within
            and now + every <= first[one.person, one.step] + within
        }
        return Due(
            alerts=tuple(
                one for one in found.alerts if (one.person, one.step) not in held
            ),
            unwatched=found.unwatched,
        )

    def _due(self, standing: Standing, watch: Watch, now: datetime) -> Due:
        sent = {
            (one.pair, one.post_id, one.step, one.person)
            for one in standing.counting(now)
            if one.step and one.state is not AlertState.WITHDRAWN
        }
        told = {
            (one.pair, one.post_id)
            for one in standing.alerts
            if one.step and one.state in REACHED
        }
        oldest = now - self._settings.too_old
        waits = waits_to_tell(standing, self._settings.peer_answers, now)
        fresh = [wait for wait in waits if wait.began >= oldest]
        old = [
            wait
            for wait in waits
            if wait.began < oldest and (wait.pair, wait.post_id) not in told
        ]
        claims = claims_on(standing.claims)
        found = [
            due(
                waits,
                steps,
                watch,
                now,
                clock=self._settings.clock,
                claims=claims,
                sent=sent,
                answered=ended_by_peers(standing, self._settings.peer_answers),
            )
            # What is old is told of once, and goes no further up.
            for waits, steps in ((fresh, self._steps), (old, self._steps[:1]))
        ]
        return Due(
            alerts=tuple(alert for part in found for alert in part.alerts),
            unwatched=tuple(wait for part in found for wait in part.unwatched),
        )

    def messages(
        self,
        standing: Standing,
        found: Due,
        watch: Watch,
        now: datetime,
        problems: list[str],
    ) -> list[Message]:
        """Return the messages that go out now; the others wait for their hour."""
        wanted = self._wanted(standing, found, now)
        grouped: dict[tuple[str, str], list[tuple[Way, Told]]] = {}
        for key, told, rows in wanted:
            ways = self._ways.of(self._people[key])
            if not ways:
                problems.append(
                    f"{self._people[key].name} cannot be told that a question waits:"
                    " they have neither an address nor an account. Say `user` or"
                    " `address` in [[rota.person]], or add [[alerts.channel]]."
                )
                continue
            way = next_way(rows, ways, now)
            if way is not None:
                grouped.setdefault((key, way.name), []).append((way, told))
        messages = [
            Message(
                person=self._people[key],
                way=several[0][0],
                told=tuple(
                    sorted(
                        (told for _, told in several),
                        key=lambda told: (told.wait.began, told.wait.post_id),
                    )
                ),
            )
            for (key, _), several in grouped.items()
        ]
        messages += self._to_leads(standing, found, watch, now, problems)
        return self._at_their_hour(messages, standing, watch, now)

    def _wanted(
        self, standing: Standing, found: Due, now: datetime
    ) -> list[tuple[str, Told, list[Alert]]]:
        """Return (person, question, what was done of it) for all that may go on."""
        rows: dict[tuple[str, int, str, int], list[Alert]] = {}
        newest: dict[tuple[str, int, str], int] = {}
        for alert in standing.counting(now):
            if not alert.step:
                continue
            whose = (alert.pair, alert.post_id, alert.person)
            rows.setdefault((*whose, alert.step), []).append(alert)
            newest[whose] = max(newest.get(whose, 0), alert.step)
        wanted = {
            (one.wait.pair, one.wait.post_id, one.person): Told(
                wait=one.wait,
                step=one.step,
                since=one.since,
                again=standing.again((one.wait.pair, one.wait.post_id), now),
            )
            for one in found.alerts
        }
        waits = {(wait.pair, wait.post_id): wait for wait in standing.waits}
        oldest = now - self._settings.too_old
        rule = self._settings.peer_answers
        ended = ended_by_peers(standing, rule)
        for (pair, post_id, person), step in newest.items():
            wait, claim = (
                waits.get((pair, post_id)),
                standing.claims.get((pair, post_id)),
            )
            claimed = claim is not None and claim.until > now
            if wait is None or claimed or person not in self._people:
                continue
            if (pair, post_id, person) in wanted or wait.began < oldest:
                continue
            if (pair, post_id) in ended and not is_told_of_peer(step, rule):
                continue
            before = rows[pair, post_id, person, step]
            if all(one.state is AlertState.WITHDRAWN for one in before):
                continue
            wanted[pair, post_id, person] = Told(
                wait=wait,
                step=step,
                since=before[0].due_at,
                again=standing.again((pair, post_id), now),
            )
        return [
            (person, told, rows.get((pair, post_id, person, told.step), []))
            for (pair, post_id, person), told in wanted.items()
        ]

    def _to_leads(
        self,
        standing: Standing,
        found: Due,
        watch: Watch,
        now: datetime,
        problems: list[str],
    ) -> list[Message]:
        if not found.unwatched:
            return []
        leads = [person for person in self._people.values() if person.lead]
        if not leads:
            problems.append(
                f"nobody is on duty, {len(found.unwatched)} questions wait, and nobody"
                " is told: say `lead = true` in a [[rota.person]]"
            )
        told = tuple(
            Told(wait=wait, step=0, since=now)
            for wait in sorted(
                found.unwatched, key=lambda wait: (wait.began, wait.post_id)
            )
        )
        stretch = stretch_of(watch.primaries, now)
        messages = []
        for lead in leads:
            ways = self._ways.of(lead)
            way = next_way(standing.gap.get(lead.key, ()), ways, now) if ways else None
            if way is not None:
                messages.append(
                    Message(person=lead, way=way, told=told, stretch=stretch)
                )
        return messages

    def _at_their_hour(
        self,
        messages: Sequence[Message],
        standing: Standing,
        watch: Watch,
        now: datetime,
    ) -> list[Message]:
        on_duty: Collection[str] = {
            shift.person for shift in watch.shifts if shift.role is DutyRole.PRIMARY
        }
        disturbed: dict[str, list[datetime]] = {}
        found = []
        for message in messages:
            person = message.person
            wanted = self._persons.get(person.key)
            quiet = wanted.quiet if wanted else None
            if person.key not in disturbed:
                disturbed[person.key] = list(standing.disturbed(person.key))
            times = disturbed[person.key]
            at = not_before(
                now,
                quiet=QuietHours(start=quiet[0], end=quiet[1], zone=person.zone)
                if quiet
                else None,
                on_duty=person.key in on_duty and not self._settings.quiet_on_duty,
                sent=times,
                most_an_hour=wanted.most_an_hour if wanted else None,
            )
            if at <= now:
                times.append(now)
                found.append(message)
        return found


def next_way(rows: Sequence[Alert], ways: Sequence[Way], now: datetime) -> Way | None:
    """Return by which way somebody is told next; None: by none now.

    The first at once; the next at once when those before it failed, or when its time
    after the first message has come. Where nobody can find out whether a message went
    out, it counts as failed: rather by two ways than by none.
    """
    used = {row.channel: row for row in rows if row.state is not AlertState.WITHDRAWN}
    if any(row.state is AlertState.WITHHELD for row in used.values()):
        return None
    unused = [way for way in ways if way.name not in used]
    if not unused or not used:
        return unused[0] if unused else None
    sent = [row.sent_at for row in used.values() if row.sent_at is not None]
    for way in unused:
        if way.after is not None and sent and min(sent) + way.after <= now:
            return way
    # The copy of a mail tells whether it went out; of all else nothing does.
    tells = {way.name for way in ways if way.channel.by_mail}
    failed = all(
        row.state is AlertState.FAILED
        or (row.state is AlertState.PERHAPS and row.channel not in tells)
        for row in used.values()
    )
    return unused[0] if failed else None
