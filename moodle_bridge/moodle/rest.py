"""Moodle's REST server, its upload script and its files, over requests."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

import requests
import urllib3
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from zope.interface import implementer

from moodle_bridge import __version__
from moodle_bridge.errors import ConfigError, Permanent, RemoteError, Transient
from moodle_bridge.interfaces.transport import Answer, ITransport
from moodle_bridge.moodle import form
from moodle_bridge.moodle.addresses import (
    REST_SERVER,
    UPLOAD_SCRIPT,
    download_address,
    site_address,
)
from moodle_bridge.moodle.connection import connection_error
from moodle_bridge.moodle.wire import Asked, Reply, lost, served_at, value_of
from moodle_bridge.redact import MASK, secrets_masked
from moodle_bridge.runtime import Clock, utc_now

log = logging.getLogger(__name__)

UPLOAD, DOWNLOAD = "webservice/upload.php", "webservice/pluginfile.php"

_CHUNK = 64 * 1024
_UNFIT_FOR_A_FILENAME = re.compile(r"[\x00-\x1f\x7f/\\]+")
# Filters off: multimedia players and glossary links are no part of what was written.
# Texts are left to Moodle's own cleaning (raw off), addresses of files are made whole
# (fileurl on); both are what a batch does of itself.
_SETTINGS = {
    "moodlewsrestformat": "json",
    "moodlewssettingraw": "0",
    "moodlewssettingfilter": "0",
    "moodlewssettingfileurl": "1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSettings:
    """How long and how much; seconds, bytes and counts.

    `answer_timeout` is for a whole answer however slowly it drips; Moodle itself gives
    a function six minutes. `form_fields` is kept under PHP's max_input_vars, beyond
    which it drops fields without a word; `form_size` under post_max_size, beyond which
    it drops them all. `ca_bundle` is a file of certificates to trust instead of the
    usual ones.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 100.0
    answer_timeout: float = 420.0
    answer_size: int = 128 * 1024 * 1024
    form_fields: int = 900
    form_size: int = 6 * 1024 * 1024
    ca_bundle: str | None = None


@dataclass(slots=True)
class _Post:
    url: str
    body: bytes | None = None
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes, str]] = field(default_factory=dict)


@implementer(ITransport)
class RestTransport:
    """See `ITransport`. May be used from several threads at once."""

    def __init__(
        self,
        site_url: str,
        token: SecretStr | str,
        *,
        settings: RestSettings | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.site_url = site_address(site_url)
        self._token = SecretStr(_checked_token(token))
        self._settings = settings or RestSettings()
        _check_bundle(self._settings.ca_bundle)
        self._clock = clock
        self._idle: LifoQueue[requests.Session] = LifoQueue()
        self._closed = False

    def __repr__(self) -> str:
        return f"<RestTransport {self.site_url}>"

    def call(
        self, function: str, arguments: Mapping[str, Any], *, writes: bool
    ) -> Answer:
        """See `ITransport`."""
        given = form.fields(arguments)
        named = {
            **_SETTINGS,
            "wstoken": self._token.get_secret_value(),
            "wsfunction": function,
        }
        body = form.encoded([*named.items(), *given])
        asked = self._asked(function, writes=writes)
        if len(given) > self._settings.form_fields:
            raise _too_large(asked, f"{len(given)} values")
        if len(body) > self._settings.form_size:
            raise _too_large(asked, f"{len(body)} bytes")
        reply = self._reply(_Post(url=self.site_url + REST_SERVER, body=body), asked)
        return Answer(value=value_of(reply, asked), served_at=served_at(reply.headers))

    def upload(
        self, filename: str, content: bytes, *, media_type: str, item_id: int
    ) -> Answer:
        """See `ITransport`."""
        # Nobody has used the draft area yet, so an upload whose answer was lost has
        # done nothing that matters: as safe to repeat as a read.
        asked = self._asked(UPLOAD, writes=False)
        fields = {
            "token": self._token.get_secret_value(),
            "filepath": "/",
            "itemid": str(item_id),
        }
        name = _UNFIT_FOR_A_FILENAME.sub("_", filename).strip() or "file"
        post = _Post(
            url=self.site_url + UPLOAD_SCRIPT,
            fields=fields,
            files={"file_1": (name, content, media_type)},
        )
        reply = self._reply(post, asked)
        return Answer(value=value_of(reply, asked), served_at=served_at(reply.headers))

    def download(self, url: str, *, limit: int) -> bytes:
        """See `ITransport`."""
        asked = self._asked(DOWNLOAD, writes=False)
        address = download_address(url, self.site_url)
        if address is None:
            raise Permanent(
                "the address of the file is not of this site, so no token goes there",
                item=secrets_masked(url)[:200],
                code="foreign",
                advice=f"Look whether [moodle].url ({self.site_url}) is the address "
                "that the site itself uses.",
            )
        body = form.encoded([("token", self._token.get_secret_value())])
        reply = self._reply(_Post(url=address, body=body), asked, limit=limit)
        if reply.status == requests.codes.ok and _is_file(reply.headers):
            return reply.body
        if reply.status in range(300, 400):
            raise Permanent(
                "the site keeps the file elsewhere, where no token goes",
                item=secrets_masked(url)[:200],
                code="redirect",
                advice="Link to the file instead of attaching it.",
            )
        value_of(reply, asked)
        raise Permanent(
            "the site gave no file", item=secrets_masked(url)[:200], code="nofile"
        )

    def close(self) -> None:
        """See `ITransport`."""
        self._closed = True
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def _asked(self, function: str, *, writes: bool) -> Asked:
        return Asked(
            function=function,
            writes=writes,
            site_url=self.site_url,
            masked=self._masked,
        )

    def _masked(self, text: str) -> str:
        return secrets_masked(text.replace(self._token.get_secret_value(), MASK))

    def _reply(self, post: _Post, asked: Asked, *, limit: int | None = None) -> Reply:
        # Raised outside `except`: an exception of requests holds the request, and
        # with it the token, and must not hang on to ours as its context.
        outcome: Reply | RemoteError
        with self._session() as session:
            try:
                outcome = self._exchanged(session, post, asked, limit)
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                outcome = connection_error(error, asked)
        if isinstance(outcome, RemoteError):
            log.debug("%s: %s", asked.function, outcome.what)
            raise outcome
        log.debug(
            "%s: HTTP %d, %d bytes", asked.function, outcome.status, len(outcome.body)
        )
        return outcome

    def _exchanged(
        self, session: requests.Session, post: _Post, asked: Asked, limit: int | None
    ) -> Reply | RemoteError:
        headers = {}
        if post.body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        deadline = self._clock() + timedelta(seconds=self._settings.answer_timeout)
        with session.post(
            post.url,
            data=post.fields if post.body is None else post.body,
            files=post.files or None,
            headers=headers,
            timeout=(self._settings.connect_timeout, self._settings.read_timeout),
            allow_redirects=False,
            stream=True,
        ) as response:
            if limit is not None and not _is_file(response.headers):
                # An error in place of the file may be larger than the file may be.
                limit = None
            size = self._settings.answer_size if limit is None else limit
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
        session = requests.Session()
        session.headers["User-Agent"] = f"moodle-bridge/{__version__}"
        session.auth = _no_login
        session.verify = self._settings.ca_bundle or True
        # The site keeps no session for a token; a cookie would only tie runs together.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(pool_maxsize=1, max_retries=0))
        return session


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


def _too_large(asked: Asked, size: str) -> Permanent:
    return Permanent(
        f"the request is too large to be read whole by the site ({size}); it was not "
        "sent",
        item=asked.function,
        code="toolarge",
        advice="Ask for fewer at a time.",
    )


def _over_limit(asked: Asked, limit: int, *, is_file: bool) -> RemoteError:
    if not is_file:
        return lost(f"the answer is over {limit} bytes", asked)
    return Permanent(
        f"the file is over the limit of {limit} bytes",
        item=asked.function,
        code="toolarge",
        advice="Link to the file instead, or raise the limit for attachments.",
    )


def _is_file(headers: Mapping[str, str]) -> bool:
    return "attachment" in headers.get("Content-Disposition", "").lower()
