"""Pages as plain as can be: they must open on an old phone, and without a script."""

from __future__ import annotations

from html import escape

from mappings.phrases import known_language, phrase

_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def question_page(language: str, list_name: str) -> str:
    """Return the page that asks whether it is meant; the button posts to itself."""
    body = (
        f"<p>{_said(language, 'leave_question', name=list_name)}</p>\n"
        '<form method="post"><input type="hidden" name="List-Unsubscribe"'
        ' value="One-Click">'
        f'<button type="submit">{_said(language, "leave_button")}</button></form>'
    )
    return _page(language, phrase(language, "leave_title"), body)


def done_page(language: str, list_name: str) -> str:
    """Return the page that says that no more mail comes, and how to come back."""
    body = f"<p>{_said(language, 'leave_done', name=list_name)}</p>"
    return _page(language, phrase(language, "leave_title"), body)


def absent_page(language: str) -> str:
    """Return the page for an address behind which there is nothing."""
    body = f"<p>{_said(language, 'page_absent')}</p>"
    return _page(language, phrase(language, "page_absent_title"), body)


def _said(language: str, key: str, **values: object) -> str:
    return escape(phrase(language, key, **values))


def _page(language: str, title: str, body: str) -> str:
    return _PAGE.format(
        language=known_language(language), title=escape(title), body=body
    )
