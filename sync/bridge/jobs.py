"""The jobs that carry posts and mails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from mappings.bounce_score import BounceRules
from moodle_bridge.interfaces import IListMembers
from sync.bridge.rota import BridgeRota
from sync.jobs.answers import Answers
from sync.jobs.asking import Asking
from sync.jobs.digest_replies import DigestReplies
from sync.jobs.digests import Digests
from sync.jobs.mailed_by_moodle import MailedByMoodle
from sync.jobs.mirror_in import MirrorIn
from sync.jobs.mirror_out import MirrorOut
from sync.jobs.native import NativeMails
from sync.jobs.new_posts import NewPosts
from sync.jobs.notices import Notices
from sync.jobs.posting import Posting
from sync.jobs.questions import Questions
from sync.jobs.recipients import Recipients
from sync.jobs.routing import Routing
from sync.jobs.scoring import Scoring
from sync.jobs.twice import Twice
from sync.jobs.undelivered import Undelivered
from sync.jobs.verdicts import Judge
from sync.jobs.wanted import Wanted
from sync.jobs.wishes import Wishes
from sync.list_delivery import ListDelivery
from sync.pairs import Pair

if TYPE_CHECKING:
    pass


class Bridge(BridgeRota):
    """One bridge, as bridge.toml describes it, for one run; close it at the end."""

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

    def recipients(self, pair: Pair) -> Recipients:
        """Return to whom posts of a pair are mailed, as people and channels stand."""
        return Recipients(
            pair,
            ledger=self.ledger,
            participants=self.participants,
            mail=self.settings.mail,
            account_id=lambda: self.account_id,
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
            new_posts=NewPosts(secret=self.secret, site_url=self.settings.moodle.url),
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
            max_posts=self.settings.safety.max_posts,
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

    def list_delivery(self, pair: Pair) -> ListDelivery | None:
        """Return what brings a list in line with channels; None: it tells nothing."""
        listed = pair.mailing_list
        if not IListMembers.providedBy(listed):
            return None
        return ListDelivery(self, pair, IListMembers(listed))
