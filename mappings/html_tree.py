"""Reads HTML of strangers into a tree, whatever it holds."""

from __future__ import annotations

import re
import sys

from lxml import etree

# Characters that XML, and so libxml2, cannot hold, and lone surrogates.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# They can also be written as numbers, which the parser turns into characters.
_NUMBERED = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_LONGEST_NUMBER = 7
# As browsers do. With nothing in its place, what stands around it could be another.
_REPLACED = "\ufffd"


# What stands in place of tags where they are nested deeper than any parser goes.
_UNSEEN_PART = re.compile(r"(?is)<(script|style|title|template)\b.*?(?:</\1\s*>|$)")
_ANY_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
_BLOCK_TAG = re.compile(
    r"(?i)</?(?:p|div|br|li|tr|td|th|pre|blockquote|h[1-6])(?![a-z0-9])"
)


# The parser looks each attribute up among those before it.
_LONG_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]{0,20})(\s[^<>]{5000,})>")
_ATTRIBUTES_MOST = 200


def html_tree(html: str) -> etree._Element | None:
    """Return the tree of an HTML fragment; None when nothing is in it.

    Takes anything and never raises: what is broken is mended as browsers do,
    characters that no document may hold are dropped. Comments and processing
    instructions are not in the tree. Where elements are nested over 2,000 deep, the
    text stays and its form goes.
    """
    fit = _LONG_TAG.sub(_bounded, _NUMBERED.sub(_fitting, _UNFIT.sub("", html)))
    if not fit.strip():
        return None
    tree, whole = _parsed(fit)
    return tree if whole else _parsed(_flattened(fit))[0]


def _fitting(reference: re.Match[str]) -> str:
    digits = (reference[1] or reference[2]).lstrip("0")
    if len(digits) > _LONGEST_NUMBER:
        return _REPLACED
    number = int(digits or "0", 16 if reference[1] else 10)
    unfit = number > sys.maxunicode or _UNFIT.match(chr(number))
    return _REPLACED if unfit else reference[0]


def _bounded(tag: re.Match[str]) -> str:
    return f"<{tag[1]}>" if tag[2].count("=") > _ATTRIBUTES_MOST else tag[0]


def _parsed(html: str) -> tuple[etree._Element | None, bool]:
    parser = etree.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        no_network=True,
        huge_tree=True,
    )
    try:
        tree = etree.fromstring(html.encode(), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None, True
    cut_off = any(
        error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log
    )
    return tree, not cut_off


def _flattened(html: str) -> str:
    return _ANY_TAG.sub(
        lambda tag: "<br>" if _BLOCK_TAG.match(tag[0]) else " ",
        _UNSEEN_PART.sub(" ", html),
    )
