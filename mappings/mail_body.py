"""The text, the HTML and the files of a mail, from its tree of MIME parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import TypeVar

from mappings.charsets import decoded_bytes, without_controls
from mappings.flowed import unflowed
from mappings.mail_files import safe_filename
from mappings.mail_headers import decoded_words
from mappings.mail_html_text import text_from_mail_html
from moodle_bridge.model.mail import MailFile

_MACHINE_TYPES = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/feedback-report",
        "text/calendar",
        "text/rfc822-headers",
    }
)
_TEXT_TYPES = frozenset(
    {"text/plain", "text/html", "text/markdown", "text/enriched", "text/richtext"}
)
_LONG = "(a text that is too long)"
_MACHINE_LONGEST = 64_000
_PARTS_MOST = 1_000
# Nobody writes so much by hand; what is longer is a document, and goes as a file.
_TEXT_LONGEST, _PAGE_LONGEST, _LINES_MOST = 300_000, 2_000_000, 6_000
Told = TypeVar("Told")

_FAULTS = (
    RecursionError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    MessageError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachinePart:
    """A part that programs read: a delivery report, a read receipt, a calendar.

    `parameters` are those of its Content-Type, names in lower case.
    """

    media_type: str
    text: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What the parts of a mail hold; see `ReadMail` for each."""

    text: str
    html: str | None
    files: tuple[MailFile, ...]
    machine_parts: tuple[MachinePart, ...]
    part_types: tuple[str, ...]
    problems: tuple[str, ...]


def body_of(message: Message) -> Body:
    """Return what a message of the compat32 policy holds; never raises.

    Of the alternatives of one text the plain one is taken, unless it is blank. An
    enclosed message is a file with the ending .eml, a text of over 300,000 characters
    or 6,000 lines one with the ending .txt or .html.
    """
    reader = _Reader()
    pieces = [piece for piece in reader.read(message, root=True) if piece.text.strip()]
    texts = reader.texts_of(pieces)
    pages = [page for page in reader.pages if page.strip()]
    return Body(
        text=_tidy("\n\n".join(text.strip("\r\n") for text in texts)),
        html="\n".join(pages) if pages else None,
        files=tuple(reader.files),
        machine_parts=tuple(reader.machine),
        part_types=tuple(dict.fromkeys(reader.types)),
        problems=tuple(dict.fromkeys(reader.problems)),
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    is_page: bool
    part: Message
    is_long: bool = False


class _Reader:
    """Gathers the parts of one mail; lives for one call of `body_of`."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.files: list[MailFile] = []
        self.machine: list[MachinePart] = []
        self.types: list[str] = []
        self.problems: list[str] = []

    def texts_of(self, pieces: Iterable[_Piece]) -> list[str]:
        """Return the texts of the pieces; what is too long is put to the files."""
        texts: list[str] = []
        room = _TEXT_LONGEST
        for piece in pieces:
            text = piece.text
            if piece.is_page and not piece.is_long:
                text = text_from_mail_html(text)
            if piece.is_long or len(text) > room or text.count("\n") > _LINES_MOST:
                media_type = "text/html" if piece.is_page else "text/plain"
                self._add_file("", media_type, _content_of(piece.part), piece.part)
                self.pages = [page for page in self.pages if page is not piece.text]
                continue
            room -= len(text)
            texts.append(text)
        return texts

    def read(self, part: Message, *, root: bool = False) -> list[_Piece]:
        """Return the pieces of text of a part, in order; files are put aside."""
        media_type = content_type_of(part)
        self.types.append(media_type)
        if len(self.types) > _PARTS_MOST:
            self.problems.append("over-parts")
            return []
        if media_type.startswith("multipart/") and part.is_multipart():
            return self._read_multipart(part, media_type)
        if media_type.startswith("multipart/"):
            # Its boundary is missing or never comes: what is there is all one text.
            return [self._read_text(part, "text/plain")]
        if media_type in _TEXT_TYPES and _is_text(part, root=root):
            return [self._read_text(part, media_type)]
        if media_type in _MACHINE_TYPES:
            self._read_machine(part, media_type)
        elif media_type.startswith("message/") and part.is_multipart():
            self._read_enclosed(part, media_type)
        else:
            self._read_file(part, media_type)
        return []

    def _read_multipart(self, part: Message, media_type: str) -> list[_Piece]:
        if media_type == "multipart/encrypted":
            self.problems.append("encrypted")
        told = [self.read(child) for child in _children(part)]
        if media_type != "multipart/alternative":
            return [piece for pieces in told for piece in pieces]
        full = [
            pieces for pieces in told if any(piece.text.strip() for piece in pieces)
        ]
        plain = [
            pieces for pieces in full if not any(piece.is_page for piece in pieces)
        ]
        return (plain or full or [[]])[0]

    def _read_text(self, part: Message, media_type: str) -> _Piece:
        is_page = media_type == "text/html"
        content = _content_of(part)
        if len(content) > (_PAGE_LONGEST if is_page else 4 * _TEXT_LONGEST):
            return _Piece(_LONG, is_page=is_page, part=part, is_long=True)
        text = _decoded(part, content)
        if is_page:
            self.pages.append(text)
            return _Piece(text, is_page=True, part=part)
        parameters = dict(parameters_of(part))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if parameters.get("format", "").lower() == "flowed":
            text = unflowed(text, delsp=parameters.get("delsp", "").lower() == "yes")
        return _Piece(text, is_page=False, part=part)

    def _read_machine(self, part: Message, media_type: str) -> None:
        text = _machine_text(part)[:_MACHINE_LONGEST]
        self.machine.append(
            MachinePart(
                media_type=media_type, text=text, parameters=parameters_of(part)
            )
        )
        if media_type == "text/calendar":
            self._read_file(part, media_type)

    def _read_enclosed(self, part: Message, media_type: str) -> None:
        for child in _children(part)[:1]:
            self.machine.append(
                MachinePart(
                    media_type=media_type,
                    text=_fields_of(child)[:_MACHINE_LONGEST],
                    parameters=parameters_of(part),
                )
            )
            subject = decoded_words(str(child.get("subject", "")))
            self._add_file(
                f"{subject[:80]}.eml" if subject else "",
                "message/rfc822",
                _bytes_of_message(child),
                part,
            )

    def _read_file(self, part: Message, media_type: str) -> None:
        content = _content_of(part)
        if content.strip():
            self._add_file(filename_of(part), media_type, content, part)

    def _add_file(
        self, name: str, media_type: str, content: bytes, part: Message
    ) -> None:
        content_id = str(part.get("content-id") or "").strip().strip("<>") or None
        self.files.append(
            MailFile(
                filename=safe_filename(name, media_type, len(self.files) + 1),
                media_type=media_type,
                content=content,
                content_id=without_controls(content_id) if content_id else None,
            )
        )


def content_type_of(part: Message) -> str:
    """Return the media type in lower case; `text/plain` when it makes no sense."""
    return unless_broken(part.get_content_type, "text/plain")


def parameters_of(part: Message) -> tuple[tuple[str, str], ...]:
    """Return the parameters of the Content-Type, names in lower case."""

    def read() -> tuple[tuple[str, str], ...]:
        told = part.get_params([], unquote=True) or []
        return tuple(
            (name.lower(), collapse_rfc2231_value(value)) for name, value in told[1:]
        )

    return unless_broken(read, ())


def filename_of(part: Message) -> str:
    """Return the name that a part gives itself, decoded; empty when none."""
    return unless_broken(lambda: decoded_words(part.get_filename("") or ""), "")


def unless_broken(read: Callable[[], Told], otherwise: Told) -> Told:
    """Return what the library reads, or this when the mail is too odd for it."""
    try:
        return read()
    except _FAULTS:
        return otherwise


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return []
    return [child for child in payload if isinstance(child, Message)]


def _is_text(part: Message, *, root: bool) -> bool:
    if unless_broken(part.get_content_disposition, None) == "attachment":
        return False
    return root or not filename_of(part)


def _content_of(part: Message) -> bytes:
    # What cannot be decoded is kept as it came.
    content = unless_broken(lambda: part.get_payload(decode=True), part.get_payload())
    if isinstance(content, str):
        return content.encode("utf-8", "surrogateescape")
    return content if isinstance(content, bytes) else b""


def _text_of(part: Message) -> str:
    return _decoded(part, _content_of(part))


def _decoded(part: Message, content: bytes) -> str:
    charset = dict(parameters_of(part)).get("charset")
    return without_controls(decoded_bytes(content, charset))


def _machine_text(part: Message) -> str:
    if part.is_multipart():
        return "\n\n".join(_blocks(part))
    return _text_of(part)


def _blocks(part: Message) -> Iterator[str]:
    for child in _children(part):
        yield _fields_of(child)
        rest = child.get_payload()
        if isinstance(rest, str) and rest.strip():
            yield rest


def _bytes_of_message(message: Message) -> bytes:
    rest = message.get_payload()
    bare = f"{_fields_of(message)}\n\n{rest if isinstance(rest, str) else ''}"
    written = unless_broken(message.as_bytes, b"")
    if not written:
        # A line end in the midst of a header looks like another header.
        for part in message.walk():
            _mend_headers(part)
        written = unless_broken(message.as_bytes, b"")
    return written or bare.encode("utf-8", "surrogateescape")


def _mend_headers(part: Message) -> None:
    fields = list(part.raw_items())
    for name, _ in fields:
        del part[name]
    for name, value in fields:
        part.set_raw(name, " ".join(str(value).splitlines()))


def _fields_of(message: Message) -> str:
    return "\n".join(f"{name}: {value}" for name, value in message.raw_items())


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    return without_controls(text.removeprefix("\ufeff")).strip("\n")
