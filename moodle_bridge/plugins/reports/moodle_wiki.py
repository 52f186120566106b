"""A report as a page of a Moodle wiki, which keeps what stood there before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from zope.interface import implementer

from moodle_bridge.errors import Permanent, Transient
from moodle_bridge.interfaces import IReportSink, IUsesMoodle
from moodle_bridge.model.reports import ReportPage, Written
from moodle_bridge.moodle.markers import bears
from moodle_bridge.plugins.reports.activity import the_activity
from moodle_bridge.plugins.reports.content import (
    advised,
    fingerprint,
    marker,
    refuse_private,
    title_of,
)

if TYPE_CHECKING:
    from moodle_bridge.moodle.wikis import Wiki

_PAGE = "page"
_PATH = "/mod/wiki/view.php?pageid="
# An editor that stays open renews it; one that was left behind lets it run out.
_LOCKED, _LOCKED_SECONDS = "pageislocked", 60.0
_GONE = frozenset({"incorrectpageid", "pageexists"})
_RIGHTS = frozenset({"cannoteditpage", "cannotviewpage"})


class MoodleWikiReportSettings(BaseModel):
    """Which wiki, which page, and who reads it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wiki: int = Field(
        gt=0,
        description="The wiki: the number in its address (mod/wiki/view.php?id=).",
        examples=[207],
    )
    page: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        description="The title of the page; that of the report if left out. Two reports"
        " in one wiki need two titles.",
        examples=["Response times"],
    )
    facilitators_only: bool = Field(
        default=False,
        description="Whether participants cannot read this wiki: only then people are"
        " named in it.",
    )


@implementer(IReportSink, IUsesMoodle)
class MoodleWikiReport:
    """See `IReportSink`; Moodle keeps every version of the page.

    A page that was deleted is noticed when the report changes next. A page of the same
    title that the bridge did not write is left as it is.
    """

    def __init__(self, settings: MoodleWikiReportSettings) -> None:
        self._settings = settings
        self._moodle: Any = None
        self._marker = marker("wiki", str(settings.wiki))
        self.name = f"Moodle wiki {settings.wiki}"
        self.public = not settings.facilitators_only

    def use_moodle(self, moodle: Any) -> None:
        """See `IUsesMoodle`."""
        self._moodle = moodle

    def write(self, page: ReportPage, last: Written | None) -> Written:
        """See `IReportSink`; nothing is asked of the site for the same content."""
        refuse_private(page, self)
        title = " ".join((self._settings.page or title_of(page)).split())
        # A wiki takes double brackets for links to pages that are yet to be written.
        html = page.moodle_html.replace("[[", "&#91;[")
        content = f'<div class="{self._marker}">{html}</div>'
        wanted = fingerprint(self._settings.wiki, title, content)
        if last is not None and self._number_in(last) is None:
            last = None
        if last is not None and last.fingerprints.get(_PAGE) == wanted:
            return last
        wiki = self._wiki()
        page_id = self._standing(wiki, title, last)
        try:
            if page_id is None:
                page_id = self._moodle.wikis.new(wiki.id, title, content)
            else:
                self._moodle.wikis.edit(page_id, content)
        except Transient as error:
            if error.code != _LOCKED:
                raise
            raise Transient(
                "somebody edits the page now; Moodle does not say who",
                item=self.name,
                code=error.code,
                retry_after=_LOCKED_SECONDS,
            ) from error
        except Permanent as error:
            if error.code in _GONE:
                raise Transient(
                    "the page was made or deleted just now",
                    item=self.name,
                    code=error.code,
                    advice="Nothing to do: the next run looks again.",
                ) from error
            if error.code not in _RIGHTS:
                raise
            raise advised(
                error,
                "Give the account mod/wiki:viewpage, mod/wiki:createpage and"
                " mod/wiki:editpage in this wiki.",
                item=self.name,
            ) from error
        return Written(
            target=f"{self._moodle.client.site_url}{_PATH}{page_id}",
            fingerprints={_PAGE: wanted},
        )

    def probe(self) -> None:
        """See `IReportSink`."""
        self._wiki()

    def close(self) -> None:
        """See `IReportSink`."""

    def _number_in(self, last: Written) -> int | None:
        """Return the page that a target names; None for one of another site."""
        site, _, number = last.target.partition(_PATH)
        ours = site == self._moodle.client.site_url and number.isdecimal()
        return int(number) if ours else None

    def _wiki(self) -> Wiki:
        found = the_activity(self._moodle, "wiki", self._settings.wiki, self.name)
        wiki: Wiki | None = next(
            (
                one
                for one in self._moodle.wikis.of_courses([found.course_id])
                if one.cmid == found.cmid
            ),
            None,
        )
        if wiki is None:
            raise Permanent(
                "the account does not see this wiki",
                item=self.name,
                advice="Give the account mod/wiki:viewpage in this wiki.",
            )
        if not wiki.takes_html:
            raise Permanent(
                "the pages of this wiki are not written in HTML",
                item=self.name,
                advice="Make a wiki whose default format is HTML, and name that one.",
            )
        return wiki

    def _standing(self, wiki: Wiki, title: str, last: Written | None) -> int | None:
        """Return the page of the report, None when there is none.

        Raises Permanent when somebody else wrote a page of that title.
        """
        there = self._moodle.wikis.pages(wiki.id, contents=False)
        recorded = self._number_in(last) if last is not None else None
        if recorded is not None and any(page.id == recorded for page in there):
            return recorded
        named = next((page for page in there if page.title == title), None)
        if named is None:
            return None
        if not bears(self._moodle.wikis.page(named.id).content, self._marker):
            raise Permanent(
                f"there is a page {title!r} that the bridge did not write",
                item=self.name,
                advice="Nothing was changed. Say another title in `page`, or delete that"
                " page in Moodle.",
            )
        return int(named.id)
