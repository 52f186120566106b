"""Undoes format=flowed: lines that a mail program broke are made whole (RFC 3676)."""

from __future__ import annotations

_SIGNATURE = "-- "


def unflowed(text: str, *, delsp: bool = False) -> str:
    """Return flowed text with each paragraph on one line, quote marks kept.

    `delsp` is the parameter DelSp=yes: the space at the end of a flowed line is no
    part of the text. A line of another quote depth ends the paragraph (RFC 3676 4.5).
    """
    lines: list[str] = []
    paragraph: list[str] = []
    depth = 0
    for line in text.split("\n"):
        here, content = _depth_and_content(line)
        if paragraph and here != depth:
            lines.append(_marked(depth, "".join(paragraph)))
            paragraph = []
        depth = here
        if content.endswith(" ") and content != _SIGNATURE:
            paragraph.append(content[:-1] if delsp else content)
        elif content in {_SIGNATURE, ""} and paragraph:
            # A blank line ends the paragraph and stays one, although the grammar lets
            # the flowed line swallow it: people see paragraphs there.
            lines.append(_marked(depth, "".join(paragraph)))
            lines.append(_marked(depth, content))
            paragraph = []
        else:
            lines.append(_marked(depth, "".join((*paragraph, content))))
            paragraph = []
    if paragraph:
        lines.append(_marked(depth, "".join(paragraph)))
    return "\n".join(lines)


def _depth_and_content(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    depth = len(line) - len(content)
    return depth, content.removeprefix(" ")


def _marked(depth: int, content: str) -> str:
    if content != _SIGNATURE:
        content = content.rstrip(" ")
    return f"{'>' * depth} {content}".rstrip(" ") if depth else content
