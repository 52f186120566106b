"""What digests and bundles have in common: whom they are for, and the lines at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mappings.command_words import Word, command_line
from mappings.direction import isolated
from mappings.issue_entry import Entry
from mappings.moments import clock_text, date_text, local_day, zone_of
from mappings.one_line import cut
from mappings.phrases import file_size, phrase
from mappings.post_body import FOOTER_LINE

_NAMED_MOST = 15
_NAMED_SUBJECT_LONGEST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReader:
    """For whom an issue is, and when it was made.

    `zone` is an IANA name, None where it is not known; times are told in UTC then.
    `budget` is the reader's limit in bytes a day, None for none.
    """

    language: str
    zone: str | None
    made_at: datetime
    budget: int | None = None

    def when(self, moment: datetime) -> str:
        """Return the hour of a moment, with its day unless that is the day of the mail."""
        hour = clock_text(self.language, moment, self.clock)
        day = local_day(moment, self.clock)
        if day == local_day(self.made_at, self.clock):
            return hour
        return f"{date_text(self.language, day, year=False)} {hour}"

    @property
    def clock(self) -> str:
        """The zone in which times are told; said once, and not beside each hour."""
        return self.zone if self.zone and zone_of(self.zone) else "UTC"

    def say(self, key: str, **values: object) -> str:
        """Return a phrase in the reader's language."""
        return phrase(self.language, key, **values)

    def command(self, *words: Word) -> str:
        """Return words of a command as the reader would write them."""
        return command_line(self.language, *words)


def in_groups(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Return the entries by discussion; discussions by their first entry."""
    groups: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.pair, entry.discussion_id), []).append(entry)
    return list(groups.values())


def left_out_line(
    reader: IssueReader, left_out: Sequence[Entry], *, named: int = _NAMED_MOST
) -> str:
    """Return the line that says what was left out and how to get it; empty for none.

    At most `named` posts are named, the others counted.
    """
    shown = [entry for entry in left_out if entry.written is not None][:named]
    if not shown:
        return ""
    names = [
        reader.say(
            "issue_left_out_post",
            post=entry.post_id,
            name=entry.author,
            subject=cut(entry.subject, _NAMED_SUBJECT_LONGEST),
            size=file_size(reader.language, entry.size),
        )
        for entry in shown
    ]
    if len(left_out) > len(shown):
        names.append(reader.say("issue_more", number=len(left_out) - len(shown)))
    key = "issue_left_out" if reader.budget is not None else "issue_left_out_size"
    return reader.say(
        key,
        size=file_size(reader.language, reader.budget or 0),
        posts=", ".join(names),
        command=f"{reader.command(Word.GET)} {shown[0].post_id}",
    )


def files_line(entry: Entry) -> str:
    """Return the line that names the files of a post; empty for none."""
    return ", ".join(
        f"{file.name} {isolated(file.filename)} ({file.size})" for file in entry.files
    )


def file_command(reader: IssueReader, entries: Sequence[Entry]) -> str:
    """Return the command that gets the first file of an issue; empty without files."""
    for entry in entries:
        for file in entry.files:
            kind = Word.PHOTO if file.picture else Word.FILE
            return f"{reader.command(Word.GET, kind)} {file.name}"
    return ""


def closing(
    reader: IssueReader,
    entries: Sequence[Entry],
    left_out: Sequence[Entry],
    *,
    named: int = _NAMED_MOST,
) -> list[str]:
    """Return the lines after the posts: what was left out, and how to answer and get."""
    lines = [FOOTER_LINE]
    left = left_out_line(reader, left_out, named=named)
    if left:
        lines.append(left)
    if entries:
        lines.append(reader.say("issue_answer", number=len(entries)))
    wanted = file_command(reader, entries)
    if wanted:
        lines.append(reader.say("issue_get", command=wanted))
    if reader.clock == "UTC" and entries:
        lines.append(reader.say("issue_utc"))
    return lines
