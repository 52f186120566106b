"""Wikis and their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, TypeAdapter

from moodle_bridge.errors import Permanent
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forum_shapes import Seconds
from moodle_bridge.moodle.functions import (
    EDIT_WIKI_PAGE,
    NEW_WIKI_PAGE,
    WIKI_PAGE,
    WIKI_PAGES,
    WIKIS_BY_COURSES,
)
from moodle_bridge.moodle.wire import unescaped
from moodle_bridge.runtime import from_unix

_EXISTS = "pageexists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiki:
    """A wiki of a course; `may_write` says whether the account may make pages.

    `takes_html` is false where all pages must be in another markup (creole, nwiki).
    """

    id: int
    cmid: int
    course_id: int
    name: str
    may_write: bool
    takes_html: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WikiPage:
    """A page of a wiki; `content` is HTML as Moodle shows it.

    `version` grows with each edit and `modified` is its time; each is None where the
    function that was asked does not tell it.
    """

    id: int
    title: str
    content: str
    version: int | None = None
    modified: datetime | None = None
    may_edit: bool = True


class _WikiRow(BaseModel):
    id: int
    coursemodule: int
    course: int
    name: str
    cancreatepages: bool
    defaultformat: str | None = "html"
    forceformat: int | bool | None = 0


class _Wikis(BaseModel):
    wikis: list[_WikiRow]


class _PageRow(BaseModel):
    id: int
    title: str
    cachedcontent: str | None = ""
    caneditpage: bool = True
    timemodified: Seconds | None = None


class _Pages(BaseModel):
    pages: list[_PageRow]


class _Contents(BaseModel):
    id: int
    title: str
    cachedcontent: str | None = ""
    caneditpage: bool = True
    version: int | None = None


class _Page(BaseModel):
    page: _Contents


class _Written(BaseModel):
    pageid: int


_WIKIS, _PAGES = TypeAdapter(_Wikis), TypeAdapter(_Pages)
_PAGE, _WRITTEN = TypeAdapter(_Page), TypeAdapter(_Written)


class Wikis:
    """The wikis that the account sees."""

    def __init__(self, client: MoodleClient) -> None:
        self._client = client

    def of_courses(self, course_ids: Sequence[int]) -> tuple[Wiki, ...]:
        """Return the wikis of these courses; a closed course gives none.

        `mod_wiki_get_wikis_by_courses`.
        """
        if not course_ids:
            return ()
        found: _Wikis = self._client.read(
            WIKIS_BY_COURSES, {"courseids": list(course_ids)}, _WIKIS
        ).value
        return tuple(
            Wiki(
                id=row.id,
                cmid=row.coursemodule,
                course_id=row.course,
                name=unescaped(row.name),
                may_write=row.cancreatepages,
                takes_html=not row.forceformat
                or row.defaultformat in {None, "", "html"},
            )
            for row in found.wikis
        )

    def pages(
        self, wiki_id: int, *, group_id: int = -1, contents: bool = True
    ) -> tuple[WikiPage, ...]:
        """Return the pages of a wiki, by title; with `contents`, what they say too.

        `group_id` -1 is the account's own group, or all in a wiki without groups.
        `mod_wiki_get_subwiki_pages`.
        """
        found: _Pages = self._client.read(
            WIKI_PAGES,
            {
                "wikiid": wiki_id,
                "groupid": group_id,
                "options": {"includecontent": int(contents)},
            },
            _PAGES,
        ).value
        return tuple(
            WikiPage(
                id=row.id,
                title=unescaped(row.title),
                content=row.cachedcontent or "",
                modified=from_unix(row.timemodified) if row.timemodified else None,
                may_edit=row.caneditpage,
            )
            for row in found.pages
        )

    def page(self, page_id: int) -> WikiPage:
        """Return a page (`mod_wiki_get_page_contents`)."""
        found: _Page = self._client.read(WIKI_PAGE, {"pageid": page_id}, _PAGE).value
        row = found.page
        return WikiPage(
            id=row.id,
            title=unescaped(row.title),
            content=row.cachedcontent or "",
            version=row.version,
            may_edit=row.caneditpage,
        )

    def new(self, wiki_id: int, title: str, content: str) -> int:
        """Write a new page in HTML and return its id; keyed by title.

        Permanent with code `pageexists` when there is one of that title. In doubt,
        look for the title. `mod_wiki_new_page`.
        """
        row: _Written = self._client.write(
            NEW_WIKI_PAGE,
            {
                "title": title,
                "content": content,
                "contentformat": "html",
                "wikiid": wiki_id,
            },
            _WRITTEN,
        ).value
        return row.pageid

    def edit(self, page_id: int, content: str) -> None:
        """Put another content in the place of a page's; Moodle keeps the history.

        May be repeated. `mod_wiki_edit_page`.
        """
        self._client.write(
            EDIT_WIKI_PAGE, {"pageid": page_id, "content": content}, _WRITTEN
        )

    def put(self, wiki_id: int, title: str, content: str) -> int:
        """Write a page, or edit the one of that title; return its id.

        May be repeated.
        """
        standing = self._find(wiki_id, title)
        if standing is None:
            try:
                return self.new(wiki_id, title, content)
            except Permanent as error:
                standing = self._find(wiki_id, title)
                if error.code != _EXISTS or standing is None:
                    raise
        self.edit(standing.id, content)
        return standing.id

    def _find(self, wiki_id: int, title: str) -> WikiPage | None:
        pages = self.pages(wiki_id)
        return next((page for page in pages if page.title == title.strip()), None)
