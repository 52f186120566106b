"""What is decided about a mail before anything is done: post it, hold it, leave it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mappings.mail_reading import ReadMail
from mappings.personal_keys import personal_keys
from mappings.proof import Trust
from mappings.screening import Outcome, ScreeningRules, screen
from mappings.senders import MailAuthor, author_of
from mappings.verdict import Spam, Verdict, VerdictKind
from moodle_bridge.model.authenticity import Finding
from moodle_bridge.model.people import Person
from sync.jobs.asking import Asking
from sync.jobs.believing import Believing
from sync.jobs.copies import is_copy, twin_of
from sync.jobs.judged import (
    Judged,
    groups_for,
    is_of_their_group,
    may_be_answered,
)
from sync.jobs.parent_words import parent_words
from sync.jobs.routing import Route
from sync.jobs.scoring import Scoring
from sync.ledger.inbound import Inbound, InboundState
from sync.ledger.issues import Issue
from sync.ledger.links import LinkState
from sync.ledger.questions import QuestionKind
from sync.participants import Participants, with_address

if TYPE_CHECKING:
    from moodle_bridge.interfaces import IMailingList
    from sync.ledger import Transaction
    from sync.pairs import Pair

_UNKNOWN = (
    "Nobody in the course has this address in Moodle. Enrol them or add the address,"
    " then release the mail; or drop it."
)
_REASONS = {Trust.FORGED: "unauthenticated", Trust.WAITING: "not-looked-up"}


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
        self._participants = participants
        self._pairs = pairs
        self._site_tag = site_tag
        self._domain = domain
        self._own = own_addresses
        self._max_size = max_size
        self._believing = believing
        self._asking = asking
        self._scoring = scoring
        self._asks_bridge = asks_bridge
        self._spam = spam
        self._asked_again: set[int] = set()
        self._dead_addresses: set[str] = set()

    def judge(
        self, transaction: Transaction, inbound: Inbound, mail: ReadMail, route: Route
    ) -> Judged:
        """Return the verdict on one mail; raises RemoteError if Moodle must say who.

        A mail that a person has released passes everything but what would give it a
        wrong name or a wrong place.
        """
        if route.pair is None:
            route = self._routed_by_author(mail, route)
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
        return self._placed(transaction, replace(base, trimmed=trimmed), pair, author)

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
        theirs = self._pairs_of(author.address) if author else []
        if not theirs:
            return None
        words = parent_words(transaction, base.mail, base.route).trim(base.mail)
        route = replace(base.route, pair=theirs[0])
        asks = self._asks_bridge(replace(base, route=route, trimmed=words))
        return theirs[0] if asks else None

    def _without_pair(self, base: Judged, author: MailAuthor | None) -> Judged:
        if author is not None and not self._pairs_of(author.address):
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
        people = self._people_of(pair.place.course.id, author.address)
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
            asked = self._asked_about_address(transaction, base, pair, author)
            if asked is not None:
                return asked
            answered = may_be_answered(base.mail, base.inbound) and not self._unsure(
                base
            )
            return base.held(
                "author",
                "unknown-sender",
                _UNKNOWN,
                detail=author.address,
                notice_to=author.address if answered else None,
            )
        person = persons[0]
        doubted = self._doubted(transaction, base, pair, author, person)
        if doubted is not None:
            return doubted
        base = replace(
            base, records=self._scoring.lives(transaction, person, author.address)
        )
        known = replace(base, person=person)
        if self._asks_bridge(known):
            return known
        if base.route.issue is not None:
            return self._of_issue(known, base.route.issue)
        return self._in_its_place(transaction, base, pair, person)

    def _in_its_place(
        self, transaction: Transaction, base: Judged, pair: Pair, person: Person
    ) -> Judged:
        """Return a person's mail with its place, or held for want of one."""
        route = base.route
        nothing_known = route.link is None and route.awaited is None
        if route.native and nothing_known and not base.inbound.released:
            return base.held(
                "place",
                "moodle-mail",
                "It answers a mail that Moodle itself sent, about something that the"
                " bridge does not carry (a digest, a message, another forum). Show it to"
                " nobody before you know: release it to begin a discussion with it.",
                detail=person.fullname,
            )
        if not self._may_answer_here(transaction, person, route):
            return base.held(
                "place",
                "not-their-group",
                "It answers something that its author cannot read in Moodle. Look who"
                " is in which group, then release or drop it.",
                detail=person.fullname,
            )
        among: tuple[int | None, ...] = (pair.place.group_id,)
        begins = route.link is None and route.awaited is None
        if begins and pair.place.group_id is None:
            among = groups_for(person, pair.place.new_forum_groups)
        if len(among) != 1:
            return base.held(
                "place",
                "which-group",
                "The forum may keep its groups apart, and its author is in none of"
                " them, or in several. Put them into one, or post it by hand. (Where"
                " core_course_get_course_module is in the service, only forums that"
                " have groups ask.)",
                detail=person.fullname,
            )
        return replace(
            base,
            group_id=among[0],
            person=person,
        )

    def _of_issue(self, known: Judged, issue: Issue) -> Judged:
        """Return an answer to a digest, held when the digest was somebody else's."""
        assert known.person is not None
        if known.person.user_id == issue.user_id or known.inbound.released:
            return known
        return known.held(
            "author",
            "not-their-digest",
            "It answers a digest that went to somebody else. Release it to post its"
            " answers under the name of who wrote them, or drop it.",
            detail=known.person.fullname,
        )

    def _unsure(self, base: Judged) -> bool:
        """Say whether an answer might go to somebody who wrote nothing."""
        found = self._believing.found(base.inbound, base.mail)
        return found is not None and found.finding in {Finding.FORGED, Finding.UNKNOWN}

    def _may_be_asked(self, pair: Pair | None, author: MailAuthor | None) -> bool:
        """Say whether a forged mail names somebody who can be asked about it."""
        return (
            pair is not None
            and author is not None
            and bool(self._people_of(pair.place.course.id, author.address))
        )

    def _doubted(
        self,
        transaction: Transaction,
        base: Judged,
        pair: Pair,
        author: MailAuthor,
        person: Person,
    ) -> Judged | None:
        """Return the mail as held when it may not be this person's; None: it is."""
        inbound, believing = base.inbound, self._believing
        if inbound.released:
            return None
        proof = believing.proof(inbound, base.mail, author, person, pair)
        if believing.lets_pass(proof):
            return None
        if believing.waits(inbound, proof, transaction.clock()):
            return replace(
                base,
                state=InboundState.NEW,
                reason="waits for the DNS",
                detail=proof.why,
            )
        asked = None
        if believing.unproven == "ask":
            asked = self._asking.asked(
                transaction,
                base,
                person,
                address=author.address,
                kind=QuestionKind.AUTHOR,
                why=proof.why,
            )
        return asked or base.held(
            "authentication",
            _REASONS.get(proof.trust, "unproven"),
            "Ask the named sender whether they wrote it, then release or drop it.",
            detail=f"{person.fullname}: {proof.why}",
        )

    def _asked_about_address(
        self,
        transaction: Transaction,
        base: Judged,
        pair: Pair,
        author: MailAuthor,
    ) -> Judged | None:
        """Return the mail as held until the owner of its reply key answers.

        None when it bears no reply key of somebody in the course.
        """
        if base.inbound.released:
            return None
        keys = personal_keys(
            base.mail, self._believing.route, base.inbound.envelope_recipient
        )
        people = {
            person.user_id: person
            for person in self._participants.of_course(pair.place.course.id)
            if not person.suspended
        }
        owners = [people[key.user_id] for key in keys if key.user_id in people]
        if not owners:
            return None
        return self._asking.asked(
            transaction,
            base,
            owners[0],
            address=author.address,
            kind=QuestionKind.ADDRESS,
            why=f"their reply address was used by {author.address}",
        )

    def _routed_by_author(self, mail: ReadMail, route: Route) -> Route:
        """Return the route with the pair of the only course that its author is in.

        A mail to the bridge's own address names no list.
        """
        author = author_of(mail, None)
        pairs = self._pairs_of(author.address) if author else []
        return replace(route, pair=pairs[0]) if len(pairs) == 1 else route

    def _pairs_of(self, address: str) -> list[Pair]:
        return [
            pair
            for pair in self._pairs
            if any(
                not person.suspended
                for person in self._people_of(pair.place.course.id, address)
            )
        ]

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

    def _people_of(self, course_id: int, address: str) -> list[Person]:
        found = with_address(self._participants.of_course(course_id), address)
        if found or course_id in self._asked_again:
            return found
        # They may have been enrolled a minute ago.
        self._asked_again.add(course_id)
        return with_address(self._participants.read_again(course_id), address)

    def _may_answer_here(
        self, transaction: Transaction, person: Person, route: Route
    ) -> bool:
        link = route.link
        if link is None or person.facilitator:
            return True
        if link.state is LinkState.WITHHELD and link.reason in {"private", "qanda"}:
            return False
        return is_of_their_group(transaction, person, link)
