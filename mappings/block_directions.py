"""Sets the side from which each block of a post is read, where Moodle does not say."""

from __future__ import annotations

from itertools import islice

from lxml import etree

from mappings.direction import direction_of, has_right_to_left

_LOOKED_AT = 500
_DEEPEST = 60
_BLOCKS = frozenset(
    {"blockquote", "caption", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5"}
    | {"h6", "li", "ol", "p", "pre", "table", "td", "th", "ul"}
)


def set_directions(tree: etree._Element) -> None:
    """Give `dir` to the blocks that run against the text around them.

    The whole tree runs as most of its letters do; a block that says so itself is left
    alone, and so is a tree in which nothing runs from right to left.
    """
    if not has_right_to_left("".join(map(str, tree.itertext()))):
        return
    elements = list(tree.iter())
    sides = {tree: (tree.get("dir") or direction_of(_words(tree)), 0)}
    for element in elements[1:]:
        parent = element.getparent()
        around, depth = sides[tree if parent is None else parent]
        own = element.get("dir") or around
        if element.tag in _BLOCKS and not element.get("dir") and depth < _DEEPEST:
            words = _words(element)
            if any(letter.isalpha() for letter in words):
                own = direction_of(words)
        if own != around:
            element.set("dir", own)
        sides[element] = own, depth + 1


def _words(element: etree._Element) -> str:
    letters = (letter for text in element.itertext() for letter in str(text))
    return "".join(islice(letters, _LOOKED_AT))
