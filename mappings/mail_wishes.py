"""What somebody may ask of the bridge itself by mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from moodle_bridge.model.channels import ChannelKind, Frequency


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseChannel:
    """How posts are to come; None leaves a thing as it is.

    `at` is a clock time in the person's own zone, `weekday` 0 for Monday.
    """

    kind: ChannelKind
    every: Frequency | None = None
    weekday: int | None = None
    at: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """No mail of posts until a moment, in UTC."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """The pause is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitMail:
    """The most bytes of mail a day; None for no limit."""

    budget: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitPictures:
    """The most bytes of one picture: 0 links them, None leaves it to the course."""

    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetPosts:
    """The posts with these numbers, in full."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetFile:
    """One file of a post, counted from 1 in the order of the post."""

    post_id: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GetNew:
    """All that waits, now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What can be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSettings:
    """How things are set."""


Command = (
    ChooseChannel
    | Pause
    | Resume
    | LimitMail
    | LimitPictures
    | GetPosts
    | GetFile
    | GetNew
    | Help
    | ShowSettings
)


class Unclear(StrEnum):
    """Why a line of a command mail was not carried out."""

    NOT_UNDERSTOOD = "not-understood"
    PAST = "past"
    TOO_FAR = "too-far"
    NO_SUCH_DAY = "no-such-day"
    TOO_SMALL = "too-small"
    TOO_MANY = "too-many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line that is a try at a command; `suggestion` is what may be meant, or empty."""

    line: str
    why: Unclear
    suggestion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandMail:
    """What a mail asks for, in its order, and what of it was not understood."""

    commands: tuple[Command, ...] = ()
    problems: tuple[Problem, ...] = ()
