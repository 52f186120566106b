"""The HTML of a mail as a post keeps it: its form stays, what was trimmed goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from lxml import etree

from mappings.direction import direction_of
from mappings.hidden_markup import take_out_hidden
from mappings.html_text import is_unread
from mappings.html_tree import html_tree
from mappings.links import file_name
from mappings.mail_pictures import (
    by_content_id,
    content_id_of,
    is_foreign,
    named_apart,
    picture_element,
    with_data_pictures,
)
from mappings.markup_form import DROPPED, LINK, give_form, has_form
from mappings.markup_tidy import cleaned, take_out_empty, without_empty_ends
from mappings.markup_words import Layout, Words, layout_of, stretch_of, words_of
from mappings.one_line import cut, one_line
from mappings.stand_ins import StandIns
from moodle_bridge.model.mail import MailFile

_LONGEST, _DEEPEST, _ELEMENTS_MOST = 1_000_000, 120, 20_000
_TEXT_LONGEST = 100_000
_GONE = "template"
_EMOJI_LONGEST = 8
_ALT_LONGEST = 100
_PIXEL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """The own part of a mail in HTML that Moodle keeps.

    `html` names its `pictures` as Moodle wants it (`PLUGIN_FILE`); `elided` are the
    Content-IDs of pictures that stand only in what was left out.
    """

    html: str
    pictures: tuple[MailFile, ...] = ()
    elided: frozenset[str] = frozenset()


def markup_of(html: str, kept: str, files: Sequence[MailFile]) -> Markup | None:
    """Return a mail's HTML without what was trimmed, fit for a post; None if it is not.

    `kept` is the text that stays. The HTML is taken only where it says just that, and
    has a form worth keeping: lists, emphasis, headings, tables, links, quotes, code,
    pictures. No styles, no classes, nothing remote: a picture from elsewhere becomes a
    link, one that nobody can see goes. Takes anything and never raises.
    """
    if len(html) > _LONGEST or len(kept) > _TEXT_LONGEST:
        return None
    tree = html_tree(StandIns.without(html))
    if tree is None or _is_monstrous(tree):
        return None
    take_out_hidden(tree)
    _take_out_unread(tree)
    files = with_data_pictures(tree, files)
    shown = by_content_id(files)
    _show_emoji(tree)
    before = {content_id_of(image.get("src")) for image in tree.iter("img")}
    if not _narrowed(tree, kept):
        return None
    names = [
        name
        for image in tree.iter("img")
        if (name := content_id_of(image.get("src"))) in shown
    ]
    pictures = named_apart(shown[name] for name in dict.fromkeys(names))
    give_form(tree)
    if not pictures and not has_form(tree):
        return None
    stand_ins = StandIns()
    _set_pictures(tree, {file.content_id: file for file in pictures}, stand_ins)
    take_out_empty(tree)
    written = without_empty_ends(cleaned(tree))
    if not _says(written, kept):
        return None
    if direction_of(kept) == "rtl" and ' dir="' not in written:
        written = f'<div dir="rtl">{written}</div>'
    return Markup(
        html=stand_ins.resolved(written),
        pictures=pictures,
        elided=frozenset(
            name for name in before if name in shown and name not in names
        ),
    )


def _is_monstrous(tree: etree._Element) -> bool:
    depth = count = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > _DEEPEST or count > _ELEMENTS_MOST:
            return True
    return False


def _take_out_unread(tree: etree._Element) -> None:
    for element in tree.iter():
        if is_unread(element) and element.tag not in {"html", "body"}:
            element.tag = _GONE
    etree.strip_elements(tree, _GONE, with_tail=False)


def _show_emoji(tree: etree._Element) -> None:
    # Some mail programs send an emoji as a picture with the emoji as its text.
    for image in list(tree.iter("img")):
        alt = (image.get("alt") or "").strip()
        if alt and len(alt) <= _EMOJI_LONGEST and not alt.isascii():
            image.attrib.clear()
            image.tag, image.text = DROPPED, alt


def _narrowed(tree: etree._Element, kept: str) -> bool:
    """Leave in a tree what the kept text says; False when it says nothing like it."""
    for numbered, told in _readings(kept):
        layout = layout_of(tree, numbered=numbered)
        if len(layout.text) > 2 * _TEXT_LONGEST:
            return False
        stretch = (
            stretch_of(layout, told)
            if told.letters
            else (0, len(layout.text))
            if not layout.text.strip()
            else None
        )
        if stretch is not None:
            _keep_stretch(layout, *stretch)
            return True
    return False


def _readings(kept: str) -> Iterator[tuple[bool, Words]]:
    whole = words_of(kept)
    yield True, whole
    yield False, whole
    yield False, words_of(kept, numbered=False)


def _keep_stretch(layout: Layout, start: int, end: int) -> None:
    first, last = start, end
    for element, begins in layout.begins.items():
        if element.tag == "img":
            if _is_beside(element, layout, begins, start, end):
                # The space between the text and its picture stays as well.
                first, last = min(first, begins), max(last, begins)
            else:
                element.attrib.clear()
                element.tag = DROPPED
        elif element.tag == "hr" and not start < begins < end:
            element.tag = DROPPED
    for slot in layout.slots:
        slot.put(slot.text[max(0, first - slot.start) : max(0, last - slot.start)])


def _is_beside(
    image: etree._Element, layout: Layout, place: int, start: int, end: int
) -> bool:
    """Say whether a picture stands in the kept text, or alone beside it."""
    if start <= place <= end:
        return True
    if any(is_foreign(above) for above in image.iterancestors()):
        return False
    between = layout.text[end:place] if place > end else layout.text[place:start]
    return not between.strip()


def _set_pictures(
    tree: etree._Element, own: dict[str | None, MailFile], stand_ins: StandIns
) -> None:
    for image in list(tree.iter("img")):
        file = own.get(content_id_of(image.get("src")))
        alt = image.get("alt") or ""
        shown = _remote(image) if file is None else picture_element(file, alt)
        image.attrib.clear()
        image.tag = DROPPED
        image.text = stand_ins.put(shown) if shown else None


def _remote(image: etree._Element) -> str:
    """Return what stands for a picture from elsewhere: a link, its text, or nothing."""
    sides = [_side(image.get(name)) for name in ("width", "height")]
    if any(side is not None and side <= _PIXEL for side in sides):
        return ""
    source = (image.get("src") or "").strip()
    alt = cut(one_line(image.get("alt") or ""), _ALT_LONGEST)
    # An empty text says that there is nothing to be seen.
    unsaid = image.get("alt") is None
    named = cut(one_line(file_name(source)), _ALT_LONGEST) if unsaid else alt
    has_link = any(above.tag == "a" for above in image.iterancestors())
    if not re.match(r"(?i)https?://", source) or not LINK.fullmatch(source):
        return f"[{escape(alt)}]" if alt else ""
    if has_link or not named:
        return f"[{escape(alt)}]" if alt else ""
    return f'<a href="{escape(source)}">[{escape(named)}]</a>'


def _side(value: str | None) -> int | None:
    found = re.match(r"\s*(\d{1,5})(?:px)?\s*$", value or "")
    return int(found[1]) if found else None


def _says(html: str, kept: str) -> bool:
    """Say whether HTML still says just the kept text, after all that was done to it."""
    tree = html_tree(html)
    if tree is None:
        return not words_of(kept).letters
    return any(
        words_of(layout_of(tree, numbered=numbered).text).letters == told.letters
        for numbered, told in _readings(kept)
    )
