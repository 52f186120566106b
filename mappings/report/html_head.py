"""The head of a page, and what a browser may do with the page."""

from __future__ import annotations

from mappings.report.html_parts import Html
from mappings.report.html_style import style_sheet

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'"
)


def page_head(title: Html, *, language: str, direction: str) -> Html:
    """Return the beginning of a page, its head included.

    Its policy lets nothing be loaded and nothing be run, whatever should ever get into
    the page. `title` is HTML already.
    """
    return Html(
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n'
        '<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="robots" content="noindex">\n'
        f'<title>{title}</title>\n<link rel="icon" href="data:,">\n'
        f"<style>\n{style_sheet()}</style>\n</head>\n"
    )
