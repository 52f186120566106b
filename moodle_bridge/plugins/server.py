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
    """Where a mail server is, how the way to it is guarded, and the login."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(
        min_length=1,
        description="The name of the server, as its certificate has it.",
        examples=["mail.example.org"],
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="The port; the usual one for `security` when left out.",
        examples=[587],
    )
    security: Security = Field(
        default="starttls",
        description='How the way is guarded: "starttls" begins in the clear and goes'
        ' on with TLS or not at all, "tls" is TLS from the first byte, "none" is taken'
        " on this machine only.",
    )
    allow_plain: bool = Field(
        default=False,
        description='Take security = "none" for another machine too: mails and password'
        " are readable on the way.",
    )
    username: str = Field(
        default="",
        description="The login, if the server wants one; with `password`.",
        examples=["bridge@lists.example.org"],
    )
    password: SecretStr = Field(
        default=SecretStr(""),
        description="The password of the login: where it is to be found, as for the"
        " token.",
        examples=[{"file": "mail-password"}],
    )
    timeout: float = Field(
        default=60.0,
        gt=0,
        description="How many seconds to wait for each answer of the server.",
    )
    ca_file: FilePath | None = Field(
        default=None,
        description="A file of certificate authorities (PEM) to trust in place of the"
        " system's; for a server whose certificate is of an authority of your own.",
        examples=["/etc/ssl/our-authority.pem"],
    )

    @model_validator(mode="after")
    def _guard_the_way(self) -> ServerSettings:
        if self.security == "none" and not (self.allow_plain or is_loopback(self.host)):
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


def is_loopback(host: str) -> bool:
    """Say whether a host name or address means this machine."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
