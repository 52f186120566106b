"""Who is on duty, and what tells them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from moodle_bridge.interfaces import (
    IAlertChannel,
    IRotaSource,
    IUsesMailer,
    IUsesMoodle,
)
from sync.alert_ways import ReceiptMailer, Ways
from sync.bridge.mail import BridgeMail
from sync.jobs.alert_looks import AlertLooks
from sync.jobs.alert_replies import AlertReplies
from sync.jobs.alerts import Alerting
from sync.jobs.answering import Answering
from sync.jobs.swap_answers import SwapAnswers
from sync.jobs.watch import Watch
from sync.pairs import Pair
from sync.rota.book import Rota
from sync.rota.people import facilitators, with_accounts
from sync.rota.swaps import Swaps

if TYPE_CHECKING:
    from moodle_bridge.model.rota import Facilitator
    from sync.settings.base import PluginChoice


class BridgeRota(BridgeMail):
    """Who is on duty, and what tells them."""

    @cached_property
    def rota(self) -> Rota:
        """Who is on duty when."""
        return Rota(
            self.ledger,
            facilitators(self.settings.rota),
            lambda: [self._rota_source(one) for one in self.settings.rota.sources],
        )

    def _rota_source(self, choice: PluginChoice) -> IRotaSource:
        settings = choice.settings
        if getattr(settings, "zone", "") is None:
            # Read by the same clock as all else that an admin writes of the rota.
            settings = settings.model_copy(update={"zone": self.settings.rota.zone})
        source = self._registry.build(IRotaSource, choice.plugin, settings)
        if IUsesMoodle.providedBy(source):
            source.use_moodle(self.moodle)
        self._open.callback(source.close)
        return source

    def watchers(self, pairs: Sequence[Pair]) -> tuple[Facilitator, ...]:
        """Return the people of the rota with their accounts in the pairs' courses."""
        courses = {pair.place.course.id for pair in pairs}
        people = [
            person
            for course_id in sorted(courses)
            for person in self.participants.of_course(course_id)
        ]
        return with_accounts(self.settings.rota, people)

    def swaps(self, pairs: Sequence[Pair] | None = None) -> Swaps:
        """Return the swaps of the rota; None = of all pairs, whom it may look up."""
        pairs = self.pairs() if pairs is None else pairs
        return Swaps(
            people=self.watchers(pairs),
            site=self.mail_site,
            secret=self.secret,
            list_name=pairs[0].mailing_list.address.name,
        )

    def swap_answers(self, pairs: Sequence[Pair]) -> SwapAnswers:
        """Return the job that reads who takes whose watch."""
        return SwapAnswers(
            ledger=self.ledger,
            swaps=lambda: self.swaps(pairs),
            believing=self.believing,
        )

    def alert_ways(self, *, receipts: bool = True) -> Ways:
        """Return by which ways facilitators are reached; `receipts` as mails have."""
        alerts, safety = self.settings.alerts, self.settings.safety

        def build(name: str, choice: PluginChoice | None) -> IAlertChannel:
            known = self._registry.get(IAlertChannel, name)
            settings = choice.settings if choice else known.settings()
            channel = self._registry.build(IAlertChannel, name, settings)
            if IUsesMoodle.providedBy(channel):
                channel.use_moodle(self.moodle)
            if IUsesMailer.providedBy(channel):
                sending = self.sending if receipts else self._sending_without_receipts
                channel.use_mailer(ReceiptMailer(sending), self.settings.mail.address)
            self._open.callback(channel.close)
            return channel

        return Ways(
            alerts.channels if alerts else (),
            build,
            mail_only=safety.redirect_all_mail_to is not None,
        )

    def alerting(self, pairs: Sequence[Pair]) -> Alerting | None:
        """Return the job that tells of questions that wait; None: nobody is told."""
        alerts = self.settings.alerts
        watched = [pair for pair in pairs if pair.settings.questions]
        if alerts is None or not self.settings.rota.people or not watched:
            return None
        return Alerting(
            ledger=self.ledger,
            settings=alerts,
            people=self.watchers(pairs),
            persons={person.key: person for person in self.settings.rota.people},
            pairs=[pair.name for pair in watched],
            shifts=self.rota.shifts,
            ways=self.alert_ways(),
            look=self.alert_looks(watched).look,
            sending=self.sending,
            site=self.mail_site,
            secret=self.secret,
            looks_every=self.settings.run.every,
            whole_threads=[pair.name for pair in watched if pair.settings.whole_thread],
        )

    def alert_looks(self, watched: Sequence[Pair]) -> AlertLooks:
        """Return what reads questions of these pairs again."""
        return AlertLooks(
            watched,
            moodle=self.moodle,
            ledger=self.ledger,
            participants=self.participants,
            account_id=lambda: self.account_id,
            begun=self.watch(lambda: None).begun,
            mail=self.settings.mail,
            site_url=self.settings.moodle.url,
        )

    def _alert_replies(self, pairs: Sequence[Pair]) -> AlertReplies | None:
        alerts = self.settings.alerts
        if alerts is None:
            return None
        return AlertReplies(
            ledger=self.ledger,
            people=lambda: self.watchers(pairs),
            claim_lasts=alerts.claim_lasts,
            pairs={pair.name: pair.settings for pair in pairs},
            site_tag=self.site_tag,
            domain=self.settings.mail.domain,
        )

    def _answering(self, pairs: Sequence[Pair]) -> Answering | None:
        alerts = self.settings.alerts
        if alerts is None:
            return None
        return Answering(
            people=lambda: self.watchers(pairs),
            claim_lasts=alerts.claim_lasts,
            pairs={pair.name: pair.settings for pair in pairs},
        )

    def watch(self, still_here: Callable[[], None]) -> Watch:
        """Return what sees the forums."""
        return Watch(
            self.moodle,
            self.ledger,
            self.settings.sync,
            site_tag=self.site_tag,
            domain=self.settings.mail.domain,
            account_id=lambda: self.account_id,
            secret=self.secret,
            still_here=still_here,
            facilitators=lambda course_id: frozenset(
                person.user_id
                for person in self.participants.of_course(course_id)
                if person.facilitator
            ),
        )
