"""The channel that an answer chooses."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from functools import cache
from importlib.resources import files

from mappings.intake.dates import hour_of, weekday_of
from mappings.intake.folding import folded_words
from moodle_bridge.model.channels import Channel, ChannelKind, Frequency

_DATA = files("mappings.intake").joinpath("data/channels.toml")
_HOUR = re.compile(r"\d{1,2}[:.h]\d{2}")
_EVERY = {"daily": Frequency.DAILY, "weekly": Frequency.WEEKLY}


def channel_named(text: str) -> Channel | None:
    """Return the channel that a text names; None where it names none.

    Either our own words, as bridge.toml has them (`each`, `moodle`, `digest 07:00`,
    `bundle weekly monday 18:00`), or what people commonly read in a form.
    """
    if (channel := _by_common_words().get(folded_words(text))) is not None:
        return channel
    return _by_our_words(text)


def with_hour(channel: Channel | None, hour: time | None) -> Channel | None:
    """Return the channel with the hour that was asked for; None stays None."""
    if channel is None or hour is None or not channel.is_gathered:
        return channel
    return replace(channel, at=hour)


def _by_our_words(text: str) -> Channel | None:
    first, *rest = text.strip().lower().split() or [""]
    if first not in list(ChannelKind):
        return None
    channel = Channel(kind=ChannelKind(first))
    if rest and not channel.is_gathered:
        return None
    for word in rest:
        if _HOUR.fullmatch(word) and (hour := hour_of(word)) is not None:
            channel = replace(channel, at=hour)
        elif word in _EVERY:
            channel = replace(channel, every=_EVERY[word])
        elif (weekday := weekday_of(word)) is not None:
            channel = replace(channel, every=Frequency.WEEKLY, weekday=weekday)
        else:
            return None
    return channel


@cache
def _by_common_words() -> Mapping[str, Channel]:
    data = tomllib.loads(_DATA.read_text("utf-8"))
    kinds = {
        "each": Channel(),
        "digest": Channel(kind=ChannelKind.DIGEST),
        "weekly": Channel(kind=ChannelKind.DIGEST, every=Frequency.WEEKLY),
        "bundle": Channel(kind=ChannelKind.BUNDLE),
        "moodle": Channel(kind=ChannelKind.MOODLE),
    }
    return {
        folded_words(words): kinds[kind]
        for kind, listed in data.items()
        for words in listed
    }
