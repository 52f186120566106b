"""What is done with discussions and posts that are there."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.functions import (
    CAN_ADD_DISCUSSION,
    DELETE_POST,
    LOCK_DISCUSSION,
    PIN_DISCUSSION,
    UPDATE_POST,
)
from moodle_bridge.moodle.posting import FORMAT_HTML

# As Moodle has it: the state that is aimed at is "how", not "whether locked".
_LOCKS, _UNLOCKS = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MayAdd:
    """What the account may do when it begins a discussion in a forum."""

    begin: bool
    pin: bool = False
    attach: bool = False


class _MayAdd(BaseModel):
    status: bool
    canpindiscussions: bool | None = False
    cancreateattachment: bool | None = False


class _Done(BaseModel):
    status: bool


class _Locked(BaseModel):
    locked: bool


class _Pinned(BaseModel):
    pinned: bool


_MAY_ADD, _DONE = TypeAdapter(_MayAdd), TypeAdapter(_Done)
_LOCKED, _PINNED = TypeAdapter(_Locked), TypeAdapter(_Pinned)


class Moderation:
    """Editing, deleting, locking, pinning; a part of `Forums`."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def may_add(self, forum_id: int, *, group_id: int | None = None) -> MayAdd:
        """Return whether the account may begin a discussion here, now.

        `group_id` asks for that group; None for all participants.
        `mod_forum_can_add_discussion`.
        """
        row: _MayAdd = self._client.read(
            CAN_ADD_DISCUSSION,
            {"forumid": forum_id, "groupid": -1 if group_id is None else group_id},
            _MAY_ADD,
        ).value
        return MayAdd(
            begin=row.status,
            pin=bool(row.canpindiscussions),
            attach=bool(row.cancreateattachment),
        )

    def update_post(
        self,
        post_id: int,
        *,
        subject: str | None = None,
        message: str | None = None,
        attachments_draft_id: int | None = None,
        inline_draft_id: int | None = None,
    ) -> None:
        """Change a post in its place; None leaves a part as it is. May be repeated.

        Neither can be emptied: ValueError. `attachments_draft_id` puts the files of a
        draft area in the place of all that the post has, `inline_draft_id` those that
        its text shows (`@@PLUGINFILE@@/name`). Nobody gets a new mail. The account's own posts may
        be changed for half an hour, others with `mod/forum:editanypost`. The listing
        of discussions shows nothing of it. Permanent with code `cannotupdatepost`.
        `mod_forum_update_discussion_post`.
        """
        if subject == "" or message == "":
            # Moodle takes an empty text for "leave as it is".
            raise ValueError("a subject or a message cannot be emptied")
        options = []
        if attachments_draft_id:
            options.append({"name": "attachmentsid", "value": attachments_draft_id})
        if inline_draft_id:
            options.append({"name": "inlineattachmentsid", "value": inline_draft_id})
        # What is left out stays; over SOAP, Moodle's own defaults say the same.
        said = {"subject": subject, "message": message}
        row: _Done = self._client.write(
            UPDATE_POST,
            {
                "postid": post_id,
                **{name: value for name, value in said.items() if value is not None},
                "messageformat": FORMAT_HTML,
                "options": options,
            },
            _DONE,
        ).value
        _must(row.status, f"post {post_id}", "notupdated", "was not changed")

    def delete_post(self, post_id: int) -> None:
        """Delete a post; the first one takes its whole discussion with it.

        With `mod/forum:deleteanypost` all answers to it go too. Permanent with code
        `invalidpostid` when it is gone already. `mod_forum_delete_post`.
        """
        row: _Done = self._client.write(DELETE_POST, {"postid": post_id}, _DONE).value
        _must(row.status, f"post {post_id}", "notdeleted", "was not deleted")

    def lock(self, forum_id: int, discussion_id: int) -> None:
        """Lock a discussion; who may override locks still writes. May be repeated.

        `mod_forum_set_lock_state`.
        """
        self._set_lock(forum_id, discussion_id, locked=True)

    def unlock(self, forum_id: int, discussion_id: int) -> None:
        """Open a locked discussion again; see `lock`."""
        self._set_lock(forum_id, discussion_id, locked=False)

    def pin(self, discussion_id: int, *, pinned: bool = True) -> None:
        """Keep a discussion at the top of its forum, or no longer. May be repeated.

        `mod_forum_set_pin_state`.
        """
        row: _Pinned = self._client.write(
            PIN_DISCUSSION,
            {"discussionid": discussion_id, "targetstate": int(pinned)},
            _PINNED,
        ).value
        _must(
            row.pinned == pinned,
            f"discussion {discussion_id}",
            "notpinned",
            "is pinned as before",
        )

    def _set_lock(self, forum_id: int, discussion_id: int, *, locked: bool) -> None:
        row: _Locked = self._client.write(
            LOCK_DISCUSSION,
            {
                "forumid": forum_id,
                "discussionid": discussion_id,
                "targetstate": _LOCKS if locked else _UNLOCKS,
            },
            _LOCKED,
        ).value
        _must(
            row.locked == locked,
            f"discussion {discussion_id}",
            "notlocked",
            "is locked as before",
        )


def _must(is_so: bool, item: str, code: str, what: str) -> None:  # noqa: FBT001
    if not is_so:
        raise Permanent(
            f"Moodle said nothing against it, and it {what}",
            item=item,
            code=code,
            advice="Look at it in Moodle, and do it there by hand.",
        )
