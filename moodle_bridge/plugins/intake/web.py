"""Asking a form's host, with errors that say what to do and show no secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from moodle_bridge.errors import Permanent, Transient

_TIMEOUT = (15, 60)
_MOST_BYTES = 100_000_000
_UNAUTHORIZED = frozenset({401, 403})
_NOT_FOUND = frozenset({404, 410})
_TOO_MANY = 429
_SERVER = 500
_REFUSED = 400


def fetched(
    method: str,
    url: str,
    *,
    item: str,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str | int] | None = None,
    json: Any = None,
) -> requests.Response:
    """Return the answer to one request, when it is a good one.

    `item` is what errors call the source. Raises Transient when it cannot be reached,
    is busy or at fault (`retry_after` as it says), Permanent when it refuses.
    """
    try:
        answer = requests.request(
            method,
            url,
            headers=dict(headers or {}),
            params=dict(params or {}),
            json=json,
            timeout=_TIMEOUT,
        )
    except requests.RequestException as error:
        # The error holds the address, which may be a secret.
        raise Transient(
            f"cannot be reached ({type(error).__name__})",
            item=item,
            advice="Look at the connection, and run the command again.",
        ) from None
    status = answer.status_code
    if status == _TOO_MANY or status >= _SERVER:
        wait = answer.headers.get("Retry-After", "")
        raise Transient(
            f"answers with status {status}",
            item=item,
            advice="Run the command again in a while.",
            retry_after=float(wait) if wait.isdecimal() else None,
        )
    if status in _UNAUTHORIZED:
        raise Permanent(
            f"does not let the bridge in (status {status})",
            item=item,
            advice="Look whether the token is right, not expired, and may read this"
            " form; make a new one if not.",
            code=str(status),
        )
    if status in _NOT_FOUND:
        raise Permanent(
            f"there is no such form (status {status})",
            item=item,
            advice="Look at the address and the id of the form.",
            code=str(status),
        )
    if status >= _REFUSED:
        raise Permanent(
            f"refuses the request (status {status})",
            item=item,
            advice="Look at the settings of the source.",
            code=str(status),
        )
    if len(answer.content) > _MOST_BYTES:
        raise Permanent(
            "the answer is larger than 100 MB",
            item=item,
            advice="This is no intake form; look at the address.",
        )
    return answer


def json_of(answer: requests.Response, *, item: str) -> Any:
    """Return the JSON of an answer; raises Permanent for a page that is none."""
    try:
        return answer.json()
    except ValueError:
        raise Permanent(
            "answers with something that is no JSON (a login page, perhaps)",
            item=item,
            advice="Look whether the address is that of the API.",
        ) from None
