"""Swaps of the rota: asked, taken by the first who says yes, told to both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from mappings.rota.swap_mail import SwapMail, SwapNews, swap_key, swap_to_mail
from moodle_bridge.model.rota import Facilitator, LayerKind
from sync.jobs.own_mails import write_down
from sync.ledger.shifts import ACCEPTED, ASKED, EXPIRED, REFUSED, KeptLayer
from sync.sending import receipt_of

if TYPE_CHECKING:
    from mappings.letter import MailSite
    from moodle_bridge.model.rota import Layer
    from sync.ledger import Transaction

REMEMBERED = timedelta(days=730)
"""How long after its end an answer about a swap is still known for one."""

_NO = "no"


class Answered(StrEnum):
    """What an answer did."""

    TAKEN = "taken"
    DECLINED = "declined"
    LATE = "late"
    AGAIN = "answered before"
    ABSENT = "absent"
    TAKES_BACK = "takes back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who is asked about which swap."""

    kept: KeptLayer
    person: Facilitator


@dataclass(frozen=True, slots=True, kw_only=True)
class Swaps:
    """The swaps of one rota; `people` with the addresses where mail reaches them.

    Everything happens in the transaction that it is given, mails included, so that
    each is told once and only of what came to be.
    """

    people: Sequence[Facilitator]
    site: MailSite
    secret: bytes
    list_name: str

    def ask(
        self,
        transaction: Transaction,
        layer: Layer,
        asked: Sequence[Facilitator],
        *,
        reason: str,
    ) -> None:
        """Write a swap down and ask; `layer.person` gives, nobody takes it yet.

        `layer.takes_over` is None where several are asked.
        """
        giver = layer.person or ""
        transaction.layers.add(layer, state=ASKED, asked_by=giver, reason=reason)
        kept = transaction.layers.get(layer.key)
        assert kept is not None
        for person in asked:
            self._tell(
                transaction, kept, SwapNews.ASKED, person, several=len(asked) > 1
            )

    def asked_in(self, transaction: Transaction, keys: Sequence[str]) -> Asked | None:
        """Return who was asked about what by a mail with one of these keys."""
        if not keys:
            return None
        since = transaction.clock() - REMEMBERED
        for kept in transaction.layers.of_kind(LayerKind.SWAP, ends_after=since):
            for person in self.people:
                if swap_key(self.secret, kept.layer.key, person.key) in keys:
                    return Asked(kept=kept, person=person)
        return None

    def answer(self, transaction: Transaction, asked: Asked, *, yes: bool) -> Answered:
        """Take an answer; the first yes wins, and both are told. May be repeated.

        A yes of somebody who is absent then takes nothing: nobody would be on duty.
        """
        key, person = asked.kept.layer.key, asked.person
        kept = transaction.layers.get(key) or asked.kept
        if kept.state == ACCEPTED and kept.layer.takes_over == person.key:
            return Answered.AGAIN if yes else Answered.TAKES_BACK
        open_ = kept.state == ASKED and kept.layer.start > transaction.clock()
        if not open_:
            if yes:
                self._tell(transaction, kept, SwapNews.LATE, person)
            return Answered.LATE
        if not yes:
            transaction.cursors.move(_refusal(key, person.key), _NO)
            if not self._waiting(transaction, kept):
                transaction.layers.change(key, state=REFUSED)
                self._tell_giver(transaction, kept, SwapNews.REFUSED)
            return Answered.DECLINED
        if is_absent(transaction, person, kept.layer):
            return Answered.ABSENT
        transaction.layers.change(key, state=ACCEPTED, takes_over=person.key)
        self._tell(transaction, kept, SwapNews.TAKEN, person, taker=person)
        self._tell_giver(transaction, kept, SwapNews.ACCEPTED, taker=person)
        return Answered.TAKEN

    def unclear(self, transaction: Transaction, asked: Asked) -> bool:
        """Ask once more for one word; False when that was done before."""
        return self._tell(transaction, asked.kept, SwapNews.UNCLEAR, asked.person)

    def expire(self, transaction: Transaction) -> int:
        """Let swaps go that nobody took before they began; say how many. Repeatable."""
        now = transaction.clock()
        over = [
            kept
            for kept in transaction.layers.of_kind(
                LayerKind.SWAP, ends_after=now - REMEMBERED
            )
            if kept.state == ASKED and kept.layer.start <= now
        ]
        for kept in over:
            transaction.layers.change(kept.layer.key, state=EXPIRED)
            self._tell_giver(transaction, kept, SwapNews.EXPIRED)
        return len(over)

    def asked_of(self, kept: KeptLayer) -> list[Facilitator]:
        """Return who was asked: the one who was meant, or all the others."""
        wanted = kept.layer.takes_over
        return [
            person
            for person in self.people
            if person.address is not None
            and person.key != kept.layer.person
            and wanted in {None, person.key}
        ]

    def _waiting(self, transaction: Transaction, kept: KeptLayer) -> bool:
        """Say whether somebody who was asked has not said no."""
        key = kept.layer.key
        return any(
            transaction.cursors.get(_refusal(key, person.key)) != _NO
            for person in self.asked_of(kept)
            # Who was absent then was never asked.
            if transaction.intents.get(_news_key(SwapNews.ASKED, key, person))
        )

    def _tell_giver(
        self,
        transaction: Transaction,
        kept: KeptLayer,
        news: SwapNews,
        *,
        taker: Facilitator | None = None,
    ) -> None:
        giver = self._giver(kept)
        if giver is not None:
            self._tell(transaction, kept, news, giver, taker=taker)

    def _giver(self, kept: KeptLayer) -> Facilitator | None:
        return next(
            (person for person in self.people if person.key == kept.layer.person), None
        )

    def _tell(
        self,
        transaction: Transaction,
        kept: KeptLayer,
        news: SwapNews,
        reader: Facilitator,
        *,
        taker: Facilitator | None = None,
        several: bool = False,
    ) -> bool:
        """Write a mail down, once for each news and reader; say whether it is new."""
        giver = self._giver(kept)
        key = _news_key(news, kept.layer.key, reader)
        told_before = transaction.intents.get(key) is not None
        if giver is None or reader.address is None or told_before:
            return False
        mail = swap_to_mail(
            SwapMail(
                news=news,
                layer=kept.layer,
                reader=reader,
                giver=giver,
                taker=taker,
                reason=kept.reason,
                several=several,
            ),
            date=transaction.clock(),
            list_name=self.list_name,
            site=self.site,
            answer_key=swap_key(self.secret, kept.layer.key, reader.key),
            key=receipt_of(self.secret, key),
        )
        write_down(
            transaction,
            mail,
            key=key,
            kind="mail.swap",
            source=f"swap:{kept.layer.key}",
            summary=f"tell {reader.name} of {kept.layer.key}: {news.value}",
        )
        return True


def is_absent(transaction: Transaction, person: Facilitator, layer: Layer) -> bool:
    """Say whether somebody is off duty in some part of a change."""
    return any(
        kept.layer.kind is LayerKind.ABSENCE and kept.layer.person == person.key
        for kept in transaction.layers.between(layer.start, layer.end)
    )


def _news_key(news: SwapNews, key: str, reader: Facilitator) -> str:
    return f"swap:{news.value}:{key}:{reader.key}"


def _refusal(key: str, person: str) -> str:
    return f"swap:{key}:{person}"
