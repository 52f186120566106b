"""Asking a form's host, with errors that say what to do and show no secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Annotated, Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from pydantic import AfterValidator, TypeAdapter, ValidationError

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.plugins.server import is_loopback
from moodle_bridge.runtime import Sleep, sleep

_TIMEOUT = (15, 60)
_MOST_BYTES = 100_000_000
_CHUNK = 65_536
_REDIRECTS = 5
_TRIES = 4
_LONGEST_WAIT = 60.0
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


class FormHost(requests.Session):
    """One host of forms: never tells a secret to another, and waits when asked to.

    `item` is what errors call the source; `login` sets the header that lets the bridge
    in. Every request raises Transient when the host cannot be reached, is busy or at
    fault (`retry_after` as it says), Permanent when it refuses or sends a request that
    holds a secret to another address. Reading is tried again when the host is busy.
    """

    def __init__(
        self,
        item: str,
        *,
        login: Mapping[str, str] | None = None,
        pause: Sleep = sleep,
    ) -> None:
        super().__init__()
        self._item = item
        self._pause = pause
        # A login of its own, be it empty, keeps requests from taking another one out
        # of a .netrc file.
        self.auth = _headed(login or {})
        self.guarded = bool(login)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def login(self, headers: Mapping[str, str]) -> None:
        """Let all further requests hold these headers."""
        self.auth = _headed(headers)
        self.guarded = True

    def json_of(self, method: str, url: str, **more: Any) -> Any:
        """Return the JSON that the host answers; further arguments as of requests.

        Raises Permanent for a page that is none, Transient for JSON cut short.
        """
        return json_of(self.request(method, url, **more), item=self._item)

    def send(
        self, request: requests.PreparedRequest, **kwargs: Any
    ) -> requests.Response:
        """See `requests.Session`; the whole answer is read."""
        kwargs |= {"allow_redirects": False, "stream": True}
        kwargs["timeout"] = kwargs.get("timeout") or _TIMEOUT
        tries = _TRIES if request.method in {"GET", "HEAD"} else 1
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
                check(answer, item=self._item)
                return answer
            request = self._followed(request, answer)
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
                    if size > _MOST_BYTES:
                        raise Permanent(
                            "the answer is larger than 100 MB",
                            item=self._item,
                            advice="This is no intake form; look at the address.",
                        )
                    parts.append(part)
        except requests.RequestException as error:
            # The error holds the address, which may be a secret.
            raise Transient(
                f"cannot be reached ({type(error).__name__})",
                item=self._item,
                advice="Look at the connection, and run the command again.",
            ) from None
        answer._content = b"".join(parts)  # noqa: SLF001 (requests has no other way)
        return answer

    def _followed(
        self, request: requests.PreparedRequest, answer: requests.Response
    ) -> requests.PreparedRequest:
        asked = request.url or ""
        url = urljoin(asked, answer.headers["Location"])
        parts = urlsplit(url)
        safe = parts.scheme == "https" or is_loopback(parts.hostname or "")
        secret = self.guarded or request.method != "GET"
        if not safe or (secret and origin(url) != origin(asked)):
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
        return again


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
    except ValueError:
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


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def _headed(
    headers: Mapping[str, str],
) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def add(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(headers)
        return request

    return add
