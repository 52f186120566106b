"""What stands in a text for pictures, formulas, smileys, films and sounds of a post."""

from __future__ import annotations

import re

from lxml import etree

from mappings.links import file_name, safe_link
from mappings.one_line import cut, one_line

MEDIA = frozenset({"audio", "video", "iframe", "embed", "object"})
"""Elements that play something; what is in them is for browsers that cannot."""

_NAME_LONGEST = 200
_FORMULA_LONGEST = 1_000
_TEX_CLASSES = frozenset({"texrender"})
_SPOKEN_CLASSES = frozenset({"wirisformula"})
# The smileys that Moodle itself makes of signs, by the name of their picture.
_SMILEYS = {
    "smiley": "🙂", "biggrin": "😀", "wink": "😉", "mixed": "😕", "thoughtful": "🤔",
    "tongueout": "😛", "cool": "😎", "approve": "👍", "wideeyes": "😳", "surprise": "😮",
    "sad": "🙁", "shy": "😊", "blush": "😳", "kiss": "😘", "clown": "🤡", "blackeye": "🤕",
    "angry": "😠", "dead": "😵", "sleepy": "😴", "evil": "😈", "heart": "❤️", "heartbreak": "💔",
    "yes": "✅", "no": "❌", "martin": "🙂", "egg": "🥚",
}  # fmt: skip
_DEEPEST, _PAIR = 60, 2
_SCRIPTS = {"msup": "^", "msub": "_", "mover": "^", "munder": "_"}


def picture_text(element: etree._Element, picture: str) -> str:
    """Return what stands for a picture: `[picture: alt or filename]`, or nothing.

    A formula that Moodle has drawn is its TeX, a smiley is an emoji.
    """
    classes = {name.lower() for name in (element.get("class") or "").split()}
    shown = one_line(element.get("alt") or "")
    source = (element.get("src") or "").strip()
    if classes & _TEX_CLASSES and shown:
        return f"$${cut(shown, _FORMULA_LONGEST)}$$"
    if classes & _SPOKEN_CLASSES and shown:
        return cut(shown, _FORMULA_LONGEST)
    if "emoticon" in classes:
        return _SMILEYS.get(file_name(source).partition(".")[0], shown)
    if not shown:
        shown = "" if source.lower().startswith("data:") else file_name(source)
    shown = cut(one_line(shown), _NAME_LONGEST)
    return f"[{picture}: {shown}]" if shown else ""


def media_text(element: etree._Element, *, base_url: str) -> str:
    """Return what stands for a film, a sound or a frame: its name and its link.

    A thing with several sources is one thing. Empty where nothing can be linked.
    """
    sources = [element, *element.iter("source", "embed")]
    for source in sources:
        address = source.get("src") or source.get("data") or ""
        link = safe_link(address, base_url=base_url)
        if link:
            name = one_line(element.get("title") or element.get("aria-label") or "")
            if not name and "." in file_name(link):
                name = one_line(file_name(link))
            return f"{cut(name, _NAME_LONGEST)} <{link}>".strip()
    return ""


def formula_text(element: etree._Element) -> str:
    """Return what stands for `<math>`: its TeX where it says it, else in one line."""
    told = one_line(element.get("alttext") or "")
    for note in element.iter("annotation"):
        if "tex" in (note.get("encoding") or "").lower():
            told = told or one_line("".join(str(text) for text in note.itertext()))
    return cut(told or one_line(_linear(element, 0)), _FORMULA_LONGEST)


def _linear(element: etree._Element, depth: int) -> str:
    if depth > _DEEPEST or not isinstance(element.tag, str):
        return ""
    tag = element.tag.lower()
    if tag in {"annotation", "annotation-xml"}:
        return ""
    parts = [_linear(child, depth + 1) for child in element]
    if tag == "mfrac" and len(parts) == _PAIR:
        return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    if tag in _SCRIPTS and len(parts) == _PAIR:
        return f"{parts[0]}{_SCRIPTS[tag]}{_grouped(parts[1])}"
    if tag == "msubsup" and len(parts) == _PAIR + 1:
        return f"{parts[0]}_{_grouped(parts[1])}^{_grouped(parts[2])}"
    if tag == "msqrt":
        return f"√({''.join(parts)})"
    if tag == "mroot" and len(parts) == _PAIR:
        return f"({parts[0]})^(1/{parts[1]})"
    own = re.sub(r"\s+", " ", element.text or "").strip(" ")
    tails = [re.sub(r"\s+", " ", child.tail or "").strip(" ") for child in element]
    joined = "".join(part + tail for part, tail in zip(parts, tails, strict=True))
    return own + joined


def _grouped(text: str) -> str:
    return text if len(text) <= 1 or text.isalnum() else f"({text})"
