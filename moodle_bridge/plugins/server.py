"""The settings of a mail server that a plug-in logs in to."""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from typing import Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    model_validator,
)

from moodle_bridge.errors import Permanent, RemoteError, Transient
from moodle_bridge.redact import MASK, masked

_WRONG_VERSION = "WRONG_VERSION_NUMBER"

Security = Literal["starttls", "tls", "none"]


class ServerSettings(BaseModel):
    """Where a mail server is, how the way to it is guarded, and the login.

    `security` is `starttls` (begin in the clear, then TLS or nothing), `tls` (from
    the first byte) or `none`, which is taken only for this very machine unless
    `allow_plain` says that the admin knows better. `port` None means the usual one.
    `timeout` is in seconds, for each answer. `ca_file` replaces the authorities that
    the system trusts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Security = "starttls"
    allow_plain: bool = False
    username: str = ""
    password: SecretStr = SecretStr("")
    timeout: float = Field(default=60.0, gt=0)
    ca_file: FilePath | None = None

    @model_validator(mode="after")
    def _guard_the_way(self) -> ServerSettings:
        if self.security == "none" and not (self.allow_plain or _loopback(self.host)):
            raise ValueError(
                "security 'none' would send mail and password readable through the"
                " network; use 'starttls' or 'tls'"
                " (or allow_plain = true, where the network is yours)"
            )
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise ValueError("username and password go together: give both or none")
        return self

    def tls_context(self) -> ssl.SSLContext:
        """Return a context that checks the certificate and the host's name."""
        return ssl.create_default_context(
            cafile=str(self.ca_file) if self.ca_file else None
        )

    def connection_failed(self, error: Exception, item: str) -> RemoteError:
        """Return the error for a connection that could not be opened, or broke.

        Permanent where only another setting helps, else Transient.
        """
        if isinstance(error, ssl.SSLCertVerificationError):
            return Permanent(
                f"its certificate cannot be trusted: {error.verify_message}",
                item=item,
                advice="Check the host's name; for an authority of your own set"
                " ca_file.",
            )
        if isinstance(error, ssl.SSLError) and _WRONG_VERSION in str(error):
            return Permanent(
                "it does not speak TLS on this port",
                item=item,
                advice="Check port and security: another port may want 'starttls'.",
            )
        return Transient(f"no connection: {self.shown(str(error))}", item=item)

    def shown(self, text: str) -> str:
        """Return what a server said, fit for a log: no password, no address."""
        password = self.password.get_secret_value()
        return masked(text.replace(password, MASK) if password else text)


def _loopback(host: str) -> bool:
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
