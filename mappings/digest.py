"""A digest as plain text: numbered posts by discussion, to be read and answered."""

from __future__ import annotations

from collections.abc import Sequence

from mappings.direction import isolated
from mappings.issue_entry import Entry
from mappings.issue_layout import IssueReader, closing, files_line


def digest_text(
    reader: IssueReader,
    entries: Sequence[Entry],
    left_out: Sequence[Entry],
    *,
    named: int,
) -> str:
    """Return the text of a digest, LF line ends.

    `entries` stand in the order in which they are numbered, from [1]; those of one
    discussion follow each other. Each begins with a line
    `[1] Subject - Author, time`, by which an answer is placed.
    """
    blocks: list[str] = []
    section = ""
    above: int | None = None
    recalled: int | None = None
    for number, entry in enumerate(entries, start=1):
        if entry.section != section:
            section = entry.section
            blocks.append(f"=== {section} ===" if section else "===")
        if entry.written is None:
            blocks.append(f"[{number}] {reader.say('issue_gone')}")
            continue
        who = f"{isolated(entry.author)}, {reader.when(entry.written)}"
        lines = [f"[{number}] {isolated(entry.subject)} - {who}"]
        # Nothing is recalled that stands just above, or was recalled there.
        if entry.parent and entry.parent_id not in {above, recalled}:
            lines.append(f"> {entry.parent}")
        above, recalled = entry.post_id, entry.parent_id
        lines.append(entry.text)
        files = files_line(entry)
        if files:
            lines.append(f"({files})")
        blocks.append("\n".join(line for line in lines if line))
    blocks.append("\n".join(closing(reader, entries, left_out, named=named)))
    return "\n\n".join(blocks) + "\n"
