"""Builds the body of a mail: small, safe parts with CRLF line ends."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from urllib.parse import quote

from mappings.one_line import one_line
from moodle_bridge.model.mail import MailFile

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,100}")
_COLUMNS = 78
_NAME_LIMIT = 80
_LONGEST_LINE = 998


def text_part(text: str, subtype: str = "plain") -> bytes:
    """Return a text part with its header, in UTF-8 or, where that will do, ASCII.

    7bit when every line is short ASCII, else the smaller of quoted-printable and
    base64; never 8bit, which not every next hop takes. Line ends of every kind
    become CRLF.
    """
    body = "\n".join(text.splitlines()).strip("\n").replace("\n", "\r\n") + "\r\n"
    octets = body.encode("utf-8", "replace")
    if body.isascii() and _is_short(octets):
        charset, encoding, written = "us-ascii", "7bit", octets
    else:
        charset = "us-ascii" if body.isascii() else "utf-8"
        encoding, written = _smaller(octets)
    return (
        f"Content-Type: text/{subtype}; charset={charset}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    ).encode() + written


def file_part(file: MailFile) -> bytes:
    """Return an attached file as a part, its name as RFC 2231 says.

    A media type that is none, or that would be read as mail (message, multipart),
    becomes application/octet-stream. A text that can be read as UTF-8 says so: without
    a word it would be taken for ASCII (RFC 2046 section 4.1.2).
    """
    media_type = file.media_type.strip().lower()
    if not _MEDIA_TYPE.fullmatch(media_type) or media_type.startswith(
        ("multipart/", "message/")
    ):
        media_type = "application/octet-stream"
    charset = "; charset=utf-8" if _is_utf8(media_type, file.content) else ""
    return (
        f"Content-Type: {media_type}{charset}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {_name_parameter(file.filename)}\r\n\r\n"
    ).encode() + _base64(file.content)


def multipart(subtype: str, parts: Sequence[bytes], seed: str) -> bytes:
    """Return a multipart body with its header.

    The boundary comes from the seed, so that the same mail is always the same bytes,
    and stands in none of the parts, whoever wrote them.
    """
    attempt = 0
    boundary = _boundary(seed, subtype, attempt)
    while any(boundary.encode() in part for part in parts):
        attempt += 1
        boundary = _boundary(seed, subtype, attempt)
    mark = f"--{boundary}".encode()
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
    return head.encode() + body + mark + b"--\r\n"


def shown_name(filename: str) -> str:
    """Return a file's name fit to be shown and saved: one line, no path, not long."""
    name = one_line(filename.replace("\\", "/").rpartition("/")[2])
    name = re.sub(r'[<>:"|?*]', "_", name).strip(". ") or "file"
    if len(name) <= _NAME_LIMIT:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:  # noqa: PLR2004 (no ending is longer)
        return name[:_NAME_LIMIT]
    return f"{stem[: _NAME_LIMIT - len(ending) - 1]}.{ending}"


def _name_parameter(filename: str) -> str:
    name = shown_name(filename)
    if name.isascii():
        return f'filename="{name}"'
    written = quote(name, safe="")
    if len(written) <= _COLUMNS - 20:
        return f"filename*=utf-8''{written}"
    lines = ["utf-8''"]
    # Never within a character: some readers decode each piece by itself.
    for character in (quote(one, safe="") for one in name):
        if len(lines[-1]) + len(character) > _COLUMNS - 20:
            lines.append("")
        lines[-1] += character
    return ";\r\n ".join(
        f"filename*{place}*={line}" for place, line in enumerate(lines)
    )


def _is_utf8(media_type: str, content: bytes) -> bool:
    if not media_type.startswith("text/") or content.isascii():
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_short(octets: bytes) -> bool:
    return max(map(len, octets.split(b"\r\n"))) <= _LONGEST_LINE


def _smaller(octets: bytes) -> tuple[str, bytes]:
    quoted = binascii.b2a_qp(octets, istext=True)
    encoded = _base64(octets)
    if len(quoted) <= len(encoded):
        return "quoted-printable", quoted
    return "base64", encoded


def _base64(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")


def _boundary(seed: str, subtype: str, attempt: int) -> str:
    digest = hashlib.sha256(f"{seed}\0{subtype}\0{attempt}".encode()).hexdigest()
    return f"=_{digest[:24]}"
