"""What is decided about a mail before anything is done: post it, hold it, leave it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mappings.mail_reading import ReadMail
from mappings.screening import Outcome, ScreeningRules, screen
from mappings.senders import MailAuthor, author_of
from mappings.verdict import Spam, Verdict, VerdictKind
from sync.jobs.asking import Asking
from sync.jobs.authors import Authors
from sync.jobs.believing import Believing
from sync.jobs.circles import seems_circling
from sync.jobs.copies import is_copy, twin_of
from sync.jobs.doubts import Doubts
from sync.jobs.judged import (
    Judged,
    may_be_answered,
)
from sync.jobs.parent_words import parent_words
from sync.jobs.placing import in_its_place, of_issue
from sync.jobs.routing import Route
from sync.jobs.scoring import Scoring
from sync.ledger.inbound import Inbound, InboundState
from sync.participants import Participants

if TYPE_CHECKING:
    from moodle_bridge.interfaces import IMailingList
    from sync.ledger import Transaction
    from sync.pairs import Pair

_CIRCLING = (
    "It says again what the last mails of its sender said, or they sent a hundred within"
    " a day: perhaps a program answers without end. Release it if a person wrote it."
)
_UNCLEAR = (
    "The list stands in From, and the mail names several who may have written it. Ask"
    " who did. If these are addresses of one person, add them (`moodle-bridge person"
    " address add`), then release it; else let its author write without Reply-To."
)
_UNKNOWN = (
    "Nobody in the course has this address in Moodle. Enrol them or add the address,"
    " then release the mail; or drop it."
)


class Judge:
    """Judges mails, one after the other; everything it needs to know is given."""

    def __init__(
        self,
        participants: Participants,
        *,
        pairs: Sequence[Pair],
        site_tag: str,
        domain: str,
        own_addresses: frozenset[str],
        max_size: int,
        believing: Believing,
        asking: Asking,
        scoring: Scoring,
        asks_bridge: Callable[[Judged], bool],
        spam: Spam = "hold",
    ) -> None:
        self._authors = Authors(participants, pairs)
        self._doubts = Doubts(believing, asking, participants)
        self._site_tag = site_tag
        self._domain = domain
        self._own = own_addresses
        self._max_size = max_size
        self._believing = believing
        self._asking = asking
        self._scoring = scoring
        self._asks_bridge = asks_bridge
        self._spam = spam
        self._dead_addresses: set[str] = set()

    def judge(
        self, transaction: Transaction, inbound: Inbound, mail: ReadMail, route: Route
    ) -> Judged:
        """Return the verdict on one mail; raises RemoteError if Moodle must say who.

        A mail that a person has released passes everything but what would give it a
        wrong name or a wrong place.
        """
        if route.pair is None:
            route = self._authors.routed(mail, route)
        pair = route.pair
        known = pair.mailing_list if pair else None
        verdict = self._screened(inbound, mail, known, route)
        base = Judged(
            inbound=inbound,
            mail=mail,
            route=route,
            state=InboundState.ACCEPTED,
            rule=verdict.rule,
            reason="accepted",
            detail=route.why,
        )
        forged = verdict.kind is VerdictKind.UNAUTHENTICATED
        if (
            not forged
            and verdict.outcome is not Outcome.ACCEPT
            and not inbound.released
        ):
            return self._screened_out(transaction, base, verdict)
        question = self._asking.question_in(transaction, inbound, mail)
        if question is not None and not forged:
            return self._asking.answered(base, question)
        if route.asked is not None and not inbound.released:
            return base.held(
                "place",
                "answers-admin",
                f"It answers what you wrote about mail-{route.asked}: read it, then drop"
                " it; release it only if it is meant for everybody.",
            )
        author = author_of(mail, None if known is None else known.address)
        if forged and not inbound.released and not self._may_be_asked(pair, author):
            return base.held(
                verdict.rule, verdict.reason, verdict.advice, detail=verdict.detail
            )
        if pair is None:
            pair = self._any_pair(transaction, base, author)
            if pair is None:
                return self._without_pair(base, author)
            base = replace(base, route=replace(route, pair=pair))
        trimmed = parent_words(transaction, mail, route).trim(mail)
        twin = twin_of(transaction, inbound, pair, author)
        if twin is not None and is_copy(twin, mail, pair, author):
            return replace(
                base,
                state=InboundState.IGNORED,
                rule="copies",
                reason="duplicate",
                advice=f"Nothing to do: it is a further copy of mail {twin.id}.",
            )
        if twin is not None and not inbound.released:
            return base.held(
                "copies",
                "same-message-id",
                f"It has the Message-ID of mail {twin.id} and says something else."
                " Release it if it is a mail of its own, or drop it.",
            )
        placed = self._placed(transaction, replace(base, trimmed=trimmed), pair, author)
        return self._unless_circling(transaction, placed)

    def is_answer_to_us(
        self, transaction: Transaction, inbound: Inbound, mail: ReadMail
    ) -> bool:
        """Say whether a mail answers a question of the bridge, and so no post."""
        return self._asking.question_in(transaction, inbound, mail) is not None

    def _screened_out(
        self, transaction: Transaction, base: Judged, verdict: Verdict
    ) -> Judged:
        """Return a mail that screening does not let pass, put aside or held."""
        inbound, mail = base.inbound, base.mail
        scored = self._scoring.scored(transaction, inbound, mail, verdict)
        if scored is not None:
            return replace(
                base,
                state=InboundState.IGNORED,
                reason=verdict.reason,
                advice="Nothing to do: it counts for the address. `moodle-bridge"
                " status` shows whom mail does not reach.",
                detail=scored.detail,
                records=(scored.record,),
            )
        dead = self._tells_of_a_dead_address(transaction, verdict)
        return replace(
            base,
            state=InboundState.HELD
            if verdict.outcome is Outcome.HOLD or dead
            else InboundState.IGNORED,
            reason=verdict.reason,
            advice=verdict.advice,
            detail=verdict.detail,
        )

    def _screened(
        self,
        inbound: Inbound,
        mail: ReadMail,
        known: IMailingList | None,
        route: Route,
    ) -> Verdict:
        lists = known is not None and not known.traits.knows_members
        return screen(
            mail,
            ScreeningRules(
                site_tag=self._site_tag,
                domain=self._domain,
                mailing_list=known.address if lists and known else None,
                own_addresses=self._own,
                max_size=self._max_size,
                authserv_id=self._believing.authserv_id,
                authenticity=self._believing.found(inbound, mail),
                spam=self._spam,
                answers_issue=route.issue is not None,
            ),
            inbound.envelope_sender,
            inbound.envelope_recipient,
        )

    def _any_pair(
        self, transaction: Transaction, base: Judged, author: MailAuthor | None
    ) -> Pair | None:
        """Return a pair of the author's, for what is asked of the bridge itself.

        That needs no list. None for what is for people.
        """
        theirs = self._authors.pairs_of(author.address) if author else []
        if not theirs:
            return None
        words = parent_words(transaction, base.mail, base.route).trim(base.mail)
        route = replace(base.route, pair=theirs[0])
        asks = self._asks_bridge(replace(base, route=route, trimmed=words))
        return theirs[0] if asks else None

    def _without_pair(self, base: Judged, author: MailAuthor | None) -> Judged:
        if author is not None and not self._authors.pairs_of(author.address):
            return base.held(
                "author",
                "unknown-sender",
                _UNKNOWN,
                detail=author.address,
                notice_to=author.address
                if may_be_answered(base.mail, base.inbound)
                else None,
            )
        return base.held(
            "route",
            "no-pair",
            "Its author is in several courses, and it does not say for which list it"
            " is. Ask its author to write to the address of a list.",
            detail=author.address if author else "",
        )

    def _placed(
        self,
        transaction: Transaction,
        base: Judged,
        pair: Pair,
        author: MailAuthor | None,
    ) -> Judged:
        """Return the mail with its author and its place, or held for want of one."""
        if author is None:
            return base.held(
                "author",
                "no-author",
                "Its From names nobody. Drop it, or ask its sender to write again.",
            )
        course_id = pair.place.course.id
        people = self._authors.people_of(course_id, author.address)
        if any(
            self._authors.people_of(course_id, other) != people
            for other in author.besides
        ):
            return base.held(
                "author",
                "unclear-author",
                _UNCLEAR,
                detail=", ".join((author.address, *author.besides)),
            )
        persons = [person for person in people if not person.suspended]
        if len(persons) > 1:
            return base.held(
                "author",
                "shared-address",
                "Several participants have this address in Moodle; give each their"
                " own, then release the mail.",
                detail=author.address,
            )
        if not persons:
            asked = self._doubts.asked_about_address(transaction, base, pair, author)
            if asked is not None:
                return asked
            answered = may_be_answered(
                base.mail, base.inbound
            ) and not self._doubts.unsure(base)
            return base.held(
                "author",
                "unknown-sender",
                _UNKNOWN,
                detail=author.address,
                notice_to=author.address if answered else None,
            )
        person = persons[0]
        doubted = self._doubts.doubted(transaction, base, pair, author, person)
        if doubted is not None:
            return doubted
        base = replace(
            base, records=self._scoring.lives(transaction, person, author.address)
        )
        known = replace(base, person=person)
        if self._asks_bridge(known):
            return known
        if base.route.issue is not None:
            return of_issue(known, base.route.issue)
        return in_its_place(transaction, base, pair, person)

    def _unless_circling(self, transaction: Transaction, placed: Judged) -> Judged:
        if (
            placed.state is InboundState.ACCEPTED
            and not self._asks_bridge(placed)
            and seems_circling(transaction, placed)
        ):
            return placed.held("circle", "circling", _CIRCLING)
        return placed

    def _may_be_asked(self, pair: Pair | None, author: MailAuthor | None) -> bool:
        """Say whether a forged mail names somebody who can be asked about it."""
        return (
            pair is not None
            and author is not None
            and bool(self._authors.people_of(pair.place.course.id, author.address))
        )

    def _tells_of_a_dead_address(
        self, transaction: Transaction, verdict: Verdict
    ) -> bool:
        """Say whether a delivery report is the first for an address that is dead.

        Its owner gets nothing and does not know; each mail brings one more report.
        """
        dead = {failure.address for failure in verdict.failures if failure.hard}
        dead -= self._dead_addresses
        if not dead:
            return False
        self._dead_addresses |= dead
        known = {
            word
            for report in transaction.inbound.with_state(InboundState.HELD, limit=1000)
            if report.rule == verdict.rule
            for word in report.detail.replace(",", " ").split()
        }
        return not dead <= known
