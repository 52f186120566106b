"""The section [mail]: the bridge's own address, the mail that goes and comes."""

from __future__ import annotations

from datetime import time
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from moodle_bridge.model.channels import LEAST_BUDGET
from sync.settings.base import PluginChoice, Section
from sync.settings.values import (
    DOMAIN,
    Address,
    BridgeAddress,
    ClockTime,
    DomainName,
    Size,
    ZoneName,
)

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


class AuthenticitySettings(Section):
    """How it is found out whether a mail's From is true."""

    by: Literal["server", "library", "none"] | None = Field(
        default=None,
        description="Who looks whether From is true. server: our own mail server, in"
        " the Authentication-Results that it writes under [mail].authserv_id."
        " library: the bridge itself, by DKIM, DMARC and, where received_by is given,"
        " SPF; it must be able to ask the DNS. none: nobody; whoever forges an"
        " address then writes in its owner's name. When left out: server where"
        " authserv_id is given, else none.",
        examples=["library"],
    )
    unproven: Literal["ask", "hold", "post"] = Field(
        default="ask",
        description="What becomes of a mail that nothing proves to be from its From."
        " ask: it is held, and the owner of the address is asked by mail, once,"
        " whether they wrote it. hold: it is held for the admin. post: it is posted."
        " What is shown to be forged is never posted.",
    )
    received_by: str | None = Field(
        default=None,
        min_length=1,
        description="For library: the name after `by` in the Received lines that our"
        " own mail server writes. From them the bridge takes the address of the client,"
        " for SPF; when left out, SPF is not looked at.",
        examples=["mx.example.org"],
    )
    trusted_lists: tuple[DomainName, ...] = Field(
        default=(),
        description="For library: domains of mailing lists whose word is taken. A list"
        " that puts words into subjects or below mails breaks their signatures; with"
        " an ARC seal of such a domain it says that From was true when the mail came"
        " to it.",
        examples=[["lists.example.org"]],
    )


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
    owner: Address | None = Field(
        default=None,
        description="Who answers for the bridge when a reader has a question; stands"
        " in List-Owner of mails to single readers.",
        examples=["admin@example.org"],
    )
    personal_senders: bool = Field(
        default=True,
        description="Give each reader's mail an envelope sender of its own, as in"
        " bridge+b-KEY@..., so that a mail that comes back names its reader. Where the"
        " mail host refuses such senders, the bridge's own address is used.",
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
    spam: Literal["hold", "ignore", "post"] = Field(
        default="hold",
        description="What becomes of a mail that a spam filter on the way has marked."
        " hold: it is held for the admin. ignore: it is put aside, and can be found"
        " with `explain`. post: the mark is not looked at.",
    )
    admin: Address | None = Field(
        default=None,
        description="Who gets a mail, at most one a day, when something is held,"
        " refused or bouncing; with what to type. Nobody when left out.",
        examples=["admin@example.org"],
    )
    summary_at: ClockTime = Field(
        default=time(7),
        description="The hour of that mail, by the clock of `timezone`.",
        examples=["07:00"],
    )
    timezone: ZoneName = Field(
        default="UTC",
        description="The time zone of people for whom neither Moodle nor their pair"
        " names one: the hour of their digests is told by it.",
        examples=["Europe/Amsterdam"],
    )
    digest_at: ClockTime = Field(
        default=time(18),
        description="The hour of digests and bundles of people who chose none, by"
        " the clock where they live.",
        examples=["18:00"],
    )
    budget: Size | None = Field(
        default=None,
        ge=LEAST_BUDGET,
        description="The most bytes of mail a day for people who set no limit of"
        " their own; no limit when left out. What does not fit is named, and can be"
        " asked for by mail.",
        examples=["20 KB"],
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

    authenticity: AuthenticitySettings = Field(
        default_factory=AuthenticitySettings,
        description="Whether a mail's From is true, and what becomes of it if not.",
    )

    @property
    def authenticity_by(self) -> Literal["server", "library", "none"]:
        """Who looks whether From is true."""
        if self.authenticity.by is not None:
            return self.authenticity.by
        return "server" if self.authserv_id else "none"

    @field_validator("reply_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"must have {SHORTEST_SECRET} letters or more")
        return secret

    @model_validator(mode="after")
    def _server_named(self) -> Self:
        if self.authenticity.by == "server" and not self.authserv_id:
            raise ValueError(
                'authenticity.by = "server" needs authserv_id: the name under which'
                " our mail server writes Authentication-Results"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _domain_of_address(cls, raw: object) -> object:
        if not isinstance(raw, dict):
            return raw
        given = raw.get("address")
        domain = given.strip().rpartition("@")[2] if isinstance(given, str) else ""
        return {"domain": domain, **raw} if DOMAIN.fullmatch(domain.lower()) else raw
