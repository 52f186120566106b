"""Wiki pages: written, changed with their history kept, read."""

from __future__ import annotations

from typing import Any

from moodle_bridge.practice.activity_records import Subwiki, Wiki, WikiPage
from moodle_bridge.practice.calls import Arguments, Call, Function
from moodle_bridge.practice.functions.wikis import (
    found_wiki,
    made_subwiki,
    may_edit,
    subwiki_of,
)
from moodle_bridge.practice.parameters import (
    Presence,
    Record,
    default,
    record,
    value,
)
from moodle_bridge.practice.refusals import Refusal, refused
from moodle_bridge.practice.returns import struct
from moodle_bridge.practice.texts import one_line
from moodle_bridge.practice.wiki_text import shown_in_wiki

_LOCKED_SECONDS = 30
_SORTS = ("id", "title", "timecreated", "timemodified", "pageviews")


def new_page(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_wiki_new_page; a title that is taken is refused."""
    subwiki = None
    if arguments["subwikiid"]:
        subwiki = call.state.subwikis.get(arguments["subwikiid"])
        if subwiki is None:
            raise refused("incorrectsubwikiid", "Subwiki ID is incorrect.")
    wiki = found_wiki(call, subwiki.wikiid if subwiki else arguments["wikiid"])
    if not may_edit(call, wiki):
        raise _no_edit()
    if subwiki is None:
        subwiki = made_subwiki(
            call,
            wiki,
            groupid=arguments["groupid"] or 0,
            userid=arguments["userid"] or 0,
        )
    title = arguments["title"]
    if any(page.title == title for page in _pages(call, subwiki)):
        raise refused("pageexists", "This page already exists.")
    page = WikiPage(
        id=call.state.next_id("wiki_page"),
        subwikiid=subwiki.id,
        title=title,
        userid=call.user.id,
        timecreated=call.now,
        timemodified=call.now,
        versions=[arguments["content"] or ""],
    )
    call.state.wiki_pages[page.id] = page
    return {"pageid": page.id, "warnings": []}


def _no_edit() -> Refusal:
    return refused("cannoteditpage", "You cannot edit this page.")


def _pages(call: Call, subwiki: Subwiki) -> list[WikiPage]:
    return [
        page for page in call.state.wiki_pages.values() if page.subwikiid == subwiki.id
    ]


def edit_page(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_wiki_edit_page; what was there before is kept as a version.

    Pages here have no sections to edit by themselves.
    """
    page, _, wiki = _found(call, arguments["pageid"])
    if not may_edit(call, wiki):
        raise _no_edit()
    _may_save(call, page)
    if arguments["section"] is not None:
        raise refused("invalidsection", "Invalid section.")
    if page.lockedby == call.user.id:
        page.lockeduntil = 0
    page.versions.append(arguments["content"] or "")
    page.timemodified = call.now
    page.userid = call.user.id
    return {"pageid": page.id, "warnings": []}


def _may_save(call: Call, page: WikiPage) -> None:
    # Moodle does not say who it is.
    if page.lockedby != call.user.id and page.lockeduntil > call.now:
        raise refused(
            "pageislocked",
            "Someone is editing this page right now. Try to edit it in a few minutes.",
        )


def get_page_for_editing(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_wiki_get_page_for_editing: others may not save it for a while."""
    page, _, wiki = _found(call, arguments["pageid"])
    if not may_edit(call, wiki):
        raise _no_edit()
    _may_save(call, page)
    page.lockedby, page.lockeduntil = call.user.id, call.now + _LOCKED_SECONDS
    content = {"content": page.versions[-1], "contentformat": "html"}
    told = {} if arguments["lockonly"] else content
    return {"pagesection": told | {"version": len(page.versions)}}


def _found(call: Call, pageid: int) -> tuple[WikiPage, Subwiki, Wiki]:
    page = call.state.wiki_pages.get(pageid)
    if page is None:
        raise refused("incorrectpageid", "Page ID is incorrect.")
    subwiki = call.state.subwikis[page.subwikiid]
    return page, subwiki, found_wiki(call, subwiki.wikiid)


def get_page_contents(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_wiki_get_page_contents."""
    page, subwiki, wiki = _found(call, arguments["pageid"])
    if subwiki.userid:
        subwiki_of(call, wiki, groupid=subwiki.groupid, userid=subwiki.userid)
    shaped = {
        "id": page.id,
        "wikiid": wiki.id,
        "subwikiid": subwiki.id,
        "groupid": subwiki.groupid,
        "userid": subwiki.userid,
        "title": page.title,
        "cachedcontent": _rendered(call, page),
        "contentformat": 1,
        "caneditpage": may_edit(call, wiki),
        "version": len(page.versions),
        "tags": [],
    }
    return {"page": shaped, "warnings": []}


def _rendered(call: Call, page: WikiPage) -> str:
    subwiki = call.state.subwikis[page.subwikiid]
    return shown_in_wiki(
        page.versions[-1],
        page_id=page.id,
        subwiki_id=subwiki.id,
        pages={other.title: other.id for other in _pages(call, subwiki)},
        url=call.url,
    )


def get_subwiki_pages(call: Call, arguments: Arguments) -> dict[str, Any]:
    """Answer mod_wiki_get_subwiki_pages; a wiki nobody has written in has none."""
    wiki = found_wiki(call, arguments["wikiid"])
    subwiki = subwiki_of(
        call, wiki, groupid=arguments["groupid"], userid=arguments["userid"]
    )
    pages = _pages(call, subwiki) if subwiki is not None else []
    options = arguments["options"]
    by = options["sortby"] if options["sortby"] in _SORTS else "title"
    pages.sort(
        key=lambda page: (getattr(page, by, 0), page.id),
        reverse=(options["sortdirection"] or "").upper() == "DESC",
    )
    shaped = [
        _listed(call, wiki, page, whole=bool(options["includecontent"]))
        for page in pages
    ]
    return {"pages": shaped, "warnings": []}


def _listed(call: Call, wiki: Wiki, page: WikiPage, *, whole: bool) -> dict[str, Any]:
    text = _rendered(call, page)
    content: dict[str, Any] = (
        {"cachedcontent": text, "contentformat": 1}
        if whole
        else {"contentsize": len(text)}
    )
    return {
        "id": page.id,
        "subwikiid": page.subwikiid,
        "title": one_line(page.title),
        "timecreated": page.timecreated,
        "timemodified": page.timemodified,
        "timerendered": page.timemodified,
        "userid": page.userid,
        "pageviews": 0,
        "readonly": 0,
        "caneditpage": may_edit(call, wiki),
        "firstpage": page.title == wiki.firstpagetitle,
        **content,
        "tags": [],
    }


FUNCTIONS = (
    Function(
        name="mod_wiki_new_page",
        parameters=record(
            title=value("text"),
            content=value("raw"),
            contentformat=default("text", None),
            subwikiid=default("int", None),
            wikiid=default("int", None),
            userid=default("int", None),
            groupid=default("int", None),
        ),
        run=new_page,
        returns=struct("pageid:int warnings[]"),
        writes=True,
    ),
    Function(
        name="mod_wiki_edit_page",
        parameters=record(
            pageid=value("int"), content=value("raw"), section=default("raw", None)
        ),
        run=edit_page,
        returns=struct("pageid:int warnings[]"),
        writes=True,
    ),
    Function(
        name="mod_wiki_get_page_for_editing",
        parameters=record(
            pageid=value("int"),
            section=default("raw", None),
            lockonly=default("bool", preset=False),
        ),
        run=get_page_for_editing,
        returns=struct("pagesection{content contentformat version:int warnings[]}"),
        writes=True,
    ),
    Function(
        name="mod_wiki_get_page_contents",
        parameters=record(pageid=value("int")),
        run=get_page_contents,
        returns=struct(
            "page{id:int wikiid:int subwikiid:int groupid:int userid:int title "
            "cachedcontent contentformat:int caneditpage:int version:int tags[]} "
            "warnings[]"
        ),
    ),
    Function(
        name="mod_wiki_get_subwiki_pages",
        parameters=record(
            wikiid=value("int"),
            groupid=default("int", -1),
            userid=default("int", 0),
            options=Record(
                fields={
                    "sortby": default("alpha", "title"),
                    "sortdirection": default("alpha", "ASC"),
                    "includecontent": default("int", 1),
                },
                presence=Presence.DEFAULT,
                default={},
            ),
        ),
        run=get_subwiki_pages,
        returns=struct("pages[] warnings[]"),
    ),
)
