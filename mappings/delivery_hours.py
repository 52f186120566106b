"""When the next digest or bundle is due, by the clock where its reader lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from mappings.moments import zone_of
from moodle_bridge.model.channels import Channel, Frequency

_DAYS = {Frequency.DAILY: 1, Frequency.WEEKLY: 7}
# From the day before, where it may still be yesterday, to after the same day of the
# next week; a zone that skips a day (Samoa, 2011) needs one more.
_DAYS_LOOKED_AT = 10


def next_hour(channel: Channel, zone: str | None, *, after: datetime) -> datetime:
    """Return the first hour of a channel that comes after a moment, in UTC.

    The clock time is that of `zone`, an IANA name; of UTC where it is None or not
    known. An hour that the clock skips in spring comes as late as if it had not
    skipped; one that it shows twice in autumn comes at the first. So each local day
    has one hour (each week, for a weekly channel), and never two.
    """
    where: tzinfo = zone_of(zone) or UTC
    first = after.astimezone(where).date() - timedelta(days=1)
    for offset in range(_DAYS_LOOKED_AT):
        day = first + timedelta(days=offset)
        weekly = _DAYS[channel.every] > 1
        if weekly and day.weekday() != channel.weekday:
            continue
        hour = datetime.combine(day, channel.at, tzinfo=where).astimezone(UTC)
        if hour > after:
            return hour
    msg = f"no day of the week has the number {channel.weekday}"
    raise ValueError(msg)


def is_due(
    channel: Channel, zone: str | None, *, served_at: datetime, now: datetime
) -> bool:
    """Say whether an hour of a channel has come since it was last served."""
    return next_hour(channel, zone, after=served_at) <= now
