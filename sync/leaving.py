"""Somebody wants no more mail: by one click, or by a mail to their own address.

It is said once, whoever asks how often: the channel becomes `moodle`, and one mail
tells how to come back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.command_words import Word, command_line
from mappings.letter import MailSite
from mappings.mail_wishes import ChooseChannel
from mappings.own_mail import own_mail
from mappings.phrases import phrase
from moodle_bridge.model.channels import Channel, ChannelKind
from sync.actions import Action
from sync.channels import choose, default_channel
from sync.kept_mails import kept
from sync.places import remembered_course
from sync.sending import receipt_of

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.settings import Settings
    from sync.settings.pair import PairSettings

JOB = "leaving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What it takes to let somebody go; the same for the web and for mail."""

    settings: Settings
    site: MailSite
    secret: bytes

    def is_left(self, transaction: Transaction, user_id: int) -> bool:
        """Say whether a person gets no mail already."""
        known = transaction.channels.get(user_id)
        before = known or self._default(self._pair_of(transaction, user_id))
        return before.kind is ChannelKind.MOODLE

    def note(self, transaction: Transaction, user_id: int, *, by: str) -> None:
        """Write down that a person wants no more mail; may be repeated."""
        choose(
            transaction,
            user_id,
            ChooseChannel(kind=ChannelKind.MOODLE),
            default=self._default(self._pair_of(transaction, user_id)),
            by=by,
        )

    def farewell(
        self,
        transaction: Transaction,
        user_id: int,
        *,
        answers: str | None = None,
        references: Sequence[str] = (),
    ) -> Action | None:
        """Return the one mail that says so and how to come back.

        None for who has left already, or whose address is not known. `answers` is the
        Message-ID of the mail that asked.
        """
        person = transaction.people.of_user(user_id)
        if person is None or not person.addresses:
            return None
        if self.is_left(transaction, user_id):
            return None
        moment, pair = transaction.clock(), self._pair_of(transaction, user_id)
        key = f"left:{user_id}:{moment:%Y%m%dT%H%M%S}"
        receipt = receipt_of(self.secret, key)
        language = person.language or pair.language
        name = self.list_name(pair)
        address = self.site.bridge_address
        try:
            mail = own_mail(
                to=person.addresses[0],
                subject=phrase(language, "left_subject", name=name),
                text=phrase(
                    language,
                    "left_text",
                    name=name,
                    address=address,
                    command=command_line(language, Word.CHANNEL, Word.EACH),
                ),
                date=moment,
                name=name,
                site=self.site,
                key=receipt,
                auto="auto-replied",
                answers=answers,
                references=references,
            )
        except ValueError:
            # An address that no header takes gets no mail; they have left all the same.
            return None
        return Action(
            key=key,
            kind="mail.left",
            source=f"left:{user_id}",
            stream=f"{JOB}:{user_id}",
            summary=f"{person.fullname} gets no more mail",
            details=kept(mail, to=person.addresses[0]),
            receipt=receipt,
        )

    def language_of(self, transaction: Transaction, user_id: int) -> str:
        """Return the language in which a person reads."""
        person = transaction.people.of_user(user_id)
        own = person.language if person else None
        return own or self._pair_of(transaction, user_id).language

    def name_for(self, transaction: Transaction, user_id: int) -> str:
        """Return by which name a person knows the list."""
        return self.list_name(self._pair_of(transaction, user_id))

    def list_name(self, pair: PairSettings) -> str:
        """Return what people call the list of a pair."""
        return str(getattr(pair.list.settings, "name", "") or pair.name)

    def _default(self, pair: PairSettings) -> Channel:
        return default_channel(pair, self.settings.mail)

    def _pair_of(self, transaction: Transaction, user_id: int) -> PairSettings:
        courses = transaction.people.courses_of(user_id)
        for pair in self.settings.pairs:
            if remembered_course(transaction, pair.name) in courses:
                return pair
        return self.settings.pairs[0]


def written_intent(transaction: Transaction, action: Action) -> None:
    """Plan a mail outside of a run: the next run sends it."""
    details: Mapping[str, object] = action.details
    transaction.intents.plan(
        key=action.key,
        job=JOB,
        kind=action.kind,
        source=action.source,
        stream=action.stream,
        summary=action.summary,
        details=details,
        receipt=action.receipt,
        marker=None,
    )
