"""A bundle as plain text: everything since last time, in as few bytes as it can be.

Plain text, and nothing packed: a zip of text cannot be opened on many of the phones
that it is meant for, nor be answered by quoting; and base64 eats a third of the gain.
"""

from __future__ import annotations

from collections.abc import Sequence

from mappings.direction import isolated
from mappings.issue_entry import Entry
from mappings.issue_layout import IssueReader, closing, files_line, in_groups


def bundle_text(
    reader: IssueReader,
    entries: Sequence[Entry],
    left_out: Sequence[Entry],
    *,
    named: int,
) -> str:
    """Return the text of a bundle, LF line ends.

    A subject stands once, above its discussion; no post is recalled, for it stands
    in this bundle or the one before. `entries` as in `digest.digest_text`; each post
    begins with `[1] Author, time`.
    """
    lines: list[str] = []
    section = ""
    number = 0
    for group in in_groups(entries):
        if group[0].section != section:
            section = group[0].section
            lines.append(f"=== {section}" if section else "===")
        lines += ["", _subject(group)]
        for entry in group:
            number += 1
            if entry.written is None:
                lines.append(f"[{number}] {reader.say('issue_gone')}")
                continue
            when = reader.when(entry.written)
            lines.append(f"[{number}] {isolated(entry.author)}, {when}")
            if entry.text:
                lines.append(_close(entry.text))
            files = files_line(entry)
            if files:
                lines.append(f"({files})")
    lines += ["", *closing(reader, entries, left_out, named=named)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _subject(group: Sequence[Entry]) -> str:
    named = next((entry.subject for entry in group if entry.subject), "")
    return f"# {isolated(named)}"


def _close(text: str) -> str:
    # Paragraphs stay lines of their own, without the empty lines between them.
    return "\n".join(line for line in text.split("\n") if line.strip())
