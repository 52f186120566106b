"""Names of files that came by mail, made safe to keep and to show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from mappings.charsets import without_controls
from moodle_bridge.model.mail import MailFile

_LONGEST = 120
_EXTENSION_LONGEST = 12
_UNFIT = re.compile(r"[<>:\"/\\|?*]|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
    "application/msword": ".doc",
    "application/zip": ".zip",
    "application/ms-tnef": ".dat",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/amr": ".amr",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "message/rfc822": ".eml",
}

# Files that mail programs add for each other, of no use to a reader.
MACHINE_FILES = frozenset(
    {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-keys",
    }
)
_CARDS = frozenset({"text/vcard", "text/x-vcard"})
_LOGO_LARGEST = 20_000


def is_attached_by_hand(file: MailFile) -> bool:
    """Say whether somebody meant to send a file, and not their mail program.

    The small picture of a signature stands in the text; a photo may, too.
    """
    if file.media_type in MACHINE_FILES | _CARDS:
        return False
    return file.content_id is None or len(file.content) > _LOGO_LARGEST


def safe_filename(name: str, media_type: str, number: int) -> str:
    """Return a name without path, control or direction characters, never empty.

    `number` names what has no name: `attachment-2.jpg`. At most 120 characters; the
    extension is kept.
    """
    last = re.split(r"[/\\]", without_controls(name))[-1]
    clean = " ".join(_UNFIT.sub("", last).split()).strip(" .")
    if not clean:
        return f"attachment-{number}{_EXTENSIONS.get(media_type, '.bin')}"
    if len(clean) > _LONGEST:
        stem, dot, extension = clean.rpartition(".")
        if dot and len(extension) <= _EXTENSION_LONGEST:
            clean = f"{stem[: _LONGEST - len(extension) - 1]}.{extension}"
        else:
            clean = clean[:_LONGEST]
    return clean


def uniquely_named(files: Iterable[MailFile]) -> tuple[MailFile, ...]:
    """Return the files with a number put to each name that was there before."""
    taken: set[str] = set()
    named = []
    for file in files:
        name, number = file.filename, 1
        stem, dot, extension = file.filename.rpartition(".")
        while name.casefold() in taken:
            number += 1
            name = (
                f"{stem}-{number}.{extension}"
                if dot and stem
                else f"{file.filename}-{number}"
            )
        taken.add(name.casefold())
        named.append(file if name == file.filename else replace(file, filename=name))
    return tuple(named)
