"""Writing in a forum: create-with-marker, never repeated when in doubt."""

from __future__ import annotations

from typing import Any

from moodle_bridge.errors import Permanent, RemoteError
from moodle_bridge.model.forum import Post
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forum_shapes import ADDED, REPLIED, Added, Replied
from moodle_bridge.moodle.functions import ADD_DISCUSSION, ADD_POST, DELETE_POST

FORMAT_HTML = 1
EVERYBODY = -1


def add_discussion(
    client: MoodleClient,
    forum_id: int,
    subject: str,
    message: str,
    *,
    group_id: int | None,
    attachments_draft_id: int | None,
    inline_draft_id: int | None = None,
    subscribe: bool,
    pinned: bool = False,
) -> int:
    """Begin a discussion as the token's user and return its id.

    `subject` is plain text of at most 255 characters without `<tags>`, `message` HTML
    that bears a marker; it shows the pictures of the draft area `inline_draft_id` as
    `@@PLUGINFILE@@/name`, and those of another account's area are not there, without a
    word. `group_id` None is for all participants. `subscribe` asks
    Moodle to mail the account every answer; `pinned` to keep it at the top, which is
    not done, without a word, where the account may not. Raises Permanent, Transient (nothing was
    done), InDoubt: look for the marker before it is tried again.
    `mod_forum_add_discussion`.
    """
    options = _options(attachments_draft_id, inline_draft_id, subscribe=subscribe)
    if pinned:
        options.append({"name": "discussionpinned", "value": True})
    added: Added = client.write(
        ADD_DISCUSSION,
        {
            "forumid": forum_id,
            "subject": subject,
            "message": message,
            # Left out, Moodle takes the group that the account last looked at.
            "groupid": EVERYBODY if group_id is None else group_id,
            "options": options,
        },
        ADDED,
    ).value
    return added.discussionid


def add_reply(
    client: MoodleClient,
    post_id: int,
    subject: str,
    message: str,
    *,
    attachments_draft_id: int | None,
    inline_draft_id: int | None = None,
    subscribe: bool,
    private: bool,
    may_be_private: bool,
) -> Post:
    """Answer a post as the token's user and return the answer as it stands.

    See `add_discussion` for the texts and errors. A private reply by an account
    without the right is posted publicly by Moodle, without a word: so it is refused
    here unless `may_be_private`, and if it stands publicly all the same it is taken
    back at once and Permanent (code `postedpublicly`) says whether that worked.
    `mod_forum_add_discussion_post`.
    """
    if private and not may_be_private:
        raise Permanent(
            "the account may not reply privately here, and Moodle would show the "
            "reply to all",
            item=f"post {post_id}",
            code="noprivatereply",
            advice="Give the account mod/forum:postprivatereply, or answer by hand.",
        )
    options = _options(attachments_draft_id, inline_draft_id, subscribe=subscribe)
    if private:
        options.append({"name": "private", "value": True})
    replied: Replied = client.write(
        ADD_POST,
        {
            "postid": post_id,
            "subject": subject,
            "message": message,
            "messageformat": FORMAT_HTML,
            "options": options,
        },
        REPLIED,
    ).value
    post = replied.post.post(client.site_url)
    if private and not post.private:
        raise _taken_back(client, post)
    return post


def _options(
    draft_id: int | None, inline_draft_id: int | None, *, subscribe: bool
) -> list[dict[str, Any]]:
    # Left out, Moodle subscribes the account and mails it what it wrote itself.
    options: list[dict[str, Any]] = [
        {"name": "discussionsubscribe", "value": subscribe}
    ]
    if draft_id:
        options.append({"name": "attachmentsid", "value": draft_id})
    if inline_draft_id:
        options.append({"name": "inlineattachmentsid", "value": inline_draft_id})
    return options


def _taken_back(client: MoodleClient, post: Post) -> Permanent:
    # Moodle mails a post half an hour after it was made; taken back now, few saw it.
    try:
        client.write(DELETE_POST, {"postid": post.id})
    except RemoteError as error:
        outcome = f"and could not be deleted ({error})"
        advice = f"Delete it in Moodle NOW: {post.url or f'post {post.id}'}"
    else:
        outcome = "and was deleted at once"
        advice = "Tell its author; answer by hand."
    return Permanent(
        f"Moodle posted a private reply publicly; it stood for a moment {outcome}",
        item=f"post {post.id}",
        code="postedpublicly",
        advice=advice,
    )
