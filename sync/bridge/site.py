"""What a run knows of the site and of its own memory."""

from __future__ import annotations

import hmac
import uuid
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Self

from sqlalchemy.engine import make_url

from mappings.identity import site_tag
from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import (
    IIntakeSource,
    IMailingList,
    IUsesMoodle,
)
from moodle_bridge.moodle import Moodle
from moodle_bridge.moodle.calls import Packing
from moodle_bridge.moodle.client import ClientSettings
from moodle_bridge.moodle.facade import Connection
from moodle_bridge.moodle.rest import RestSettings
from sync.ledger import Ledger
from sync.ledger.cursors import ACCOUNT
from sync.ledger.leases import Holder, this_run
from sync.own_names import OwnNames
from sync.pairs import Pair
from sync.participants import Participants
from sync.places import Places, forget_place

if TYPE_CHECKING:
    from pydantic import SecretStr

    from moodle_bridge.registry import Registry
    from moodle_bridge.runtime import Clock
    from sync.settings import Settings
    from sync.settings.base import PluginChoice
    from sync.settings.pair import PairSettings
    from sync.vault import Vault


class BridgeSite:
    """What a run knows of the site and of its own memory."""

    def __init__(self, settings: Settings, registry: Registry, *, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self._registry = registry
        self._open = ExitStack()
        self.holder: Holder = this_run(uuid.uuid4().hex[:8])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything that was opened; may be repeated."""
        self._open.close()

    @cached_property
    def ledger(self) -> Ledger:
        """The memory; raises LedgerError when it cannot be opened."""
        wanted = self.settings.ledger
        url = make_url(wanted.url)
        if wanted.password is not None:
            url = url.set(password=wanted.password.get_secret_value())
        ledger = Ledger.open(
            url.render_as_string(hide_password=False), clock=self.clock
        )
        self._open.callback(ledger.close)
        return ledger

    @cached_property
    def moodle(self) -> Moodle:
        """The site, through its web services."""
        return self.moodle_with(self.settings.moodle.token)

    def moodle_with(self, token: SecretStr) -> Moodle:
        """Return the site as the account of a token sees it; closed with the bridge."""
        wanted = self.settings.moodle
        moodle = Moodle.connect(
            Connection(
                site_url=wanted.url,
                protocol=wanted.protocol,
                rest=RestSettings(
                    connect_timeout=wanted.connect_timeout.total_seconds(),
                    read_timeout=wanted.read_timeout.total_seconds(),
                    form_fields=wanted.input_limit,
                ),
                client=ClientSettings(
                    packing=Packing(form_fields=wanted.input_limit),
                    parallel=wanted.requests_at_once,
                ),
            ),
            token,
            clock=self.clock,
        )
        self._open.callback(moodle.close)
        return moodle

    @cached_property
    def vault(self) -> Vault | None:
        """What seals tokens of participants, None without [moodle] token_key."""
        wanted = self.settings.moodle
        if wanted.token_key is None:
            return None
        from sync.vault import Vault  # noqa: PLC0415 - most runs have none

        return Vault(wanted.token_key, site=wanted.url)

    @cached_property
    def own_names(self) -> OwnNames:
        """The site as participants see it, with their own tokens."""
        own_names = OwnNames(
            self.ledger,
            vault=lambda: self.vault,
            connect=self.moodle_with,
            account_id=lambda: self.account_id,
        )
        self._open.callback(own_names.close)
        return own_names

    @cached_property
    def site_tag(self) -> str:
        """What tells this site's posts from those of others, in Message-IDs."""
        return site_tag(self.settings.moodle.url)

    @cached_property
    def secret(self) -> bytes:
        """What reply keys, markers and receipts are signed with."""
        return self.settings.mail.reply_secret.get_secret_value().encode()

    @cached_property
    def participants(self) -> Participants:
        """Who takes part in which course."""
        return Participants(
            self.ledger, lambda course_id: tuple(self.moodle.people.enrolled(course_id))
        )

    @cached_property
    def account_id(self) -> int:
        """The user id of the token's account; asked once for each token."""
        token = self.settings.moodle.token.get_secret_value().encode()
        # Another token may be that of another account, whose posts are to be found.
        asked = hmac.digest(self.secret, b"account:" + token, "sha256").hex()[:16]
        with self.ledger.reading() as transaction:
            kept = transaction.cursors.get(ACCOUNT) or ""
        of, _, known = kept.partition(" ")
        if of == asked:
            return int(known)
        number = self.moodle.site.info().user_id
        with self.ledger.writing() as transaction:
            transaction.cursors.move(ACCOUNT, f"{asked} {number}")
        return number

    def server_time(self, course_id: int) -> datetime:
        """Return the site's own clock, by asking it for news of a course from now on.

        Raises RemoteError when it does not answer, or does not tell its time.
        """
        tomorrow = self.clock() + timedelta(days=1)
        told = self.moodle.updates.updates_since({course_id: tomorrow})[course_id]
        if told.error is not None:
            raise told.error
        if told.seen_until is None:
            raise Permanent(
                "the site does not tell its time (no HTTP Date)",
                item=self.settings.moodle.url,
                advice="Let the web server, or the proxy before it, send Date.",
            )
        return told.seen_until

    def list_of(self, pair: PairSettings) -> IMailingList:
        """Return the mailing list of a pair."""
        return self._registry.build(IMailingList, pair.list.plugin, pair.list.settings)

    def pairs(self, *, fresh: bool = False) -> tuple[Pair, ...]:
        """Return all pairs with their places on the site.

        Places are remembered for as long as discussions go unread; `fresh` asks the
        site again. Raises ConfigError with every pair whose place is not there.
        """
        not_older_than = timedelta() if fresh else self.settings.sync.recheck_every
        places = Places(self.moodle, self.ledger, not_older_than=not_older_than)
        found = places.of(self.settings.pairs)
        return tuple(
            Pair(
                settings=wanted,
                place=found[wanted.name],
                mailing_list=self.list_of(wanted),
            )
            for wanted in self.settings.pairs
        )

    def forget_places(self) -> None:
        """Let the next run ask the site again where each pair is."""
        with self.ledger.writing() as transaction:
            for wanted in self.settings.pairs:
                forget_place(transaction, wanted.name)

    def intake_source(self, choice: PluginChoice) -> IIntakeSource:
        """Return where an intake form is kept; whoever asked for it closes it."""
        source = self._registry.build(IIntakeSource, choice.plugin, choice.settings)
        if IUsesMoodle.providedBy(source):
            source.use_moodle(self.moodle)
        return source
