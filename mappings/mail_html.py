"""Makes the small HTML alternative of a post: nothing remote, nothing that acts."""

from __future__ import annotations

import re

import nh3
from lxml import etree

from mappings.block_directions import set_directions
from mappings.html_text import is_unread, picture_text
from mappings.html_tree import html_tree
from mappings.links import safe_link, tokens_masked

_TAGS = frozenset(
    re.findall(
        r"\w+",
        "a b bdi bdo blockquote br caption code dd del div dl dt em h1 h2 h3 h4 h5 h6"
        " hr i ins li ol p pre q s small span strong sub sup table tbody td tfoot th"
        " thead tr u ul",
    )
)
_ATTRIBUTES: dict[str, set[str]] = {
    # Without `dir`, Arabic and Hebrew are shown from the wrong side.
    "*": {"dir", "lang"},
    "a": {"href"},
    "ol": {"start"},
    "li": {"value"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_SCHEMES = frozenset({"http", "https", "mailto", "tel", "ftp"})
_MEDIA = frozenset({"audio", "video", "iframe", "embed", "object", "source"})
_DROPPED = "dropped"
_EMPTY_ENDS = ("<br>", "<p></p>", "<p>&nbsp;</p>", "<div></div>")


def mail_html(html: str, *, base_url: str = "", picture: str = "picture") -> str:
    """Return the HTML of a post as a fragment that may stand in a mail.

    A small allow list of tags, `dir` and `lang` kept, no styles, scripts, forms or
    classes. Pictures, also remote ones, become the text that `html_text` gives them;
    links are absolute and hold no token. A block that runs against the rest, and does not
    say so, gets `dir`. Takes anything and never raises.
    """
    tree = html_tree(html)
    if tree is None:
        return ""
    for element in list(tree.iter()):
        _make_plain(element, base_url, picture)
    etree.strip_tags(tree, _DROPPED)
    set_directions(tree)
    written = nh3.clean(
        etree.tostring(tree, method="html", encoding="unicode"),
        tags=set(_TAGS),
        clean_content_tags={"template", "script", "style"},
        attributes=_ATTRIBUTES,
        url_schemes=set(_SCHEMES),
        strip_comments=True,
        link_rel=None,
    )
    return _without_empty_end(tokens_masked(written, base_url=base_url))


def _without_empty_end(html: str) -> str:
    html = html.strip()
    while html.endswith(_EMPTY_ENDS):
        for empty in _EMPTY_ENDS:
            html = html.removesuffix(empty).rstrip()
    return html


def _make_plain(element: etree._Element, base_url: str, picture: str) -> None:
    tag = element.tag
    if is_unread(element) and tag not in {"html", "body"}:
        # Taken out with all that is in it, by the one rule that does so.
        element.tag = "template"
    elif tag == "img":
        shown = picture_text(element, picture)
        element.attrib.clear()
        element.tag, element.text = _DROPPED, shown
    elif tag == "a" or tag in _MEDIA:
        address = element.get("href") if tag == "a" else element.get("src")
        link = safe_link(address or element.get("data") or "", base_url=base_url)
        if link is None:
            element.tag = _DROPPED
            return
        element.set("href", link)
        if tag in _MEDIA:
            element.tag, element.text = "a", element.text or link
    elif tag == "span" and not (element.get("dir") or element.get("lang")):
        element.tag = _DROPPED
