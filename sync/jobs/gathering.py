"""For whom posts wait, whose hour has come, and which posts those are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.delivery_hours import is_due, next_hour
from mappings.header_lines import is_address
from moodle_bridge.model.channels import Channel, ChannelKind
from sync.channels import Choices, resting_people
from sync.jobs.mail_keys import was_mailed
from sync.ledger.channels import Gathering
from sync.ledger.intents import IntentState
from sync.ledger.issues import Delivered, Issue
from sync.ledger.links import Link, LinkState

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair
    from sync.participants import Participants
    from sync.settings.mail import MailSettings

JOB = "digests"

# What was too much for a day is named on the next one.
_MIDNIGHT = Channel(at=time(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A person's place in one pair, and where their mail of it goes."""

    pair: Pair
    person: Person
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Somebody for whom an issue is to be made now.

    `waiting` are the posts that may be for them, by pair; `owed` those of which only
    the names are. `last` is true when they get each post, or will again: what waited
    goes out once, and nothing waits any more. `issue` is one that was planned before
    and not sent; None for a new one.
    """

    user_id: int
    seats: Mapping[str, Seat]
    channel: Channel
    zone: str
    waiting: Mapping[str, Sequence[Link]]
    owed: Sequence[Link] = ()
    last: bool = False
    issue: Issue | None = None


class Gathered:
    """Looks through the ledger for whom something waits; nothing is read from Moodle
    but who takes part, and that only when it may matter.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        *,
        ledger: Ledger,
        participants: Participants,
        mail: MailSettings,
        account_id: Callable[[], int],
    ) -> None:
        self._pairs = pairs
        self._ledger = ledger
        self._participants = participants
        self._mail = mail
        self._account_id = account_id
        self._seats: dict[int, dict[str, Seat]] | None = None

    def begin(self) -> None:
        """Let posts wait for everybody who gets them gathered; may be repeated.

        Before anything of a run is carried, so that what is said from now on waits.
        Raises RemoteError when Moodle must be asked who takes part, and is silent.
        """
        with self._ledger.reading() as transaction:
            choices = self._choices(transaction)
            chosen = transaction.channels.everyone()
            resting = resting_people(transaction)
            known = set(transaction.gatherings.everyone())
        now = self._ledger.clock()
        by_default = [
            pair
            for pair in self._pairs
            if pair.settings.channel in {"digest", "bundle"}
        ]
        wanted = {
            person.user_id
            for pair in by_default
            for person in self._participants.of_course(pair.place.course.id)
            if choices.of(person.user_id, pair.name).is_gathered
        }
        wanted |= {
            user_id
            for user_id, channel in chosen.items()
            if channel.kind is not ChannelKind.MOODLE
            and (channel.is_gathered or channel.is_paused(now))
        }
        wanted |= {
            user_id
            for user_id in resting
            if chosen.get(user_id, _MIDNIGHT).kind is not ChannelKind.MOODLE
        }
        if wanted <= known:
            return
        with self._ledger.writing() as transaction:
            for user_id in sorted(wanted - known):
                transaction.gatherings.begin(user_id)

    def due(self) -> list[Due]:
        """Return for whom an issue is to be made: left from before, then whose hour is.

        Raises RemoteError as `begin` does.
        """
        with self._ledger.reading() as transaction:
            gatherings = transaction.gatherings.everyone()
            owed = transaction.delivered.owed()
            open_ = self._open(transaction)
        if not (gatherings or owed or open_):
            return []
        with self._ledger.reading() as transaction:
            choices = self._choices(transaction)
            left = [
                self._left(issue, choices) for issue, may_go in open_.values() if may_go
            ]
            fresh = [
                due
                for user_id in sorted(gatherings.keys() | owed.keys())
                if user_id not in open_
                and (
                    due := self._fresh(
                        transaction,
                        user_id,
                        choices,
                        gatherings.get(user_id),
                        owed.get(user_id, ()),
                    )
                )
                is not None
            ]
        return [*left, *fresh]

    def _open(self, transaction: Transaction) -> dict[int, tuple[Issue, bool]]:
        """Return the issues without an outcome, by person, and if they can go on now."""
        now = self._ledger.clock()
        found: dict[int, tuple[Issue, bool]] = {}
        for state in (IntentState.SENDING, IntentState.PLANNED):
            for intent in transaction.intents.with_state(state, job=JOB):
                issue = transaction.issues.get(int(intent.details["issue"]))
                if issue is None:
                    continue
                waits = intent.not_before is not None and intent.not_before > now
                may_go = state is IntentState.PLANNED and not waits
                found.setdefault(issue.user_id, (issue, may_go))
        return found

    def _left(self, issue: Issue, choices: Choices) -> Due:
        names = {item.pair for item in (*issue.items, *issue.left_out)}
        seats = {
            name: seat
            for name, seat in self._seats_of(issue.user_id).items()
            if name in names
        }
        first = next(iter(seats), "")
        return Due(
            user_id=issue.user_id,
            seats=seats,
            channel=choices.of(issue.user_id, first) if seats else Channel(),
            zone=choices.zone(seats[first].person, first) if seats else "UTC",
            waiting={},
            issue=issue,
        )

    def _fresh(
        self,
        transaction: Transaction,
        user_id: int,
        choices: Choices,
        gathering: Gathering | None,
        owed: Sequence[Delivered],
    ) -> Due | None:
        now = self._ledger.clock()
        seats = self._seats_of(user_id)
        channels = {name: choices.of(user_id, name) for name in seats}
        wanted = [
            one for one in channels.values() if one.kind is not ChannelKind.MOODLE
        ]
        if not wanted or any(channel.is_paused(now) for channel in wanted):
            return None
        gathered = [name for name, channel in channels.items() if channel.is_gathered]
        first = gathered[0] if gathered else next(iter(seats))
        channel, zone = channels[first], choices.zone(seats[first].person, first)
        served_at = (
            gathering.served_at
            if gathering
            else next_hour(_MIDNIGHT, zone, after=min(one.at for one in owed))
        )
        last = not gathered and gathering is not None
        changed_at = _changed_at(channel)
        begun_anew = last and (changed_at is None or served_at <= changed_at)
        if not begun_anew and not is_due(channel, zone, served_at=served_at, now=now):
            return None
        waiting: dict[str, list[Link]] = {}
        if gathering is not None:
            until = changed_at if last else None
            waiting = {
                name: links
                for name in (gathered or seats)
                if channels[name].kind is not ChannelKind.MOODLE
                and (
                    links := self._waiting(
                        transaction,
                        seats[name],
                        gathering.since,
                        last=last,
                        until=until,
                    )
                )
            }
        return Due(
            user_id=user_id,
            seats=seats,
            channel=channel,
            zone=zone,
            waiting=waiting,
            owed=[
                link
                for one in owed
                if one.pair in seats
                for link in transaction.links.by_post(one.post_id, one.pair)
            ],
            last=last,
        )

    def _waiting(
        self,
        transaction: Transaction,
        seat: Seat,
        since: datetime,
        *,
        last: bool,
        until: datetime | None,
    ) -> list[Link]:
        """Return the posts of a pair that somebody may not have had yet."""
        name = seat.pair.name
        had = transaction.delivered.of_person(seat.person.user_id)
        said = [
            link
            for link in transaction.links.said_since(name, since)
            if (name, link.post_id) not in had
            and link.author_user_id != seat.person.user_id
        ]
        if last:
            # What waits still goes to them as a mail of its own.
            said = [link for link in said if link.state is not LinkState.WAITING]
        if not seat.pair.mailing_list.traits.knows_members:
            # The list mails to its members itself, again since `until`.
            return [
                link
                for link in said
                if until is None or (link.settled_at or link.created_at) <= until
            ]
        sources = {link.post_id: f"post:{name}:{link.post_id}" for link in said}
        keys = transaction.intents.keys_of_sources(list(sources.values()))
        addresses = (*seat.person.addresses, seat.recipient)
        return [
            link
            for link in said
            if not was_mailed(keys[sources[link.post_id]], addresses)
        ]

    def _choices(self, transaction: Transaction) -> Choices:
        return Choices(
            transaction.channels.everyone(),
            pairs={pair.name: pair.settings for pair in self._pairs},
            mail=self._mail,
            resting=resting_people(transaction),
        )

    def _seats_of(self, user_id: int) -> dict[str, Seat]:
        if self._seats is None:
            self._seats = {}
            for pair in self._pairs:
                people = self._participants.of_course(pair.place.course.id)
                for recipient, person in _reached(pair, people, self._mail.address):
                    if person.user_id != self._account_id():
                        self._seats.setdefault(person.user_id, {})[pair.name] = Seat(
                            pair=pair, person=person, recipient=recipient
                        )
        return self._seats.get(user_id, {})


def _reached(
    pair: Pair, people: Sequence[Person], own_address: str
) -> list[tuple[str, Person]]:
    """Return whom mail of a pair reaches, and where; each address once."""
    if pair.mailing_list.traits.knows_members:
        return [
            (delivery.recipient, delivery.person)
            for delivery in pair.mailing_list.deliveries(people)
            if delivery.person is not None
        ]
    own = (own_address, *pair.mailing_list.traits.addresses)
    taken = {folded(address) for address in own}
    found = []
    for person in people:
        address = next(iter(person.addresses), "")
        if person.suspended or not is_address(address) or folded(address) in taken:
            continue
        taken.add(folded(address))
        found.append((address, person))
    return found


def _changed_at(channel: Channel) -> datetime | None:
    """Return since when somebody gets each post again, None if that is not known."""
    moments = [one for one in (channel.since, channel.paused_until) if one is not None]
    return max(moments, default=None)
