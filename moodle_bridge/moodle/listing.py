"""Reads the whole listing of a forum while people go on writing in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from moodle_bridge.errors import Transient
from moodle_bridge.moodle.calls import Call
from moodle_bridge.moodle.client import MoodleClient
from moodle_bridge.moodle.forum_shapes import LISTING, DiscussionRow, Listing
from moodle_bridge.moodle.functions import FORUM_DISCUSSIONS
from moodle_bridge.runtime import to_unix

LAST_POST_DESC = 1
CREATED_DESC = 3

_RESTARTS = 5
_SMALLEST_PAGE = 10


def listing_call(
    forum_id: int, *, order: int = LAST_POST_DESC, page: int = 0, per_page: int
) -> Call:
    """Return the call for one page of a forum's discussions, of all groups."""
    return Call(
        function=FORUM_DISCUSSIONS,
        arguments={
            "forumid": forum_id,
            "sortorder": order,
            "page": page,
            "perpage": per_page,
            "groupid": 0,
        },
        shape=LISTING,
        rows=per_page,
    )


def rows(
    client: MoodleClient,
    forum_id: int,
    *,
    since: datetime | None,
    per_page: int,
    order: int = LAST_POST_DESC,
    whole_pages: bool = False,
) -> Iterator[DiscussionRow]:
    """Yield each discussion once: pinned ones, then the newest first.

    Stops at the first that is not pinned and has seen nothing since `since` (None:
    never); with `whole_pages` at the end of its page, which was paid for. A deletion moves the rest of the listing up, by which a discussion could
    slip between two pages; so each page begins within the one before, and when it
    does not, reading begins anew. Raises Transient when the listing never holds
    still.
    """
    per_page = max(per_page, _SMALLEST_PAGE)
    seen: set[int] = set()
    for _attempt in range(_RESTARTS):
        known: set[int] = set()
        end = 0
        past = False
        while not past:
            page, size = _window(end, per_page)
            listing = _page(client, forum_id, order, page, size)
            if end and not _overlaps(listing, known):
                break
            for row in listing.discussions:
                known.add(row.discussion)
                if row.discussion in seen:
                    continue
                past = past or is_past(row, since, order)
                if past and not whole_pages:
                    return
                seen.add(row.discussion)
                yield row
            known.update(warned.itemid or 0 for warned in listing.warnings)
            came = len(listing.discussions) + len(listing.warnings)
            if came < size:
                return
            end = (page + 1) * size
        if past:
            return
    raise Transient(
        "the listing of discussions changed on every reading",
        item=f"forum {forum_id}",
    )


def _window(end: int, per_page: int) -> tuple[int, int]:
    # Moodle takes a page number and a size, not an offset. The pair is chosen so that
    # the page begins before `end`, by a row or a few, and goes on beyond it.
    if end == 0:
        return 0, per_page
    page = max(1, end // per_page)
    while page > 1 and (page + 1) * ((end - 1) // page) < end + per_page // 2:
        page -= 1
    return page, (end - 1) // page


def _page(
    client: MoodleClient, forum_id: int, order: int, page: int, size: int
) -> Listing:
    call = listing_call(forum_id, order=order, page=page, per_page=size)
    listing: Listing = client.read(call.function, call.arguments, call.shape).value
    return listing


def _overlaps(listing: Listing, known: set[int]) -> bool:
    # What may not be seen is no row but a warning, and may be the one that overlaps.
    return any(row.discussion in known for row in listing.discussions[:1]) or any(
        warned.itemid in known for warned in listing.warnings
    )


def is_past(row: DiscussionRow, since: datetime | None, order: int) -> bool:
    """Say whether a discussion has seen nothing since a moment; pinned ones never."""
    if since is None or row.pinned:
        return False
    moment = row.activity if order == LAST_POST_DESC else row.created
    return moment < to_unix(since)
