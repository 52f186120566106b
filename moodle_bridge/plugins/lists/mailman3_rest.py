"""Speaks to Mailman core over REST 3.1: one request, one answer, errors told."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import requests

from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.plugins.lists.mailman3_settings import Mailman3Settings
from moodle_bridge.plugins.server import is_loopback
from moodle_bridge.redact import masked

_PAGE = 200
_MOST_PAGES = 500
_LARGEST = 50_000_000
_NOT_THERE = 404
_LOGIN = frozenset({401, 403})

Repeatable = Literal["read", "repeatable", "once"]
"""What a request is: it changes nothing, may be said twice, or must not be."""


class MailmanRest:
    """The REST interface of one Mailman.

    Each request has a connection of its own, as Mailman closes it anyway; so there is
    nothing to let go of.
    """

    def __init__(self, settings: Mailman3Settings) -> None:
        self._settings = settings

    def get(self, path: str, **query: Any) -> dict[str, Any] | None:
        """Return what is at a path, None when there is nothing.

        Raises Transient when Mailman cannot be reached, Permanent when it refuses.
        """
        code, answer = self._asked("GET", path, query, "read")
        return None if code == _NOT_THERE else answer

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Give the entries of a collection, page by page; errors as `get`."""
        for page in range(1, _MOST_PAGES + 1):
            answer = self.get(path, **query, count=_PAGE, page=page)
            entries = (answer or {}).get("entries") or []
            yield from entries
            if page * _PAGE >= int((answer or {}).get("total_size") or 0):
                return

    def change(
        self,
        method: str,
        path: str,
        form: Mapping[str, Any],
        *,
        takes: frozenset[int] = frozenset(),
    ) -> int:
        """Change something that may be changed twice; return the HTTP status.

        404 and what is in `takes` are answers; all other refusals raise Permanent.
        """
        return self._asked(method, path, form, "repeatable", takes)[0]

    def once(self, path: str, **form: Any) -> None:
        """Post something that must not be posted twice.

        Raises InDoubt when the answer is lost, Transient when nothing was taken.
        """
        code, _ = self._asked("POST", path, form, "once")
        if code == _NOT_THERE:
            raise self._refusal(code, {}, path)

    def _asked(
        self,
        method: str,
        path: str,
        said: Mapping[str, Any],
        kind: Repeatable,
        takes: frozenset[int] = frozenset(),
    ) -> tuple[int, dict[str, Any]]:
        settings = self._settings
        with requests.Session() as session:
            # A proxy of the environment is not meant for this machine.
            session.trust_env = not is_loopback(
                urlsplit(settings.rest_url).hostname or ""
            )
            try:
                with session.request(
                    method,
                    f"{settings.api()}/{path}",
                    params=dict(said) if kind == "read" else None,
                    data=None if kind == "read" else _form(said),
                    headers={"Authorization": _login(settings)},
                    # An entry in ~/.netrc would take the place of the header.
                    auth=_untouched,
                    timeout=settings.timeout,
                    verify=str(settings.ca_file) if settings.ca_file else True,
                    # A redirect would carry the password to somewhere else.
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    code, body = response.status_code, _body(response)
            except requests.RequestException as error:
                raise self._lost(error, kind) from None
        answer = _answer(body)
        if code // 100 == 2:  # noqa: PLR2004
            if answer is None and kind == "read":
                raise Permanent(
                    "what answers there is not Mailman's REST interface",
                    item=self._item(),
                    advice="Check rest_url in [pair.list].",
                    concerns_all=True,
                )
            return code, answer or {}
        if code == _NOT_THERE or code in takes:
            return code, answer or {}
        if code // 100 == 5:  # noqa: PLR2004
            doubt = InDoubt if kind == "once" else Transient
            raise doubt(f"Mailman failed: {code}", item=self._item(), code=str(code))
        raise self._refusal(code, answer or {}, path)

    def _refusal(self, code: int, answer: Mapping[str, Any], path: str) -> RemoteError:
        if code in _LOGIN:
            return Permanent(
                "Mailman does not take the login of its REST interface",
                item=self._item(),
                advice="Check rest_user and rest_password in [pair.list]: admin_user"
                " and admin_pass in [webservice] of mailman.cfg.",
                code=str(code),
                concerns_all=True,
            )
        said = masked(str(answer.get("description") or answer.get("title") or ""))
        return Permanent(
            f"Mailman refused ({path.partition('?')[0].partition('/')[0]}): {code} {said}".rstrip(),
            item=self._item(),
            advice="Read Mailman's words above; check `address` and `list_id`.",
            code=str(code),
        )

    def _lost(self, error: requests.RequestException, kind: Repeatable) -> RemoteError:
        if isinstance(error, requests.exceptions.SSLError):
            return Permanent(
                "its certificate cannot be trusted",
                item=self._item(),
                advice="Check the host's name; for an authority of your own set ca_file.",
                concerns_all=True,
            )
        never_there = isinstance(error, requests.exceptions.ConnectTimeout) or (
            isinstance(error, requests.ConnectionError)
            and "NewConnectionError" in repr(error)
        )
        if kind == "once" and not never_there:
            return InDoubt("its answer was lost", item=self._item())
        return Transient(
            f"no answer ({type(error).__name__})",
            item=self._item(),
            advice="Look whether Mailman runs there (rest_url in [pair.list]); the next"
            " run tries again.",
            concerns_all=True,
        )

    def _item(self) -> str:
        return f"Mailman at {self._settings.rest_url}"


def part(text: str) -> str:
    """Return a text fit to be one part of a path."""
    return quote(text, safe="@.")


def _login(settings: Mailman3Settings) -> str:
    told = f"{settings.rest_user}:{settings.rest_password.get_secret_value()}"
    return f"Basic {base64.b64encode(told.encode()).decode()}"


def _untouched(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _form(said: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in said.items()
    }


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    for piece in response.iter_content(65_536):
        body += piece
        if len(body) > _LARGEST:
            raise requests.exceptions.ContentDecodingError("the answer has no end")
    return bytes(body)


def _answer(body: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
