"""The section [mail]: the bridge's own address, the mail that goes and comes."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator, model_validator

from sync.settings.base import PluginChoice, Section
from sync.settings.values import DOMAIN, BridgeAddress, DomainName, Size

SHORTEST_SECRET = 16


class ListenSettings(Section):
    """Where `moodle-bridge listen` takes mail by LMTP."""

    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="The address to listen at. LMTP asks nobody for a password: let"
        " only the mail server reach it.",
    )
    port: int = Field(default=8024, ge=0, le=65535, description="The port.")


class MailSettings(Section):
    """The mail of the bridge."""

    address: BridgeAddress = Field(
        description="The bridge's own address. Mirrored mails come from it, and what"
        " is written to it, also with a reply key as in bridge+KEY@..., must reach"
        " one of the ways in below.",
        examples=["bridge@lists.example.org"],
    )
    domain: DomainName = Field(
        default="",
        description="The domain in the Message-IDs that the bridge makes; the domain"
        " of `address` when left out. Never change it while a course runs: answers to"
        " earlier mails are found by it.",
        examples=["lists.example.org"],
    )
    reply_secret: SecretStr = Field(
        description="The secret from which personal reply addresses are made. `init`"
        " makes a file with a good one. Changing it makes the reply addresses in"
        " mails already sent worthless.",
        examples=[{"file": "reply-secret"}],
    )
    max_size: Size = Field(
        default=10_000_000,
        gt=0,
        description="A mail that is larger is not posted; it is held.",
    )
    attach_limit: Size = Field(
        default=200_000,
        description="The files of a post go with the mail up to this size together,"
        " the others as links. Many readers pay for what they receive.",
    )
    receipts: bool = Field(
        default=True,
        description="Send each outgoing mail to the bridge's own address as well, so"
        " that after a crash the bridge can see whether it went out.",
    )
    authserv_id: str | None = Field(
        default=None,
        min_length=1,
        description="The name under which our own mail server writes"
        " Authentication-Results. Only results under this name are believed; when it"
        " is left out, none are.",
        examples=["mx.example.org"],
    )
    out: PluginChoice = Field(
        description="How mail goes out: a plug-in and its settings."
    )
    incoming: tuple[PluginChoice, ...] = Field(
        default=(),
        alias="in",
        strict=False,
        description="Where mail for the bridge waits: any number of plug-ins with"
        " their settings; none when it comes by `listen` or `receive` alone.",
    )
    listen: ListenSettings | None = Field(
        default=None,
        description="Where `moodle-bridge listen` takes mail; leave the table out"
        " when it is not used.",
    )

    @field_validator("reply_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"must have {SHORTEST_SECRET} letters or more")
        return secret

    @model_validator(mode="before")
    @classmethod
    def _domain_of_address(cls, raw: object) -> object:
        if not isinstance(raw, dict):
            return raw
        given = raw.get("address")
        domain = given.strip().rpartition("@")[2] if isinstance(given, str) else ""
        return {"domain": domain, **raw} if DOMAIN.fullmatch(domain.lower()) else raw
