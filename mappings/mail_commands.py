"""Reads what somebody asks of the bridge itself: `channel digest 18:00`, `get 417`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from mappings.command_dates import Reader
from mappings.command_tokens import Token, tokens_of
from mappings.command_words import (
    VERBS,
    WEEKDAYS,
    Word,
    first_phrase,
    vocabulary,
)
from mappings.mail_wishes import (
    ChooseChannel,
    Command,
    CommandMail,
    GetFile,
    GetNew,
    GetPosts,
    Help,
    LimitMail,
    LimitPictures,
    Pause,
    Problem,
    Resume,
    ShowSettings,
    Unclear,
)
from mappings.subjects import plain_subject
from moodle_bridge.model.channels import LEAST_BUDGET, ChannelKind, Frequency

NUMBERS_MOST = 20
"""How many posts can be asked for in one line."""

_LINES_MOST = 20
_LINE_LONGEST = 100
_TRY_LONGEST = 6
_LARGEST_ID = 2**63 - 1
_LONGEST_PAUSE = timedelta(days=2 * 366)
_NUMBERED = re.compile(r"^\s*[0-9]{1,2}[.)]\s+(?=\D)")
_MENDED_LEAST = 4
_NEAR = 0.75
_VERB_LEFT_OUT: Mapping[Word, frozenset[Word]] = {
    Word.CHANNEL: frozenset({Word.DIGEST, Word.BUNDLE}),
    Word.GET: frozenset({Word.PHOTO, Word.FILE}),
}
_KINDS = {
    Word.EACH: ChannelKind.EACH,
    Word.MAIL: ChannelKind.EACH,
    Word.DIGEST: ChannelKind.DIGEST,
    Word.BUNDLE: ChannelKind.BUNDLE,
    Word.MOODLE: ChannelKind.MOODLE,
    Word.NONE: ChannelKind.MOODLE,
}
_OFTEN = {
    Word.DAILY: Frequency.DAILY,
    Word.DAY: Frequency.DAILY,
    Word.WEEKLY: Frequency.WEEKLY,
    Word.WEEK: Frequency.WEEKLY,
}


def read_commands(
    text: str,
    *,
    subject: str = "",
    now: datetime,
    zone: tzinfo,
    to_bridge: bool,
    also_list: bool = False,
    own_name: str = "",
    language: str | None = None,
) -> CommandMail | None:
    """Return what a mail asks of the bridge; None for a mail that is for people.

    `text` is the author's own, quotes and signature off; where it is blank the subject
    counts. It asks of the bridge only when every line of it does, save for polite
    words and the author's own name. `to_bridge` says that it went to the bridge's own
    plain address and answers no post: then words that stand alone (`help`) count as
    well, and a short try that is not understood is a CommandMail with problems.
    `also_list` says that this address is that of a list as well: then a try must be
    very near to a command.
    A day is read in `zone`, `now` says which day is today. `language` is that of
    suggestions. Never raises.
    """
    body = text if text.strip() else plain_subject(subject)
    lines = [line for part in body.split("\n") for line in part.split(";")]
    lines = [line.strip() for line in lines if line.strip()]
    if len(lines) > _LINES_MOST or any(len(line) > _LINE_LONGEST for line in lines):
        return None
    own = {token.text for token in tokens_of(own_name)}
    said = [
        (line, wanted)
        for line in lines
        if (wanted := _without_politeness(tokens_of(_NUMBERED.sub("", line)), own))
    ]
    if not said:
        return None
    commands: list[Command] = []
    problems: list[Problem] = []
    for line, tokens in said:
        found = _command(tokens, now, zone)
        if not to_bridge and (found is None or _stands_alone(tokens)):
            return None
        if found is None:
            fixed = _suggestion(tokens, now, zone, language)
            if not fixed and not _is_a_try(tokens, also_list=also_list):
                return None
            problems.append(
                Problem(line=line, why=Unclear.NOT_UNDERSTOOD, suggestion=fixed)
            )
        elif isinstance(found, Unclear):
            problems.append(Problem(line=line, why=found))
        else:
            commands.append(found)
    return CommandMail(commands=tuple(commands), problems=tuple(problems))


def _without_politeness(
    tokens: Sequence[Token], own_name: Collection[str]
) -> tuple[Token, ...]:
    kept = tuple(one for one in tokens if Word.POLITE not in one.meanings)
    # `Thanks, Aminata` and a name alone on its line ask for nothing.
    return () if all(one.text in own_name for one in kept) else kept


def _command(
    tokens: Sequence[Token], now: datetime, zone: tzinfo
) -> Command | Unclear | None:
    """Return what a line asks for, None when it is no command.

    A small word may mean something as well (`mes`): it is first taken to, then not.
    """
    sure = [one for one in tokens if one.meanings != {Word.FILLER}]
    unsure = [one for one in sure if Word.FILLER not in one.meanings]
    for attempt in dict.fromkeys((tuple(sure), tuple(unsure))):
        if _begins_with_none(attempt):
            attempt = (attempt[1], attempt[0], *attempt[2:])  # noqa: PLW2901
        for verb in sorted(VERBS):
            reader = Reader(attempt)
            if reader.word(verb) is None:
                continue
            found = _PARSERS[verb](reader, now, zone)
            if found is not None and reader.at_end:
                return found
    return None


def _channel(reader: Reader, now: datetime, zone: tzinfo) -> Command | Unclear | None:
    del now, zone
    before = reader.word(*_OFTEN)
    word = reader.word(*_KINDS)
    if word is None:
        return None
    reader.word(Word.MAIL)
    kind = _KINDS[word]
    if kind not in {ChannelKind.DIGEST, ChannelKind.BUNDLE}:
        return None if before else ChooseChannel(kind=kind)
    every = _OFTEN[before] if before else None
    weekday: int | None = None
    at: time | None = None
    while not reader.at_end:
        reader.word(Word.EACH)
        often = reader.word(*_OFTEN)
        named = None if often else reader.word(*WEEKDAYS)
        clock = None if often or named else reader.clock()
        if often and every is None:
            every = _OFTEN[often]
        elif named and weekday is None:
            weekday = WEEKDAYS.index(named)
        elif clock is not None and at is None:
            at = clock
        else:
            return None
    if weekday is not None and every is Frequency.DAILY:
        return None
    if weekday is not None:
        every = Frequency.WEEKLY
    return ChooseChannel(kind=kind, every=every, weekday=weekday, at=at)


def _pause(reader: Reader, now: datetime, zone: tzinfo) -> Command | Unclear | None:
    reader.word(Word.UNTIL)
    until = reader.span(now, zone)
    if until is None:
        day = reader.day(now.astimezone(zone).date())
        if day is None:
            impossible = reader.no_such_day and reader.at_end
            return Unclear.NO_SUCH_DAY if impossible else None
        until = datetime.combine(day, time(), zone)
    if not reader.at_end:
        return None
    if until <= now:
        return Unclear.PAST
    if until - now > _LONGEST_PAUSE:
        return Unclear.TOO_FAR
    return Pause(until=until.astimezone(UTC))


def _resume(reader: Reader, now: datetime, zone: tzinfo) -> Command | Unclear | None:
    del now, zone
    reader.word(Word.MAIL)
    return Resume()


def _limit(reader: Reader, now: datetime, zone: tzinfo) -> Command | Unclear | None:
    del now, zone
    reader.word(Word.MAIL)
    if reader.word(Word.NONE):
        return LimitMail(budget=None)
    size = reader.size()
    if size is None:
        return None
    reader.word(Word.EACH)
    reader.word(Word.DAY, Word.DAILY)
    if not reader.at_end:
        return None
    return LimitMail(budget=size) if size >= LEAST_BUDGET else Unclear.TOO_SMALL


def _pictures(reader: Reader, now: datetime, zone: tzinfo) -> Command | Unclear | None:
    del now, zone
    if reader.word(Word.NONE):
        return LimitPictures(size=0)
    if reader.word(Word.EACH):
        return LimitPictures(size=None)
    size = reader.size()
    return None if size is None else LimitPictures(size=size)


def _get(reader: Reader, now: datetime, zone: tzinfo) -> Command | Unclear | None:
    del now, zone
    if reader.word(Word.NEW, Word.EACH):
        reader.word(Word.NEW)
        return GetNew()
    of_file = reader.word(Word.PHOTO, Word.FILE)
    one = reader.matching(re.compile(r"([0-9]{1,19})-([0-9]{1,3})"))
    if one:
        post_id, number = int(one[1]), int(one[2])
        there = 0 < post_id <= _LARGEST_ID and number > 0
        return GetFile(post_id=post_id, number=number) if there else None
    if of_file:
        return None
    numbers: list[int] = []
    while found := reader.matching(re.compile(r"[0-9]{1,19}")):
        numbers.append(int(found[0]))
    if not numbers or not all(0 < one <= _LARGEST_ID for one in numbers):
        return None
    if len(numbers) > NUMBERS_MOST:
        return Unclear.TOO_MANY
    return GetPosts(numbers=tuple(dict.fromkeys(numbers)))


def _help(reader: Reader, now: datetime, zone: tzinfo) -> Command | Unclear | None:
    del reader, now, zone
    return Help()


def _status(reader: Reader, now: datetime, zone: tzinfo) -> Command | Unclear | None:
    del reader, now, zone
    return ShowSettings()


def _stop(reader: Reader, now: datetime, zone: tzinfo) -> Command | Unclear | None:
    del now, zone
    reader.word(Word.MAIL)
    return ChooseChannel(kind=ChannelKind.MOODLE)


_PARSERS: Mapping[
    Word, Callable[[Reader, datetime, tzinfo], Command | Unclear | None]
] = {
    Word.CHANNEL: _channel,
    Word.PAUSE: _pause,
    Word.RESUME: _resume,
    Word.LIMIT: _limit,
    Word.PICTURES: _pictures,
    Word.GET: _get,
    Word.HELP: _help,
    Word.STATUS: _status,
    Word.STOP: _stop,
}


def _stands_alone(tokens: Sequence[Token]) -> bool:
    """Say whether a command is what people say to each other, too: `stop`, `no limit`."""
    small = {Word.FILLER, Word.MAIL}
    words = [one for one in tokens if not one.meanings & small]
    return len(words) <= 1 or _begins_with_none(tokens)


def _begins_with_none(tokens: Sequence[Token]) -> bool:
    return (
        len(tokens) > 1
        and Word.NONE in tokens[0].meanings
        and not tokens[1].meanings.isdisjoint({Word.LIMIT, Word.PICTURES})
    )


def _is_a_try(tokens: Sequence[Token], *, also_list: bool) -> bool:
    """Say whether a line that is no command was most likely meant as one."""
    words = [one for one in tokens if one.meanings != {Word.FILLER}]
    if not words or len(words) > _TRY_LONGEST or not words[0].meanings & VERBS:
        return False
    known = sum(one.is_known for one in words)
    return known == len(words) if also_list else known * 2 >= len(words)


def _suggestion(
    tokens: Sequence[Token], now: datetime, zone: tzinfo, language: str | None
) -> str:
    """Return the command that is most like a line, empty when none is near."""
    if len(tokens) > _TRY_LONGEST:
        return ""
    for attempt in _near(tokens, language):
        if isinstance(_command(attempt, now, zone), Command):
            return " ".join(one.text for one in attempt)
    return ""


def _near(tokens: Sequence[Token], language: str | None) -> Iterable[tuple[Token, ...]]:
    mended = tuple(one if one.is_known else _nearest(one) for one in tokens)
    if mended != tuple(tokens):
        yield mended
    for verb, firsts in _VERB_LEFT_OUT.items():
        if mended[0].meanings & firsts:
            word = Token(text=first_phrase(language, verb), meanings=frozenset({verb}))
            yield (word, *mended)


def _nearest(token: Token) -> Token:
    if len(token.text) < _MENDED_LEAST:
        return token
    known = {" ".join(phrase): meanings for phrase, meanings in vocabulary().items()}
    near = difflib.get_close_matches(token.text, list(known), n=1, cutoff=_NEAR)
    return Token(text=near[0], meanings=known[near[0]]) if near else token
