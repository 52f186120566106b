"""`moodle-bridge trim`: what of a mail would be posted, and what would be hidden."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mappings.charsets import decoded_bytes, without_controls
from mappings.mail_reading import ReadingLimits, read_mail
from mappings.subjects import is_forward_subject
from mappings.trimming import Trimmed, trim
from moodle_bridge.errors import ConfigError
from sync.cli.result import Result

if TYPE_CHECKING:
    from sync.cli.invocation import Invocation

_STDIN = "-"
_LIMIT = ReadingLimits().size
_FIELD = re.compile(rb"(?:From [^\n]*\n)?[\x21-\x39\x3b-\x7e]{1,80}[ \t]*:")
_KNOWN_FIELD = re.compile(
    rb"^(?:from|to|date|subject|message-id|received|return-path|content-type"
    rb"|mime-version|x-[a-z-]+|delivered-to|in-reply-to)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_FIELDS_LEAST = 2


def run(
    invocation: Invocation,
    *,
    file: str,
    parent: str | None,
    is_text: bool,
    show_cut: bool,
    stdin: BinaryIO,
) -> Result:
    """Return what a mail would be posted as; reads two files and changes nothing.

    Raises ConfigError for a file that cannot be read, or is no mail.
    """
    if file == parent == _STDIN:
        raise ConfigError(
            "FILE and --parent cannot both be standard input",
            item="--parent",
            advice="Write one of them to a file, and give its name.",
        )
    content = _content(invocation, file, stdin)
    known = None if parent is None else _content(invocation, parent, stdin)
    parent_text = None if known is None else _text(known, is_text=not _is_mail(known))
    if not is_text and not _is_mail(content):
        raise ConfigError(
            "this is no mail: it does not begin with header fields",
            item=file,
            advice="Save the mail with its headers (an .eml file), or give --text when"
            " it is plain text.",
        )
    passes_on = not is_text and is_forward_subject(read_mail(content).subject)
    trimmed = trim(
        _text(content, is_text=is_text), sent_text=parent_text, passes_on=passes_on
    )
    if invocation.verbose:
        for piece in trimmed.pieces:
            invocation.progress(f"line {piece.line}: {piece.rule}")
    return Result(
        parts=[trimmed.cut if show_cut else trimmed.kept], data=_data(trimmed)
    )


def _content(invocation: Invocation, name: str, stdin: BinaryIO) -> bytes:
    try:
        if name == _STDIN:
            content = stdin.read(_LIMIT + 1)
        else:
            with (invocation.folder / Path(name)).open("rb") as file:
                content = file.read(_LIMIT + 1)
    except (OSError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(
            f"it cannot be read: {told}",
            item=name,
            advice="Give the name of a file, or - for standard input.",
        ) from error
    if len(content) > _LIMIT:
        raise ConfigError(
            f"it is over {_LIMIT // 1_000_000} MB, more than the bridge takes",
            item=name,
            advice="Give the mail that you mean, not a folder of mails.",
        )
    return content


def _is_mail(content: bytes) -> bool:
    if not _FIELD.match(content):
        return False
    head = re.split(rb"\r?\n\r?\n", content[:64_000], maxsplit=1)[0]
    return len(_KNOWN_FIELD.findall(head)) >= _FIELDS_LEAST


def _text(content: bytes, *, is_text: bool) -> str:
    if not is_text:
        return read_mail(content).text
    text = decoded_bytes(content.removeprefix(b"\xef\xbb\xbf"), None)
    return without_controls(text.replace("\r\n", "\n").replace("\r", "\n"))


def _data(trimmed: Trimmed) -> dict[str, object]:
    return {
        "kept": trimmed.kept,
        "cut": trimmed.cut,
        "rules": list(trimmed.rules),
        "pieces": [
            {"rule": piece.rule, "line": piece.line, "text": piece.text}
            for piece in trimmed.pieces
        ],
    }
