"""Reads what somebody asks of the bridge itself: `channel digest 18:00`, `get 417`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise

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
_SENTENCE_LONGEST = 12
_SURE_WORDS = 3
_SIGNED_LONGEST = 8
_SENTENCE_ENDS = (".", "!", "?", ":", "…")
# `Send 20`, to a person, means something else.
_SMALL_NUMBER = 100
_PLAIN_GET = frozenset(("get", "fetch", "obtenir", "haal", "obtener", "obter"))
_HOLIDAYS = frozenset(
    (
        "vacation",
        "holiday",
        "vakantie",
        "vacances",
        "conge",
        "conges",
        "vacaciones",
        "ferias",
    )
)
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
    if to_bridge and not also_list:
        said = _without_signature(lines, said, own)
    commands: list[Command] = []
    problems: list[Problem] = []
    for line, tokens in said:
        found = _command(tokens, now, zone)
        if not to_bridge and not (
            _is_surely_a_try(tokens)
            if found is None
            else not _may_be_talk(tokens, found)
        ):
            return None
        if found is None:
            asked = to_bridge and not also_list and len(said) == 1
            fixed = _suggestion(tokens, now, zone, language, asked=asked)
            likely = not to_bridge or _is_a_try(tokens, also_list=also_list)
            if not fixed and not likely:
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


def _without_signature(
    lines: Sequence[str],
    said: list[tuple[str, tuple[Token, ...]]],
    own_name: Collection[str],
) -> list[tuple[str, tuple[Token, ...]]]:
    """Return the lines without those of a signature: below thanks or the own name."""
    for place, line in enumerate(lines[1:], start=1):
        below = lines[place + 1 :]
        if _without_politeness(tokens_of(line), own_name) or not tokens_of(line):
            continue
        signed = all(
            len(one.split()) <= _SIGNED_LONGEST
            and not one.endswith(_SENTENCE_ENDS)
            and not any(token.meanings & VERBS for token in tokens_of(one))
            for one in below
        )
        above = [one for one in said if one[0] in lines[:place]]
        if signed and above and not any(_stands_alone(tokens) for _, tokens in above):
            return above
    return said


def _command(
    tokens: Sequence[Token], now: datetime, zone: tzinfo
) -> Command | Unclear | None:
    """Return what a line asks for, None when it is no command.

    A small word may mean something as well (`mes`): it is first taken to, then not.
    But a `no` before what is asked for is never left out.
    """
    if _denies(tokens):
        return None
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


def _denies(tokens: Sequence[Token]) -> bool:
    asked = {*VERBS, *_KINDS, Word.UNTIL} - {Word.LIMIT, Word.PICTURES}
    return any(
        {Word.NONE, Word.FILLER} <= one.meanings and bool(following.meanings & asked)
        for one, following in pairwise(tokens)
    )


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


def _may_be_talk(tokens: Sequence[Token], found: Command | Unclear) -> bool:
    """Say whether people answer each other in these words: `stop`, `maximum 20`."""
    if _stands_alone(tokens):
        return True
    if isinstance(found, LimitMail | LimitPictures) or found is Unclear.TOO_SMALL:
        units = {Word.BYTE, Word.KILOBYTE, Word.MEGABYTE, Word.NONE, Word.EACH}
        return not any(one.meanings & units for one in tokens)
    said = next((one.text for one in tokens if one.meanings & VERBS), "")
    if isinstance(found, GetPosts) and said not in _PLAIN_GET:
        return min(found.numbers) < _SMALL_NUMBER
    return isinstance(found, Pause | Unclear) and said in _HOLIDAYS


def _is_surely_a_try(tokens: Sequence[Token]) -> bool:
    """Say whether a line that answers a post was meant for the bridge all the same.

    One word that no command has makes it a contribution.
    """
    words = [one for one in tokens if one.meanings != {Word.FILLER}]
    known = all(one.is_known for one in words)
    if not known or not _SURE_WORDS <= len(words) <= _TRY_LONGEST:
        return False
    first, second = words[0].meanings, words[1].meanings
    return bool(
        (Word.CHANNEL in first and second & {Word.DIGEST, Word.BUNDLE})
        or (Word.PAUSE in first and Word.UNTIL in second)
        or (Word.GET in first and second & {Word.PHOTO} and words[2].is_number)
    )


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
    tokens: Sequence[Token],
    now: datetime,
    zone: tzinfo,
    language: str | None,
    *,
    asked: bool,
) -> str:
    """Return the command that is most like a line, empty when none is near.

    `asked` says that it is all that was written to the bridge: then a command within
    a sentence counts: `Could you pause until 3 May?`
    """
    near: list[tuple[Token, ...]] = []
    if len(tokens) <= _TRY_LONGEST:
        near += _near(tokens, language)
    if asked and len(tokens) <= _SENTENCE_LONGEST:
        near += _within(tokens)
    for attempt in near:
        if isinstance(_command(attempt, now, zone), Command):
            return " ".join(one.text for one in attempt)
    return ""


def _within(tokens: Sequence[Token]) -> Iterable[tuple[Token, ...]]:
    for place in range(1, len(tokens) - 1):
        if tokens[place].meanings & VERBS and not _denies(tokens):
            yield tuple(tokens[place:])


def _near(tokens: Sequence[Token], language: str | None) -> Iterable[tuple[Token, ...]]:
    mended = tuple(one if one.is_known else _nearest(one) for one in tokens)
    if mended != tuple(tokens):
        yield mended
    for verb, firsts in _VERB_LEFT_OUT.items():
        often = not mended[0].meanings.isdisjoint(_OFTEN) and len(mended) > 1
        if mended[1 if often else 0].meanings & firsts:
            word = Token(text=first_phrase(language, verb), meanings=frozenset({verb}))
            yield (word, *mended)


def _nearest(token: Token) -> Token:
    if len(token.text) < _MENDED_LEAST:
        return token
    known = {" ".join(phrase): meanings for phrase, meanings in vocabulary().items()}
    near = difflib.get_close_matches(token.text, list(known), n=1, cutoff=_NEAR)
    return Token(text=near[0], meanings=known[near[0]]) if near else token
