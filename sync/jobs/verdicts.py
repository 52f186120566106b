"""What is decided about a mail before anything is done: post it, hold it, leave it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mappings.mail_reading import ReadMail
from mappings.screening import Outcome, ScreeningRules, screen
from mappings.senders import author_of
from mappings.trimming import Trimmed, trim
from mappings.verdict import Verdict
from moodle_bridge.model.people import Person
from sync.jobs.copies import is_copy, twin_of
from sync.jobs.routing import Route
from sync.ledger.inbound import Inbound, InboundState
from sync.ledger.links import LinkState
from sync.participants import Participants, with_address

if TYPE_CHECKING:
    from sync.ledger import Transaction
    from sync.pairs import Pair

_UNKNOWN = (
    "Nobody in the course has this address in Moodle. Enrol them or add the address,"
    " then release the mail; or drop it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A mail with its verdict.

    `state` is ACCEPTED, HELD or IGNORED; `rule` what decided, `reason` its stable
    code. `person` wrote it, None unless accepted. `address` is who gets a notice,
    None when nobody may be answered.
    """

    inbound: Inbound
    mail: ReadMail
    route: Route
    state: InboundState
    rule: str
    reason: str
    advice: str = ""
    detail: str = ""
    person: Person | None = None
    trimmed: Trimmed = field(default_factory=lambda: Trimmed(kept=""))
    notice_to: str | None = None


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
        authserv_id: str | None,
    ) -> None:
        self._participants = participants
        self._pairs = pairs
        self._site_tag = site_tag
        self._domain = domain
        self._own = own_addresses
        self._max_size = max_size
        self._authserv_id = authserv_id
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
        verdict = screen(
            mail,
            ScreeningRules(
                site_tag=self._site_tag,
                domain=self._domain,
                mailing_list=None
                if known is None or known.traits.knows_members
                else known.address,
                own_addresses=self._own,
                max_size=self._max_size,
                authserv_id=self._authserv_id,
            ),
            inbound.envelope_sender,
            inbound.envelope_recipient,
        )

        def judged(
            state: InboundState, rule: str, reason: str, advice: str, **more: object
        ) -> Judged:
            return Judged(
                inbound=inbound,
                mail=mail,
                route=route,
                state=state,
                rule=rule,
                reason=reason,
                advice=advice,
                **more,  # type: ignore[arg-type]
            )

        if verdict.outcome is not Outcome.ACCEPT and not inbound.released:
            return judged(
                InboundState.HELD
                if verdict.outcome is Outcome.HOLD
                or self._tells_of_a_dead_address(transaction, verdict)
                else InboundState.IGNORED,
                verdict.rule,
                verdict.reason,
                verdict.advice,
                detail=verdict.detail,
            )
        author = author_of(mail, None if known is None else known.address)
        if pair is None:
            stranger = author is not None and not self._pairs_of(author.address)
            return judged(
                InboundState.HELD,
                "author" if stranger else "route",
                "unknown-sender" if stranger else "no-pair",
                _UNKNOWN
                if stranger
                else "Its author is in several courses, and it does not say for which"
                " list it is. Ask its author to write to the address of a list.",
                detail=author.address if author else "",
                notice_to=author.address
                if author and stranger and _may_be_answered(mail, inbound)
                else None,
            )
        trimmed = trim(mail.text)
        twin = twin_of(transaction, inbound, pair, author)
        if twin is not None and is_copy(twin, trimmed, pair, author):
            return judged(
                InboundState.IGNORED,
                "copies",
                "duplicate",
                f"Nothing to do: it is a further copy of mail {twin.id}.",
            )
        if twin is not None and not inbound.released:
            return judged(
                InboundState.HELD,
                "copies",
                "same-message-id",
                f"It has the Message-ID of mail {twin.id} and says something else."
                " Release it if it is a mail of its own, or drop it.",
            )
        if author is None:
            return judged(
                InboundState.HELD,
                "author",
                "no-author",
                "Its From names nobody. Drop it, or ask its sender to write again.",
            )
        people = self._people_of(pair.place.course.id, author.address)
        persons = [person for person in people if not person.suspended]
        if len(persons) != 1:
            many = len(persons) > 1
            return judged(
                InboundState.HELD,
                "author",
                "shared-address" if many else "unknown-sender",
                "Several participants have this address in Moodle; give each their"
                " own, then release the mail."
                if many
                else _UNKNOWN,
                detail=author.address,
                notice_to=None
                if many or not _may_be_answered(mail, inbound)
                else author.address,
            )
        person = persons[0]
        if not self._may_answer_here(transaction, person, route):
            return judged(
                InboundState.HELD,
                "place",
                "not-their-group",
                "It answers something that its author cannot read in Moodle. Look who"
                " is in which group, then release or drop it.",
                detail=person.fullname,
            )
        return Judged(
            inbound=inbound,
            mail=mail,
            route=route,
            state=InboundState.ACCEPTED,
            rule=verdict.rule,
            reason="accepted",
            detail=route.why,
            person=person,
            trimmed=trimmed,
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
        known = transaction.discussions.get(link.pair, [link.discussion_id])
        discussion = known.get(link.discussion_id)
        return (
            discussion is None
            or discussion.group_id is None
            or discussion.group_id in person.group_ids
        )


def _may_be_answered(mail: ReadMail, inbound: Inbound) -> bool:
    """Say whether an automatic answer is allowed (RFC 3834 section 2)."""
    return_path = (
        inbound.envelope_sender
        if inbound.envelope_sender is not None
        else mail.return_path
    )
    return (
        return_path != ""
        and mail.list_id is None
        and mail.precedence not in {"list", "bulk", "junk"}
        and mail.auto_submitted in {"", "no"}
    )


def in_order(
    mails: Sequence[Inbound], answers: dict[int, set[str]]
) -> Iterator[Inbound]:
    """Yield mails as they came, save that none comes before one that it answers.

    `answers` holds, by number, the Message-IDs that each mail names.
    """
    by_id = {mail.message_id: mail for mail in mails if mail.message_id}
    given: set[int] = set()

    def give(mail: Inbound, above: frozenset[int]) -> Iterator[Inbound]:
        if mail.id in given or mail.id in above:
            return
        for name in sorted(answers.get(mail.id, ())):
            parent = by_id.get(name)
            if parent is not None:
                yield from give(parent, above | {mail.id})
        if mail.id not in given:
            given.add(mail.id)
            yield mail

    for mail in mails:
        yield from give(mail, frozenset())
