"""Asking a form's host, with errors that say what to do and show no secret."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import requests
from pydantic import AfterValidator, TypeAdapter, ValidationError

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.plugins.server import is_loopback
from moodle_bridge.plugins.web import Manner, WebHost, origin
from moodle_bridge.runtime import Sleep, sleep

_FORMS = Manner(
    timeout=(15, 60),
    most_bytes=100_000_000,
    larger="the answer is larger than 100 MB",
    larger_advice="This is no intake form; look at the address.",
    unreachable_advice="Look at the connection, and run the command again.",
    tries=4,
)
_UNAUTHORIZED = frozenset({401, 403})
_NOT_FOUND = frozenset({404, 410})
_TOO_MANY = 429
_SERVER = 500
_REFUSED = 400

T = TypeVar("T")


def https_address(url: str) -> str:
    """Return a web address without a slash at its end; ValueError if it is not safe.

    It must be https, except on this machine, and hold no login, query or fragment.
    """
    parts = urlsplit(url.strip())
    if not parts.hostname or parts.scheme not in {"https", "http"}:
        raise ValueError("must begin with https://")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must be https: over http the token could be read")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must hold no login and no query")
    return url.strip().rstrip("/")


HttpsAddress = Annotated[str, AfterValidator(https_address)]


class FormHost(WebHost):
    """A host of forms; see `WebHost`. Reading is tried again when it is busy."""

    def __init__(
        self,
        item: str,
        *,
        login: Mapping[str, str] | None = None,
        pause: Sleep = sleep,
    ) -> None:
        super().__init__(
            item, _FORMS, check=partial(check, item=item), login=login, pause=pause
        )
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def json_of(self, method: str, url: str, **more: Any) -> Any:
        """Return the JSON that the host answers; further arguments as of requests.

        Raises Permanent for a page that is none, Transient for JSON cut short.
        """
        return json_of(self.request(method, url, **more), item=self._item)


def fetched(url: str, *, item: str) -> requests.Response:
    """Return the answer to one request without a login, when it is a good one."""
    with FormHost(item) as host:
        return host.get(url)


def check(answer: requests.Response, *, item: str) -> None:
    """Raise Transient or Permanent for an answer that is not a good one."""
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
            advice="Look at the address and the id of the form, and whether the login"
            " may see it.",
            code=str(status),
        )
    if status >= _REFUSED:
        raise Permanent(
            f"refuses the request (status {status})",
            item=item,
            advice="Look at the settings of the source.",
            code=str(status),
        )


def json_of(answer: requests.Response, *, item: str) -> Any:
    """Return the JSON of an answer.

    Raises Permanent for a page that is none, Transient for JSON that is cut short.
    """
    try:
        return answer.json()
    # Lists within lists without an end are no answer either.
    except (ValueError, RecursionError):
        pass
    if answer.content.lstrip()[:1] in {b"{", b"["}:
        raise cut_short(item)
    raise Permanent(
        "answers with something that is no JSON (a login page, perhaps)",
        item=item,
        advice="Look whether the address is that of the API.",
    )


def understood(shape: TypeAdapter[T], answer: Any, *, item: str) -> T:
    """Return an answer as what it should be; raises Permanent when it is not.

    The error names the places, never what stood there.
    """
    try:
        return shape.validate_python(answer)
    except ValidationError as error:
        places = [
            ".".join(map(str, problem["loc"])) or "the answer"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise Permanent(
            f"answers with something else than expected ({', '.join(places[:3])})",
            item=item,
            advice="Look whether the address and the id are right; if they are, the"
            " server is of a version that the bridge does not know: report it.",
        ) from None


def same_host(url: str, base: str, *, item: str) -> str:
    """Return the address of a next page; raises Permanent when it is elsewhere."""
    if origin(url) != origin(base):
        raise Permanent(
            f"says that its next page is at {urlsplit(url).hostname}",
            item=item,
            advice="Write the address of the server into the settings as the server"
            " itself says it; else the login would go to another one.",
        )
    return url


def cut_short(item: str) -> RemoteError:
    """Return the error for an answer that is not whole."""
    return Transient(
        "the answer was cut short",
        item=item,
        advice="Run the command again; nothing of it was used.",
    )
