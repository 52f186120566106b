"""Reads HTML of strangers into a tree, whatever it holds."""

from __future__ import annotations

import re

from lxml import etree

# Characters that XML, and so libxml2, cannot hold, and lone surrogates.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def html_tree(html: str) -> etree._Element | None:
    """Return the tree of an HTML fragment; None when nothing is in it.

    Takes anything and never raises: what is broken is mended as browsers do,
    characters that no document may hold are dropped. Comments and processing
    instructions are not in the tree.
    """
    fit = _UNFIT.sub("", html)
    if not fit.strip():
        return None
    parser = etree.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        no_network=True,
        huge_tree=True,
    )
    try:
        return etree.fromstring(fit.encode(), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
