"""Compares the text of HTML with plain text: by its letters, digits and emoji alone.

The plain text that a mail program writes beside its HTML has other spaces, quotation
marks and line ends, numbers its lists, and names the targets of links.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body caption center dd details div dl dt"
        " fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html li"
        " main nav ol p pre section summary table tbody td tfoot th thead tr ul",
    )
)
# The targets that programs write behind the text of a link, and stand-ins of pictures.
_ADDED = re.compile(
    r"(?i)<(?:https?://|mailto:|tel:)[^<>\s]{1,2000}>"
    r"|\]\((?:https?://|mailto:)[^()\s]{1,2000}\)"
    r"|\[(?:cid|image|inline image|afbeelding|imagen|imagem)\s?:[^\[\]\n]{0,300}\]"
)
_NUMBER = re.compile(r"(?m)^[>\s]*\d{1,3}[.)][ \t]")
# Letters that fold as they are, many at once; all others one by one.
_RUN = re.compile(r"[0-9A-Za-z]+|[^\x00-\x7f]")
_BULLETS = frozenset("○●◦▪■□▫◆◇►▶➢➤❖\ufffc\ufffd")


@dataclass(frozen=True, slots=True)
class Words:
    """The letters of a text, and at which place of it each of them stands."""

    letters: str
    places: tuple[int, ...]


def words_of(text: str, *, numbered: bool = True) -> Words:
    """Return the letters, digits and emoji of a text, folded, without spaces.

    Targets behind links and stand-ins of pictures do not count; `numbered` false
    leaves out the numbers at the beginning of lines as well.
    """
    hidden = [match.span() for match in _ADDED.finditer(text)]
    if not numbered:
        hidden += [match.span() for match in _NUMBER.finditer(text)]
    unseen = {place for start, end in hidden for place in range(start, end)}
    letters: list[str] = []
    places: list[int] = []
    for match in _RUN.finditer(text):
        start = match.start()
        run = match[0]
        # What is hidden begins and ends beside letters, never among them.
        if start in unseen or run in _BULLETS:
            continue
        folded = _folded(run)
        letters.append(folded)
        if run.isascii():
            places.extend(range(start, match.end()))
        else:
            places.extend([start] * len(folded))
    return Words("".join(letters), tuple(places))


def _folded(run: str) -> str:
    if run.isascii():
        return run.lower() if run.isalnum() else ""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", run.casefold())
        if _counts(letter)
    )


def _counts(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category == "Mn":
        # Variation selectors choose a picture, not a letter.
        return not 0xFE00 <= ord(letter) <= 0xFE0F  # noqa: PLR2004
    return category[0] in "LNM" or category in {"So", "Sc"}


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece of text in a tree: before (`tail` false) or behind an element's tags.

    `element` is None for what is shown and stands in no text: line ends, numbers.
    """

    element: etree._Element | None
    tail: bool
    text: str
    start: int

    def put(self, text: str) -> None:
        """Set this piece of the tree to another text."""
        if self.element is None:
            return
        if self.tail:
            self.element.tail = text
        else:
            self.element.text = text


@dataclass(frozen=True, slots=True)
class Layout:
    """What a tree shows, in order: its text in slots, and where each element begins."""

    text: str
    slots: tuple[Slot, ...]
    begins: dict[etree._Element, int]


def layout_of(tree: etree._Element, *, numbered: bool) -> Layout:
    """Return the text of a tree; `numbered` shows the numbers of ordered lists."""
    slots: list[Slot] = []
    begins: dict[etree._Element, int] = {}
    at = 0

    def add(element: etree._Element | None, text: str | None, *, tail: bool) -> None:
        nonlocal at
        if text:
            slots.append(Slot(element, tail, text, at))
            at += len(text)

    numbers = _numbers(tree) if numbered else {}
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        apart = element.tag in _BLOCKS or element.tag == "br"
        if event == "start":
            if apart:
                add(None, "\n", tail=False)
            begins[element] = at
            if element in numbers:
                add(None, f"{numbers[element]}. ", tail=False)
            add(element, element.text, tail=False)
            continue
        if apart and element.tag != "br":
            add(None, "\n", tail=False)
        if element is not tree:
            add(element, element.tail, tail=True)
    return Layout("".join(slot.text for slot in slots), tuple(slots), begins)


def _numbers(tree: etree._Element) -> dict[etree._Element, int]:
    numbers: dict[etree._Element, int] = {}
    for ordered in tree.iter("ol"):
        number = _whole(ordered.get("start"), 1)
        for item in ordered.iterchildren("li"):
            number = _whole(item.get("value"), number)
            numbers[item] = number
            number += 1
    return numbers


def _whole(value: str | None, otherwise: int) -> int:
    return int(value) if value and re.fullmatch(r"\d{1,4}", value) else otherwise


def stretch_of(layout: Layout, kept: Words) -> tuple[int, int] | None:
    """Return where in a layout a text stands, and stands alone; None if nowhere.

    At the beginning, or at the only place where it is; whole words, with the
    punctuation that clings to them.
    """
    shown = words_of(layout.text)
    if not kept.letters:
        return None
    place = 0 if shown.letters.startswith(kept.letters) else -1
    if place < 0:
        place = shown.letters.find(kept.letters)
        if place < 0 or shown.letters.find(kept.letters, place + 1) >= 0:
            return None
    start = shown.places[place]
    end = shown.places[place + len(kept.letters) - 1] + 1
    if _inside_word(layout.text, start) or _inside_word(layout.text, end):
        return None

    def clings(at: int) -> bool:
        return not layout.text[at].isspace() and not _folded(layout.text[at])

    return _while(clings, start, -1), _while_up(clings, end, len(layout.text))


def _inside_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


def _while(clings: Callable[[int], bool], start: int, floor: int) -> int:
    while start - 1 > floor and clings(start - 1):
        start -= 1
    return start


def _while_up(clings: Callable[[int], bool], end: int, ceiling: int) -> int:
    while end < ceiling and clings(end):
        end += 1
    return end
