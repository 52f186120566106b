"""The text of a mail that came as HTML only; what it quotes is marked with `> `."""

from __future__ import annotations

import re
from html import unescape
from string import ascii_lowercase, ascii_uppercase

from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_engine import Inscriptis
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement
from lxml import etree

from mappings.hidden_markup import take_out_hidden
from mappings.html_tree import html_tree

# Containers that hold nothing but a quote although they are no blockquote.
_QUOTE_CLASSES = frozenset({"yahoo_quoted", "protonmail_quote", "zmail_extra"})
_INDENTED_ONLY = re.compile(r"(?i)border(?:-width)?\s*:\s*(?:none|0)")
_BORDER_LEFT = re.compile(r"(?i)border-left\s*:")
_SIGNATURE = re.compile(
    r"(?i)\b(?:gmail_signature|moz-signature|front-signature|k9mail-signature"
    r"|applemailsignature|protonmail_signature_block|zm-_id_-sgn|zimbra_signature"
    r"|ymail_\w*signature|ms-outlook-mobile-signature|hw_signature|composer_signature"
    r"|x_signature|signature_old|bloop_sign|edo-signature)\b"
)
_SIGNATURES_MOST = 10
_LINK = re.compile(r"(?i)(?:https?://|mailto:)\S+")
_BLANK_LINES = re.compile(r"\n{3,}")
_BREAKING_TAG = re.compile(r"(?i)</?(?:br|p|div|tr|li|blockquote|pre|table)\b[^<>]*>")
_TAG = re.compile(r"<[^<>]*>")
_ASCII_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_QUOTES_MOST = 200
_LAID_OUT_MOST = 80_000
_ALT_LONGEST = 8
_DRAWN = "-" * 10


def text_from_mail_html(html: str) -> str:
    """Return the plain text of a mail's HTML; quotes become lines with `> `.

    Hidden text, styles and scripts are left out. The target of a link is shown
    behind its text where they differ. Never raises; what is nested too deeply to be
    laid out is given as its bare text.
    """
    tree = html_tree(html)
    if tree is None:
        return ""
    if _is_monstrous(tree):
        return _tidied(_bare_text(html))
    try:
        take_out_hidden(tree)
        _show_links(tree)
        _show_small_pictures(tree)
        _draw_lines(tree)
        _mark_signatures(tree)
        _mark_quotes(tree)
        text = _laid_out(tree)
    except (RecursionError, ValueError, IndexError, TypeError, AttributeError):
        text = _bare_text(html)
    return _tidied(text)


def _tidied(text: str) -> str:
    lines = (line.rstrip() for line in text.replace("\xa0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _is_monstrous(tree: etree._Element) -> bool:
    """Say whether it would take too long to lay a page out."""
    depth = cost = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag == "table":
            depth += 1 if event == "start" else -1
        # A table is laid out anew for each cell, and so are the tables around it.
        cost += 1 + 40 * depth * (element.tag in {"td", "th"})
        if cost > _LAID_OUT_MOST:
            return True
    return False


def _mark_quotes(tree: etree._Element) -> None:
    quotes = [element for element in tree.iter() if _is_quote(element)]
    # The innermost first, so that each mark is put before what is marked already.
    for element in reversed(quotes[:_QUOTES_MOST]):
        tail, element.tail = element.tail, None
        text = _BLANK_LINES.sub("\n\n", _laid_out(element)).strip("\n")
        lines = [f"> {line.rstrip()}".rstrip() for line in text.split("\n")]
        element.clear()
        element.tag = "pre"
        element.text = "\n".join(lines) if text.strip() else ""
        element.tail = tail


def _draw_lines(tree: etree._Element) -> None:
    """Draw what the layout leaves out: a mail below often has nothing else above it."""
    for element in list(tree.iter("hr")):
        element.tag = "pre"
        element.text = _DRAWN


def _mark_signatures(tree: etree._Element) -> None:
    """Put the line before a signature that plain text has, where the HTML names one."""
    signed = [
        element
        for element in tree.iter("div", "span", "pre", "table")
        if _SIGNATURE.search(f"{element.get('class') or ''} {element.get('id') or ''}")
    ]
    for element in signed[:_SIGNATURES_MOST]:
        if "prefix" in (element.get("class") or ""):
            continue
        said = "".join(str(piece) for piece in element.itertext()).strip()
        if not said or said.startswith(("--", "—")) or _has_dashes_above(element):
            continue
        line = etree.Element("pre")
        line.text = "--"
        element.addprevious(line)


def _has_dashes_above(element: etree._Element) -> bool:
    above = element.getprevious()
    while above is not None:
        said = "".join(str(piece) for piece in above.itertext())
        said = (said + (above.tail or "")).strip()
        if said:
            return said in {"--", "—"}
        above = above.getprevious()
    return False


def _is_quote(element: etree._Element) -> bool:
    classes = (element.get("class") or "").split()
    if element.tag == "blockquote":
        style = element.get("style") or ""
        # Mail programs indent the author's own words with a blockquote as well.
        indented = _INDENTED_ONLY.search(style) and not _BORDER_LEFT.search(style)
        cited = element.get("type") == "cite" or any(
            "quote" in name for name in classes
        )
        return cited or not indented
    return (
        not _QUOTE_CLASSES.isdisjoint(classes)
        or element.get("data-marker") == "__QUOTED_TEXT__"
    ) and next(element.iter("blockquote"), None) is None


def _show_links(tree: etree._Element) -> None:
    for element in list(tree.iter("a")):
        target = (element.get("href") or "").strip()
        if not _LINK.fullmatch(target):
            continue
        shown = "".join(str(piece) for piece in element.itertext()).strip()
        bare = target.removeprefix("mailto:").split("?")[0]
        if bare.rstrip("/") in {shown, shown.rstrip("/"), f"http://{shown}"} or (
            f"https://{shown.rstrip('/')}" == bare.rstrip("/")
        ):
            continue
        if shown:
            element.tail = f" <{target}>{element.tail or ''}"


def _show_small_pictures(tree: etree._Element) -> None:
    # Some mail programs send an emoji as a picture with the emoji as its text.
    for element in list(tree.iter("img")):
        alt = (element.get("alt") or "").strip()
        if alt and len(alt) <= _ALT_LONGEST and not alt.isascii():
            element.tail = f"{alt}{element.tail or ''}"


def _laid_out(tree: etree._Element) -> str:
    css = dict(STRICT_CSS_PROFILE)
    for name in _HIDDEN:
        css[name] = HtmlElement(display=Display.none)
    return str(Inscriptis(tree, ParserConfig(css=css)).get_text())


def _bare_text(html: str) -> str:
    # The parser itself drops what is nested over some two thousand deep, so its tree
    # cannot be used here.
    for name in ("script", "style", "head"):
        html = _without_element(html, name)
    return unescape(_TAG.sub(" ", _BREAKING_TAG.sub("\n", html)))


def _without_element(html: str, name: str) -> str:
    # Only ASCII is lowered: a letter that grows with its case would move the places.
    lowered = html.translate(_ASCII_LOWER)
    pieces: list[str] = []
    end = 0
    while (start := lowered.find(f"<{name}", end)) >= 0:
        close = lowered.find(f"</{name}", start)
        if close < 0:
            break
        pieces.append(html[end:start])
        end = close
    return "".join((*pieces, html[end:]))
