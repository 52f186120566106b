"""Pages for a person with a browser: look at the forums, and post there.

There is no sign-in: a choice of users stands in for it. That is why the application
shows them to this machine alone, and takes forms from these pages only.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect

from moodle_bridge.practice import page_parts as parts
from moodle_bridge.practice.file_desk import sent_file
from moodle_bridge.practice.refusals import Refusal, refused
from moodle_bridge.practice.sight import discussion_seen, listed, post_seen
from moodle_bridge.practice.texts import PLAIN, rendered

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Request, Response

    from moodle_bridge.practice.calls import Call
    from moodle_bridge.practice.desk import Desk
    from moodle_bridge.practice.records import (
        Discussion,
        Forum,
        Post,
        StoredFile,
        User,
    )


class Visit:
    """One look at one page: who looks, and where the site is."""

    def __init__(self, desk: Desk, request: Request) -> None:
        self.desk = desk
        self.request = request
        self.state = desk.state
        # Links carry no host, so that they stay where the reader is.
        self.root = urlsplit(desk.url).path.rstrip("/")
        self.users = [row for row in desk.state.users.values() if not row.deleted]
        self.reader = self._reader()
        self.call: Call = desk.call_as(self.reader)

    def _reader(self) -> User:
        # What a form says counts more than the link that led to it.
        asked = self.request.form.get("as") or self.request.args.get("as")
        chosen = asked or ""
        if chosen.isdigit() and int(chosen) in self.state.users:
            return self.state.users[int(chosen)]
        managers = [user for user in self.users if user.systemrole == "manager"]
        found = (managers or self.users)[:1]
        if not found:
            raise refused("nousers", "This site has no users yet.")
        return found[0]

    def url(self, path: str, **query: object) -> str:
        """Return a link to a page, which keeps who is looking."""
        return f"{self.root}{path}?{urlencode({**query, 'as': self.reader.id})}"

    def number(self, name: str) -> int:
        """Return a number from the query, 0 when there is none."""
        text = self.request.args.get(name, "")
        return int(text) if text.isdigit() else 0

    def framed(self, title: str, content: str, **keep: object) -> Response:
        """Return a page with the choice of who looks."""
        kept = {name: str(item) for name, item in keep.items()}
        look = parts.view_as_form(self.users, self.reader, kept)
        return parts.framed(title, content + look, root=self.root)


def page(desk: Desk, request: Request, path: str) -> Response | None:
    """Return a page, None when there is no such."""
    view = _VIEWS.get(path)
    if view is None:
        return None
    try:
        with desk.state.lock:
            visit = Visit(desk, request)
            return view(visit)
    except Refusal as refusal:
        text = f'<p class="refused" role="alert">{escape(refusal.message)}</p>'
        root = urlsplit(desk.url).path.rstrip("/")
        return parts.framed("This was refused", text, root=root, status=403)


def _courses(visit: Visit) -> Response:
    rows = "".join(
        f"<li>{parts.link(visit.url('/course/view.php', id=row.id), row.fullname)}</li>"
        for row in visit.state.courses.values()
    )
    return visit.framed(visit.desk.site.name, f"<ul>{rows}</ul>")


def _course(visit: Visit) -> Response:
    course = visit.state.courses.get(visit.number("id"))
    if course is None:
        raise refused("invalidcourseid", "There is no such course.")
    visit.call.enter(course.id)
    rows = "".join(
        f"<li>{parts.link(visit.url('/mod/forum/view.php', id=row.cmid), row.name)}"
        f' <span class="small">({escape(row.type)})</span></li>'
        for row in visit.state.forums_in(course.id)
    )
    return visit.framed(course.fullname, f"<ul>{rows}</ul>", id=course.id)


def _forum(visit: Visit) -> Response:
    cmid = visit.number("id")
    forum = next((row for row in visit.state.forums.values() if row.cmid == cmid), None)
    if forum is None:
        raise refused("invalidcoursemodule", "There is no such forum.")
    viewer = visit.call.enter(forum.courseid)
    if visit.request.method == "POST":
        return _start(visit, forum)
    rows = [
        row
        for row in listed(visit.call, viewer, forum)
        if discussion_seen(viewer, forum, row, visit.call.now)
    ]
    rows.sort(key=lambda row: (row.pinned, row.timemodified, row.id), reverse=True)
    lines = "".join(_discussion_line(visit, row) for row in rows)
    table = (
        '<table><thead><tr><th scope="col">Discussion</th><th scope="col">Started by'
        '</th><th scope="col">Posts</th><th scope="col">Last post</th></tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )
    form = parts.writing_form(
        visit.users,
        visit.reader,
        action=visit.url("/mod/forum/view.php", id=cmid),
        subject="",
        heading="Start a discussion",
    )
    return visit.framed(forum.name, table + form, id=cmid)


def _discussion_line(visit: Visit, row: Discussion) -> str:
    url = visit.url("/mod/forum/discuss.php", d=row.id)
    marks = ("pinned " if row.pinned else "") + ("locked" if row.timelocked else "")
    return (
        f'<tr><td>{parts.link(url, row.name)} <span class="small">{marks}</span></td>'
        f"<td>{parts.person(visit.state.users[row.userid])}</td>"
        f"<td>{len(visit.state.posts_of[row.id])}</td>"
        f"<td>{parts.time_of(row.timemodified, visit.call)}</td></tr>"
    )


def _start(visit: Visit, forum: Forum) -> Response:
    form = visit.request.form
    answer = visit.desk.act(
        visit.reader,
        "mod_forum_add_discussion",
        {
            "forumid": forum.id,
            "subject": form.get("subject", ""),
            # A new discussion is always HTML, and people write plain text here.
            "message": f"<p>{rendered(form.get('message', ''), PLAIN)}</p>",
        },
    )
    return redirect(
        visit.url("/mod/forum/discuss.php", d=answer["discussionid"]), code=303
    )


def _discussion(visit: Visit) -> Response:
    discussion = visit.state.discussions.get(visit.number("d"))
    if discussion is None:
        raise refused("notexists", "There is no such discussion.")
    forum = visit.state.forums[discussion.forumid]
    viewer = visit.call.enter(forum.courseid)
    here = visit.url("/mod/forum/discuss.php", d=discussion.id)
    if visit.request.method == "POST":
        return _reply(visit, discussion)
    posts = [
        post
        for post in visit.state.posts_in(discussion.id)
        if post_seen(visit.call, viewer, forum, discussion, post)
    ]
    parent = visit.state.posts.get(visit.number("reply"))
    if parent is None or parent.discussionid != discussion.id:
        parent = visit.state.posts[discussion.firstpost]
    subject = parent.subject
    form = parts.writing_form(
        visit.users,
        visit.reader,
        action=f"{here}&reply={parent.id}",
        subject=subject if subject.startswith("Re:") else f"Re: {subject}"[:255],
        heading=f"Reply to {visit.state.users[parent.userid].fullname}",
    )
    back = parts.link(visit.url("/mod/forum/view.php", id=forum.cmid), forum.name)
    thread = parts.threaded(
        visit.call,
        posts,
        reply_url=here,
        files=lambda post: [
            (visit.url("/mod/forum/attachment.php", post=post.id, file=at), file)
            for at, file in enumerate(_files(visit, forum, post))
        ],
    )
    content = f"<p>{back}</p>{thread}{form}"
    return visit.framed(discussion.name, content, d=discussion.id)


def _files(visit: Visit, forum: Forum, post: Post) -> list[StoredFile]:
    key = (forum.contextid, "mod_forum", "attachment", post.id)
    return visit.state.files.get(key, [])


def _attachment(visit: Visit) -> Response:
    post = visit.state.posts.get(visit.number("post"))
    if post is None:
        raise refused("invalidpostid", "There is no such post.")
    discussion = visit.state.discussions[post.discussionid]
    forum = visit.state.forums[discussion.forumid]
    viewer = visit.call.enter(forum.courseid)
    files = _files(visit, forum, post)
    if visit.number("file") >= len(files) or not post_seen(
        visit.call, viewer, forum, discussion, post
    ):
        raise refused("filenotfound", "There is no such file.")
    return sent_file(files[visit.number("file")])


def _reply(visit: Visit, discussion: Discussion) -> Response:
    form = visit.request.form
    answer = visit.desk.act(
        visit.reader,
        "mod_forum_add_discussion_post",
        {
            "postid": visit.number("reply") or discussion.firstpost,
            "subject": form.get("subject", ""),
            "message": form.get("message", ""),
            "messageformat": PLAIN,
        },
    )
    here = visit.url("/mod/forum/discuss.php", d=discussion.id)
    return redirect(f"{here}#p{answer['postid']}", code=303)


_VIEWS: dict[str, Callable[[Visit], Response]] = {
    "/": _courses,
    "/course/view.php": _course,
    "/mod/forum/view.php": _forum,
    "/mod/forum/discuss.php": _discussion,
    "/mod/forum/attachment.php": _attachment,
}
