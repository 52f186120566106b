"""Answers to a digest: each part becomes a post of its own, and a receipt says which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mappings.digest_answers import Answerable, place_answers
from mappings.identity import marker as marker_of
from mappings.identity import post_message_id
from mappings.letter import MailSite
from mappings.mail_to_post import PostDraft, post_from_mail
from mappings.phrases import phrase
from mappings.trimming import Trimmed
from sync.actions import Action, Done, Refused
from sync.jobs.answers import Answers
from sync.jobs.digest_receipts import DigestReceipts, attached_names
from sync.jobs.judged import Judged, groups_for, is_of_their_group
from sync.jobs.linking import link_post
from sync.ledger.inbound import InboundState
from sync.ledger.intents import Intent
from sync.ledger.links import LinkState
from sync.ledger.parts import REST, Part, PartState

if TYPE_CHECKING:
    from moodle_bridge.model.people import Person
    from sync.ledger import Transaction
    from sync.ledger.issues import Issue
    from sync.ledger.links import Link
    from sync.pairs import Pair
    from sync.participants import Participants


Record = Callable[["Transaction"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """What is to be done about one answer to a digest."""

    actions: tuple[Action, ...]
    records: tuple[Record, ...]


class DigestReplies:
    """Plans the posts of an answer to a digest, and tells its author what came of it.

    The parts are written down with the verdict; from then on they are what counts, not
    how the mail would be read again. When each has its outcome, the mail has its own
    and its receipt, in one transaction.
    """

    def __init__(
        self,
        *,
        pairs: Sequence[Pair],
        participants: Participants,
        answers: Answers,
        site: MailSite,
        secret: bytes,
    ) -> None:
        self._pairs = {pair.name: pair for pair in pairs}
        self._participants = participants
        self._site = site
        self._receipts = DigestReceipts(pairs=self._pairs, answers=answers, site=site)
        self._secret = secret

    def plan(self, transaction: Transaction, judged: Judged) -> Replies:
        """Return the posts of a mail that was accepted, with what is to be noted."""
        inbound, issue, person = judged.inbound, judged.route.issue, judged.person
        assert issue is not None
        assert person is not None
        known = transaction.parts.of_mail(inbound.id)
        if not known:
            parts = self._parted(transaction, judged, issue, person)
        elif inbound.state is InboundState.NEW and inbound.released:
            parts = [self._once_more(transaction, part, person) for part in known]
        else:
            parts = known
        actions: list[Action] = []
        placed: list[Part] = []
        for part in parts:
            why = self._add_action(transaction, judged, part, parts, actions)
            placed.append(_stopped(part, why) if why else part)
        return Replies(
            actions=tuple(actions), records=(self._written(inbound.id, placed, person),)
        )

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """Note what became of a part; of the mail, when it was the last one."""
        number, position = intent.details["mail"], intent.details["part"]
        if isinstance(outcome, Refused):
            transaction.parts.change(
                number,
                position,
                state=PartState.REFUSED.value,
                reason=outcome.code[:60],
            )
        else:
            post_id = outcome.result["post_id"]
            # An audit that brings a link back has nothing new to tell.
            known = any(
                part.position == position and part.post_id == post_id
                for part in transaction.parts.of_mail(number)
            )
            transaction.parts.change(
                number,
                position,
                state=PartState.POSTED.value,
                reason="",
                post_id=post_id,
            )
            link_post(
                transaction,
                intent,
                post_id=post_id,
                discussion_id=outcome.result["discussion_id"],
                parent_post_id=intent.details.get("parent_post_id"),
                # The mail has one id, and several posts.
                message_id=post_message_id(
                    post_id, site_tag=self._site.site_tag, domain=self._site.domain
                ),
                subject=str(intent.details["subject"]),
            )
            if known:
                return
        inbound = transaction.inbound.get(number)
        if inbound is not None:
            self._receipts.finish(transaction, inbound, int(intent.details["user_id"]))

    def _parted(
        self, transaction: Transaction, judged: Judged, issue: Issue, person: Person
    ) -> list[Part]:
        inbound, mail = judged.inbound, judged.mail
        found = place_answers(
            mail.text,
            issue_text=issue.text or "",
            items=[
                Answerable(number=item.number, post_id=item.post_id)
                for item in issue.items
            ],
            own_name=person.fullname,
        )
        parts: list[Part] = []
        for position, said in enumerate(found.parts, start=1):
            item = issue.item(said.number)
            assert item is not None
            why = self._hindrance(transaction, item.pair, item.post_id, person)
            parts.append(
                Part(
                    inbound_id=inbound.id,
                    position=position,
                    item=item.number,
                    pair=item.pair,
                    parent_post_id=item.post_id,
                    discussion_id=item.discussion_id,
                    subject=item.subject,
                    text=said.text,
                    state=PartState.REFUSED if why else PartState.PLANNED,
                    reason=why,
                )
            )
        # Files belong to the only answer there is, or to none that is known.
        homeless = attached_names(mail) if len(parts) != 1 or found.unplaced else ()
        if found.unplaced or homeless or not parts:
            parts.append(
                Part(
                    inbound_id=inbound.id,
                    position=REST,
                    subject=mail.subject,
                    text=found.unplaced,
                    state=PartState.UNPLACED,
                    reason="unplaced" if found.unplaced else "files" * bool(homeless),
                )
            )
        return parts

    def _hindrance(
        self, transaction: Transaction, pair: str, post_id: int, person: Person
    ) -> str:
        """Return why a post may not be answered by a person, empty when it may."""
        link = self._link(transaction, pair, post_id)
        if link is None or link.gone_at is not None:
            return "gone"
        member = self._member(pair, person)
        if member is None:
            return "not-theirs"
        if member.facilitator:
            return ""
        private = link.state is LinkState.WITHHELD and link.reason == "private"
        if private or not is_of_their_group(transaction, member, link):
            return "not-theirs"
        return ""

    def _once_more(self, transaction: Transaction, part: Part, person: Person) -> Part:
        """Return a part as it stands when a person has released its mail."""
        if part.state is PartState.REFUSED and part.pair and part.parent_post_id:
            why = self._hindrance(transaction, part.pair, part.parent_post_id, person)
            state = PartState.REFUSED if why else PartState.PLANNED
            return replace(part, state=state, reason=why)
        if part.state is PartState.UNPLACED:
            return replace(part, state=PartState.PLANNED, reason="released")
        return part

    def _add_action(
        self,
        transaction: Transaction,
        judged: Judged,
        part: Part,
        parts: Sequence[Part],
        actions: list[Action],
    ) -> str:
        """Add what posts a part that is open; return why it cannot be, empty if it is."""
        if not part.is_open:
            return ""
        pair, person = self._pair_of(judged, part), judged.person
        assert person is not None
        if pair is None:
            return "no-pair"
        inbound = judged.inbound
        details: dict[str, object] = {
            "mail": inbound.id,
            "part": part.position,
            "pair": pair.name,
            "user_id": person.user_id,
            "author_name": person.fullname,
            "by_list": judged.route.by_list,
            "subject": part.subject,
        }
        stream = f"mirror-in:mail:{inbound.id}"
        link: Link | None = None
        if part.position == REST:
            groups = self._groups(pair, person)
            if len(groups) != 1:
                return "which-group"
            details |= {"forum_id": pair.place.new_forum_id, "group_id": groups[0]}
        else:
            link = self._link(transaction, pair.name, part.parent_post_id or 0)
            if link is None:
                return "gone"
            stream = f"mirror-in:discussion:{link.discussion_id}"
            details |= {
                "parent_post_id": link.post_id,
                "discussion_id": link.discussion_id,
                "forum_id": link.forum_id,
            }
        name = marker_of(self._secret.hex(), pair.name, inbound.key, str(part.position))
        draft = self._draft(
            judged, part, pair, link, marker=name, alone=len(parts) == 1
        )
        actions.append(
            Action(
                key=f"post:{pair.name}:{inbound.key}:{part.position}",
                kind="post.discussion" if link is None else "post.reply",
                source=f"mail:{inbound.id}",
                stream=stream,
                summary=f"{person.fullname} by mail: {draft.subject}",
                details=details,
                load=draft,
                marker=name,
            )
        )
        return ""

    def _pair_of(self, judged: Judged, part: Part) -> Pair | None:
        """Return where a part goes; what is left over only where there is one way."""
        if part.position != REST:
            return self._pairs.get(part.pair or "")
        issue = judged.route.issue
        names = {item.pair for item in issue.items} if issue else set()
        return self._pairs.get(next(iter(names))) if len(names) == 1 else None

    def _draft(
        self,
        judged: Judged,
        part: Part,
        pair: Pair,
        link: Link | None,
        *,
        marker: str,
        alone: bool,
    ) -> PostDraft:
        mail, person = judged.mail, judged.person
        assert person is not None
        with_files = alone or part.position == REST
        about = f"/user/view.php?id={person.user_id}&course={pair.place.course.id}"
        return post_from_mail(
            # Its words are told apart from the others in the text alone.
            replace(
                mail,
                subject="",
                html=None,
                text=part.text,
                files=mail.files if with_files else (),
            ),
            trimmed=Trimmed(kept=part.text),
            marker=marker,
            author_line=phrase(pair.language, "by_mail", name=person.fullname),
            author=(person.fullname, f"{self._site.site_url.rstrip('/')}{about}"),
            language=pair.language,
            parent_subject=None if link is None else link.subject,
            tags=(pair.tag,),
        )

    def _written(self, number: int, parts: Sequence[Part], person: Person) -> Record:
        def record(transaction: Transaction) -> None:
            for part in parts:
                transaction.parts.set(part)
            inbound = transaction.inbound.get(number)
            if inbound is not None:
                self._receipts.finish(transaction, inbound, person.user_id)

        return record

    def _link(self, transaction: Transaction, pair: str, post_id: int) -> Link | None:
        if pair not in self._pairs:
            return None
        return next(iter(transaction.links.by_post(post_id, pair)), None)

    def _member(self, pair: str, person: Person) -> Person | None:
        """Return a person as a participant of a pair; None when they are not in it.

        May ask Moodle, so never while the ledger is written.
        """
        course_id = self._pairs[pair].place.course.id
        return next(
            (
                one
                for one in self._participants.of_course(course_id)
                if one.user_id == person.user_id and not one.suspended
            ),
            None,
        )

    def _groups(self, pair: Pair, person: Person) -> tuple[int | None, ...]:
        if pair.place.group_id is not None:
            return (pair.place.group_id,)
        member = self._member(pair.name, person)
        return () if member is None else groups_for(member, pair.place.new_forum_groups)


def _stopped(part: Part, why: str) -> Part:
    state = PartState.UNPLACED if part.position == REST else PartState.REFUSED
    return replace(part, state=state, reason=why)
