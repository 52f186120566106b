"""Which pictures of a mail stand in its text, and which in what was quoted."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from html import escape
from urllib.parse import quote, unquote

from lxml import etree

from mappings.html_tree import html_tree
from mappings.mail_files import safe_filename, uniquely_named
from mappings.moodle_markup import PLUGIN_FILE
from mappings.one_line import cut, one_line
from mappings.pictures import is_picture, named_as
from mappings.stand_ins import StandIns
from moodle_bridge.model.mail import MailFile

_QUOTES = re.compile(
    r"(?i)(?:^|[\s_-])(?:gmail_quote(?:_container)?|gmail_extra|yahoo_quoted"
    r"|protonmail_quote|moz-cite-prefix|divRplyFwdMsg|appendonsend|zmail_extra"
    r"|OutlookMessageHeader|mail-editor-reference-message-container)(?:$|\s)"
)
_SIGNATURES = re.compile(r"(?i)(?:^|[\s_-])(?:\w*signature\w*)(?:$|[\s_-])")
_IN_TEXT = re.compile(
    r"(?i)\[(?:cid|image|inline image|afbeelding|imagen|imagem)\s?:[^\[\]\n]{1,300}\]"
)
_UNFIT = re.compile(r"[\s%#&+;,'()\[\]{}]+")
_ALT_LONGEST = 100
_DATA = re.compile(r"(?is)\s*data:(image/[a-z0-9.+-]{1,40});base64,(.*)")
_DATA_MOST = 10
_DATA_LONGEST = 14_000_000


def content_id_of(source: str | None) -> str | None:
    """Return the Content-ID that a `cid:` address names, None for another address."""
    text = (source or "").strip()
    if text[:4].lower() != "cid:":
        return None
    return unquote(text[4:], errors="replace").strip("<> ") or None


def by_content_id(files: Iterable[MailFile]) -> dict[str, MailFile]:
    """Return the pictures that HTML can name, by Content-ID; the first one counts."""
    found: dict[str, MailFile] = {}
    for file in files:
        if file.content_id and is_picture(file.media_type):
            found.setdefault(file.content_id, file)
    return found


def picture_element(file: MailFile, alt: str = "") -> str:
    """Return the element that shows a picture of the post itself."""
    shown = escape(cut(one_line(alt), _ALT_LONGEST) or file.filename)
    return f'<img src="{PLUGIN_FILE}/{quote(file.filename)}" alt="{shown}">'


def set_in_text(
    text: str, files: Sequence[MailFile], stand_ins: StandIns
) -> tuple[str, tuple[MailFile, ...]]:
    """Return plain text with its pictures stood in for, and the pictures.

    Mail programs write `[cid:...]` or `[image: name]` where a picture stands in the
    HTML beside the text.
    """
    known = by_content_id(files)
    told = [_meant(found[0], known) for found in _IN_TEXT.finditer(text)]
    pictures = named_apart(
        known[name] for name in dict.fromkeys(told) if name is not None
    )
    own = {file.content_id: file for file in pictures}

    def shown(found: re.Match[str]) -> str:
        file = own.get(_meant(found[0], known))
        return stand_ins.put(picture_element(file)) if file else found[0]

    return _IN_TEXT.sub(shown, text), pictures


def _meant(stand_in: str, known: dict[str, MailFile]) -> str | None:
    word, _, name = stand_in.strip("[]").partition(":")
    name = name.strip()
    if word.strip().lower() == "cid":
        return name if name in known else None
    named = [
        file.content_id
        for file in known.values()
        if file.filename == safe_filename(name, file.media_type, 0)
    ]
    return named[0] if len(named) == 1 else None


def elided_pictures(
    html: str | None, cut_text: str, files: Sequence[MailFile]
) -> frozenset[str]:
    """Return the Content-IDs of pictures that are shown in quotes and signatures alone.

    Told by what mail programs call the containers of these, and by what stands for
    pictures in the text that was cut. Where neither tells, or nothing was cut, a
    picture is the author's own.
    """
    known = by_content_id(files)
    if not known or not cut_text.strip():
        return frozenset()
    own: set[str] = set()
    elided = {_meant(found[0], known) for found in _IN_TEXT.finditer(cut_text)}
    tree = html_tree(html or "")
    for image in tree.iter("img") if tree is not None else ():
        name = content_id_of(image.get("src"))
        if name in known:
            (elided if _is_within_foreign(image) else own).add(name)
    return frozenset(name for name in elided if name is not None and name not in own)


def _is_within_foreign(element: etree._Element) -> bool:
    return any(is_foreign(above) for above in element.iterancestors())


def is_foreign(element: etree._Element) -> bool:
    """Say whether a mail program marked an element as a quote or a signature."""
    if element.tag == "blockquote" and element.get("type") == "cite":
        return True
    for name in ("class", "id"):
        value = element.get(name)
        if value and (_QUOTES.search(value) or _SIGNATURES.search(value)):
            return True
    return False


def with_data_pictures(
    tree: etree._Element, files: Sequence[MailFile]
) -> tuple[MailFile, ...]:
    """Return the files with the pictures that the HTML itself holds (`data:`).

    Their elements are changed to name the new files.
    """
    added: list[MailFile] = []
    for image in tree.iter("img"):
        found = _DATA.fullmatch((image.get("src") or "")[:_DATA_LONGEST])
        if found is None or len(added) >= _DATA_MOST:
            continue
        content = _decoded(found[2])
        if not content:
            continue
        number = len(added) + 1
        name = f"data-{number}"
        media_type = found[1].lower()
        added.append(
            MailFile(
                filename=safe_filename(image.get("alt") or "", media_type, number)
                if "." in (image.get("alt") or "")
                else safe_filename("", media_type, number),
                media_type=media_type,
                content=content,
                content_id=name,
            )
        )
        image.set("src", f"cid:{name}")
    return (*files, *added)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def named_apart(files: Iterable[MailFile]) -> tuple[MailFile, ...]:
    """Return pictures with names that differ and stand well in an address."""
    return uniquely_named(
        replace(
            file,
            filename=named_as(_UNFIT.sub("-", file.filename), file.media_type),
        )
        for file in files
    )
