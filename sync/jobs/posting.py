"""Brings one mail into a forum: the post, its files, and the link between the two."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mappings.identity import post_message_id
from mappings.mail_to_post import PostDraft, without_author_line
from mappings.own_name import signed_as
from moodle_bridge.errors import InDoubt, Permanent, RemoteError, Transient
from moodle_bridge.moodle.functions import MISSING
from sync.actions import (
    Absent,
    Action,
    Done,
    Doubt,
    Later,
    Outcome,
    Refused,
    Settlement,
)
from sync.jobs.linking import link_post
from sync.jobs.routing import DISCUSSION_GONE
from sync.jobs.uploading import uploaded
from sync.ledger.inbound import InboundState
from sync.ledger.intents import Intent
from sync.own_names import concerns_token

if TYPE_CHECKING:
    from moodle_bridge.model.forum import Post
    from moodle_bridge.moodle import Moodle
    from sync.ledger import Ledger, Transaction
    from sync.own_names import OwnNames

log = logging.getLogger(__name__)

_PLAIN_ID = re.compile(r"<[!-;=?-~]{1,180}@[!-;=?A-~]{1,180}>")
# Looked for among discussions begun since then: clocks may differ by much.
_CLOCKS_DIFFER = timedelta(days=2)


class Posting:
    """Posts drafts, finds them again when in doubt, and links them to their mails."""

    def __init__(
        self,
        *,
        moodle: Moodle,
        ledger: Ledger,
        site_tag: str,
        domain: str,
        account_id: Callable[[], int],
        own_names: OwnNames,
        secret: bytes,
        settle_after: timedelta,
    ) -> None:
        self._moodle = moodle
        self._ledger = ledger
        self._site_tag = site_tag
        self._domain = domain
        self._account_id = account_id
        self._own_names = own_names
        self._secret = secret
        self._settle_after = settle_after

    def settle(self, intent: Intent) -> Settlement:
        """Look for the marker where the post would be; see `Job`."""
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
        # Nobody knows whether the author's own token was used before the crash.
        author = {self._account_id(), details["user_id"]}
        if intent.kind == "post.reply":
            post = self._moodle.forums.find_reply(
                name, discussion_id=details["discussion_id"], author_id=author
            )
            return None if post is None else _found(post.id, post.discussion_id)
        found = self._moodle.forums.find_discussion(
            name,
            forum_id=details["forum_id"],
            created_after=intent.planned_at - _CLOCKS_DIFFER,
            author_id=author,
        )
        return None if found is None else _found(found.first_post_id, found.id)

    def carry_out(self, action: Action, draft: PostDraft) -> Outcome:
        """Post one draft; never raises for what Moodle does."""
        try:
            return self._in_own_name(action, draft) or self._post(
                self._moodle, action, draft
            )
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

    def _in_own_name(self, action: Action, draft: PostDraft) -> Outcome | None:
        """Post with the author's own token; None when that cannot be.

        What Moodle does not let the author do, nobody does for them: it is raised.
        Only a token that is no good leaves the post to the bridge's account.
        """
        user_id = action.details["user_id"]
        moodle = self._own_names.of(user_id)
        if moodle is None:
            return None
        message = signed_as(
            without_author_line(draft.message_html),
            secret=self._secret,
            marker=action.marker or "",
            user_id=user_id,
        )
        try:
            return self._post(moodle, action, replace(draft, message_html=message))
        except Permanent as error:
            # A refusal: nothing was posted.
            if not concerns_token(error):
                raise
            self._own_names.refused(user_id, error)
            return None

    def _post(self, moodle: Moodle, action: Action, draft: PostDraft) -> Outcome:
        if action.kind == "post.discussion":
            up = uploaded(moodle, draft)
            number = moodle.forums.add_discussion(
                action.details["forum_id"],
                draft.subject,
                up.message_html,
                group_id=action.details["group_id"],
                attachments_draft_id=up.files_area,
                inline_draft_id=up.pictures_area,
            )
            try:
                first = self._moodle.forums.posts_of(number)[0]
            except (RemoteError, IndexError) as error:
                return Doubt(reason=f"begun, and not yet read back: {error}")
            return _done(first, draft)
        return self._reply(moodle, action, draft)

    def _reply(self, moodle: Moodle, action: Action, draft: PostDraft) -> Outcome:
        target = self._target(action)
        if isinstance(target, Later):
            return target
        discussion_id, ancestors = target
        up = uploaded(moodle, draft)
        refused: Permanent | None = None
        for parent_id in ancestors:
            try:
                post = moodle.forums.add_reply(
                    parent_id,
                    draft.subject,
                    up.message_html,
                    attachments_draft_id=up.files_area,
                    inline_draft_id=up.pictures_area,
                )
            except Permanent as error:
                # The post that was answered is gone: its nearest living ancestor
                # takes the answer.
                if error.code != "invalidparentpostid":
                    raise
                refused = error
                continue
            return _done(post, draft)
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

    def completed(
        self, transaction: Transaction, intent: Intent, outcome: Done | Refused
    ) -> None:
        """Link the post to the mail, or hold the mail; see `Job`."""
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
        left_out = outcome.result.get("files_left_out", 0)
        if left_out:
            log.warning("mail %d: Moodle left out %d of its files", number, left_out)
        transaction.inbound.change(
            number,
            state=InboundState.POSTED.value,
            post_id=post_id,
            detail=f"{inbound.detail}; Moodle left out {left_out} of its files (too"
            " large or too many for the forum)"
            if left_out
            else inbound.detail,
        )
        parent = details.get("parent_post_id")
        if "awaited" in details:
            awaited = transaction.inbound.get(details["awaited"])
            parent = awaited.post_id if awaited else None
        link_post(
            transaction,
            intent,
            post_id=post_id,
            discussion_id=discussion_id,
            parent_post_id=parent,
            message_id=_sendable(inbound.message_id)
            or post_message_id(post_id, site_tag=self._site_tag, domain=self._domain),
            subject=inbound.subject,
        )


def _sendable(message_id: str | None) -> str | None:
    """Return a Message-ID that may stand in mails of ours, None for an odd one."""
    if message_id is None or not _PLAIN_ID.fullmatch(message_id):
        return None
    return message_id


def _done(post: Post, draft: PostDraft) -> Done:
    found = _found(post.id, post.discussion_id)
    # Moodle takes no notice of files over the limits of the forum, and says nothing.
    beside = [file for file in post.attachments if not file.inline]
    left_out = len(draft.files) - len(beside)
    if left_out > 0:
        return Done(result={**found.result, "files_left_out": left_out})
    return found


def _found(post_id: int, discussion_id: int) -> Done:
    return Done(result={"post_id": post_id, "discussion_id": discussion_id})
