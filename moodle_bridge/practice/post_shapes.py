"""How a post looks in an answer (mod_forum's post exporter)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moodle_bridge.practice.file_shapes import attachments_of, inline_files_of
from moodle_bridge.practice.moments import iso, spoken, zone_of
from moodle_bridge.practice.sight import may_reply, post_seen
from moodle_bridge.practice.texts import one_line

if TYPE_CHECKING:
    from moodle_bridge.practice.calls import Call
    from moodle_bridge.practice.records import Discussion, Forum, Post
    from moodle_bridge.practice.rights import Viewer

_GONE_SUBJECT = "This forum post has been removed"
_GONE_BODY = (
    "The content of this forum post has been removed and can no longer be accessed."
)

POST_FIELDS = (
    "id:int subject replysubject message messageformat:int author{id:int fullname "
    "isdeleted:int groups[] urls{profile profileimage}} discussionid:int "
    "hasparent:int parentid:int timecreated:int timemodified:int unread:int "
    "isdeleted:int isprivatereply:int haswordcount:int wordcount:int charcount:int "
    "capabilities{view:int edit:int delete:int split:int reply:int selfenrol:int "
    "export:int controlreadstatus:int canreplyprivately:int} urls{view viewisolated "
    "viewparent edit delete split reply export markasread markasunread discuss} "
    "attachments[] messageinlinefiles[] tags[] html{rating taglist authorsubheading}"
)
"""The fields of a post, as `returns.struct` reads them."""


class PostShapes:
    """Shapes the posts of one discussion for one caller.

    What is the same for all posts of the discussion is worked out once.
    """

    def __init__(
        self, call: Call, viewer: Viewer, forum: Forum, discussion: Discussion
    ) -> None:
        self._call = call
        self._viewer = viewer
        self._forum = forum
        self._discussion = discussion
        self._zone = zone_of(call.user.timezone)
        self._authors: dict[int, dict[str, Any]] = {}
        self._may_reply = may_reply(viewer, forum, discussion, call.now)
        self._edits_any = viewer.can_forum("editanypost")
        self._deletes_any = viewer.can_forum("deleteanypost")
        self._deletes_own = viewer.can_forum("deleteownpost")
        self._splits = viewer.can_forum("splitdiscussions") and forum.type != "single"
        self._replies_privately = viewer.can_forum("postprivatereply")
        self._forum_url = f"{call.url}/mod/forum"
        self._discuss_url = f"{self._forum_url}/discuss.php?d={discussion.id}"

    def seen(self, posts: list[Post], *, inline: bool = False) -> list[dict[str, Any]]:
        """Return the posts that the caller may see, shaped, in the given order."""
        return [
            self.shaped(post, inline=inline)
            for post in posts
            if post_seen(self._call, self._viewer, self._forum, self._discussion, post)
        ]

    def may_edit(self, post: Post) -> bool:
        """Tell whether the caller may edit a post (can_edit_post)."""
        if self._edits_any:
            return True
        if post.userid != self._viewer.userid:
            return False
        if self._forum.type == "news":
            return not post.parent and self._discussion.timestart <= self._call.now
        return self._in_time(post)

    def may_delete(self, post: Post) -> bool:
        """Tell whether the caller may delete a post that has no replies."""
        own = post.userid == self._viewer.userid
        return self._deletes_any or (own and self._deletes_own and self._in_time(post))

    def _in_time(self, post: Post) -> bool:
        return self._call.now - post.created < self._call.site.max_editing_time

    def shaped(self, post: Post, *, inline: bool = False) -> dict[str, Any]:
        """Return one post as the exporter gives it to this caller."""
        call, forum_url, discuss_url = self._call, self._forum_url, self._discuss_url
        number = post.id
        private = bool(post.privatereplyto)
        replies = self._may_reply and not private
        edits, deletes = self.may_edit(post), self.may_delete(post)
        splits = self._splits and bool(post.parent) and not private
        author = self._author(post.userid)
        subject, message, messageformat = self._text(post)
        created = max(post.created, self._discussion.timestart)
        shown = not post.deleted
        moment = (
            f'by <a href="{author["urls"]["profile"]}">{author["fullname"]}</a> - '
            f'<time datetime="{iso(created, self._zone)}">'
            f"{spoken(created, self._zone)}</time>"
        )
        return {
            "id": number,
            "subject": subject,
            "replysubject": subject if subject.startswith("Re:") else f"Re: {subject}",
            "message": message,
            "messageformat": messageformat,
            "author": author,
            "discussionid": post.discussionid,
            "hasparent": bool(post.parent),
            "parentid": post.parent or None,
            "timecreated": created if shown else None,
            "timemodified": post.modified,
            "unread": None,
            "isdeleted": post.deleted,
            "isprivatereply": private,
            "haswordcount": False,
            "wordcount": None,
            "charcount": None,
            "capabilities": {
                "view": True,
                "edit": edits,
                "delete": deletes,
                "split": splits,
                "reply": replies,
                "selfenrol": False,
                "export": False,
                "controlreadstatus": False,
                "canreplyprivately": self._replies_privately and not private,
            },
            "urls": {
                "view": f"{discuss_url}#p{number}",
                "viewisolated": f"{discuss_url}&parent={number}",
                "viewparent": f"{discuss_url}#p{post.parent}" if post.parent else None,
                "edit": f"{forum_url}/post.php?edit={number}" if edits else None,
                "delete": f"{forum_url}/post.php?delete={number}" if deletes else None,
                "split": f"{forum_url}/post.php?prune={number}" if splits else None,
                "reply": (
                    f"{forum_url}/post.php?reply={number}#mformforum"
                    if replies
                    else None
                ),
                "export": None,
                "markasread": None,
                "markasunread": None,
                "discuss": discuss_url,
            },
            "attachments": (
                attachments_of(call, self._forum.contextid, number) if shown else []
            ),
            "messageinlinefiles": (
                inline_files_of(call, self._forum.contextid, number)
                if shown and inline
                else []
            ),
            "tags": [],
            "html": {
                "rating": None,
                "taglist": None,
                "authorsubheading": moment if shown else None,
            },
        }

    def _text(self, post: Post) -> tuple[str, str, int]:
        if post.deleted:
            return _GONE_SUBJECT, _GONE_BODY, post.messageformat
        if self._call.raw:
            message, messageformat, subject = (
                post.message,
                post.messageformat,
                post.subject,
            )
        else:
            message, messageformat, subject = post.shown, 1, one_line(post.subject)
        if self._call.fileurl and "@@PLUGINFILE@@" in message:
            message = message.replace(
                "@@PLUGINFILE@@",
                f"{self._call.url}/webservice/pluginfile.php/"
                f"{self._forum.contextid}/mod_forum/post/{post.id}",
            )
        return subject, message, messageformat

    def _author(self, userid: int) -> dict[str, Any]:
        found = self._authors.get(userid)
        if found is None:
            found = self._authors[userid] = self._new_author(userid)
        return found

    def _new_author(self, userid: int) -> dict[str, Any]:
        call, courseid = self._call, self._forum.courseid
        user = call.state.users[userid]
        groups = [] if user.deleted else call.state.groups_of(userid, courseid)
        return {
            "id": userid,
            "fullname": "Deleted user" if user.deleted else user.fullname,
            "isdeleted": user.deleted,
            "groups": [
                {
                    "id": group.id,
                    "name": one_line(group.name),
                    "urls": {"image": None},
                }
                for group in groups
            ],
            "urls": {
                "profile": f"{call.url}/user/view.php?id={userid}&course={courseid}",
                "profileimage": picture_url(call, "f1"),
            },
        }


def picture_url(call: Call, size: str) -> str:
    """Return where the picture of a user without a picture lies."""
    return f"{call.url}/theme/image.php/boost/core/1/u/{size}"
