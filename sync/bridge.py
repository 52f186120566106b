"""Puts the parts together: settings in, jobs out. Nothing is reached before it is used."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url

from mappings.bounce_score import BounceRules
from mappings.identity import site_tag
from mappings.letter import MailSite
from mappings.parentage import ReplyRoute
from moodle_bridge.authenticity import DnsResolver, Resolver
from moodle_bridge.errors import Permanent
from moodle_bridge.interfaces import (
    IAlertChannel,
    IIntakeSource,
    IListEntrance,
    IListMembers,
    IMailbox,
    IMailer,
    IMailingList,
    IReportSink,
    IRotaSource,
    IUsesMailer,
    IUsesMoodle,
)
from moodle_bridge.moodle import Moodle
from moodle_bridge.moodle.calls import Packing
from moodle_bridge.moodle.client import ClientSettings
from moodle_bridge.moodle.facade import Connection
from moodle_bridge.moodle.rest import RestSettings
from sync.alert_ways import ReceiptMailer, Ways
from sync.authenticity import Looking
from sync.jobs.alert_looks import AlertLooks
from sync.jobs.alert_replies import AlertReplies
from sync.jobs.alerts import Alerting
from sync.jobs.answering import Answering
from sync.jobs.answers import Answers
from sync.jobs.asking import Asking
from sync.jobs.believing import Believing
from sync.jobs.digest_replies import DigestReplies
from sync.jobs.digests import Digests
from sync.jobs.leaving import LeavingByMail
from sync.jobs.mailed_by_moodle import MailedByMoodle
from sync.jobs.mirror_in import MirrorIn
from sync.jobs.mirror_out import MirrorOut
from sync.jobs.native import NativeMails
from sync.jobs.notices import Notices
from sync.jobs.own_mails import OwnMails
from sync.jobs.posting import Posting
from sync.jobs.questions import Questions
from sync.jobs.receive import Reception
from sync.jobs.routing import Routing
from sync.jobs.scoring import Scoring
from sync.jobs.swap_answers import SwapAnswers
from sync.jobs.twice import Twice
from sync.jobs.undelivered import Undelivered
from sync.jobs.verdicts import Judge
from sync.jobs.wanted import Wanted
from sync.jobs.watch import Watch
from sync.jobs.wishes import Wishes
from sync.leaving import Leaving
from sync.ledger import Ledger
from sync.ledger.cursors import ACCOUNT
from sync.ledger.leases import Holder, this_run
from sync.list_delivery import ListDelivery
from sync.own_names import OwnNames
from sync.pairs import Pair
from sync.participants import Participants
from sync.places import Places, forget_place
from sync.rota.book import Rota
from sync.rota.people import facilitators, with_accounts
from sync.rota.swaps import Swaps
from sync.sending import Sending
from sync.summary import Summary

if TYPE_CHECKING:
    from pydantic import SecretStr

    from moodle_bridge.model.mail import ListAddress
    from moodle_bridge.model.rota import Facilitator
    from moodle_bridge.registry import Registry
    from moodle_bridge.runtime import Clock
    from sync.enrol.greeting import Greetings
    from sync.settings import Settings
    from sync.settings.base import PluginChoice
    from sync.settings.pair import PairSettings
    from sync.vault import Vault


class Bridge:
    """One bridge, as bridge.toml describes it, for one run; close it at the end."""

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

    def intake_source(self, choice: PluginChoice) -> IIntakeSource:
        """Return where an intake form is kept; whoever asked for it closes it."""
        source = self._registry.build(IIntakeSource, choice.plugin, choice.settings)
        if IUsesMoodle.providedBy(source):
            source.use_moodle(self.moodle)
        return source

    @cached_property
    def rota(self) -> Rota:
        """Who is on duty when."""
        return Rota(
            self.ledger,
            facilitators(self.settings.rota),
            lambda: [self._rota_source(one) for one in self.settings.rota.sources],
        )

    def _rota_source(self, choice: PluginChoice) -> IRotaSource:
        source = self._registry.build(IRotaSource, choice.plugin, choice.settings)
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

    def report_sink(self, choice: PluginChoice, mails: IMailer) -> IReportSink:
        """Return a place for reports; what it sends by mail goes to `mails`."""
        sink = self._registry.build(IReportSink, choice.plugin, choice.settings)
        self._open.callback(sink.close)
        if IUsesMoodle.providedBy(sink):
            sink.use_moodle(self.moodle)
        if IUsesMailer.providedBy(sink):
            sink.use_mailer(mails, self.settings.mail.address)
        return sink

    @cached_property
    def site_tag(self) -> str:
        """What tells this site's posts from those of others, in Message-IDs."""
        return site_tag(self.settings.moodle.url)

    @cached_property
    def secret(self) -> bytes:
        """What reply keys, markers and receipts are signed with."""
        return self.settings.mail.reply_secret.get_secret_value().encode()

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

    def mirror_out(self, pair: Pair, *, let_out: int = 0) -> MirrorOut:
        """Return the job that carries a pair's posts to its list.

        `let_out` is how many posts a person just let out; they pass the guard.
        """
        return MirrorOut(
            pair,
            moodle=self.moodle,
            ledger=self.ledger,
            sending=self.sending_to(pair.mailing_list),
            participants=self.participants,
            site=self.mail_site,
            secret=self.secret,
            account_id=lambda: self.account_id,
            max_mails=self.settings.safety.max_mails,
            mail=self.settings.mail,
            let_out=let_out,
        )

    def digests(self, pairs: Sequence[Pair]) -> Digests:
        """Return the job that gathers posts into one mail to a person."""
        return Digests(
            pairs,
            moodle=self.moodle,
            ledger=self.ledger,
            sending=self.sending,
            participants=self.participants,
            site=self.mail_site,
            mail=self.settings.mail,
            secret=self.secret,
            account_id=lambda: self.account_id,
            max_mails=self.settings.safety.max_mails,
        )

    def mailed_by_moodle(
        self, pairs: Sequence[Pair], begun: Callable[[str], datetime | None]
    ) -> MailedByMoodle:
        """Return what tells readers of whom Moodle mails to as well."""
        return MailedByMoodle(
            ledger=self.ledger,
            participants=self.participants,
            pairs=pairs,
            site=self.mail_site,
            secret=self.secret,
            account_id=lambda: self.account_id,
            begun=begun,
            most_a_day=self.settings.safety.max_notices_per_day,
        )

    def list_delivery(self, pair: Pair) -> ListDelivery | None:
        """Return what brings a list in line with channels; None: it tells nothing."""
        listed = pair.mailing_list
        if not IListMembers.providedBy(listed):
            return None
        return ListDelivery(self, pair, IListMembers(listed))

    @cached_property
    def leaving(self) -> Leaving:
        """What it takes to let somebody go who wants no more mail."""
        return Leaving(settings=self.settings, site=self.mail_site, secret=self.secret)

    def leaving_by_mail(self) -> LeavingByMail:
        """Return the job that lets people go who ask for it by mail."""
        return LeavingByMail(self.leaving, ledger=self.ledger, sending=self.sending)

    def mirror_in(self, pairs: Sequence[Pair]) -> MirrorIn:
        """Return the job that carries mails to the forums."""
        mail = self.settings.mail
        own = {mail.address} | {
            address
            for pair in pairs
            if pair.mailing_list.traits.knows_members
            for address in pair.mailing_list.traits.addresses
        }
        answers = Answers(site=self.mail_site, secret=self.secret)
        wishes = Wishes(
            pairs=pairs, participants=self.participants, answers=answers, mail=mail
        )
        said = self._alert_replies(pairs)
        return MirrorIn(
            ledger=self.ledger,
            routing=Routing(
                pairs,
                self.reply_route,
                site_tag=self.site_tag,
                domain=mail.domain,
                native=NativeMails(
                    pairs, self.participants, site_url=self.settings.moodle.url
                ),
            ),
            judge=Judge(
                self.participants,
                pairs=pairs,
                site_tag=self.site_tag,
                domain=mail.domain,
                own_addresses=frozenset(own),
                max_size=mail.max_size,
                believing=self.believing,
                asking=Asking(
                    self.reply_route,
                    most_a_day=self.settings.safety.max_notices_per_day,
                ),
                scoring=Scoring(
                    route=self.reply_route,
                    site_tag=self.site_tag,
                    rules=BounceRules(
                        threshold=self.settings.bounces.threshold,
                        stale_after=self.settings.bounces.stale_after,
                    ),
                ),
                asks_bridge=lambda judged: (
                    wishes.asked(judged) is not None
                    or (said is not None and said.asked(judged) is not None)
                ),
                spam=mail.spam,
            ),
            notices=Notices(
                self.sending,
                pairs=pairs,
                site=self.mail_site,
                secret=self.secret,
                most_a_day=self.settings.safety.max_notices_per_day,
            ),
            wishes=wishes,
            wanted=Wanted(
                pairs=pairs,
                moodle=self.moodle,
                ledger=self.ledger,
                sending=self.sending,
                participants=self.participants,
                site=self.mail_site,
                mail=mail,
            ),
            replies=DigestReplies(
                pairs=pairs,
                participants=self.participants,
                answers=answers,
                site=self.mail_site,
                secret=self.secret,
            ),
            alert_replies=said,
            answering=self._answering(pairs),
            twice=Twice(
                site=self.mail_site,
                secret=self.secret,
                most_a_day=self.settings.safety.max_notices_per_day,
            ),
            posting=Posting(
                moodle=self.moodle,
                ledger=self.ledger,
                site_tag=self.site_tag,
                domain=mail.domain,
                account_id=lambda: self.account_id,
                own_names=self.own_names,
                secret=self.secret,
                settle_after=self.settings.safety.settle_after,
            ),
            secret=self.secret,
            site_url=self.settings.moodle.url,
            max_posts=self.settings.safety.max_posts,
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
        )

    def questions(self, pairs: Sequence[Pair]) -> Questions:
        """Return the job that asks owners of addresses."""
        return Questions(
            ledger=self.ledger,
            sending=self.sending,
            participants=self.participants,
            pairs=pairs,
            site=self.mail_site,
            secret=self.secret,
            most_a_day=self.settings.safety.max_notices_per_day,
        )

    def undelivered(self, pairs: Sequence[Pair]) -> Undelivered:
        """Return what tells facilitators whom mail does not reach."""
        return Undelivered(
            ledger=self.ledger,
            participants=self.participants,
            pairs=pairs,
            site=self.mail_site,
            secret=self.secret,
            account_id=lambda: self.account_id,
        )
