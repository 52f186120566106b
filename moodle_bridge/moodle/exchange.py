"""One request and its reply over HTTP, with limits; whatever the reply then means."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from queue import Empty, LifoQueue

import requests
import urllib3
from pydantic import SecretStr
from requests.adapters import HTTPAdapter

from moodle_bridge import __version__
from moodle_bridge.errors import ConfigError, Permanent, RemoteError, Transient
from moodle_bridge.moodle.addresses import site_address
from moodle_bridge.moodle.connection import connection_error
from moodle_bridge.moodle.wire import Asked, Reply, lost
from moodle_bridge.redact import MASK, secrets_masked
from moodle_bridge.runtime import Clock

log = logging.getLogger(__name__)

_CHUNK = 64 * 1024
_FORM = "application/x-www-form-urlencoded"
_TELL_ADDRESSES = ("urllib3.connectionpool", "urllib3.util.retry")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """How long and how much; seconds and bytes.

    `answer_timeout` is for a whole answer however slowly it drips; Moodle itself gives
    a function six minutes. `form_size` keeps a request under PHP's post_max_size,
    beyond which it drops the whole of it. `ca_bundle` is a file of certificates to
    trust instead of the usual ones.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 100.0
    answer_timeout: float = 420.0
    answer_size: int = 128 * 1024 * 1024
    form_size: int = 6 * 1024 * 1024
    ca_bundle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request: where to, and a body or the fields and files of a form.

    `query` is what must stand in the address; it is in no log and no error. Without a
    body, fields and files the request is a GET.
    """

    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, bytes, str]] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """GET or POST."""
        return "GET" if self.body is None and not self.fields else "POST"


class Exchange:
    """Requests to one site; from several threads at once if need be."""

    def __init__(
        self,
        site_url: str,
        token: SecretStr | str,
        *,
        settings: HttpSettings,
        clock: Clock,
    ) -> None:
        self.site_url = site_address(site_url)
        self.token = SecretStr(_checked_token(token))
        self.settings = settings
        _check_bundle(settings.ca_bundle)
        self._clock = clock
        self._idle: LifoQueue[requests.Session] = LifoQueue()
        self._closed = False
        # They write down whole addresses, and a query may hold the token.
        for name in _TELL_ADDRESSES:
            logging.getLogger(name).addFilter(_mask_record)

    def __repr__(self) -> str:
        return f"<Exchange with {self.site_url}>"

    def asked(self, function: str, *, writes: bool, protocol: str = "REST") -> Asked:
        """Return what a reply will answer, with what masks its secrets."""
        return Asked(
            function=function,
            writes=writes,
            site_url=self.site_url,
            masked=self.masked,
            protocol=protocol,
        )

    def masked(self, text: str) -> str:
        """Return the text without the token and what else looks like a secret."""
        return secrets_masked(text.replace(self.token.get_secret_value(), MASK))

    def reply(self, sent: Sent, asked: Asked, *, limit: int | None = None) -> Reply:
        """Send a request, once, and return what came back.

        `limit` in bytes is for a file; anything else is read up to `answer_size`.
        Raises Transient when nothing can have been done, InDoubt or Transient (by
        `asked.writes`) when the answer was lost on the way, Permanent for a
        certificate that does not hold and a file over the limit.
        """
        # Raised outside `except`: an exception of requests holds the request, and
        # with it the token, and must not hang on to ours as its context.
        outcome: Reply | RemoteError
        with self._session() as session:
            try:
                outcome = self._exchanged(session, sent, asked, limit)
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                outcome = connection_error(error, asked)
        if isinstance(outcome, RemoteError):
            log.debug("%s: %s", asked.function, outcome.what)
            raise outcome
        log.debug(
            "%s: HTTP %d, %d bytes", asked.function, outcome.status, len(outcome.body)
        )
        return outcome

    def close(self) -> None:
        """Let go of connections; may be repeated."""
        self._closed = True
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def _exchanged(
        self, session: requests.Session, sent: Sent, asked: Asked, limit: int | None
    ) -> Reply | RemoteError:
        headers = dict(sent.headers)
        if sent.body is not None:
            headers.setdefault("Content-Type", _FORM)
        deadline = self._clock() + timedelta(seconds=self.settings.answer_timeout)
        with session.request(
            sent.method,
            sent.url,
            params=dict(sent.query) or None,
            data=dict(sent.fields) if sent.body is None else sent.body,
            files=dict(sent.files) or None,
            headers=headers,
            timeout=(self.settings.connect_timeout, self.settings.read_timeout),
            allow_redirects=False,
            stream=True,
        ) as response:
            if limit is not None and not is_file(response.headers):
                # An error in place of the file may be larger than the file may be.
                limit = None
            size = self.settings.answer_size if limit is None else limit
            body = bytearray()
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > size:
                    return _over_limit(asked, size, is_file=limit is not None)
                if self._clock() > deadline:
                    return lost("the answer took too long", asked)
            return Reply(
                status=response.status_code,
                headers=response.headers,
                body=bytes(body),
            )

    @contextmanager
    def _session(self) -> Iterator[requests.Session]:
        # A session is used by one thread at a time, and kept for its connection.
        if self._closed:
            raise Transient("the connection to Moodle was closed", item=self.site_url)
        try:
            session = self._idle.get_nowait()
        except Empty:
            session = self._new_session()
        try:
            yield session
        finally:
            if self._closed:
                session.close()
            else:
                self._idle.put(session)

    def _new_session(self) -> requests.Session:
        session = _Session()
        session.headers["User-Agent"] = f"moodle-bridge/{__version__}"
        session.auth = _no_login
        session.verify = self.settings.ca_bundle or True
        # The site keeps no session for a token; a cookie would only tie runs together.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(pool_maxsize=1, max_retries=0))
        return session


class _Session(requests.Session):
    """Follows nothing, and looks at no address to follow.

    Even told not to follow, requests takes the address apart (and fails on one that is
    none), and reads the answer for it without a limit.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        del resp


def too_large(asked: Asked, size: str) -> Permanent:
    """Return the error for a request that the site would not read whole."""
    return Permanent(
        f"the request is too large to be read whole by the site ({size}); it was not "
        "sent",
        item=asked.function,
        code="toolarge",
        advice="Ask for fewer at a time.",
    )


def is_file(headers: Mapping[str, str]) -> bool:
    """Say whether a reply is a file, by the header that Moodle gives one."""
    return "attachment" in headers.get("Content-Disposition", "").lower()


def _mask_record(record: logging.LogRecord) -> bool:
    record.msg, record.args = secrets_masked(record.getMessage()), ()
    return True


def _checked_token(token: SecretStr | str) -> str:
    text = token.get_secret_value() if isinstance(token, SecretStr) else token
    text = text.strip()
    if not text.isascii() or not text.isalnum():
        raise ConfigError(
            "the token is empty or holds more than letters and digits",
            item="[moodle].token",
            advice="Copy it again from the site: Site administration > Server > "
            "Web services > Manage tokens.",
        )
    return text


def _check_bundle(path: str | None) -> None:
    if path is not None and not Path(path).is_file():
        raise ConfigError(
            f"there is no file {path}",
            item="[moodle].ca_bundle",
            advice="Name a file of certificates in PEM form, or leave it out.",
        )


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # Keeps requests from looking for a login in ~/.netrc and sending it.
    return request


def _over_limit(asked: Asked, limit: int, *, is_file: bool) -> RemoteError:
    if not is_file:
        return lost(f"the answer is over {limit} bytes", asked)
    return Permanent(
        f"the file is over the limit of {limit} bytes",
        item=asked.function,
        code="toolarge",
        advice="Link to the file instead, or raise the limit for attachments.",
    )
