"""Takes out of a mail's HTML what its writer never saw: preheaders, marks of trackers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

_BRACE = re.compile(r"([{}])")
_ONE_NAME = re.compile(r"(?:\*|[a-z][a-z0-9]*)?([.#][\w-]+)", re.IGNORECASE)
_STYLES_LONGEST = 100_000
_NUMBER = re.compile(r"([0-9]*\.?[0-9]+)\s*(px|pt|em|rem|ex|ch|%)?")
_ABSOLUTE = frozenset({"", "px", "pt"})
# Nobody reads letters of one pixel.
_TINY = 1.0
_AREAS = (("max-height", "height"), ("max-width", "width"))


def take_out_hidden(tree: etree._Element) -> None:
    """Take out what no mail program shows, unless nothing but that is in a tree.

    By `hidden`, and by styles, also of a class: no display, no visibility, no opacity,
    no room with overflow hidden, letters of a pixel at most. What lies within and is
    shown all the same stays, and so do pictures between letters of no size. Letters
    in the colour of what is behind them stay: programs in the dark write white ones.
    So does what only Outlook hides (`mso-hide`).
    """
    names = _hidden_names(tree)
    whole: list[etree._Element] = []
    texts: list[etree._Element] = []
    tails: list[etree._Element] = []
    shown = _looked_through(tree, names, whole, texts, tails)
    if not shown:
        return
    for element in texts:
        element.text = None
    for element in tails:
        element.tail = None
    for element in whole:
        _remove(element)


def _looked_through(
    tree: etree._Element,
    names: frozenset[str],
    whole: list[etree._Element],
    texts: list[etree._Element],
    tails: list[etree._Element],
) -> bool:
    """Note what is hidden, and say whether anything else is there."""
    shown = False
    states: list[bool] = [False]
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            states.pop()
            if element is not tree and (element.tail or "").strip():
                if states[-1]:
                    tails.append(element)
                else:
                    shown = True
            continue
        style = _style(element)
        if element.tag in {"style", "script", "head", "title"}:
            states.append(states[-1])
            walk.skip_subtree()
            continue
        if element is not tree and _is_gone(element, style, names):
            whole.append(element)
            states.append(states[-1])
            walk.skip_subtree()
            continue
        states.append(_is_silent(element, style, before=states[-1]))
        shown = shown or element.tag == "img"
        if (element.text or "").strip():
            if states[-1]:
                texts.append(element)
            else:
                shown = True
    return shown


def _is_gone(
    element: etree._Element, style: Mapping[str, str], names: frozenset[str]
) -> bool:
    """Say whether nothing of an element is shown, whatever lies within."""
    if element.tag == "body":
        return False
    display = style.get("display")
    if display is not None:
        if display == "none":
            return True
    elif element.get("hidden") is not None or not names.isdisjoint(_names_of(element)):
        return True
    if _is_zero(style.get("opacity")):
        return True
    return style.get("overflow") == "hidden" and any(
        _is_zero(style.get(name)) for area in _AREAS for name in area
    )


def _is_silent(
    element: etree._Element, style: Mapping[str, str], *, before: bool
) -> bool:
    """Say whether the letters of an element are not seen; within may be other ones."""
    size, visibility = style.get("font-size"), style.get("visibility")
    if visibility in {"hidden", "collapse"} or (size and _is_tiny(size)):
        return True
    # Where a mail names no kind of HTML, a table begins with letters of the usual size.
    return before and not (size or visibility or element.tag == "table")


def _is_tiny(size: str) -> bool:
    found = _NUMBER.match(size)
    if found is None:
        return False
    number, unit = float(found[1]), found[2] or ""
    return number == 0 or (unit in _ABSOLUTE and number <= _TINY)


def _is_zero(value: str | None) -> bool:
    found = _NUMBER.fullmatch(value or "")
    return found is not None and float(found[1]) == 0


def _style(element: etree._Element) -> Mapping[str, str]:
    return dict(_declared(element.get("style") or ""))


def _declared(text: str) -> Iterator[tuple[str, str]]:
    """Give what a style declares, the weightier last."""
    weighty = []
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        plain, important, _ = value.strip().lower().partition("!important")
        pair = (name.strip().lower(), plain.strip())
        if important:
            weighty.append(pair)
        else:
            yield pair
    yield from weighty


def _names_of(element: etree._Element) -> Iterator[str]:
    for name in (element.get("class") or "").split():
        yield f".{name}"
    if element.get("id"):
        yield f"#{element.get('id')}"


def _hidden_names(tree: etree._Element) -> frozenset[str]:
    """Return the classes and ids, as `.preheader`, that a mail's own styles hide.

    Only what holds on every screen, and is said of one name alone and not taken back.
    """
    hidden: set[str] = set()
    shown: set[str] = set()
    for sheet in tree.iter("style"):
        text = "".join(str(piece) for piece in sheet.itertext())[:_STYLES_LONGEST]
        for selectors, declarations in _rules(_without_comments(text)):
            display = dict(_declared(declarations)).get("display")
            for selector in selectors.split(",") if display else ():
                found = _ONE_NAME.fullmatch(selector.strip())
                if found is not None:
                    (hidden if display == "none" else shown).add(found[1])
    return frozenset(hidden - shown)


def _without_comments(text: str) -> str:
    kept: list[str] = []
    end = 0
    while (start := text.find("/*", end)) >= 0:
        kept.append(text[end:start])
        close = text.find("*/", start + 2)
        end = len(text) if close < 0 else close + 2
    kept.append(text[end:])
    return "".join(kept).replace("<!--", "").replace("-->", "")


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Give selectors with what is declared of them, but for `@media ... { }`."""
    depth = 0
    selectors = ""
    for piece in _BRACE.split(text):
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth = max(0, depth - 1)
        elif depth == 0:
            selectors = piece.rpartition(";")[2].strip()
        elif depth == 1 and not selectors.startswith("@"):
            yield selectors, piece


def _remove(element: etree._Element) -> None:
    """Take an element out, and leave what follows it."""
    above, before = element.getparent(), element.getprevious()
    if above is None:
        return
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            above.text = (above.text or "") + element.tail
    above.remove(element)
