"""Matplotlib's SVG, made fit to stand in a page beside others."""

from __future__ import annotations

import re

from lxml import etree

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_LONG_NUMBER = re.compile(r"(-?\d+\.\d{2})\d+")
_FONT = re.compile(r"font-family: [^;]+; ?")
_FONT_IN_SHORT = re.compile(r"font: ((?:bold |[1-9]00 )?)([\d.]+px) [^;]+")
_NO_TURN = re.compile(r"rotate\(-?0 [^)]*\)")
_SPACES = re.compile(r"\s+")
_USED = re.compile(r"url\(#([^)]+)\)")
_ROUNDED = ("d", "x", "y", "width", "height", "transform", "points")


def standing_alone(svg: bytes, *, name: str, title: str) -> str:
    """Return the `svg` element of such a file, so that it can stand in any page.

    Its names begin with `name`, so that no other plot's are the same; the style sheet,
    which would hold for the whole page, becomes attributes; nothing is said of when
    and by what it was made. It is called `title` by what reads pages aloud.
    """
    root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False))
    for tag in ("metadata", "style"):
        etree.strip_elements(root, f"{_SVG}{tag}", with_tail=False)
    etree.strip_tags(root, etree.Comment)
    _rename(root, name)
    _slim(root)
    for element in root.iter(etree.Element):
        for attribute in _ROUNDED:
            if attribute in element.attrib:
                value = str(element.get(attribute))
                shorter = _SPACES.sub(" ", _LONG_NUMBER.sub(r"\1", value))
                element.set(attribute, shorter.strip())
        if "style" in element.attrib:
            style = str(element.get("style"))
            # Up to matplotlib 3.10 all of it stands in one.
            style = _FONT_IN_SHORT.sub(r"font-weight: \1; font-size: \2", style)
            element.set("style", _FONT.sub("", style).replace("font-weight: ; ", ""))
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "butt")
    root.set("font-family", "'DejaVu Sans', Verdana, sans-serif")
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title")
    label = etree.Element(f"{_SVG}title", id=f"{name}-title")
    label.text = title
    root.insert(0, label)
    return str(etree.tostring(root, encoding="unicode"))


def _rename(root: etree._Element, name: str) -> None:
    used = set()
    for element in root.iter(etree.Element):
        for value in element.attrib.values():
            used.update(_USED.findall(str(value)))
        if _LINK in element.attrib:
            used.add(str(element.get(_LINK)).removeprefix("#"))
    names = {old: f"{name}-{number}" for number, old in enumerate(sorted(used))}
    for element in root.iter(etree.Element):
        for attribute, value in list(element.attrib.items()):
            if attribute == "id":
                if value in names:
                    element.set("id", names[str(value)])
                else:
                    del element.attrib["id"]
            elif attribute == _LINK:
                # The plain attribute is understood everywhere by now.
                del element.attrib[_LINK]
                element.set("href", f"#{names[str(value).removeprefix('#')]}")
            else:
                element.set(
                    attribute,
                    _USED.sub(lambda found: f"url(#{names[found[1]]})", str(value)),
                )


def _slim(root: etree._Element) -> None:
    """Take out what shows nothing: groups around one thing, and white space."""
    for element in list(root.iter(f"{_SVG}text")):
        if _NO_TURN.fullmatch(str(element.get("transform"))):
            del element.attrib["transform"]
    for group in reversed(list(root.iter(f"{_SVG}g"))):
        parent = group.getparent()
        if parent is not None and not group.attrib:
            at = parent.index(group)
            parent[at : at + 1] = list(group)
    for element in root.iter(etree.Element):
        element.tail = None
        if element.tag != f"{_SVG}text":
            element.text = None
