"""The ways of mails in and out, and what a run writes in its own name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mappings.letter import MailSite
from mappings.parentage import ReplyRoute
from moodle_bridge.authenticity import DnsResolver, Resolver
from moodle_bridge.interfaces import (
    IListEntrance,
    IMailbox,
    IMailer,
    IMailingList,
    IReportSink,
    IUsesMailer,
    IUsesMoodle,
)
from sync.authenticity import Looking
from sync.bridge.site import BridgeSite
from sync.jobs.believing import Believing
from sync.jobs.leaving import LeavingByMail
from sync.jobs.own_mails import OwnMails
from sync.jobs.receive import Reception
from sync.leaving import Leaving
from sync.sending import Sending
from sync.summary import Summary

if TYPE_CHECKING:
    from moodle_bridge.model.mail import ListAddress
    from sync.enrol.greeting import Greetings
    from sync.settings.base import PluginChoice


class BridgeMail(BridgeSite):
    """The ways of mails in and out, and what a run writes in its own name."""

    @cached_property
    def mailer(self) -> IMailer:
        """The way out for mail."""
        choice = self.settings.mail.out
        mailer = self._registry.build(IMailer, choice.plugin, choice.settings)
        self._open.callback(mailer.close)
        return mailer

    @cached_property
    def mailboxes(self) -> tuple[IMailbox, ...]:
        """Where mail for the bridge waits."""
        mailboxes = []
        for choice in self.settings.mail.incoming:
            mailbox = self._registry.build(IMailbox, choice.plugin, choice.settings)
            self._open.callback(mailbox.close)
            mailboxes.append(mailbox)
        return tuple(mailboxes)

    @cached_property
    def reception(self) -> Reception:
        """The way of mails into the ledger."""
        return Reception(self.ledger, site_tag=self.site_tag, looking=self.looking)

    @cached_property
    def looking(self) -> Looking:
        """Who looks whether a mail's From is true."""
        mail = self.settings.mail
        return Looking(
            by=mail.authenticity_by,
            authserv_id=mail.authserv_id,
            received_by=mail.authenticity.received_by,
            trusted_lists=mail.authenticity.trusted_lists,
            resolver=self.resolver,
        )

    def resolver(self) -> Resolver:
        """Return what asks the DNS."""
        return DnsResolver()

    @property
    def reply_route(self) -> ReplyRoute:
        """Where reply keys may stand."""
        mail = self.settings.mail
        return ReplyRoute(address=mail.address, domain=mail.domain, secret=self.secret)

    @property
    def believing(self) -> Believing:
        """How far authors are to be believed."""
        mail = self.settings.mail
        server = mail.authenticity_by == "server"
        return Believing(
            route=self.reply_route,
            authserv_id=mail.authserv_id if server else None,
            unproven=mail.authenticity.unproven,
        )

    @cached_property
    def sending(self) -> Sending:
        """The way of mails out."""
        safety, mail = self.settings.safety, self.settings.mail
        comes_back = bool(mail.incoming) or mail.listen is not None
        return Sending(
            lambda: self.mailer,
            receipt_address=mail.address if mail.receipts and comes_back else None,
            redirect_to=safety.redirect_all_mail_to,
            settle_after=safety.settle_after,
            looked_at=self._looked_at,
            plain_sender=mail.address,
        )

    @property
    def _sending_without_receipts(self) -> Sending:
        safety = self.settings.safety
        return Sending(
            lambda: self.mailer,
            receipt_address=None,
            redirect_to=safety.redirect_all_mail_to,
            settle_after=safety.settle_after,
            looked_at=self._looked_at,
            plain_sender=self.settings.mail.address,
        )

    def sending_to(self, mailing_list: IMailingList) -> Sending:
        """Return the way of mails to a list: its own, where it has one."""
        entrance = (
            mailing_list.entrance if IListEntrance.providedBy(mailing_list) else None
        )
        safety = self.settings.safety
        if entrance is None or safety.redirect_all_mail_to:
            return self.sending
        self._open.callback(entrance.close)
        return Sending(
            lambda: entrance,
            receipt_address=None,
            redirect_to=None,
            settle_after=safety.settle_after,
            looked_at=self._looked_at,
            copy_returns=True,
        )

    def _looked_at(self) -> datetime | None:
        """Return when every mailbox was last read to its end, None if one never was.

        Where mail only comes by itself (LMTP, standard input), it is always now.
        """
        names = [mailbox.name for mailbox in self.mailboxes]
        return self.reception.read_at(names) if names else self.clock()

    @cached_property
    def mail_site(self) -> MailSite:
        """What mails say about the bridge."""
        mail = self.settings.mail
        return MailSite(
            bridge_address=mail.address,
            domain=mail.domain,
            site_tag=self.site_tag,
            site_url=self.settings.moodle.url,
            reply_secret=self.secret,
            max_attached_bytes=mail.attach_limit,
            web_url=self.settings.web.public_url,
            owner_address=mail.owner,
            personal_senders=mail.personal_senders,
        )

    @cached_property
    def leaving(self) -> Leaving:
        """What it takes to let somebody go who wants no more mail."""
        return Leaving(settings=self.settings, site=self.mail_site, secret=self.secret)

    def leaving_by_mail(self) -> LeavingByMail:
        """Return the job that lets people go who ask for it by mail."""
        return LeavingByMail(self.leaving, ledger=self.ledger, sending=self.sending)

    def greetings(self, course_names: Mapping[str, Sequence[str]]) -> Greetings:
        """Return what writes the mails of enrolment plans down.

        `course_names` are the full names of the courses of each form, by its name.
        """
        from sync.enrol.greeting import Greetings  # noqa: PLC0415 - few runs need it

        def list_address(name: str) -> ListAddress | None:
            pair = self.settings.pair(name)
            return None if pair is None else self.list_of(pair).address

        return Greetings(
            settings=self.settings,
            site=self.mail_site,
            secret=self.secret,
            course_names=course_names,
            list_of=list_address,
        )

    def own_mails(self) -> OwnMails:
        """Return the job that sends what was written down whole."""
        return OwnMails(ledger=self.ledger, sending=self.sending)

    def summary(self) -> Summary | None:
        """Return what writes the daily mail to the admin, None when nobody gets it."""
        mail = self.settings.mail
        if mail.admin is None:
            return None
        return Summary(
            ledger=self.ledger,
            admin=mail.admin,
            at=mail.summary_at,
            zone=ZoneInfo(mail.timezone),
            site=self.mail_site,
            secret=self.secret,
            name=self.list_of(self.settings.pairs[0]).address.name,
            sinks=self.settings.report.sinks,
        )

    def report_sink(self, choice: PluginChoice, mails: IMailer) -> IReportSink:
        """Return a place for reports; what it sends by mail goes to `mails`."""
        sink = self._registry.build(IReportSink, choice.plugin, choice.settings)
        self._open.callback(sink.close)
        if IUsesMoodle.providedBy(sink):
            sink.use_moodle(self.moodle)
        if IUsesMailer.providedBy(sink):
            sink.use_mailer(mails, self.settings.mail.address)
        return sink
