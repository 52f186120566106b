"""A report as one post in a Moodle forum, edited in its place."""

from __future__ import annotations

from html import escape
from textwrap import shorten
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.interfaces import IReportSink, IUsesMoodle
from moodle_bridge.model.reports import ReportPage, Written
from moodle_bridge.moodle.files import Upload
from moodle_bridge.moodle.markers import bears
from moodle_bridge.plugins.reports.activity import the_activity
from moodle_bridge.plugins.reports.content import (
    advised,
    fingerprint,
    marker,
    refuse_private,
    title_of,
)

_POST = "post"
_PATH = "/mod/forum/discuss.php?d="
_GONE = "invalidpostid"
_MAY_NOT_EDIT = "cannotupdatepost"
# A post is read by people who pay for each page.
_LARGEST = 9_900


class MoodleForumReportSettings(BaseModel):
    """Which forum, and who reads it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forum: int = Field(
        gt=0,
        description="The forum: the number in its address (mod/forum/view.php?id=).",
        examples=[204],
    )
    plots: bool = Field(
        default=False,
        description="Put the plots below the text, as pictures: about 100 KB for who"
        " reads it.",
    )
    facilitators_only: bool = Field(
        default=False,
        description="Whether participants cannot read this forum: only then people are"
        " named in it.",
    )
    name: str = Field(
        default="",
        max_length=100,
        description="Sets this report apart from another one in the same forum. Never"
        " change it: by it the bridge finds its post.",
    )


@implementer(IReportSink, IUsesMoodle)
class MoodleForumReport:
    """See `IReportSink`; a pinned discussion, whose first post is the report.

    An edit sends no mail and does not bring the discussion up. A post that was deleted
    is noticed when the report changes next. What was posted is found again by the
    target, else by its marker among the discussions of the account.
    """

    def __init__(self, settings: MoodleForumReportSettings) -> None:
        self._settings = settings
        self._moodle: Any = None
        self._marker = marker("forum", str(settings.forum), settings.name)
        self.name = f"Moodle forum {settings.forum}"
        self.public = not settings.facilitators_only

    def use_moodle(self, moodle: Any) -> None:
        """See `IUsesMoodle`."""
        self._moodle = moodle

    def write(self, page: ReportPage, last: Written | None) -> Written:
        """See `IReportSink`; nothing is asked of the site for the same content."""
        refuse_private(page, self)
        shown = page.pictures if self._settings.plots else {}
        wanted = fingerprint(
            self._settings.forum,
            title_of(page),
            page.moodle_html,
            [[name, fingerprint(content)] for name, content in sorted(shown.items())],
        )
        if last is not None and self._number_in(last) is None:
            last = None
        if last is not None and last.fingerprints.get(_POST) == wanted:
            return last
        forum = the_activity(self._moodle, "forum", self._settings.forum, self.name)
        standing = self._standing(forum.instance_id, last)
        if standing is None:
            number = self._begin(forum.instance_id, page)
        else:
            number, post_id = standing
            self._edit(post_id, page)
        return Written(
            target=f"{self._moodle.client.site_url}{_PATH}{number}",
            fingerprints={_POST: wanted},
        )

    def probe(self) -> None:
        """See `IReportSink`."""
        the_activity(self._moodle, "forum", self._settings.forum, self.name)

    def close(self) -> None:
        """See `IReportSink`."""

    def _number_in(self, last: Written) -> int | None:
        """Return the discussion that a target names; None for one of another site."""
        site, _, number = last.target.partition(_PATH)
        ours = site == self._moodle.client.site_url and number.isdecimal()
        return int(number) if ours else None

    def _standing(self, forum_id: int, last: Written | None) -> tuple[int, int] | None:
        """Return discussion and post of the report that stands in the forum now."""
        account = self._moodle.site.info().user_id
        number = self._number_in(last) if last is not None else None
        there = self._moodle.forums.standing(number) if number else None
        if there is not None and there.forum_id in {forum_id, None}:
            first = next((post for post in there.posts if post.parent_id is None), None)
            if first is not None and self._is_report(first, account):
                return number or 0, first.id
        try:
            found = self._moodle.forums.find_discussion(
                self._marker, forum_id=forum_id, created_after=None, author_id=account
            )
        except Permanent as error:
            raise advised(
                error,
                "Let the account read the forum: mod/forum:viewdiscussion. A forum for a"
                " single discussion takes no report.",
                item=self.name,
            ) from error
        return None if found is None else (found.id, found.first_post_id)

    def _is_report(self, post: Any, account: int) -> bool:
        if not post.visible or post.deleted:
            return False
        # Somebody may have edited it, and the marker away. Another marker is another
        # post of ours: the site was restored, and its numbers stand for other things.
        without = post.author.id == account and 'class="ref-' not in post.message
        return bears(post.message, self._marker) or without

    def _begin(self, forum_id: int, page: ReportPage) -> int:
        draft, message = self._message(page)
        try:
            number: int = self._moodle.forums.add_discussion(
                forum_id, title_of(page), message, inline_draft_id=draft, pinned=True
            )
        except Permanent as error:
            raise advised(
                error,
                "Give the account mod/forum:startdiscussion there (in announcements"
                " mod/forum:addnews), and moodle/site:accessallgroups where groups are"
                " kept apart. A forum for a single discussion takes no report.",
                item=self.name,
            ) from error
        return number

    def _edit(self, post_id: int, page: ReportPage) -> None:
        draft, message = self._message(page)
        try:
            self._moodle.forums.update_post(
                post_id, subject=title_of(page), message=message, inline_draft_id=draft
            )
        except Permanent as error:
            if error.code == _GONE:
                raise Transient(
                    "the post was deleted just now",
                    item=self.name,
                    code=error.code,
                    advice="Nothing to do: the next run makes it again.",
                ) from error
            if error.code != _MAY_NOT_EDIT:
                raise
            raise advised(
                error,
                "Nothing was changed, and no second post was made. Give the account"
                " mod/forum:editanypost in this forum (Moodle lets an author edit for"
                " half an hour only), or use the announcements, whose authors may edit"
                " at any time.",
                item=self.name,
            ) from error

    def _message(self, page: ReportPage) -> tuple[int | None, str]:
        """Return the draft area of the pictures, None for none, and the HTML."""
        draft, pictures = None, ""
        if self._settings.plots and page.pictures:
            names = sorted(page.pictures)
            area = self._moodle.files.upload(
                Upload(
                    filename=name, content=page.pictures[name], media_type="image/png"
                )
                for name in names
            )
            if area.refused:
                raise Permanent(
                    f"Moodle did not take a plot: {area.refused[0].said}",
                    item=f"{self.name}, {area.refused[0].filename}",
                    code=area.refused[0].reason,
                    advice="Nothing was changed. Let the token's service take files, or"
                    " leave `plots` out.",
                )
            draft = area.item_id
            room = (_LARGEST - len(page.moodle_html.encode())) // len(names)
            pictures = "".join(
                _picture(stored, page.descriptions.get(name, ""), room)
                for name, stored in zip(names, area.stored, strict=True)
            )
        return draft, f'<div class="{self._marker}">{page.moodle_html}{pictures}</div>'


def _picture(stored: str, description: str, room: int) -> str:
    """Return a picture with what it shows in words, as far as there is room for them.

    All its numbers stand in the tables above it.
    """
    begins = f'<p><img src="@@PLUGINFILE@@/{quote(stored)}" class="img-fluid" alt="'
    ends, words = '" /></p>', escape(description)
    while len(f"{begins}{words}{ends}".encode()) > room and len(description) > 1:
        description = shorten(description, len(description) * 3 // 4, placeholder="…")
        words = escape(description)
    return f"{begins}{words}{ends}"
