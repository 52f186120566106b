"""Answers requests to the bridge's own pages; a WSGI application.

What asks with GET changes nothing: mail programs and scanners open every link. What
unsubscribes is a POST, without cookies or a login (RFC 8058 section 3.1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from mappings.personal_fields import Purpose, read_purpose_key
from mappings.phrases import DEFAULT_LANGUAGE, LANGUAGES
from sync.leaving import Leaving, written_intent
from sync.web.pages import absent_page, done_page, question_page

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from sync.ledger import Ledger

_LEAVE = re.compile(r"/u/([A-Za-z2-7]{20,40})/?")
_MOST_BYTES = 10_000
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'",
    # The key stands in the address, and is nobody else's business.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


class Pages:
    """The bridge's pages. May be used from several threads at once.

    `metrics` gives what stands at /metrics in the OpenMetrics format; None: there is
    no such page.
    """

    def __init__(
        self,
        leaving: Leaving,
        *,
        ledger: Ledger,
        metrics: Callable[[], str] | None = None,
    ) -> None:
        self._leaving = leaving
        self._ledger = ledger
        self._metrics = metrics

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = _MOST_BYTES
        response = self._answer(request)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if self._metrics is not None and request.path == "/metrics":
            if request.method not in {"GET", "HEAD"}:
                return Response(status=405, headers={"Allow": "GET, HEAD"})
            return Response(self._metrics(), content_type=OPENMETRICS)
        found = _LEAVE.fullmatch(request.path)
        user_id = found and read_purpose_key(
            self._leaving.secret, Purpose.UNSUBSCRIBE, found[1]
        )
        if user_id is None:
            # The same for a key that is forged and for a page that never was.
            return _html(absent_page(_asked_language(request)), 404)
        if request.method in {"GET", "HEAD"}:
            return self._question(user_id)
        if request.method == "POST":
            try:
                request.get_data()
            except RequestEntityTooLarge:
                return Response(status=413)
            return self._leave(user_id)
        return Response(status=405, headers={"Allow": "GET, HEAD, POST"})

    def _question(self, user_id: int) -> Response:
        with self._ledger.reading() as transaction:
            language = self._leaving.language_of(transaction, user_id)
            name = self._leaving.name_for(transaction, user_id)
        return _html(question_page(language, name))

    def _leave(self, user_id: int) -> Response:
        with self._ledger.writing() as transaction:
            language = self._leaving.language_of(transaction, user_id)
            name = self._leaving.name_for(transaction, user_id)
            action = self._leaving.farewell(transaction, user_id)
            self._leaving.note(transaction, user_id, by="web")
            if action is not None:
                written_intent(transaction, action)
        return _html(done_page(language, name))


def _asked_language(request: Request) -> str:
    return request.accept_languages.best_match(LANGUAGES) or DEFAULT_LANGUAGE


def _html(page: str, status: int = 200) -> Response:
    return Response(page, status=status, content_type="text/html; charset=utf-8")
