"""The sections of bridge.toml that stand alone: Moodle, ledger, safety, sync."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from sync.secrets import SHORTEST_KEY, keys_in
from sync.settings.base import Section
from sync.settings.values import Address, Duration, is_loopback, web_address


class MoodleSettings(Section):
    """The site: where it is, and the token of the service account."""

    url: str = Field(
        description="The address of the site, as a browser shows it on the front page."
        " A site in a sub-path keeps it: https://example.org/moodle. It must be"
        " https, except on this machine.",
        examples=["https://learn.example.org"],
    )
    token: SecretStr = Field(
        description="The web service token of the service account. It never stands"
        " here: say where it is, with { file = ... }, { env = ... } or"
        " { command = [...] }. A file is relative to bridge.toml and readable by the"
        " bridge alone.",
        examples=[{"file": "moodle-token"}],
    )
    token_key: SecretStr | None = Field(
        default=None,
        description="The key that seals tokens of participants, with which their"
        " mails are posted in their own name: 32 letters or more at random, kept as"
        " the token is. Without it no such token can be kept. Two keys with a space"
        " between them replace one: the first seals, both open.",
        examples=[{"file": "token-key"}],
    )
    protocol: Literal["auto", "rest", "soap"] = Field(
        default="auto",
        description="How the site is spoken to. auto is REST, and SOAP only where the"
        " site has REST switched off; rest and soap are that one and no other.",
    )
    connect_timeout: Duration = Field(
        default=timedelta(seconds=10),
        gt=timedelta(),
        description="How long to wait until the site takes the connection.",
    )
    read_timeout: Duration = Field(
        default=timedelta(seconds=60),
        gt=timedelta(),
        description="How long to wait for an answer. A write whose answer does not"
        " come in this time is in doubt, and is looked for before it is repeated.",
    )
    requests_at_once: int = Field(
        default=2, ge=1, le=4, description="How many reads may be under way at once."
    )
    input_limit: int = Field(
        default=900,
        ge=50,
        description="How many form fields one request may hold. PHP drops what is"
        " over its max_input_vars without a word; 900 is right for a limit of 1000.",
    )

    @field_validator("token_key")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        keys = keys_in(key) if key is not None else [SHORTEST_KEY * "-"]
        if not keys or min(map(len, keys)) < SHORTEST_KEY:
            raise ValueError(f"must have {SHORTEST_KEY} letters or more")
        return key

    @field_validator("url")
    @classmethod
    def _site_address(cls, url: str, info: ValidationInfo) -> str:
        parts = web_address(url)
        if parts.username is not None or parts.password is not None:
            raise ValueError("must hold no login; the token is all that is needed")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError("must be https: over http the token could be read")
        path = parts.path.rstrip("/")
        for page in ("/index.php", "/login", "/my", "/webservice/rest/server.php"):
            path = path.removesuffix(page).rstrip("/")
        site = urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))
        if site != url.rstrip("/") and isinstance(info.context, list):
            info.context.append(
                (
                    ("moodle", "url"),
                    "is the address of a page",
                    f'Write url = "{site}".',
                )
            )
        return site


class LedgerSettings(Section):
    """The memory of the bridge: what it saw, what it did, what it holds."""

    url: str = Field(
        default="",
        description="Where the ledger is, as an SQLAlchemy address: SQLite"
        " (sqlite:///ledger.db, relative to bridge.toml) or PostgreSQL"
        " (postgresql+psycopg://bridge@host/bridge). When left out, it is the SQLite"
        " file ledger.db beside bridge.toml. Its password stands in `password`.",
        examples=["sqlite:///ledger.db"],
    )
    password: SecretStr | None = Field(
        default=None,
        description="The password of a PostgreSQL ledger, if it wants one: where it"
        " is to be found, as for the token.",
        examples=[{"file": "ledger-password"}],
    )

    keep_raw: Duration = Field(
        default=timedelta(days=180),
        description="How long the ledger keeps the text of mails that are done with:"
        " posted, answered, or not meant for the forum. What is held is kept until you"
        " decide. 0: for ever.",
    )
    keep_entries: Duration = Field(
        default=timedelta(days=365),
        description="How long the ledger keeps the answers of an entry that is no"
        " longer in its form, or whose form is no longer read. 0: for ever.",
    )

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
        except ValueError:
            raise ValueError("is not an SQLAlchemy address") from None
        if parts.scheme.partition("+")[0] not in {"sqlite", "postgresql"}:
            raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
        if parts.password is not None or "password=" in parts.query.lower():
            raise ValueError("must hold no password; use `password` for it")
        return url


class SafetySettings(Section):
    """Limits that stop a run before it does something absurd."""

    redirect_all_mail_to: Address | None = Field(
        default=None,
        description="Send every mail to this address and to nobody else, whoever it"
        " was meant for. For trying things out.",
        examples=["admin@example.org"],
    )
    dry_run: bool = Field(
        default=False,
        description="Plan and print, and change nothing, whatever the command says.",
    )
    max_mails: int = Field(
        default=1000, ge=1, description="A run that plans more mails stops and asks."
    )
    max_posts: int = Field(
        default=100, ge=1, description="A run that plans more posts stops and asks."
    )
    settle_after: Duration = Field(
        default=timedelta(minutes=15),
        description="How long a write whose outcome is unknown is looked for before"
        " it is repeated.",
    )
    max_notices_per_day: int = Field(
        default=50,
        ge=0,
        description="How many mails of its own (a mail was held, a sender is not"
        " known) the bridge sends in a day; a single address gets at most one.",
    )


class BouncesSettings(Section):
    """When mail to an address counts as lost, and the address rests."""

    threshold: int = Field(
        default=5,
        ge=1,
        description="So many days on which mail to an address came back for good, and"
        " the address is taken for dead: it gets no more mails, but one a week to try"
        " it, and the facilitators are told. Several reports of one day count as one.",
    )
    stale_after: Duration = Field(
        default=timedelta(days=7),
        gt=timedelta(),
        description="When no mail came back for so long, counting begins anew.",
    )


class SyncSettings(Section):
    """How the bridge looks for what changed."""

    recheck_days: int = Field(
        default=14,
        ge=0,
        description="Discussions that had a post in so many days are read again now"
        " and then, because Moodle does not list edits and deletions. 0: never.",
    )
    recheck_every: Duration = Field(
        default=timedelta(hours=6), description="How often they are read again."
    )
    audit_every: Duration = Field(
        default=timedelta(hours=24),
        description="How often a run compares both sides (`moodle-bridge audit --fix`)"
        " at its end. Each time it asks for the discussions of `recheck_days` once,"
        " some twenty-five in a request. 0: never.",
    )
    overlap: Duration = Field(
        default=timedelta(minutes=10),
        description="How far each look goes back behind the last one. What is seen"
        " twice is known by its number and not sent twice.",
    )


class RunSettings(Section):
    """How `moodle-bridge run` goes about its work: `sync`, again and again."""

    every: Duration = Field(
        default=timedelta(minutes=5),
        ge=timedelta(seconds=10),
        description="How long after one run the next begins.",
    )
    longest_pause: Duration = Field(
        default=timedelta(hours=1),
        description="While a remote end is away, or a guard has stopped the run, the"
        " pause doubles each time, up to this.",
    )


class PluginsSettings(Section):
    """Which plug-ins of others may run."""

    enabled: tuple[str, ...] = Field(
        default=(),
        strict=False,
        description="The distributions whose plug-ins may be loaded, by their names"
        " on the package index. What is installed and not named here is never loaded;"
        " the built-in plug-ins are always there.",
        examples=[["moodle-bridge-example"]],
    )
