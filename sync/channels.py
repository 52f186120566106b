"""How each person takes part: what they chose, or what their pair does for everybody.

The one place where a channel is changed, whoever asks: the admin, a mail, a form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mappings.addresses import folded
from mappings.mail_wishes import ChooseChannel, LimitMail, LimitPictures, Pause, Resume
from mappings.moments import zone_of
from moodle_bridge.model.channels import LEAST_BUDGET, Channel, ChannelKind

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.ledger import Transaction
    from sync.settings.mail import MailSettings
    from sync.settings.pair import PairSettings

Change = ChooseChannel | Pause | Resume | LimitMail | LimitPictures

_FOR_NOW = datetime.max.replace(tzinfo=UTC)
# Longer than a week: the hour of every channel lies in it.
_LONG_AGO = timedelta(days=9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The channel of somebody before and after a change; the same when nothing did."""

    before: Channel
    after: Channel

    @property
    def changed(self) -> bool:
        """Whether anything is otherwise now."""
        return self.before != self.after


def default_channel(pair: PairSettings, mail: MailSettings) -> Channel:
    """Return how people of a pair take part who never chose."""
    return Channel(
        kind=ChannelKind(pair.channel), at=mail.digest_at, budget=mail.budget
    )


def zone_name_for(person: Person, pair: PairSettings, mail: MailSettings) -> str:
    """Return the zone of a person: their own, else that of the pair or the bridge."""
    own = person.timezone
    if own and zone_of(own):
        return own
    return pair.timezone or mail.timezone


def list_delivers(channel: Channel, now: datetime) -> bool:
    """Say whether a list that mails to its members itself is to mail to this one."""
    return channel.kind is ChannelKind.EACH and not channel.is_paused(now)


def choose(
    transaction: Transaction,
    user_id: int,
    change: Change,
    *,
    default: Channel,
    by: str,
) -> Chosen:
    """Change how a person takes part, over all pairs; may be repeated.

    `default` is `default_channel` of the pair through which they are known, and counts
    for who never chose. `by` says who asked: `admin`, `mail`, `form`. Posts that wait
    for a digest when it is given up go out in one last issue, unless no mail is wanted
    any more. A limit under `LEAST_BUDGET` becomes that. A list that mails to its
    members itself is brought in line by the next run.
    """
    now = transaction.clock()
    known = transaction.channels.get(user_id)
    before = known or default
    after = as_changed(before, change, now)
    # From when on it is so: an end of a pause is a new beginning as well.
    begins_anew = after.kind is not before.kind or (
        before.is_paused(now) and not after.is_paused(now)
    )
    if begins_anew or known is None:
        after = replace(after, since=now)
    if after != known:
        transaction.channels.set(user_id, after, by=by)
    if after.kind is ChannelKind.MOODLE:
        transaction.gatherings.end(user_id)
    elif after.is_gathered or after.is_paused(now):
        transaction.gatherings.begin(user_id)
    return Chosen(before=before, after=after)


def hasten(transaction: Transaction, user_id: int) -> bool:
    """Let what waits for a person go out with the next run, whatever the hour.

    False when nothing waits for them: they get each post, or none. May be repeated.
    """
    if user_id not in transaction.gatherings.everyone():
        return False
    transaction.gatherings.served(user_id, transaction.clock() - _LONG_AGO)
    return True


def resting_people(transaction: Transaction) -> frozenset[int]:
    """Return whom no mail reaches at present: their first address is dead."""
    dead = {one.address for one in transaction.bounces.troubled() if one.standing.rests}
    if not dead:
        return frozenset()
    return frozenset(
        person.user_id
        for course_id in transaction.people.courses()
        for person in transaction.people.of_course(course_id)
        if person.addresses and folded(person.addresses[0]) in dead
    )


class Choices:
    """What everybody chose, as it stands in one transaction.

    `resting` are the people whom no mail reaches at present.
    """

    def __init__(
        self,
        chosen: Mapping[int, Channel],
        *,
        pairs: Mapping[str, PairSettings],
        mail: MailSettings,
        resting: Collection[int] = (),
    ) -> None:
        self._chosen = chosen
        self._resting = frozenset(resting)
        self._pairs = pairs
        self._mail = mail

    def of(self, user_id: int, pair: str) -> Channel:
        """Return how a person takes part in a pair.

        Whom no mail reaches is paused until it does: what is said meanwhile waits.
        """
        channel = self._of(user_id, pair)
        if user_id in self._resting and channel.kind is not ChannelKind.MOODLE:
            return replace(channel, paused_until=_FOR_NOW)
        return channel

    def _of(self, user_id: int, pair: str) -> Channel:
        chosen = self._chosen.get(user_id)
        if chosen is None:
            return default_channel(self._pairs[pair], self._mail)
        if chosen.budget is None and self._mail.budget is not None:
            # A limit of the bridge is for all who set none of their own.
            return replace(chosen, budget=self._mail.budget)
        return chosen

    def zone(self, person: Person, pair: str) -> str:
        """Return the zone by whose clock a person lives."""
        return zone_name_for(person, self._pairs[pair], self._mail)


def as_changed(before: Channel, change: Change, now: datetime) -> Channel:
    """Return what a channel would be after a change; `choose` makes it so."""
    match change:
        case ChooseChannel():
            return replace(
                before,
                kind=change.kind,
                every=change.every or before.every,
                weekday=before.weekday if change.weekday is None else change.weekday,
                at=change.at or before.at,
                paused_until=None,
            )
        case Pause(until=until):
            return replace(before, paused_until=until if until > now else None)
        case Resume():
            return replace(before, paused_until=None)
        case LimitMail(budget=budget):
            least = None if budget is None else max(budget, LEAST_BUDGET)
            return replace(before, budget=least)
        case LimitPictures(size=size):
            return replace(before, picture_limit=size)
