"""Asking a host on the web, with errors that say what to do and show no secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.auth import HTTPBasicAuth
from requests.utils import get_auth_from_url

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.plugins.server import is_loopback
from moodle_bridge.runtime import Sleep, sleep

_CHUNK = 65_536
_REDIRECTS = 5
_LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a host is asked, and what the errors advise.

    `timeout` is in seconds, to connect and to wait, or one for both. An answer of more
    than `most_bytes` is not read: `larger` says so, `larger_advice` what to do then.
    `unreachable_advice` is for a host that does not answer. Reading is tried `tries`
    times in all, where a busy host says how long to wait.
    """

    timeout: float | tuple[float, float]
    most_bytes: int
    larger: str
    larger_advice: str
    unreachable_advice: str
    tries: int = 1


class WebHost(requests.Session):
    """One host: never tells a secret to another, and waits when asked to.

    `item` is what errors call the source; `check` raises for an answer that is not a
    good one; `login` sets the header that lets the bridge in. Every request raises
    Transient when the host cannot be reached, is busy or at fault (`retry_after` as
    it says), Permanent when it refuses or sends a request that holds a secret to
    another address. No error shows the address: it may be a secret.
    """

    def __init__(
        self,
        item: str,
        manner: Manner,
        *,
        check: Callable[[requests.Response], None],
        login: Mapping[str, str] | None = None,
        pause: Sleep = sleep,
    ) -> None:
        super().__init__()
        self._item = item
        self._manner = manner
        self._check = check
        self._pause = pause
        # Something of its own keeps requests from taking a login out of a .netrc file.
        self.auth = _headed(login) if login else _with_login_of_address
        self.guarded = bool(login)

    def login(self, headers: Mapping[str, str]) -> None:
        """Let all further requests hold these headers."""
        self.auth = _headed(headers)
        self.guarded = True

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """See `requests.Session`."""
        try:
            return super().prepare_request(request)
        except requests.RequestException as error:
            raise self._unreachable(error) from None

    def send(
        self, request: requests.PreparedRequest, **kwargs: Any
    ) -> requests.Response:
        """See `requests.Session`; the whole answer is read."""
        kwargs |= {"allow_redirects": False, "stream": True}
        kwargs["timeout"] = kwargs.get("timeout") or self._manner.timeout
        tries = self._manner.tries if request.method in {"GET", "HEAD"} else 1
        for _ in range(tries - 1):
            try:
                return self._answer(request, kwargs)
            except Transient as error:
                wait = error.retry_after
                if wait is None or wait > _LONGEST_WAIT:
                    raise
                self._pause(wait)
        return self._answer(request, kwargs)

    def _answer(
        self, request: requests.PreparedRequest, kwargs: dict[str, Any]
    ) -> requests.Response:
        for _ in range(_REDIRECTS):
            answer = self._whole(request, kwargs)
            if not answer.is_redirect:
                self._check(answer)
                return answer
            try:
                request = self._followed(request, answer)
            except (requests.RequestException, ValueError) as error:
                raise self._unreachable(error) from None
        raise Permanent(
            "sends the bridge from one address to the next, without an end",
            item=self._item,
            advice="Look at the address in the settings of the source.",
        )

    def _whole(
        self, request: requests.PreparedRequest, kwargs: dict[str, Any]
    ) -> requests.Response:
        try:
            with super().send(request, **kwargs) as answer:
                parts = []
                size = 0
                for part in answer.iter_content(_CHUNK):
                    size += len(part)
                    if size > self._manner.most_bytes:
                        raise Permanent(
                            self._manner.larger,
                            item=self._item,
                            advice=self._manner.larger_advice,
                        )
                    parts.append(part)
        except (requests.RequestException, ValueError) as error:
            # requests lets through what urllib says of a Location that is none.
            raise self._unreachable(error) from None
        answer._content = b"".join(parts)  # noqa: SLF001 (requests has no other way)
        return answer

    def _unreachable(self, error: Exception) -> Transient:
        # The error holds the address, which may be a secret.
        return Transient(
            f"cannot be reached ({type(error).__name__})",
            item=self._item,
            advice=self._manner.unreachable_advice,
        )

    def _followed(
        self, request: requests.PreparedRequest, answer: requests.Response
    ) -> requests.PreparedRequest:
        asked = request.url or ""
        url = urljoin(asked, answer.headers["Location"])
        parts = urlsplit(url)
        secret = self.guarded or request.method != "GET"
        if not _is_safe(asked, url) or (secret and origin(url) != origin(asked)):
            raise Permanent(
                f"sends the bridge to another address ({parts.scheme}://"
                f"{parts.hostname}), which would see the login",
                item=self._item,
                advice="Write the right address of the server into the settings of the"
                " source, if you trust it.",
            )
        if request.method != "GET":
            raise Permanent(
                "answers that it has moved to another address",
                item=self._item,
                advice="Look at the address in the settings of the source.",
            )
        again = request.copy()
        again.prepare_url(url, {})
        again.headers.pop("Cookie", None)
        if origin(url) != origin(asked):
            again.headers.pop("Authorization", None)
        again.prepare_cookies(self.cookies)
        return again


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def _is_safe(asked: str, url: str) -> bool:
    """Say whether an address is no worse than the one that led to it."""
    before, parts = urlsplit(asked), urlsplit(url)
    if parts.scheme == "https" or is_loopback(parts.hostname or ""):
        return True
    open_before = before.scheme == "http" and not is_loopback(before.hostname or "")
    return open_before and parts.scheme == "http"


def _with_login_of_address(
    request: requests.PreparedRequest,
) -> requests.PreparedRequest:
    name, password = get_auth_from_url(request.url or "")
    if name or password:
        HTTPBasicAuth(name, password)(request)
    return request


def _headed(
    headers: Mapping[str, str],
) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def add(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(headers)
        return request

    return add
