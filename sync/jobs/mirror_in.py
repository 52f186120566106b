"""Mail to forum: what people write by mail becomes a post in the right discussion."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from mappings.identity import marker, post_message_id
from mappings.mail_reading import ReadMail, read_mail
from mappings.mail_to_post import PostDraft, post_from_mail
from mappings.phrases import phrase
from moodle_bridge.errors import BridgeError, InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.moodle.files import Upload
from moodle_bridge.moodle.functions import MISSING
from sync.actions import (
    Absent,
    Action,
    Done,
    Doubt,
    Later,
    Outcome,
    Plan,
    Refused,
    Settlement,
)
from sync.actions import Withheld as LeftAlone
from sync.engine import refuse_beyond
from sync.jobs.routing import DISCUSSION_GONE, Route
from sync.jobs.verdicts import Judge, Judged, in_order
from sync.ledger.inbound import Inbound, InboundState
from sync.ledger.intents import Intent, IntentState
from sync.ledger.links import LinkState, Origin
from sync.participants import folded

if TYPE_CHECKING:
    from moodle_bridge.moodle import Moodle
    from sync.jobs.notices import Notices
    from sync.jobs.routing import Routing
    from sync.ledger import Ledger, Transaction
    from sync.pairs import Pair

log = logging.getLogger(__name__)

_AT_ONCE = 50
_PLAIN_ID = re.compile(r"<[!-;=?-~]{1,180}@[!-;=?A-~]{1,180}>")
# Mails overtake each other on the way; one that answers what is not here yet waits.
PARENT_WAIT = timedelta(minutes=10)
# Looked for among discussions begun since then: clocks may differ by much.
_CLOCKS_DIFFER = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one post is made of, when its turn comes."""

    judged: Judged
    pair: Pair
    draft: PostDraft


class MirrorIn:
    """The job of all pairs: mails that came in, in the order in which they came.

    A post is made with a marker, written down before: when its answer is lost it is
    looked for, and only if it is surely not there it is made again.
    """

    name = "mirror-in"

    def __init__(
        self,
        *,
        moodle: Moodle,
        ledger: Ledger,
        routing: Routing,
        judge: Judge,
        notices: Notices,
        site_tag: str,
        domain: str,
        secret: bytes,
        account_id: Callable[[], int],
        settle_after: timedelta,
        max_posts: int,
    ) -> None:
        self._moodle = moodle
        self._ledger = ledger
        self._routing = routing
        self._judge = judge
        self._notices = notices
        self._site_tag = site_tag
        self._domain = domain
        self._secret = secret
        self._account_id = account_id
        self._settle_after = settle_after
        self._max_posts = max_posts

    def settle(self, intent: Intent) -> Settlement:
        """See `Job`: look for the marker where the post would be."""
        if intent.kind == "mail.notice":
            return self._notices.settle(intent)
        if intent.kind == "post.reply" and "discussion_id" not in intent.details:
            # Its discussion is written down before the post is begun (`_target`).
            return Absent()
        begun = intent.sending_at or intent.updated_at
        overdue = self._ledger.clock() - begun >= self._settle_after
        try:
            found = self._find(intent)
        except Permanent as error:
            # The discussion itself is gone, or closed to us: then so is the post.
            return Absent() if overdue else Doubt(reason=str(error))
        if found is not None:
            return found
        # The site may still be at work on it, though its answer was lost.
        if not overdue:
            return Doubt(reason="not there yet; looked for again by the next run")
        return Absent()

    def _find(self, intent: Intent) -> Done | None:
        details = intent.details
        name = intent.marker or ""
        author = self._account_id()
        if intent.kind == "post.reply":
            post = self._moodle.forums.find_reply(
                name, discussion_id=details["discussion_id"], author_id=author
            )
            return None if post is None else _done(post.id, post.discussion_id)
        found = self._moodle.forums.find_discussion(
            name,
            forum_id=details["forum_id"],
            created_after=intent.planned_at - _CLOCKS_DIFFER,
            author_id=author,
        )
        return None if found is None else _done(found.first_post_id, found.id)

    def guard(self, actions: int) -> None:
        """See `Job`."""
        with self._ledger.reading() as transaction:
            counts = transaction.inbound.counts()
        waiting = counts.get(InboundState.NEW, 0) + counts.get(InboundState.ACCEPTED, 0)
        if waiting > self._max_posts >= actions:
            # Most of them may be bounces and the like: only what would be posted
            # counts, and all of it before the first is.
            actions = sum(len(self.plan(page).actions) for page in self.observe())
        refuse_beyond(self._max_posts, actions, what="posts", key="[safety].max_posts")

    def observe(self) -> Iterator[list[Inbound] | tuple[Intent, ...]]:
        """See `Job`: mails that wait, first those accepted before and not posted.

        Before them the notices that an earlier run did not get to send.
        """
        with self._ledger.reading() as transaction:
            planned = transaction.intents.with_state(IntentState.PLANNED, job=self.name)
        yield tuple(intent for intent in planned if intent.kind == "mail.notice")
        for state in (InboundState.ACCEPTED, InboundState.NEW):
            after = 0
            while True:
                with self._ledger.reading() as transaction:
                    page = transaction.inbound.with_state(
                        state, after=after, limit=_AT_ONCE
                    )
                if not page:
                    break
                after = page[-1].id
                yield page

    def plan(self, observation: list[Inbound] | tuple[Intent, ...]) -> Plan:
        """See `Job`."""
        if isinstance(observation, tuple):
            return Plan(actions=self._notices.left_over(observation))
        mails = {mail.id: read_mail(mail.raw or b"") for mail in observation}
        answers = {
            number: {*mail.in_reply_to, *mail.references[-1:]}
            for number, mail in mails.items()
        }
        actions: list[Action] = []
        withheld: list[LeftAlone] = []
        records: list[Callable[[Transaction], None]] = []
        streams: dict[int, str] = {}
        taken: set[str] = set()
        told: set[str] = set()
        with self._ledger.reading() as transaction:
            for inbound in in_order(observation, answers):
                judged, action = self._weighed(
                    transaction, inbound, mails[inbound.id], streams
                )
                if judged is None:
                    withheld.append(
                        _left(inbound, "waits for the mail that it answers")
                    )
                    continue
                if judged.state is not InboundState.IGNORED:
                    if _twin_key(judged) in taken:
                        # Two copies came in one go; the next run knows the first.
                        continue
                    taken.add(_twin_key(judged))
                records.append(_verdict(judged))
                if action is not None:
                    actions.append(action)
                    continue
                withheld.append(_left(inbound, judged.reason))
                notice = self._notices.plan(transaction, judged, told)
                if notice is not None:
                    told.add(folded(judged.notice_to or ""))
                    actions.append(notice)
                    records.append(self._notices.noticed(judged))
        return Plan(
            actions=tuple(actions), withheld=tuple(withheld), records=tuple(records)
        )

    def _weighed(
        self,
        transaction: Transaction,
        inbound: Inbound,
        mail: ReadMail,
        streams: dict[int, str],
    ) -> tuple[Judged | None, Action | None]:
        """Return the verdict on a mail and what is to be done; None = not yet.

        A mail that makes this program fail is held: it must not keep the others out.
        """
        route = Route(pair=None)
        try:
            route = self._routing.of(transaction, inbound, mail)
            age = self._ledger.clock() - inbound.received_at
            if (
                route.unknown_parent
                and not inbound.released
                and timedelta() <= age < PARENT_WAIT
                and inbound.state is InboundState.NEW
                and mail.references
            ):
                return None, None
            judged = self._judge.judge(transaction, inbound, mail, route)
            if judged.state is not InboundState.ACCEPTED:
                return judged, None
            return judged, self._action(transaction, judged, streams)
        except (BridgeError, SQLAlchemyError):
            raise
        except Exception as error:
            log.exception("mail %d could not be judged", inbound.id)
            return Judged(
                inbound=inbound,
                mail=mail,
                route=route,
                state=InboundState.HELD,
                rule="fault",
                reason="fault",
                advice="This is a fault in moodle-bridge; please report it. Post the"
                " mail by hand, then drop it.",
                detail=type(error).__name__,
            ), None

    def _action(
        self, transaction: Transaction, judged: Judged, streams: dict[int, str]
    ) -> Action:
        inbound, route = judged.inbound, judged.route
        assert route.pair is not None
        assert judged.person is not None
        pair = route.pair
        name = marker(self._secret.hex(), pair.name, inbound.key)
        language = pair.settings.language
        draft = post_from_mail(
            judged.mail,
            trimmed=judged.trimmed,
            marker=name,
            author_line=phrase(language, "by_mail", name=judged.person.fullname),
            language=language,
            parent_subject=_subject_above(route),
            tags=(pair.tag,),
        )
        details: dict[str, object] = {
            "mail": inbound.id,
            "pair": pair.name,
            "user_id": judged.person.user_id,
            "author_name": judged.person.fullname,
            "by_list": route.by_list,
        }
        stream = f"mirror-in:mail:{inbound.id}"
        if route.link is not None:
            details |= {
                "parent_post_id": route.link.post_id,
                "discussion_id": route.link.discussion_id,
                "forum_id": route.link.forum_id,
            }
            stream = f"mirror-in:discussion:{route.link.discussion_id}"
        elif route.awaited is not None:
            details |= {"awaited": route.awaited.id}
            stream = streams.get(
                route.awaited.id, _stream_of(transaction, route.awaited)
            )
        else:
            details |= {"forum_id": pair.place.new_forum_id}
        streams[inbound.id] = stream
        begins = route.link is None and route.awaited is None
        return Action(
            key=f"post:{pair.name}:{inbound.key}",
            kind="post.discussion" if begins else "post.reply",
            source=f"mail:{inbound.id}",
            stream=stream,
            summary=f"{judged.person.fullname} by mail: {draft.subject}",
            details=details,
            load=Load(judged=judged, pair=pair, draft=draft),
            marker=name,
        )

    def carry_out(self, action: Action) -> Outcome:
        """See `Job`."""
        if action.kind == "mail.notice":
            return self._notices.carry_out(action)
        try:
            return self._post(action, action.load)
        except Transient as error:
            return Later(reason=str(error), advice=error.advice, cause=error)
        except InDoubt as error:
            return Doubt(reason=str(error))
        except Permanent as error:
            # A service without the function refuses every mail, until it is mended.
            of_all = error.concerns_all or error.code == MISSING
            if of_all or not error.code:
                # Without an errorcode it is a fault of the site, not of the mail.
                return Later(
                    reason=str(error),
                    advice=error.advice,
                    cause=error if of_all else None,
                )
            return Refused(reason=str(error), advice=error.advice)

    def _post(self, action: Action, load: Load) -> Outcome:
        draft = load.draft
        if action.kind == "post.discussion":
            number = self._moodle.forums.add_discussion(
                load.pair.place.new_forum_id,
                draft.subject,
                draft.message_html,
                group_id=load.pair.place.group_id,
                attachments_draft_id=self._draft_area(draft),
            )
            try:
                first = self._moodle.forums.posts_of(number)[0]
            except (RemoteError, IndexError) as error:
                return Doubt(reason=f"begun, and not yet read back: {error}")
            return _done(first.id, number)
        return self._reply(action, draft)

    def _reply(self, action: Action, draft: PostDraft) -> Outcome:
        target = self._target(action)
        if isinstance(target, Later):
            return target
        discussion_id, ancestors = target
        area = self._draft_area(draft)
        refused: Permanent | None = None
        for parent_id in ancestors:
            try:
                post = self._moodle.forums.add_reply(
                    parent_id,
                    draft.subject,
                    draft.message_html,
                    attachments_draft_id=area,
                )
            except Permanent as error:
                # The post that was answered is gone: its nearest living ancestor
                # takes the answer.
                if error.code != "invalidparentpostid":
                    raise
                refused = error
                continue
            return _done(post.id, post.discussion_id)
        return Refused(
            reason=f"discussion {discussion_id} is no longer there ({refused})",
            advice="Release the mail to begin a new discussion with it, or drop it.",
            code=DISCUSSION_GONE,
        )

    def _target(self, action: Action) -> tuple[int, list[int]] | Later:
        """Return the discussion, and the post to answer with its ancestors after it."""
        details = action.details
        with self._ledger.writing() as transaction:
            if "awaited" in details:
                awaited = transaction.inbound.get(details["awaited"])
                post_id = awaited.post_id if awaited else None
                if post_id is None:
                    return Later(reason="the mail that it answers is not posted yet")
            else:
                post_id = details["parent_post_id"]
            links = transaction.links.by_post(post_id, details["pair"])
            if not links:
                return Later(reason=f"post {post_id} is not in the ledger")
            discussion_id = links[0].discussion_id
            all_links = transaction.links.of_discussions(
                details["pair"], [discussion_id]
            )
            # What settles a doubt must be known before the doubt can arise.
            intent = transaction.intents.get(action.key)
            if intent is not None:
                transaction.intents.change(
                    intent.id,
                    details={**details, "discussion_id": discussion_id},
                )
        by_post = {link.post_id: link for link in all_links[discussion_id]}
        chain: list[int] = []
        at: int | None = post_id
        while at is not None and at not in chain:
            chain.append(at)
            link = by_post.get(at)
            at = link.parent_post_id if link else None
        return discussion_id, chain

    def _draft_area(self, draft: PostDraft) -> int | None:
        if not draft.files:
            return None
        area = self._moodle.files.upload(
            Upload(
                filename=file.filename,
                content=file.content,
                media_type=file.media_type,
            )
            for file in draft.files
        )
        if area.refused:
            first = area.refused[0]
            raise Permanent(
                f"Moodle does not take the file {first.filename!r} ({first.reason})",
                advice="Raise the limit for files in Moodle and release the mail, or"
                " drop it and ask its sender for a smaller file.",
                code="filerefused",
            )
        return area.item_id

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """See `Job`: link the post to the mail, or hold the mail."""
        if intent.kind == "mail.notice":
            # What was refused may be released, and then it is sent.
            if isinstance(outcome, Done):
                kept = {"message_id": intent.details.get("message_id", "")}
                transaction.intents.change(intent.id, details=kept)
            return
        details = intent.details
        number = details["mail"]
        inbound = transaction.inbound.get(number)
        if isinstance(outcome, Refused) or inbound is None:
            transaction.inbound.change(
                number,
                state=InboundState.HELD.value,
                rule="moodle",
                reason=getattr(outcome, "code", "refused"),
                advice=getattr(outcome, "advice", ""),
                detail=getattr(outcome, "reason", ""),
            )
            return
        post_id = outcome.result["post_id"]
        discussion_id = outcome.result["discussion_id"]
        transaction.inbound.change(
            number, state=InboundState.POSTED.value, post_id=post_id
        )
        parent = details.get("parent_post_id")
        if "awaited" in details:
            awaited = transaction.inbound.get(details["awaited"])
            parent = awaited.post_id if awaited else None
        pair = details["pair"]
        above = transaction.links.by_post(parent, pair) if parent else []
        by_list = bool(details["by_list"])
        values = {
            "discussion_id": discussion_id,
            "forum_id": above[0].forum_id if above else details["forum_id"],
            "parent_post_id": parent,
            "message_id": _sendable(inbound.message_id)
            or post_message_id(post_id, site_tag=self._site_tag, domain=self._domain),
            "state": LinkState.WITHHELD if by_list else LinkState.WAITING,
            "reason": "readers have it from the list" if by_list else "",
            "author_user_id": details["user_id"],
            "author_name": details["author_name"],
            "subject": inbound.subject,
            "due_at": transaction.clock(),
        }
        new = transaction.links.add(
            pair=pair,
            post_id=post_id,
            origin=Origin.MAIL,
            via_list=by_list,
            created_at=transaction.clock(),
            **values,
        )
        if not new:
            transaction.links.change(
                pair,
                post_id,
                **{**values, "state": values["state"].value},
                origin=Origin.MAIL.value,
                via_list=int(by_list),
            )


def _sendable(message_id: str | None) -> str | None:
    """Return a Message-ID that may stand in mails of ours, None for an odd one."""
    if message_id is None or not _PLAIN_ID.fullmatch(message_id):
        return None
    return message_id


def _done(post_id: int, discussion_id: int) -> Done:
    return Done(result={"post_id": post_id, "discussion_id": discussion_id})


def _subject_above(route: Route) -> str | None:
    if route.link is not None:
        return route.link.subject
    return None if route.awaited is None else route.awaited.subject


def _twin_key(judged: Judged) -> str:
    pair = judged.route.pair
    own = judged.inbound.message_id or judged.inbound.key
    return f"{pair.name if pair else ''} {own}"


def _left(inbound: Inbound, reason: str) -> LeftAlone:
    return LeftAlone(
        source=f"mail:{inbound.id}",
        reason=reason,
        summary=f"{inbound.sender}: {inbound.subject}",
    )


def _stream_of(transaction: Transaction, awaited: Inbound) -> str:
    for intent in transaction.intents.of_source(f"mail:{awaited.id}"):
        if intent.state is not IntentState.DEAD:
            return intent.stream
    return f"mirror-in:mail:{awaited.id}"


def _reason(judged: Judged) -> str:
    """Return the reason to keep: that a person let it begin anew holds to the end."""
    inbound = judged.inbound
    begins_anew = inbound.released and inbound.reason == DISCUSSION_GONE
    if judged.state is InboundState.ACCEPTED and begins_anew:
        return DISCUSSION_GONE
    return judged.reason


def _verdict(judged: Judged) -> Callable[[Transaction], None]:
    def record(transaction: Transaction) -> None:
        transaction.inbound.change(
            judged.inbound.id,
            state=judged.state.value,
            rule=judged.rule,
            reason=_reason(judged),
            advice=judged.advice,
            detail=judged.detail,
            pair=judged.route.pair.name if judged.route.pair else None,
            user_id=judged.person.user_id if judged.person else None,
            cut=judged.trimmed.cut,
        )

    return record
