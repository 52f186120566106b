"""What the bridge says to somebody who asked it for something by mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mappings.command_words import Word, first_phrase
from mappings.delivery_hours import next_hour
from mappings.direction import isolated
from mappings.mail_commands import NUMBERS_MOST
from mappings.mail_wishes import CommandMail, Help, Problem, Unclear
from mappings.moments import clock_text, moment_text, weekday_name, zone_of
from mappings.one_line import cut, one_line
from mappings.phrases import file_size, phrase
from mappings.subjects import mail_subject, plain_subject
from moodle_bridge.model.channels import LEAST_BUDGET, Channel, ChannelKind, Frequency

_LINE_LONGEST = 80


def answer_subject(language: str | None, subject: str) -> str:
    """Return the subject of the answer to a mail with this subject."""
    plain = cut(plain_subject(subject), _LINE_LONGEST)
    return (
        mail_subject(plain, reply=True)
        if plain
        else phrase(language, "command_subject")
    )


def settings_lines(
    language: str | None, channel: Channel, *, zone: str | None, now: datetime
) -> list[str]:
    """Return how somebody takes part, in sentences; `zone` is an IANA name.

    The last tells when the next digest or bundle comes, where one does.
    """
    lines = [_kind_line(language, channel, zone=zone, now=now)]
    wants_mail = channel.kind is not ChannelKind.MOODLE
    if channel.is_paused(now) and channel.paused_until and wants_mail:
        until = moment_text(language, channel.paused_until, zone)
        lines.append(phrase(language, "command_paused", moment=until))
    if wants_mail:
        lines += _limit_lines(language, channel)
    if channel.is_gathered:
        begins = channel.paused_until if channel.is_paused(now) else None
        following = next_hour(channel, zone, after=begins or now)
        moment = moment_text(language, following, zone)
        lines.append(phrase(language, "command_next", moment=moment))
    return lines


def problem_lines(language: str | None, problems: Sequence[Problem]) -> list[str]:
    """Return what is to be said of lines that were not carried out."""
    lines = []
    for problem in problems:
        line = cut(one_line(problem.line), _LINE_LONGEST)
        if problem.why is Unclear.NOT_UNDERSTOOD:
            said = phrase(language, "command_not_understood", line=line)
            if problem.suggestion:
                meant = phrase(
                    language, "command_suggestion", suggestion=problem.suggestion
                )
                said = f"{said} {meant}"
            lines.append(said)
            continue
        off = f"{_word(language, Word.CHANNEL)} {_word(language, Word.MOODLE)}"
        values: dict[str, object] = {"line": line}
        if problem.why is Unclear.TOO_SMALL:
            values |= {"size": file_size(language, LEAST_BUDGET), "command": off}
        elif problem.why is Unclear.TOO_MANY:
            values |= {"number": NUMBERS_MOST}
        lines.append(phrase(language, f"command_{problem.why.value}", **values))
    return lines


def posts_lines(
    language: str | None, coming: Sequence[int], missing: Sequence[int]
) -> list[str]:
    """Return which posts that were asked for come, and which do not."""
    lines = []
    for key, numbers in (
        ("command_posts_come", coming),
        ("command_posts_missing", missing),
    ):
        if numbers:
            named = ", ".join(map(str, numbers))
            lines.append(phrase(language, key, number=len(numbers), posts=named))
    return lines


def file_line(language: str | None, name: str, *, coming: bool) -> str:
    """Return whether a file that was asked for comes; `name` is as `417-1`."""
    key = "command_file_comes" if coming else "command_file_missing"
    return phrase(language, key, name=name)


def file_text(
    language: str | None, name: str, filename: str, size: int, url: str | None
) -> str:
    """Return the text of the mail with a file; `url` where it could not come along."""
    key = "command_file_by_itself" if url is None else "command_file_linked"
    told = phrase(
        language,
        key,
        name=name,
        filename=isolated(filename),
        size=file_size(language, size),
    )
    return told if url is None else f"{told}\n{url}"


def new_line(language: str | None, *, waits: bool) -> str:
    """Return whether anything comes for somebody who asked for all that is new."""
    return phrase(language, "command_new_comes" if waits else "command_new_none")


def help_text(language: str | None, asked: CommandMail) -> str | None:
    """Return what can be asked for, None where it is of no use to tell.

    It is told to who asks, and to who was not understood and is near to no command.
    """
    lost = any(
        problem.why is Unclear.NOT_UNDERSTOOD and not problem.suggestion
        for problem in asked.problems
    )
    if not lost and Help() not in asked.commands:
        return None
    return phrase(language, "command_help")


def answer_text(
    language: str | None,
    asked: CommandMail,
    *,
    done: Sequence[str],
    settings: Sequence[str],
    list_name: str,
) -> str:
    """Return the whole answer to a command mail.

    `done` tells what came of each command, `settings` how things are now (empty where
    nothing was changed or asked).
    """
    blocks = ["\n".join(done), "\n".join(settings)]
    blocks.append("\n".join(problem_lines(language, asked.problems)))
    if asked.problems and not asked.commands and _looks_like_talk(asked):
        blocks.append(phrase(language, "command_not_posted"))
    blocks.append(help_text(language, asked) or "")
    blocks += [one_line(list_name), phrase(language, "notice_automatic")]
    return "\n\n".join(block for block in blocks if block)


def _looks_like_talk(asked: CommandMail) -> bool:
    return any(problem.why is Unclear.NOT_UNDERSTOOD for problem in asked.problems)


def _kind_line(
    language: str | None, channel: Channel, *, zone: str | None, now: datetime
) -> str:
    if not channel.is_gathered:
        key = "command_each" if channel.kind is ChannelKind.EACH else "command_moodle"
        return phrase(language, key)
    kind = "digest" if channel.kind is ChannelKind.DIGEST else "bundle"
    following = next_hour(channel, zone, after=now)
    hour = clock_text(language, following, zone, named=zone_of(zone) is not None)
    if channel.every is Frequency.DAILY:
        return phrase(language, f"command_{kind}_daily", hour=hour)
    weekday = weekday_name(language, channel.weekday)
    return phrase(language, f"command_{kind}_weekly", hour=hour, weekday=weekday)


def _limit_lines(language: str | None, channel: Channel) -> list[str]:
    lines = []
    if channel.budget is not None:
        size = file_size(language, channel.budget)
        lines.append(phrase(language, "command_budget", size=size))
    if channel.picture_limit == 0:
        lines.append(phrase(language, "command_pictures_linked"))
    elif channel.picture_limit is not None:
        size = file_size(language, channel.picture_limit)
        lines.append(phrase(language, "command_pictures", size=size))
    return lines


def _word(language: str | None, meaning: Word) -> str:
    return first_phrase(language, meaning)
