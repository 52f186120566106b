"""Which HTML Moodle keeps when it shows a post: what else is sent gets lost on the way.

Measured on Moodle 4.5.6 (`format_text` of a post in format 1, as
`mod_forum_get_discussion_posts` gives it to a participant): each element was sent with
each attribute, and what came back was noted. Moodle cleans with HTML Purifier
(`lib/weblib.php`, `purify_html`), whose XHTML 1.0 Transitional has no elements of
HTML 5: `mark`, `figure`, `details`, `section`, `math` and `svg` lose their tags.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEPT_TAGS = _words(
    "a abbr acronym address audio b bdi bdo big blockquote br caption center cite code"
    " col colgroup dd del dfn div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li"
    " nolink ol p pre q s samp small source span strike strong sub sup table tbody td"
    " tfoot th thead tr track tt u ul var video"
)
"""The elements that stay elements."""

KEPT_EVERYWHERE = _words("dir lang title class style")
"""Attributes that stay on every element but br; `dir` only as ltr or rtl."""

KEPT_ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": _words("href target"),
    "blockquote": _words("cite"),
    "col": _words("align span valign width"),
    "colgroup": _words("align span valign width"),
    "del": _words("cite"),
    "img": _words("alt border height id name src width"),
    "ins": _words("cite"),
    "li": _words("type value"),
    "ol": _words("compact start type"),
    "q": _words("cite"),
    "table": _words("align bgcolor border cellpadding summary width"),
    "td": _words("abbr align bgcolor colspan height nowrap rowspan scope valign width"),
    "th": _words("abbr align bgcolor colspan height nowrap rowspan scope valign width"),
    "ul": _words("compact"),
}
"""Attributes that stay on one element. Of `data:` pictures the whole element goes."""

PLUGIN_FILE = "@@PLUGINFILE@@"
"""What stands for a post's own files in its text.

A message that comes with `inlineattachmentsid` may name the files of that draft area
as `@@PLUGINFILE@@/name` (the name quoted as in an address): it is stored as it is, and
read as the address of the file. Neither the forum's number nor its size of attachments
counts for these; files of the area that the text does not name are stored all the same.
"""
