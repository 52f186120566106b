"""A connection to one folder of an IMAP account, opened when it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imapclient import IMAPClient
from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
    ProtocolError,
)

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.plugins.server import ServerSettings

_PORTS = {"starttls": 143, "tls": 993, "none": 143}
_LATER = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
_BROKEN = (IMAPClientAbortError, ProtocolError, OSError)


class ImapConnection:
    """Keeps one connection with one folder selected; for use by one thread.

    Every command is sent inside `errors_told`.
    """

    def __init__(self, settings: ServerSettings, folder: str) -> None:
        self._settings = settings
        self._folder = folder
        self._client: IMAPClient | None = None
        self._validity = 0
        self.item = f"IMAP folder {folder} on {settings.host}"

    def selected(self) -> tuple[IMAPClient, int]:
        """Return the client and the UIDVALIDITY of the folder it has selected.

        Raises Permanent for a login or a folder that is refused, Transient when the
        server cannot be reached.
        """
        if self._client is None:
            client = self._opened()
            try:
                self._log_in(client)
                self._validity = self._select(client)
            except RemoteError:
                _let_go(client)
                raise
            self._client = client
        return self._client, self._validity

    def refreshed(self) -> tuple[IMAPClient, int]:
        """Return the same as `selected`, sure that the connection is still alive."""
        if self._client is not None:
            try:
                self._client.noop()
            except (IMAPClientError, OSError):
                self.drop()
        return self.selected()

    @contextmanager
    def errors_told(self, advice: str = "") -> Iterator[None]:
        """Turn what imaplib raises into errors of the bridge.

        A lost connection is Transient, and is forgotten. So is a command that the
        server refused, unless there is `advice`: then asking again would not help.
        """
        try:
            yield
        except _BROKEN as error:
            self.drop()
            raise Transient(
                f"the connection broke: {self._settings.shown(str(error))}",
                item=self.item,
            ) from None
        except IMAPClientError as error:
            what = f"the server refused: {self._settings.shown(str(error))}"
            if advice or isinstance(error, CapabilityError):
                raise Permanent(what, item=self.item, advice=advice) from None
            raise Transient(what, item=self.item) from None

    def drop(self) -> None:
        """Forget the connection without a word to the server."""
        client, self._client = self._client, None
        if client is not None:
            _let_go(client)

    def close(self) -> None:
        """Say goodbye; may be repeated."""
        if self._client is not None:
            with suppress(IMAPClientError, OSError):
                self._client.logout()
        self.drop()

    def _opened(self) -> IMAPClient:
        settings = self._settings
        client: IMAPClient | None = None
        try:
            client = IMAPClient(
                settings.host,
                settings.port or _PORTS[settings.security],
                ssl=settings.security == "tls",
                ssl_context=settings.tls_context(),
                timeout=settings.timeout,
            )
            if settings.security == "starttls":
                client.starttls(settings.tls_context())
        except CapabilityError:
            if client is not None:
                _let_go(client)
            raise Permanent(
                "the server does not offer STARTTLS",
                item=self.item,
                advice="Try security = 'tls', which most hosts have on port 993.",
            ) from None
        except (IMAPClientError, OSError) as error:
            if client is not None:
                _let_go(client)
            raise settings.connection_failed(error, self.item) from None
        # Aware times, instead of times of whatever zone this machine is in.
        client.normalise_times = False
        return client

    def _log_in(self, client: IMAPClient) -> None:
        username = self._settings.username
        password = self._settings.password.get_secret_value()
        try:
            if username.isascii() and password.isascii():
                client.login(username, password)
            else:
                # LOGIN has no way to say other characters (RFC 3501 section 6.2.3).
                client.plain_login(username, password)
        except LoginError as error:
            # imaplib gives the server's words as they look in Python: b'...'.
            words = str(error).removeprefix("b'").removesuffix("'")
            text = self._settings.shown(words)
            broken = isinstance(error.__context__, _BROKEN)
            if broken or any(code in text.upper() for code in _LATER):
                raise Transient(f"no login: {text}", item=self.item) from None
            raise Permanent(
                f"the server refused the login: {text}",
                item=self.item,
                advice="Check username and password; some hosts want an app password,"
                " or IMAP switched on for the account.",
            ) from None
        except OSError as error:
            raise self._settings.connection_failed(error, self.item) from None

    def _select(self, client: IMAPClient) -> int:
        try:
            answer = client.select_folder(self._folder)
        except IMAPClientReadOnlyError:
            raise Permanent(
                "the folder may only be read, so what is taken cannot be marked",
                item=self.item,
                advice="Give this account the right to set flags in the folder.",
            ) from None
        except _BROKEN as error:
            raise self._settings.connection_failed(error, self.item) from None
        except IMAPClientError as error:
            raise Permanent(
                f"the folder cannot be opened: {self._settings.shown(str(error))}",
                item=self.item,
                advice="Check the folder's name as the account shows it.",
            ) from None
        validity = answer.get(b"UIDVALIDITY")
        if not isinstance(validity, int):
            raise Permanent(
                "the server gives mails no lasting numbers (UIDVALIDITY)",
                item=self.item,
                advice="Use another account, or another way in for the mail.",
            )
        return validity


def _let_go(client: IMAPClient) -> None:
    with suppress(IMAPClientError, OSError):
        client.shutdown()
