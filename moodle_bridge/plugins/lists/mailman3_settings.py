"""What an admin says about a list that Mailman 3 keeps."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, FilePath, SecretStr, field_validator, model_validator

from moodle_bridge.plugins.lists.settings import ListSettings
from moodle_bridge.plugins.server import is_loopback

_API = "3.1"


class Mailman3Settings(ListSettings):
    """A list that GNU Mailman 3 keeps, and whose REST interface the bridge may use."""

    rest_url: str = Field(
        default="http://localhost:8001",
        description="Where Mailman core answers REST, as [webservice] of mailman.cfg"
        " says. It must be https, except on this machine.",
    )
    rest_user: str = Field(
        default="restadmin",
        min_length=1,
        description="The login of the REST interface: admin_user of mailman.cfg.",
    )
    rest_password: SecretStr = Field(
        description="Its password, admin_pass of mailman.cfg: where it is to be found,"
        " as for the token.",
        examples=[{"file": "mailman-password"}],
    )
    post_by: Literal["mail", "lmtp", "rest"] = Field(
        default="mail",
        description='How posts come to the list. "mail" sends them as all other mail;'
        ' "lmtp" gives them to Mailman itself, "rest" lays them into its queue: both'
        " need no mail server between, and need own_mail_returns.",
    )
    lmtp_host: str = Field(
        default="localhost",
        min_length=1,
        description='Where Mailman takes LMTP, for post_by = "lmtp".',
    )
    lmtp_port: int = Field(
        default=8024,
        ge=1,
        le=65535,
        description="The port for that: lmtp_port of mailman.cfg.",
    )
    own_mail_returns: bool = Field(
        default=True,
        description="Whether the bridge is a member that the list sends its own mails"
        " back. It should be: the copy shows that a mail was posted.",
    )
    timeout: float = Field(
        default=30.0,
        gt=0,
        description="How many seconds to wait for an answer.",
    )
    ca_file: FilePath | None = Field(
        default=None,
        description="A file of certificate authorities (PEM) to trust in place of the"
        " system's, for https.",
        examples=["/etc/ssl/our-authority.pem"],
    )

    @field_validator("rest_url")
    @classmethod
    def _rest_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url.strip())
            host, _port = parts.hostname, parts.port
        except ValueError:
            raise ValueError("this is no web address") from None
        if parts.scheme not in {"http", "https"} or not host:
            raise ValueError("must begin with https://, or http:// on this machine")
        if parts.username is not None or parts.query or parts.fragment:
            raise ValueError("must hold no login and no query")
        if parts.scheme == "http" and not is_loopback(host):
            raise ValueError("must be https: over http the password could be read")
        return url.strip().rstrip("/").removesuffix(f"/{_API}").rstrip("/")

    @model_validator(mode="after")
    def _a_doubt_can_be_settled(self) -> Mailman3Settings:
        if self.post_by != "mail" and not self.own_mail_returns:
            raise ValueError(
                f'post_by = "{self.post_by}" needs own_mail_returns: without a copy from'
                " the list nobody can tell, after a crash, whether a mail was posted"
            )
        return self

    def api(self) -> str:
        """Return where the REST interface begins, without a slash at its end."""
        return f"{self.rest_url}/{_API}"
