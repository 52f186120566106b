"""Answers to a digest: each part becomes a post of its own, and a receipt says which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mappings.digest_answers import Answerable, place_answers
from mappings.digest_receipt import Told, receipt_text
from mappings.identity import marker as marker_of
from mappings.identity import post_message_id
from mappings.letter import MailSite
from mappings.mail_files import is_attached_by_hand
from mappings.mail_reading import ReadMail, read_mail
from mappings.mail_to_post import PostDraft, post_from_mail
from mappings.phrases import phrase
from mappings.trimming import Trimmed
from sync.actions import Action, Done, Refused
from sync.jobs.answers import Answers, address_of
from sync.jobs.judged import Judged, groups_for, is_of_their_group
from sync.jobs.linking import link_post
from sync.ledger.inbound import Inbound, InboundState
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

RULE = "digest-answer"
_UNPLACED_ADVICE = (
    "Its author was told, and may send it again. `held show` says what is left:"
    " release it to begin a new discussion with that, or drop it."
)
_REFUSED_ADVICE = "Release it to try what was refused once more, or drop it."

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
        self._answers = answers
        self._site = site
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
            self._finish(transaction, inbound, int(intent.details["user_id"]))

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
        homeless = _names_of(mail) if len(parts) != 1 or found.unplaced else ()
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
                self._finish(transaction, inbound, person.user_id)

        return record

    def _finish(self, transaction: Transaction, inbound: Inbound, user_id: int) -> None:
        """Give the mail its outcome when all its parts have theirs."""
        parts = transaction.parts.of_mail(inbound.id)
        if any(part.is_open for part in parts):
            return
        rest = next((part for part in parts if part.position == REST), None)
        left = rest is not None and rest.state is PartState.UNPLACED
        refused = [part for part in parts if part.state is PartState.REFUSED]
        posted = [part for part in parts if part.post_id is not None]
        held = left or bool(refused)
        transaction.inbound.change(
            inbound.id,
            state=(InboundState.HELD if held else InboundState.POSTED).value,
            rule=RULE,
            reason="unplaced" if left else "part-refused" if refused else "accepted",
            advice=(_UNPLACED_ADVICE if left else _REFUSED_ADVICE) if held else "",
            detail=f"{len(posted)} of {len(parts)} parts posted",
            post_id=posted[0].post_id if posted else None,
        )
        self._tell(transaction, inbound, user_id, parts)

    def _tell(
        self,
        transaction: Transaction,
        inbound: Inbound,
        user_id: int,
        parts: Sequence[Part],
    ) -> None:
        pair = self._pairs.get(inbound.pair or "")
        if pair is None:
            return
        # Who takes part must not be asked of Moodle while the ledger is written.
        course_id = pair.place.course.id
        people = transaction.people.of_course(course_id)
        person = next((one for one in people if one.user_id == user_id), None)
        if person is None:
            return
        mail = read_mail(inbound.raw or b"")
        rest = next((part for part in parts if part.state is PartState.UNPLACED), None)
        language = person.language or pair.settings.language
        name = pair.mailing_list.address.name
        told = [self._told(transaction, part) for part in parts if part is not rest]
        files = _names_of(mail) if rest else ()
        if not (told or files or (rest and rest.text)):
            return
        again = _receipts_before(transaction, inbound)
        self._answers.write(
            transaction,
            inbound,
            mail,
            key=f"receipt:{inbound.key}" + f":{again}" * bool(again),
            to=address_of(person, mail),
            language=language,
            text=receipt_text(
                language,
                told,
                unplaced=rest.text if rest else "",
                files=files,
                example=next((part.item for part in parts if part.item), 1),
                list_name=name,
            ),
            list_name=name,
        )

    def _told(self, transaction: Transaction, part: Part) -> Told:
        url = None
        if part.post_id is not None:
            links = transaction.links.by_post(part.post_id)
            discussion = links[0].discussion_id if links else part.discussion_id
            site_url = self._site.site_url.rstrip("/")
            url = f"{site_url}/mod/forum/discuss.php?d={discussion}#p{part.post_id}"
        return Told(number=part.item, subject=part.subject, url=url, reason=part.reason)

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


def _names_of(mail: ReadMail) -> tuple[str, ...]:
    """Return the names of the files that somebody attached by hand."""
    return tuple(file.filename for file in mail.files if is_attached_by_hand(file))


def _receipts_before(transaction: Transaction, inbound: Inbound) -> int:
    return sum(
        intent.key.startswith("receipt:")
        for intent in transaction.intents.of_source(f"notice:{inbound.id}")
    )


def _stopped(part: Part, why: str) -> Part:
    state = PartState.UNPLACED if part.position == REST else PartState.REFUSED
    return replace(part, state=state, reason=why)
